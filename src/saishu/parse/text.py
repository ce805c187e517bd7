"""Reads text of a declared format: one pass, bounded memory, events in columns."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from saishu.bundle.errors import BundleError
from saishu.model import EventBatch, NoteKind, ReadNote
from saishu.parse.clock import NO_TIME
from saishu.parse.grammar import ANY_TEXT, Grammar, grammar_of
from saishu.parse.last_time import last_time
from saishu.parse.lines import Block, Lines
from saishu.parse.reading import FileInput, Host, Sink
from saishu.parse.rows import LONGEST_MESSAGE, Rows, rows_of, split_text
from saishu.parse.times import Stamps, Times
from saishu.parse.years import anchors_of

MOST_ROWS = 65_536
FULL = MOST_ROWS // 2
"""Rows after which a batch is handed over; a block may still add to it."""
MOST_TEXT = 8 * 1024 * 1024
"""Characters after which a batch is handed over though it has fewer rows."""
MOST_HELD = 16 * 1024 * 1024
"""Characters that wait for the file's last line to know their year; in a larger file that line is looked up ahead."""


def read_text(file: FileInput, host: Host, sink: Sink) -> None:
    """Read one file in the declared format it has, or as text of no known form. Never raises for what is in it."""
    grammar = grammar_of(file.format) or grammar_of(ANY_TEXT)
    assert grammar is not None
    try:
        with file.open() as stream:
            lines = Lines(stream, grammar.encoding)
            if lines.decoding.is_binary:
                sink.note(ReadNote(NoteKind.UNREADABLE, file.path, file.format, detail="binary"))
                return
            with _no_collection():
                _Reading(file, host, sink, grammar).read(lines)
    except BundleError as trouble:
        sink.note(ReadNote(NoteKind.UNREADABLE, file.path, file.format, detail=trouble.code))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Spare the search for cycles in hundreds of thousands of strings that have none; it takes a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(slots=True)
class _Batch:
    """A batch that is being filled. follows: rows that have the time of the row above them."""

    events: EventBatch
    stamps: Stamps = field(default_factory=Stamps)
    follows: list[int] = field(default_factory=list)
    text: int = 0


