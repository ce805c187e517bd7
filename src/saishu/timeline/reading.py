"""Reads a whole bundle into the store: which files in which format, in which order, by how many workers."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from saishu.bundle import Bundle, open_bundle
from saishu.bundle import Mapping as Sorted
from saishu.model import Fact, Member, MemberKind, ReadNote
from saishu.parse.reading import FileInput, Host
from saishu.parse.recognise import Recogniser, open_reader
from saishu.parse.zones import find_host
from saishu.signals import SignalSet, Watched, Watcher, shipped_signals
from saishu.signals.matchers import Packed, pack
from saishu.timeline.guard import run_reader
from saishu.timeline.parts import PartWriter
from saishu.timeline.store import Store
from saishu.timeline.taking import FileRead, Taken, Taker

_WORKERS = 2
_EVTX = re.compile(r"\.evtx(?:<\d+>)?\Z", re.IGNORECASE)
_WORTH_A_WORKER = 48 * 1024 * 1024
_READ_FIRST = frozenset(("events", "nfo", "command", "vssadmin", "conf", "ini", "hana-backup"))
"""Formats whose times need no zone of the host, and that may say what it is."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to read, as it travels to a worker."""

    path: str
    format: str
    evidence: str | None
    size: int | None
    modified: datetime | None


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
        run = _workers(order, tasks, stack)
        for taken in run(early, reading.host):
            reading.take(taken)
        if order.given is None:
            latest = max((read.last for read in reading.files if read.last is not None), default=None)
            reading.host = find_host(reading.facts, order.bundle.manifests, latest)
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


def _workers(order: Order, tasks: Sequence[Task], stack: ExitStack) -> Any:
    """A function that reads tasks and gives what was read: here, or in processes of their own when it is worth it."""
    if order.workers < 2 or sum(task.size or 0 for task in tasks) < _WORTH_A_WORKER:
        signals = shipped_signals() if order.watch else None
        numbers = iter(range(1 << 30))
        return lambda some, host: [_read(order.bundle, some, host, signals, order.folder, f"0-{next(numbers)}")]
    # Started afresh and not forked: the store's library has threads of its own.
    context = multiprocessing.get_context("spawn")
    ready = pack(shipped_signals().matcher) if order.watch else None
    start = (order.bundle.path, tuple(order.passwords), order.folder, order.watch, ready)
    pool = ProcessPoolExecutor(order.workers, mp_context=context, initializer=_start_worker, initargs=start)
    stack.callback(pool.shutdown, wait=True, cancel_futures=True)

    def run(some: Sequence[Task], host: Host) -> Iterator[Taken]:
        shares = _shares(some, order.workers * 4)
        yield from pool.map(_work, shares, [host] * len(shares))

    return run


def _shares(tasks: Sequence[Task], number: int) -> list[list[Task]]:
    """The tasks in shares of about equal size, the largest files first."""
    shares: list[list[Task]] = [[] for _ in range(number)]
    sizes = [0] * number
    for task in sorted(tasks, key=lambda task: (-(task.size or 0), task.path)):
        least = sizes.index(min(sizes))
        shares[least].append(task)
        sizes[least] += (task.size or 0) + 20_000
    return sorted((share for share in shares if share), key=lambda share: -sum(task.size or 0 for task in share))


@dataclass
class _Worker:
    """What a worker process holds between two shares."""

    bundle: Bundle
    signals: SignalSet | None
    folder: Path
    shares: int = 0


_WORKER: list[_Worker] = []


def _start_worker(path: Path, passwords: Sequence[bytes], folder: Path, watch: bool, ready: Packed | None) -> None:
    signals = shipped_signals() if watch else None
    if signals is not None:
        signals.ready = ready
    _WORKER.append(_Worker(open_bundle(path, passwords=passwords), signals, folder))


def _work(tasks: Sequence[Task], host: Host) -> Taken:
    worker = _WORKER[0]
    worker.shares += 1
    name = f"{multiprocessing.current_process().pid}-{worker.shares}"
    return _read(worker.bundle, tasks, host, worker.signals, worker.folder, name)


def _read(
    bundle: Bundle, tasks: Sequence[Task], host: Host, signals: SignalSet | None, folder: Path, name: str
) -> Taken:
    taker = Taker(PartWriter(folder, name), Watcher(signals) if signals is not None else None)
    for task in tasks:
        member = bundle.find(task.path)
        if member is None:
            continue
        taker.begin(task.path, task.format, task.evidence, task.size)
        file = FileInput(
            task.path,
            task.format,
            _opening(bundle, member),
            evidence=task.evidence,
            size=task.size,
            modified=task.modified,
        )
        run_reader(open_reader(task.format), file, host, taker)
    return taker.finish()


def _opening(bundle: Bundle, member: Member) -> Any:
    return lambda: bundle.open_text_bytes(member)


def facts_by_name(facts: Sequence[Fact]) -> Mapping[str, list[Fact]]:
    """Facts grouped by their name, in the order they came."""
    grouped: dict[str, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.name, []).append(fact)
    return grouped
