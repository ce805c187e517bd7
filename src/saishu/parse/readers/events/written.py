"""Events that came as text into columns, in the order of the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from saishu.model import Certainty, EventBatch, Fact, Level, NoteKind, ReadNote, SourceRef, ZoneSource
from saishu.parse.readers.events.data_strings import MESSAGE_LIMIT, said_operation
from saishu.parse.readers.events.moments import Moment
from saishu.parse.reading import FileInput, Sink

NO_MOMENT = Moment(None, Certainty.NONE, ZoneSource.NONE)
_ROWS = 65_000
_CHARACTERS = 32 * 1024 * 1024
_NAME_LIMIT = 256
_MOST_COMPUTERS = 16


class Written(NamedTuple):
    """One event as a text tells it. position: its first line, or its record number where numbered is set."""

    position: int
    moment: Moment = NO_MOMENT
    level: int = Level.NONE
    component: str = ""
    event_id: int | None = None
    message: str = ""
    computer: str = ""
    numbered: bool = False


class Pages:
    """Collects the events of one file and hands them on in batches; one batch holds times of one certainty."""

    def __init__(self, file: FileInput, sink: Sink) -> None:
        self._file = file
        self._sink = sink
        self._batch = EventBatch(file.path, file.format, file.evidence)
        self._characters = 0
        self._computers: dict[str, Fact] = {}
        self.total = 0
        self.cut = 0
        self.assumed = 0

    def add(self, event: Written) -> None:
        """Add the next event."""
        batch, moment = self._batch, event.moment
        kind = (event.numbered, moment.certainty, moment.zone_source)
        if kind != (batch.record_numbers, batch.certainty, batch.zone_source):
            batch = self._turn(*kind)
        message = event.message
        if len(message) > MESSAGE_LIMIT:
            message = message[:MESSAGE_LIMIT]
            self.cut += 1
        batch.position.append(event.position)
        batch.time.append(moment.time)
        batch.level.append(event.level)
        batch.component.append(event.component[:_NAME_LIMIT])
        batch.event_id.append(event.event_id)
        batch.operation.append(said_operation(message))
        batch.message.append(message)
        self.total += 1
        self.assumed += moment.certainty is Certainty.ZONE_ASSUMED and moment.zone_source is ZoneSource.ASSUMED
        self._characters += len(message)
        self._at(event)
        if len(batch) >= _ROWS or self._characters > _CHARACTERS:
            self._turn(*kind)

    def finish(self, notes: Sequence[tuple[NoteKind, int | None, int, str]] = ()) -> None:
        """Hand on what is left, and say what the reading was like: (kind, position, count, detail)."""
        batch = self._batch
        self._turn(batch.record_numbers, batch.certainty, batch.zone_source)
        for fact in self._computers.values():
            self._sink.fact(fact)
        found = list(notes)
        if self.assumed:
            found.append((NoteKind.TIME, None, self.assumed, "UTC"))
        if self.cut:
            found.append((NoteKind.CUT, None, self.cut, str(MESSAGE_LIMIT)))
        for kind, position, count, detail in found:
            self._sink.note(ReadNote(kind, self._file.path, self._file.format, position, count, detail))

    def _turn(self, numbered: bool, certainty: Certainty, zone_source: ZoneSource) -> EventBatch:
        if len(self._batch):
            self._sink.events(self._batch)
        file = self._file
        self._batch = EventBatch(file.path, file.format, file.evidence, numbered, certainty, zone_source)
        self._characters = 0
        return self._batch

    def _at(self, event: Written) -> None:
        """Remember the computer that the event names; placeholders of excerpts are none."""
        name = event.computer
        if not name or len(name) > 255 or not name.isascii() or set(name) & set("<>\\* ") or set(name) <= {"X", "x"}:
            return
        if name in self._computers or len(self._computers) < _MOST_COMPUTERS:
            where = {"record": event.position} if event.numbered else {"line": event.position}
            source = SourceRef(self._file.path, evidence=self._file.evidence, **where)
            self._computers[name] = Fact("host", {"name": name}, source, name, event.moment.time)