class _Reading:
    """One file while it is read."""

    def __init__(self, file: FileInput, host: Host, sink: Sink, grammar: Grammar) -> None:
        self._file = file
        self._sink = sink
        self._grammar = grammar
        self._times = Times(host, anchors_of(file.path, file.modified, host.latest))
        self._batch = self._new()
        self._held: list[_Batch] = []
        self._settled = False
        self._any = False
        self._strays = 0
        self._last_time: int | None = None
        self._last: tuple[int, str, str | None] = (0, "", None)

    def read(self, lines: Lines) -> None:
        """Read all lines and tell the sink; what was read before the container fails is told as well."""
        try:
            for block in lines:
                self._take(block)
        except BundleError as trouble:
            self._sink.note(_damaged(self._file, trouble))
        self._settle()
        self._hand_over()
        self._notes(lines)

    def _new(self) -> _Batch:
        file = self._file
        return _Batch(EventBatch(file.path, file.format, file.evidence))

    def _take(self, block: Block) -> None:
        rows = rows_of(block, self._grammar)
        if rows.before:
            if self._any:
                self._follow(block.first, rows.before)
            else:
                self._stray(Block(block.first, rows.before))
        if rows.position:
            self._any = True
            self._make_room()
            self._add(rows)
        else:
            self._make_room()

    def _stray(self, block: Block) -> None:
        """Lines before the first record are records of their own, with a time where one stands in front."""
        lines = [(number, line) for number, line in enumerate(block.lines, block.first) if line.strip()]
        plain = grammar_of(ANY_TEXT)
        if not lines or plain is None:
            return
        self._strays += len(lines)
        rows = rows_of(Block(1, [line for _, line in lines]), plain)
        rows.position = [lines[row - 1][0] for row in rows.position]
        self._make_room()
        self._add(rows)

    def _add(self, rows: Rows) -> None:
        batch, events = self._batch, self._batch.events
        _close(events)
        self._times.add(rows, batch.stamps)
        events.position += rows.position
        events.level += rows.level
        events.component += rows.component
        events.event_id += rows.event_id
        events.operation += rows.operation
        events.message += rows.message
        events.raw += rows.whole
        batch.text += sum(map(len, rows.whole))
        self._last = (rows.level[-1], rows.component[-1], rows.operation[-1])

    def _follow(self, first: int, lines: list[str]) -> None:
        """Lines that continue the last record of the block before."""
        text, events = "\n".join(lines), self._batch.events
        self._batch.text += len(text)
        if events.raw and len(events.raw[-1]) + 1 + len(text) <= LONGEST_MESSAGE:
            events.message[-1] += "\n" + text
            events.raw[-1] += "\n" + text
            return
        for line, piece in split_text(text):
            self._batch.follows.append(len(events))
            self._append(first + line, piece)

    def _append(self, position: int, message: str) -> None:
        batch, events = self._batch, self._batch.events
        level, component, operation = self._last
        events.position.append(position)
        events.level.append(level)
        events.component.append(component)
        events.event_id.append(None)
        events.operation.append(operation)
        events.message.append(message)
        events.raw.append(message)
        batch.stamps.known.append(NO_TIME)

    def _make_room(self) -> None:
        """Close the batch when it is full."""
        batch = self._batch
        if len(batch.events) < FULL and batch.text < MOST_TEXT:
            return
        self._held.append(batch)
        self._batch = self._new()
        if self._times.waits and not self._settled:
            if sum(held.text for held in self._held) < MOST_HELD:
                return
            self._look_ahead()
        self._emit()

    def _look_ahead(self) -> None:
        """Find the last line of a large file before it is reached, in a second reading that keeps nothing."""
        last = last_time(self._file, self._grammar)
        self._settled = True
        if last is not None:
            self._times.settle(last)

    def _settle(self) -> None:
        if not self._settled and self._times.last is not None:
            self._times.settle(self._times.last)
        self._settled = True

    def _hand_over(self) -> None:
        self._held.append(self._batch)
        self._batch = self._new()
        self._emit()

    def _emit(self) -> None:
        for batch in self._held:
            for events in _pieces(self._finished(batch)):
                self._sink.events(events)
        self._held = []

    def _finished(self, batch: _Batch) -> EventBatch:
        events = batch.events
        times = self._times.finish(batch.stamps)
        for row in batch.follows:
            times[row] = times[row - 1] if row else self._last_time
        events.time = times
        events.certainty, events.zone_source = batch.stamps.certainty(), batch.stamps.source
        _close(events)
        if events.raw == events.message:
            events.raw = []
        if times:
            self._last_time = times[-1]
        return events

    def _notes(self, lines: Lines) -> None:
        for note in (*self._line_notes(lines), *self._time_notes()):
            self._sink.note(note)

    def _line_notes(self, lines: Lines) -> Iterator[ReadNote]:
        path, name, decoding = self._file.path, self._file.format, lines.decoding
        if not decoding.is_plain:
            count = max(decoding.odd, 1)
            yield ReadNote(NoteKind.ENCODING, path, name, decoding.first_odd, count, decoding.chosen)
        if lines.cut:
            yield ReadNote(NoteKind.CUT, path, name, lines.cut_line, lines.cut, "line")
        if lines.holes:
            yield ReadNote(NoteKind.DAMAGED, path, name, lines.hole_line, 1, f"{lines.holes} NUL")
        if self._strays:
            yield ReadNote(NoteKind.PARTLY, path, name, 1, self._strays, "line")

    def _time_notes(self) -> Iterator[ReadNote]:
        path, name, times = self._file.path, self._file.format, self._times
        if times.impossible:
            yield ReadNote(NoteKind.PARTLY, path, name, times.first_impossible, times.impossible, "time")
        if times.assumed:
            yield ReadNote(NoteKind.TIME, path, name, detail="zone UTC")
        if times.waits:
            source = times.anchor.source if times.anchor is not None else "nothing"
            yield ReadNote(NoteKind.TIME, path, name, detail=f"year {times.year or '-'} {source}")


def _damaged(file: FileInput, trouble: BundleError) -> ReadNote:
    return ReadNote(NoteKind.DAMAGED, file.path, file.format, detail=trouble.code)


def _close(events: EventBatch) -> None:
    """Nothing can follow the last record any more: blank lines at its end are of no use."""
    for texts in (events.message, events.raw):
        if texts and texts[-1][-1:] == "\n":
            texts[-1] = texts[-1].rstrip("\n")


def _pieces(events: EventBatch) -> Iterator[EventBatch]:
    """A batch in pieces of `MOST_ROWS` rows at most."""
    if len(events) <= MOST_ROWS:
        if len(events):
            yield events
        return
    for start in range(0, len(events), MOST_ROWS):
        end = start + MOST_ROWS
        yield EventBatch(
            events.path, events.format, events.evidence, events.record_numbers, events.certainty, events.zone_source,
            events.position[start:end], events.time[start:end], events.level[start:end], events.component[start:end],
            events.event_id[start:end], events.operation[start:end], events.message[start:end],
            events.raw[start:end],
        )  # fmt: skip
