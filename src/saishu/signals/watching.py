"""Looks through batches of events for signals and codes, and keeps what nobody can explain yet."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice

from saishu.model import Certainty, EventBatch, Level, Sighting
from saishu.signals.codes import number_in, spoken_codes
from saishu.signals.matchers import compiled
from saishu.signals.signal_set import ANY_TEXT, EVENTS, TROUBLE, EventUse, SignalSet

_ANSWER = "command"
_NOT_WINDOWS = frozenset((_ANSWER, "syslog"))
"""Here an eight-digit number is an address."""
_WINDOWS_CODES = frozenset(("hresult", "signed", "unsigned"))
_FIRST = 150
_LAST = 50
_SHOWN = 500
_MOST_OF_A_LINE = 20
_MOST_CODES = 4000
_MOST_TEMPLATES = 3000
_MOST_SHAPES = 100_000
_NO_DIGITS = {ord(digit): None for digit in "0123456789"}
_MASK = re.compile(
    r"0x[0-9a-fA-F]+|\{?[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\}?|[A-Za-z]:\\[^\s,;'\"]+|(?:/[\w.@%+-]+){2,}"
    r"|https?://\S+|'[^']{1,200}'|\"[^\"]{1,200}\"|\b[0-9a-fA-F]{12,}\b|\d+"
)


Place = tuple[int, int]
"""Where a line begins and ends in the text of a batch."""


@dataclass(slots=True)
class Kept:
    """Sightings of one signal in one file: the first and the last of them, and how many there were.

    rows: where the records of all of them begin, for signals of what is harmless; empty for the others.
    """

    count: int = 0
    first: list[Sighting] = field(default_factory=list)
    last: deque[Sighting] = field(default_factory=lambda: deque(maxlen=_LAST))
    rows: array[int] = field(default_factory=lambda: array("q"))

    def add(self, sighting: Sighting) -> None:
        """Count one more."""
        self.count += 1
        (self.first if len(self.first) < _FIRST else self.last).append(sighting)


@dataclass(slots=True)
class Template:
    """Lines that are alike but for numbers and names. signals: numbers of all signals seen on them."""

    count: int
    example: Sighting
    signals: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Watched:
    """What was seen in a part of a bundle; parts can be put together.

    sightings: (signal, path) to what is kept of it. codes: as spelled in the evidence, with how often.
    templates: (component or format, masked message) of warnings and worse.
    """

    sightings: dict[tuple[int, str], Kept] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    templates: dict[tuple[str, str], Template] = field(default_factory=dict)

    def take(self, other: Watched) -> None:
        """Add what was seen in another part; no file is in two parts."""
        self.sightings.update(other.sightings)
        for code, count in other.codes.items():
            self.count_code(code, count)
        for key, template in other.templates.items():
            known = self.templates.setdefault(key, template)
            if known is not template:
                known.count += template.count
                known.signals |= template.signals
                known.example = min(known.example, template.example, key=_place)

    def count_code(self, code: str, count: int = 1) -> None:
        """Count a code; beyond a bound, only those known already."""
        if code in self.codes or len(self.codes) < _MOST_CODES:
            self.codes[code] = self.codes.get(code, 0) + count


class Watcher:
    """Watches batches for a set of signals."""

    def __init__(self, signals: SignalSet) -> None:
        self._signals = signals
        self._shapes: dict[str, str] = {}
        self.watched = Watched()

    def watch(self, batch: EventBatch) -> None:
        """Look through one batch."""
        view = _View(batch)
        for pattern, places in view.hits(self._signals).items():
            kind = self._signals.generic.get(pattern)
            if pattern in self._signals.number_kinds:
                self._numbers(view, pattern, places)
            elif kind == TROUBLE:
                view.troubled.update(view.row(place[0]) for place in places)
            elif kind is None:
                self._signal(view, pattern, places)
            elif kind not in _WINDOWS_CODES or batch.format not in _NOT_WINDOWS:
                self._codes(view, pattern, kind, places)
        if batch.format == EVENTS:
            self._events(view)
        self._unexplained(view)

    def _signal(self, view: _View, pattern: int, places: Sequence[Place]) -> None:
        """The lines of a batch on which the pattern of some signals matches."""
        batch = view.batch
        for use in self._signals.uses[pattern]:
            if not use.reads(batch.format):
                continue
            meant = [(view.row(place[0]), place) for place in places]
            if use.levels is not None and batch.format != ANY_TEXT:
                meant = [(row, place) for row, place in meant if batch.level[row] in use.levels]
            if not meant:
                continue
            for row, _ in meant:
                view.seen.setdefault(row, set()).add(use.number)
            kept = self.watched.sightings.setdefault((use.number, batch.path), Kept())
            # What would be dropped again is only counted: the middle of many.
            wanted = meant[: max(0, _FIRST - len(kept.first))]
            wanted += meant[max(len(wanted), len(meant) - _LAST) :]
            kept.count += len(meant) - len(wanted)
            if use.number in self._signals.harmless:
                kept.rows.extend(batch.position[row] for row, _ in meant)
            for row, place in wanted:
                text = view.line(place)
                found = compiled(self._signals.patterns[pattern]).search(text)
                shown = found.group(0) if found else ""
                kept.add(_sighting(use.number, batch, row, view.position(row, place[0]), text, shown))
            if use.number in self._signals.spelled:
                self.watched.count_code(self._signals.spelled[use.number], len(meant))

    def _numbers(self, view: _View, pattern: int, places: Sequence[Place]) -> None:
        """The lines of a batch with numbers in the fields of one kind; those that somebody declared are seen."""
        if not any(use.reads(view.batch.format) for use in self._signals.uses[pattern]):
            return
        kind, search = self._signals.number_kinds[pattern], compiled(self._signals.patterns[pattern])
        for place in places:
            text, row = view.line(place), view.row(place[0])
            for found in islice(search.finditer(text), _MOST_OF_A_LINE):
                number = self._signals.numbers.get((kind, number_in(found.group(0))))
                if number is not None:
                    self._saw(number, view, row, view.position(row, place[0]), text, found.group(0))

    def _codes(self, view: _View, pattern: int, kind: str, places: Sequence[Place]) -> None:
        """The lines of a batch that hold codes which nobody declared in this form: each code in them counts."""
        if not any(use.reads(view.batch.format) for use in self._signals.uses[pattern]):
            return
        search = compiled(self._signals.patterns[pattern])
        for place in places:
            text, row = view.line(place), view.row(place[0])
            for found in islice(search.finditer(text), _MOST_OF_A_LINE):
                spoken = spoken_codes(kind, found.group(0))
                for code in spoken:
                    self.watched.count_code(code)
                    if code in self._signals.hresults:
                        position = view.position(row, place[0])
                        self._saw(self._signals.hresults[code], view, row, position, text, spoken[0])

    def _events(self, view: _View) -> None:
        wanted, batch = self._signals.events, view.batch
        for row, event_id in enumerate(batch.event_id):
            if event_id is None:
                continue
            level = batch.level[row]
            if event_id in wanted:
                provider = batch.component[row].lower()
                for use in wanted[event_id]:
                    if _is_meant(use, provider, level, batch.message[row]):
                        text = f"{batch.component[row]} {event_id} {batch.message[row]}".strip()
                        self._saw(use.number, view, row, batch.position[row], text, str(event_id))
            # An excerpt that leaves out the level was copied because of the event; an event log always says it.
            if ((level or not batch.record_numbers) and level <= Level.WARNING) or row in view.seen:
                self.watched.count_code(str(event_id))

    def _saw(self, number: int, view: _View, row: int, position: int, text: str, found: str) -> None:
        sighting = _sighting(number, view.batch, row, position, text, found)
        kept = self.watched.sightings.setdefault((number, view.batch.path), Kept())
        kept.add(sighting)
        if number in self._signals.harmless:
            kept.rows.append(sighting.row)
        view.seen.setdefault(row, set()).add(number)
        if number in self._signals.spelled:
            self.watched.count_code(self._signals.spelled[number])

    def _unexplained(self, view: _View) -> None:
        """Count the kinds of lines that call themselves a warning or worse, or speak of trouble without a level."""
        templates, batch = self.watched.templates, view.batch
        # Lists of processes and packages are full of names with "error" in them; a pasted excerpt is not.
        listing = batch.format == _ANSWER or (batch.format == ANY_TEXT and batch.evidence is not None)
        for row, level in enumerate(batch.level):
            if level > Level.WARNING or (level == Level.NONE and (listing or row not in view.troubled)):
                continue
            event_id = batch.event_id[row]
            shape = str(event_id) if event_id is not None else self._shape(batch.message[row])
            key = (batch.component[row] or batch.format, shape)
            template = templates.get(key)
            if template is None:
                if len(templates) >= _MOST_TEMPLATES:
                    continue
                example = _sighting(-1, batch, row, batch.position[row], _said(batch, row), "")
                template = templates[key] = Template(0, example)
            elif batch.path < template.example.path:
                # Which file is read first is nobody's concern.
                template.example = _sighting(-1, batch, row, batch.position[row], _said(batch, row), "")
            template.count += 1
            if row in view.seen:
                template.signals |= view.seen[row]

    def _shape(self, message: str) -> str:
        """The first line of a message with numbers and names blanked out."""
        line = message[:200].split("\n", 1)[0]
        # Most lines differ in digits alone; without these they are the same text, which is masked once.
        bare = line.translate(_NO_DIGITS)
        shape = self._shapes.get(bare)
        if shape is None:
            shape = _MASK.sub("*", line)
            if len(self._shapes) < _MOST_SHAPES:
                self._shapes[bare] = shape
        return shape


def _said(batch: EventBatch, row: int) -> str:
    event_id = batch.event_id[row]
    return batch.message[row] if event_id is None else f"{event_id}: {batch.message[row]}"


def _place(one: Sighting) -> tuple[str, int]:
    return (one.path, one.position)


def _is_meant(use: EventUse, provider: str, level: int, message: str) -> bool:
    """Whether an event of the right id is the one; what an excerpt does not say speaks for it."""
    if provider and use.providers is not None and provider not in use.providers:
        return False
    if use.levels is not None and level and level not in use.levels:
        return False
    if use.data is not None and not compiled(use.data).search(message):
        return False
    return use.not_data is None or not compiled(use.not_data).search(message)


class _View:
    """The text of a batch in one piece, and the way back from a place in it to the record and the line.

    seen: row to the numbers of the signals seen in it. troubled: rows that speak of trouble.
    """

    def __init__(self, batch: EventBatch) -> None:
        raw = batch.raw or batch.message
        joined = "\n".join(raw)
        self.batch = batch
        self.text = joined.encode("utf-8", "replace")
        plain = len(self.text) == len(joined)
        lengths = map(len, raw) if plain else (len(one.encode("utf-8", "replace")) for one in raw)
        self._starts = [0, *accumulate(length + 1 for length in lengths)]
        self.seen: dict[int, set[int]] = {}
        self.troubled: set[int] = set()

    def hits(self, signals: SignalSet) -> dict[int, list[Place]]:
        """Pattern to the lines on which it matches,."""
        found: dict[int, list[Place]] = {}
        for start, end, pattern in signals.matcher.lines(self.text):
            found.setdefault(pattern, []).append((start, end))
        return found

    def row(self, start: int) -> int:
        """The record in which a place lies."""
        return bisect_right(self._starts, start) - 1

    def position(self, row: int, start: int) -> int:
        """The line of the file, or the record number, of a place in a record."""
        position = self.batch.position[row]
        return position if self.batch.record_numbers else position + self.text.count(b"\n", self._starts[row], start)

    def line(self, place: tuple[int, int]) -> str:
        """The text of a line."""
        return self.text[place[0] : place[1]].decode("utf-8", "replace")


def _sighting(number: int, batch: EventBatch, row: int, position: int, text: str, found: str) -> Sighting:
    time = batch.time[row]
    return Sighting(
        signal=number, path=batch.path, format=batch.format, position=position, row=batch.position[row],
        record_numbers=batch.record_numbers,
        time=time, certainty=batch.certainty if time is not None else Certainty.NONE, level=batch.level[row],
        component=batch.component[row], operation=batch.operation[row], text=text[:_SHOWN], found=found[:120],
    )  # fmt: skip
