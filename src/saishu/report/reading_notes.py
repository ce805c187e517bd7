"""How the files of a bundle could be read, in the words of a person: one sentence for every note."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from saishu.model import BundleNote, NoteKind, ReadNote
from saishu.report.printable import printable

Say = Callable[..., str]
_YEAR = re.compile(r"year (?P<year>\S+) (?P<source>name|modified|bundle|nothing)")
_NOTED = (NoteKind.UNREADABLE, NoteKind.DAMAGED, NoteKind.PARTLY, NoteKind.CUT, NoteKind.GAP, NoteKind.TIME)
"""In this order, so that what is worst is never among those that are only counted."""


def worst_first(notes: Iterable[ReadNote]) -> list[ReadNote]:
    """The notes that a person is told, the worst first."""
    return sorted((note for note in notes if note.kind in _NOTED), key=lambda note: _NOTED.index(note.kind))


def note_line(note: ReadNote, say: Say) -> str:
    """The sentence about one file."""
    position = note.position if note.position is not None else "-"
    values: dict[str, object] = {
        "path": printable(note.path), "format": note.format, "count": note.count,
        "position": position, "detail": printable(note.detail) or "-",
    }  # fmt: skip
    if note.kind is NoteKind.TIME:
        if note.detail.startswith("zone "):
            return say("diagnose.note.time_zone", **values)
        year = _YEAR.fullmatch(note.detail)
        if year is not None:
            return say(f"diagnose.note.time_year_{year['source']}", **values, year=year["year"])
    return say(f"diagnose.note.{note.kind}", **values)


def bundle_lines(note: BundleNote, say: Say) -> Iterator[str]:
    """What a note about the bundle itself says, and what to do next."""
    values: dict[str, object] = {name: printable(str(value)) for name, value in dict(note.values).items()}
    values.setdefault("path", printable(note.path or ""))
    yield f"[{note.code}] " + say(f"error.{note.code}.what", **values)
    yield say(f"error.{note.code}.next", **values)
