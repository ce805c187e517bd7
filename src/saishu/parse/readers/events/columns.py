"""Records of event logs into columns. The hot path: what stands in `add` is done a hundred thousand times a second."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from operator import le
from typing import Any

import orjson

from saishu.model import Certainty, EventBatch, Level, ZoneSource
from saishu.parse.readers.events.data_strings import MESSAGE_LIMIT, SPEAKERS, message_of, operation_of
from saishu.parse.readers.events.gaps import Gaps
from saishu.parse.readers.events.machine import EVENT_LOG, MACHINE_EVENTS, Machine
from saishu.parse.readers.events.record_parts import LEVELS, ODD, SECOND, Beginnings, micros
from saishu.parse.readers.events.salvage import TROUBLE, Record
from saishu.parse.reading import FileInput, Sink

ROWS = 65_536
_MOST_IN_CHUNK = 2_400
_CHARACTERS = 32 * 1024 * 1024
_LARGEST = (1 << 63) - 1
_MOST_ID = (1 << 31) - 1
_NAME_LIMIT = 256
_STRINGS = re.compile(rb"(?:[\x20-\x7e]\0){4,}")
_COLUMNS = ("position", "time", "level", "component", "event_id", "operation", "message")


class Rows:
    """Collects the events of one file and hands them on in batches, sorted by record number."""

    def __init__(self, file: FileInput, sink: Sink) -> None:
        self._file = file
        self._sink = sink
        self._batch = self._new()
        self._numbers: list[int] = []
        self._characters = 0
        self._where: tuple[object, object] = (None, None)
        self._places: list[tuple[int, object]] = [(0, None)]
        self._beginnings = Beginnings()
        self.gaps = Gaps()
        self.machine = Machine(file, sink)
        self.total = 0
        self.cut = 0

    def add(self, records: Iterable[Record]) -> list[int]:
        """Add records of one chunk up to the first that cannot be read; return their numbers."""
        start = len(self._numbers)
        self._add(records)
        numbers = self._numbers[start:]
        self._make_room()
        return numbers

    def _add(self, records: Iterable[Record]) -> None:
        batch, parts, characters = self._batch, self._beginnings.parts, 0
        number, position, time = self._numbers.append, batch.position.append, batch.time.append
        level, component, event_id = batch.level.append, batch.component.append, batch.event_id.append
        operation, message = batch.operation.append, batch.message.append
        try:
            for record in records:
                try:
                    place, moment, grade, provider, ident, where, data = parts(record["data"])
                    text = message_of(data)
                    job = operation_of(data, text) if provider in SPEAKERS else None
                except ODD:
                    self._odd(record)
                    continue
                if where != self._where:
                    self._moved(where, place, moment)
                if ident in MACHINE_EVENTS and provider == EVENT_LOG:
                    self.machine.event(ident, data, place, moment, text)
                if len(text) > MESSAGE_LIMIT:
                    text = text[:MESSAGE_LIMIT]
                    self.cut += 1
                characters += len(text)
                number(record["event_record_id"])
                position(place)
                time(moment)
                level(grade)
                component(provider)
                event_id(ident)
                operation(job)
                message(text)
        except TROUBLE:
            pass
        self._characters += characters

    def remains(self, records: Mapping[int, bytes]) -> None:
        """Add records of which only the header and stray strings can be read."""
        for number, data in sorted(records.items()):
            strings = [hit.decode("utf-16-le") for hit in _STRINGS.findall(data)]
            ticks = int.from_bytes(data[16:24], "little") // 10 - 11_644_473_600 * SECOND
            time = ticks if 0 < ticks < 4_102_444_800 * SECOND else None
            self._put(number, number, time, Level.NONE, "", None, "\n".join(strings)[:MESSAGE_LIMIT])
        self._make_room()

    def finish(self) -> None:
        """Hand on what is left."""
        self._flush()

    def _odd(self, record: Record) -> None:
        """Add a record whose parts are not all there or not of the usual kind."""
        number = record["event_record_id"]
        try:
            event = orjson.loads(record["data"])["Event"]
            event.keys()
        except ODD:
            self._put(number, number, _header_time(record), Level.NONE, "", None, record["data"][:MESSAGE_LIMIT])
            return
        found = event.get("System")
        system: dict[str, Any] = found if isinstance(found, dict) else {}
        ident = _number(system.get("EventID"))
        level = LEVELS.get(_number(system.get("Level")) or 0, 5) if "Level" in system else 0
        position = _number(system.get("EventRecordID")) or number
        moment = _attribute(system, "TimeCreated", "SystemTime")
        provider = _attribute(system, "Provider", "Name") or _attribute(system, "Provider", "EventSourceName")
        level = Level.NONE if not provider and not ident else level
        time = micros(moment) if _is_time(moment) else _header_time(record)
        ident = ident if provider or ident else None
        self._put(number, position, time, level, provider, ident, message_of(event)[:MESSAGE_LIMIT])

    def _put(
        self, number: int, position: int, time: int | None, level: int, provider: str, ident: int | None, message: str
    ) -> None:
        """Add one row outside the hot path."""
        batch = self._batch
        self._numbers.append(number)
        batch.position.append(position)
        batch.time.append(time)
        batch.level.append(level)
        batch.component.append(provider)
        batch.event_id.append(ident)
        batch.operation.append(None)
        batch.message.append(message)
        self._characters += len(message)

    def _moved(self, where: tuple[object, object], position: int, time: int | None) -> None:
        """Note that the rows from here on are of another channel or computer."""
        if where[0] != self._where[0]:
            self._places.append((len(self._numbers), where[0]))
        self._where = where
        self.gaps.saw(*where)
        self.machine.at(where[1], position, time)

    def _make_room(self) -> None:
        if len(self._batch.position) > ROWS - _MOST_IN_CHUNK or self._characters > _CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        batch, numbers = self._batch, self._numbers
        if not numbers:
            return
        if not all(map(le, numbers, numbers[1:])):
            self._sort()
        _bound(batch)
        for place, start, end in self._runs():
            self.gaps.follow(place, batch.position[start:end])
        self.total += len(numbers)
        self._sink.events(batch)
        self._batch, self._numbers, self._characters = self._new(), [], 0
        self._places = [(0, self._where[0])]

    def _runs(self) -> Iterator[tuple[object, int, int]]:
        """The channels of the rows, each with its first row and the one after its last."""
        ends = [start for start, _ in self._places[1:]] + [len(self._batch)]
        for (start, place), end in zip(self._places, ends, strict=True):
            if start < end:
                yield place, start, end

    def _sort(self) -> None:
        """Put the rows in the order of their numbers."""
        batch, numbers = self._batch, self._numbers
        places = [place for place, start, end in self._runs() for _ in range(end - start)]
        order = sorted(range(len(numbers)), key=numbers.__getitem__)
        for name in _COLUMNS:
            column = getattr(batch, name)
            setattr(batch, name, [column[at] for at in order])
        moved = [places[at] for at in order]
        starts = [at for at in range(len(moved)) if at == 0 or moved[at] != moved[at - 1]]
        self._places = [(at, moved[at]) for at in starts]

    def _new(self) -> EventBatch:
        file = self._file
        return EventBatch(file.path, file.format, file.evidence, True, Certainty.EXACT, ZoneSource.FORMAT)


def _bound(batch: EventBatch) -> None:
    """Keep values that nobody but an attacker writes out of the columns, which have types and widths."""
    if max(batch.position) > _LARGEST or min(batch.position) < 0 or not {int}.issuperset(map(type, batch.position)):
        batch.position = [int(one) & _LARGEST for one in batch.position]
    if (
        not {int, type(None)}.issuperset(map(type, batch.event_id))
        or max(filter(None, batch.event_id), default=0) > _MOST_ID
        or min(filter(None, batch.event_id), default=0) < 0
    ):
        batch.event_id = [int(one) & _MOST_ID if one is not None else None for one in batch.event_id]
    if max(map(len, batch.component)) > _NAME_LIMIT:
        batch.component = [name[:_NAME_LIMIT] for name in batch.component]


def _is_time(text: str) -> bool:
    try:
        micros(text)
    except ValueError:
        return False
    return True


def _header_time(record: Record) -> int | None:
    """When the record was written, which is a little after the event."""
    text = str(record.get("timestamp", "")).split(" ")[0]
    return micros(text) if _is_time(text) else None


def _number(value: object) -> int | None:
    value = value.get("#text") if isinstance(value, dict) else value
    try:
        return int(str(value), 0)
    except ValueError:
        return None


def _attribute(system: Mapping[str, Any], element: str, name: str) -> str:
    found = system.get(element)
    attributes = found.get("#attributes") if isinstance(found, dict) else None
    value = attributes.get(name) if isinstance(attributes, dict) else None
    return value if isinstance(value, str) else ""
