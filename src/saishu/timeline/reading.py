"""Reads a whole bundle into the store: which files in which format, in which order, by how many workers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from saishu.bundle import Bundle
from saishu.bundle import Mapping as Sorted
from saishu.model import Fact, MemberKind, ReadNote
from saishu.parse.reading import Host
from saishu.parse.recognise import Recogniser
from saishu.parse.zones import find_host
from saishu.signals import Watched, shipped_signals
from saishu.signals.matchers import pack
from saishu.timeline.shares import Task, read_share
from saishu.timeline.store import Store
from saishu.timeline.taking import FileRead, Taken
from saishu.timeline.workers import Crew, Orders

Runner = Callable[[Sequence[Task], Host], Iterable[Taken]]

_WORKERS = 2
_EVTX = re.compile(r"\.evtx(?:<\d+>)?\Z", re.IGNORECASE)
_WORTH_A_WORKER = 48 * 1024 * 1024
_READ_FIRST = frozenset(("events", "nfo", "command", "vssadmin", "conf", "ini", "hana-backup"))
"""Formats whose times need no zone of the host, and that may say what it is."""


@dataclass(slots=True)
class Reading:
    """A bundle read. files: sorted by path. host: what is known of the machine's clock. store: its events."""

    store: Store
    host: Host
    files: list[FileRead] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    notes: list[ReadNote] = field(default_factory=list)
    watched: Watched = field(default_factory=Watched)

    def take(self, taken: Taken) -> None:
        """Add what one worker read."""
        self.files += taken.files
        self.facts += taken.facts
        self.notes += taken.notes
        self.watched.take(taken.watched)


@dataclass(frozen=True, slots=True)
class Order:
    """What to read. given: the host as the user says it, or None. watch: whether to look for signals of faults."""

    bundle: Bundle
    sorted_files: Sorted
    folder: Path
    passwords: Sequence[bytes] = ()
    given: Host | None = None
    watch: bool = True
    workers: int = _WORKERS


def read_bundle(order: Order) -> Reading:
    """Every file that has a format, read into the store in `folder`."""
    tasks = list(_tasks(order.bundle, order.sorted_files))
    reading = Reading(Store(order.folder), order.given or Host())
    early = [task for task in tasks if _is_first(task)]
    late = [task for task in tasks if not _is_first(task)]
    with ExitStack() as stack:
        run = _runner(order, tasks, stack)
        for taken in run(early, reading.host):
            reading.take(taken)
        latest = max((read.last for read in reading.files if read.last is not None), default=None)
        found = find_host(reading.facts, order.bundle.manifests, latest)
        reading.host = found if order.given is None else replace(order.given, latest=found.latest)
        for taken in run(late, reading.host):
            reading.take(taken)
    reading.files.sort(key=lambda read: read.path)
    reading.facts.sort(key=lambda fact: (fact.source.path, fact.source.line or 0, fact.source.record or 0))
    reading.notes.sort(key=lambda note: (note.path, note.position or 0))
    return reading


def _is_first(task: Task) -> bool:
    """Whether a file needs no zone: of events only the log itself, whose times are UTC; exports are in local time."""
    return task.format in _READ_FIRST and (task.format != "events" or _EVTX.search(task.path) is not None)


def _tasks(bundle: Bundle, sorted_files: Sorted) -> Iterator[Task]:
    recogniser = Recogniser(bundle, sorted_files)
    for member in bundle.members:
        if member.kind is MemberKind.FILE:
            format_id, evidence = recogniser.format_of(member)
            if format_id is not None:
                yield Task(member.path, format_id, evidence, member.size, member.modified)


def _runner(order: Order, tasks: Sequence[Task], stack: ExitStack) -> Runner:
    """A function that reads tasks and gives what was read: here, or in processes of their own when it is worth it."""
    if order.workers < 2 or sum(task.size or 0 for task in tasks) < _WORTH_A_WORKER:
        signals = shipped_signals() if order.watch else None
        numbers = count()
        return lambda some, host: [read_share(order.bundle, some, host, signals, order.folder, f"0-{next(numbers)}")]
    ready = pack(shipped_signals().matcher) if order.watch else None
    orders = Orders(order.bundle.path, tuple(order.passwords), order.folder, order.watch, ready)
    return stack.enter_context(Crew(orders, order.workers)).read


def facts_by_name(facts: Sequence[Fact]) -> Mapping[str, list[Fact]]:
    """Facts grouped by their name, in the order they came."""
    grouped: dict[str, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.name, []).append(fact)
    return grouped
