"""Takes the JSON of a record apart. Nine tenths of all reading time is spent here and in making the message.

In one log the same few hundred beginnings (provider, id, level, task, keywords) come again and again, and so do channel
and computer. A beginning that was decoded once is known; only what differs is decoded again. JSON escapes quotation
marks inside strings, so that the marks that are looked for cannot stand in one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from orjson import loads

SECOND = 1_000_000
ODD = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
"""What comes out of a record that is not as records are."""
LEVELS: dict[object, int] = {0: 4, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, "0": 4, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
"""Windows shows level 0 as "Information"."""

_DAY = 86_400 * SECOND
_FIRST_DAY = 7305
"""1990."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WALL_EPOCH = _EPOCH.replace(tzinfo=None)
_iso = datetime.fromisoformat
_TIME = ',"TimeCreated":{"#attributes":{"SystemTime":"'
_NUMBER = '"}},"EventRecordID":'
_CHANNEL = ',"Channel":'
_DATA = '},"EventData":'
_USER_DATA = '},"UserData":'
_TIME_WIDTH = 26
_EARLIEST = 120
_KEPT = 4096
_LONGEST = 2000


Parts = tuple[int, int | None, int, str, int, tuple[object, object], dict[str, Any]]
"""What the columns need of one record: its number, time, level, provider, event id, where it is from (channel and
computer), and its data by kind: {"EventData": …} or {"UserData": …}. No class, which would cost more than the rest."""


class Beginnings:
    """Knows the beginnings and ends of records that it has seen."""

    def __init__(self) -> None:
        self._heads: dict[str, tuple[int, str, int]] = {}
        self._tails: dict[str, tuple[object, object]] = {}

    def parts(self, text: str) -> Parts:
        """The parts of a record; raises one of `ODD` where they are not all there or of the usual kind."""
        at = text.find(_TIME, _EARLIEST)
        head = self._heads.get(text[:at])
        if head is not None:
            try:
                return self._quick(text, at + len(_TIME), head)
            except ODD:
                pass
        found = whole(text)
        if 0 < at < _LONGEST:
            self._learn(text[:at], found)
        return found

    def _quick(self, text: str, start: int, head: tuple[int, str, int]) -> Parts:
        """The parts of a record with a known beginning; raises one of `ODD` where its rest is written another way."""
        number = start + _TIME_WIDTH + 1
        if not text.startswith(_NUMBER, number):
            number = text.index(_NUMBER, number, start + 60)
        number += len(_NUMBER)
        channel = text.index(_CHANNEL, number)
        end, form = text.find(_DATA, channel), "EventData"
        if end < 0:
            end, form = text.index(_USER_DATA, channel), "UserData"
        tail = text[channel:end]
        where = self._tails.get(tail) or self._place(tail)
        since = _iso(text[start : start + _TIME_WIDTH]) - _WALL_EPOCH
        days = since.days
        time = days * _DAY + since.seconds * SECOND + since.microseconds if days > _FIRST_DAY else None
        position = int(text[number : text.index(",", number)])
        level, provider, ident = head
        return position, time, level, provider, ident, where, {form: loads(text[end + len(form) + 5 : -2])}

    def _learn(self, text: str, parts: Parts) -> None:
        if len(self._heads) >= _KEPT:
            self._heads.clear()
        self._heads[text] = (parts[2], parts[3], parts[4])

    def _place(self, text: str) -> tuple[object, object]:
        said = loads("{" + text[1:] + "}")
        where = place_of(said)
        if len(self._tails) >= _KEPT or len(text) > _LONGEST:
            self._tails.clear()
        self._tails[text] = where
        return where


def whole(text: str) -> Parts:
    """The parts of a record, all of it decoded; raises one of `ODD`."""
    event = loads(text)["Event"]
    system = event["System"]
    ident = system["EventID"]
    if ident.__class__ is dict:
        ident = ident["#text"]
    position, provider = system["EventRecordID"], system["Provider"]["#attributes"]["Name"]
    if ident.__class__ is not int or position.__class__ is not int or provider.__class__ is not str:
        raise TypeError
    time = micros(system["TimeCreated"]["#attributes"]["SystemTime"])
    where = place_of(system)
    data = {name: value for name, value in event.items() if name not in ("#attributes", "System")}
    return position, time, LEVELS[system["Level"]], provider, ident, where, data


def place_of(system: dict[str, Any]) -> tuple[object, object]:
    """Channel and computer of a record, None where one is not said; raises TypeError for what is no name."""
    where = (system["Channel"], system["Computer"])
    if not all(one is None or isinstance(one, str) for one in where):
        raise TypeError
    return where


def micros(text: str) -> int | None:
    """µs since 1970 of `2018-07-06T18:37:44.881628Z`; None for times before there were such logs. Raises ValueError."""
    since = _iso(text).replace(tzinfo=UTC) - _EPOCH
    days = since.days
    return days * _DAY + since.seconds * SECOND + since.microseconds if days > _FIRST_DAY else None
