"""Small files read whole, within a bound: what a reader needs that looks at a file as one thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from saishu.bundle.errors import BundleError
from saishu.model import EventBatch, Fact, NoteKind, ReadNote, SourceRef, Value
from saishu.parse.lines import Lines
from saishu.parse.reading import FileInput, Sink

MOST_LINES = 200_000
MOST_JSON = 64 * 1024 * 1024


def whole_lines(file: FileInput, sink: Sink) -> list[str]:
    """All lines of a file, the first ones of a larger one; empty where nothing can be read, and that is noted."""
    lines: list[str] = []
    try:
        with file.open() as stream:
            for block in Lines(stream):
                lines += block.lines
                if len(lines) > MOST_LINES:
                    sink.note(ReadNote(NoteKind.CUT, file.path, file.format, position=MOST_LINES))
                    return lines[:MOST_LINES]
    except BundleError as trouble:
        sink.note(ReadNote(NoteKind.DAMAGED, file.path, file.format, detail=trouble.code))
    return lines


def whole_json(file: FileInput, sink: Sink) -> Any:
    """The value that a JSON file holds; None where it holds none, and that is noted."""
    text = "\n".join(whole_lines(file, sink))
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        sink.note(ReadNote(NoteKind.UNREADABLE, file.path, file.format, detail="JSON"))
        return None


def state(
    sink: Sink, file: FileInput, name: str, values: Mapping[str, Value], line: int | None = None, text: str = "",
    time: int | None = None,
) -> None:  # fmt: skip
    """Tell a fact of a file. line: 1-based, where it stands."""
    sink.fact(Fact(name, values, SourceRef(file.path, line, evidence=file.evidence), text[:500], time))


class Tee:
    """A sink that shows every batch to somebody before it passes it on."""

    def __init__(self, sink: Sink, look: Callable[[EventBatch], None]) -> None:
        self._sink = sink
        self._look = look

    def events(self, batch: EventBatch) -> None:
        """See `Sink`."""
        self._look(batch)
        self._sink.events(batch)

    def fact(self, fact: Fact) -> None:
        """See `Sink`."""
        self._sink.fact(fact)

    def note(self, note: ReadNote) -> None:
        """See `Sink`."""
        self._sink.note(note)
