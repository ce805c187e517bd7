"""Reads a share of a bundle's files: by whichever process, with the same result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from saishu.bundle import Bundle
from saishu.model import Member, NoteKind, ReadNote
from saishu.parse.reading import FileInput, Host
from saishu.parse.recognise import open_reader
from saishu.signals import SignalSet, Watcher
from saishu.timeline.guard import run_reader
from saishu.timeline.parts import PartWriter
from saishu.timeline.taking import Taken, Taker

_CUT_SHORT = frozenset(("E316", "E318", "E328", "E329", "E331", "E335"))
"""What a bundle notes when it gives less of a file than there is; a reader only sees the file end."""
GONE = "E310"
SMALL_FILE = 20_000
"""Bytes that a file costs beside its own."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to read, as it travels to a worker."""

    path: str
    format: str
    evidence: str | None
    size: int | None
    modified: datetime | None


def read_share(
    bundle: Bundle, tasks: Sequence[Task], host: Host, signals: SignalSet | None, folder: Path, name: str
) -> Taken:
    """Read some files. name: of the parts of the store that they become; see `PartWriter`. Raises `StoreError`."""
    taker = Taker(PartWriter(folder, name), Watcher(signals) if signals is not None else None)
    for task in tasks:
        taker.begin(task.path, task.format, task.evidence, task.size)
        member = bundle.find(task.path)
        if member is None:
            taker.note(ReadNote(NoteKind.UNREADABLE, task.path, task.format, detail=GONE))
            continue
        opening = _opening(bundle, member)
        file = FileInput(task.path, task.format, opening, task.evidence, task.size, task.modified)
        run_reader(open_reader(task.format), file, host, taker)
    taken = taker.finish()
    taken.notes += _cut_short(bundle, tasks, taken.notes)
    return taken


def split(tasks: Sequence[Task], number: int) -> list[list[Task]]:
    """The tasks in shares of about equal size, the largest files first."""
    shares: list[list[Task]] = [[] for _ in range(number)]
    sizes = [0] * number
    for task in sorted(tasks, key=lambda task: (-(task.size or 0), task.path)):
        least = sizes.index(min(sizes))
        shares[least].append(task)
        sizes[least] += (task.size or 0) + SMALL_FILE
    return sorted((share for share in shares if share), key=lambda share: -sum(task.size or 0 for task in share))


def _opening(bundle: Bundle, member: Member) -> Callable[[], BinaryIO]:
    return lambda: bundle.open_text_bytes(member)


def _cut_short(bundle: Bundle, tasks: Sequence[Task], told: Sequence[ReadNote]) -> list[ReadNote]:
    """What the bundle noted about these files, where no reader said it."""
    formats = {task.path: task.format for task in tasks}
    known = {(note.path, note.detail) for note in told}
    found: dict[tuple[str, str], ReadNote] = {}
    for note in bundle.notes:
        path = note.path or ""
        if note.code in _CUT_SHORT and path in formats and (path, note.code) not in known:
            found.setdefault((path, note.code), ReadNote(NoteKind.DAMAGED, path, formats[path], detail=note.code))
    return list(found.values())
