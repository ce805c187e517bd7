"""The year of lines that do not say it: counted back from the newest moment that the file can speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from saishu.parse.clock import DAY, LEAP_YEAR, LOWEST, NO_TIME, SECOND

_EPOCH = date(1970, 1, 1).toordinal()
_BASE = (date(LEAP_YEAR, 1, 1).toordinal() - _EPOCH) * DAY
_MARCH = (date(LEAP_YEAR, 3, 1).toordinal() - _EPOCH) * DAY
_BACK = 7 * DAY
"""Times may lie this much before the line above: lines that came late, a clock that was set."""
_AHEAD = 358 * DAY
"""Times this much after the line above are of the year before: a late line just after New Year."""
_SLACK = DAY
"""An anchor may be this much older than the last line: clocks differ, and so do zones."""
_NEAR = 2 * DAY
_NAME_DATE = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d{1,5}(?!\d))")
_NAME_EPOCH = re.compile(r"(?<!\d)(1[0-9]{9})(?!\d)")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment (µs since 1970) that no line of a file is later than. source: bundle, name or modified."""

    moment: int
    source: str


class Turns:
    """How often the year turned so far, read from front to back: the month goes down at every New Year."""

    def __init__(self) -> None:
        self.turn = 0
        self.last: int | None = None

    def runs(self, values: list[int]) -> list[tuple[int, int]]:
        """Stretches of one year in a column of times of the year 2000: the row where each starts, and its turn."""
        runs = [(0, self.turn)]
        turn, last = self.turn, self.last
        # Where all are in order the year can only turn at the first one, and no loop is needed.
        ordered = bool(values) and values[0] > LOWEST and values[-1] - values[0] <= _AHEAD and values == sorted(values)
        for row, value in enumerate(values[:1] if ordered else values):
            if value < LOWEST:
                continue
            if last is not None and not -_BACK <= value - last <= _AHEAD:
                turn += 1 if value < last else -1
                runs.append((row, turn))
            last = value
        self.turn, self.last = turn, values[-1] if ordered else last
        return runs


def with_years(values: list[int], runs: list[tuple[int, int]], last_year: int, last_turn: int) -> list[int]:
    """The times of a column moved from the year 2000 into their own; 29 February in a common year is no time."""
    found: list[int] = []
    ends = [start for start, _ in runs[1:]] + [len(values)]
    for (start, turn), end in zip(runs, ends, strict=True):
        found += _moved(values[start:end], last_year - last_turn + turn)
    return found


def _moved(values: list[int], year: int) -> list[int]:
    if not 1 < year < 9999:
        return [NO_TIME] * len(values)
    shift = (date(year, 1, 1).toordinal() - _EPOCH) * DAY - _BASE
    if _is_leap(year):
        return [value + shift if value > LOWEST else NO_TIME for value in values]
    before = _MARCH - DAY
    return [
        value + shift if LOWEST < value < before else value + shift - DAY if value >= _MARCH else NO_TIME
        for value in values
    ]


def year_of(last: int, anchors: list[Anchor]) -> tuple[int, Anchor] | None:
    """The year of a file's last line, and what it was counted back from; None without any anchor.

    last: the time of the last line in the year 2000. A date in the file's name is about this very file and comes
    first, then the time of its last change where that agrees with the last line to within two days, then what the
    bundle knows, then the time of the last change alone.
    """
    for anchor in _in_order(last, anchors):
        first = _year(anchor.moment + _SLACK)
        for year in range(first, first - 9, -1):
            moved = _moved([last], year)[0]
            if moved > LOWEST and moved <= anchor.moment + _SLACK:
                return year, anchor
    return None


def _in_order(last: int, anchors: list[Anchor]) -> Iterator[Anchor]:
    by_source = {anchor.source: anchor for anchor in anchors}
    modified = by_source.get("modified")
    if "name" in by_source:
        yield by_source["name"]
    if modified is not None and _agrees(last, modified):
        yield modified
    if "bundle" in by_source:
        yield by_source["bundle"]
    if modified is not None:
        yield modified


def _agrees(last: int, modified: Anchor) -> bool:
    year = _year(modified.moment)
    return any(
        abs(moved - modified.moment) <= _NEAR for near in (year - 1, year, year + 1) for moved in _moved([last], near)
    )


def anchors_of(path: str, modified: datetime | None, latest: int | None) -> list[Anchor]:
    """What the years of a file can be counted back from: its name, its last change, the newest time of the bundle."""
    anchors = []
    dated = _date_in(path.rsplit("/", 1)[-1])
    if dated is not None and (latest is None or dated <= latest + 2 * DAY):
        anchors.append(Anchor(dated, "name"))
    if latest is not None:
        anchors.append(Anchor(latest, "bundle"))
    if modified is not None and modified.year > 1980:
        moment = modified if modified.tzinfo is not None else modified.replace(tzinfo=UTC)
        anchors.append(Anchor(int(moment.timestamp()) * SECOND, "modified"))
    return anchors


def _date_in(name: str) -> int | None:
    """The end of the day that a file name bears (`messages-20240512`), or its seconds since 1970."""
    hit = _NAME_DATE.search(name)
    if hit is not None:
        try:
            return (date(int(hit[1]), int(hit[2]), int(hit[3])).toordinal() + 1 - _EPOCH) * DAY
        except ValueError:
            return None
    seconds = _NAME_EPOCH.search(name)
    return int(seconds[1]) * SECOND if seconds is not None else None


def _year(moment: int) -> int:
    return date.fromordinal(moment // DAY + _EPOCH).year


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
