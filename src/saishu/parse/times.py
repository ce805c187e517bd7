"""The times of one file: what its lines say becomes UTC, and how sure that is is kept beside it."""

from __future__ import annotations

from dataclasses import dataclass

from saishu.model import Certainty, ZoneSource
from saishu.parse.clock import ABSENT, HIGHEST, LOWEST, NO_TIME
from saishu.parse.grammar import LinePattern
from saishu.parse.reading import Host
from saishu.parse.rows import Rows
from saishu.parse.wall_time import WallTime
from saishu.parse.years import Anchor, Turns, with_years, year_of

_WEAKER = (
    ZoneSource.NONE,
    ZoneSource.FORMAT,
    ZoneSource.LINE,
    ZoneSource.GIVEN,
    ZoneSource.HOST,
    ZoneSource.ASSUMED,
)
_RANK = {source: rank for rank, source in enumerate(_WEAKER)}


@dataclass(slots=True)
class Part:
    """Times without a year. rows: where they belong in their batch. zone: as the pattern says."""

    rows: list[int]
    values: list[int]
    runs: list[tuple[int, int]]
    zone: str


class Stamps:
    """The times of one batch. known: µs UTC or `NO_TIME`. parts: times that wait for their year."""

    def __init__(self) -> None:
        self.known: list[int] = []
        self.parts: list[Part] = []
        self.source = ZoneSource.NONE
        self.inferred = False

    def certainty(self) -> Certainty:
        """How sure the least sure time of the batch is."""
        if self.source is ZoneSource.NONE:
            return Certainty.NONE
        if self.inferred:
            return Certainty.YEAR_INFERRED
        return Certainty.ZONE_ASSUMED if self.source is ZoneSource.ASSUMED else Certainty.EXACT

    def seen(self, source: ZoneSource) -> None:
        """Keep the weakest source."""
        if _RANK[source] > _RANK[self.source]:
            self.source = source


class Times:
    """Turns the raw times of one file's rows into UTC, in the order of the file."""

    def __init__(self, host: Host, anchors: list[Anchor]) -> None:
        self._wall = WallTime(host.zone)
        self._local = host.zone_source if host.zone is not None else ZoneSource.ASSUMED
        self._anchors = anchors
        self._turns = Turns()
        self._year: tuple[int, int] | None = None
        self.anchor: Anchor | None = None
        self.year: int | None = None
        self.waits = False
        self.assumed = False
        self.impossible = 0
        self.first_impossible: int | None = None

    def add(self, rows: Rows, stamps: Stamps) -> None:
        """Take the times of some more rows of a batch."""
        only = rows.only()
        if only is not None:
            self._take(only, rows, list(range(len(rows.clocked))), stamps, len(stamps.known))
            return
        base = len(stamps.known)
        stamps.known += [NO_TIME] * len(rows.clocked)
        patterns = {id(pattern): pattern for pattern in rows.pattern}
        for key, pattern in patterns.items():
            mine = [row for row, owner in enumerate(rows.pattern) if id(owner) == key]
            self._take(pattern, rows, mine, stamps, base)

    def _take(self, pattern: LinePattern, rows: Rows, mine: list[int], stamps: Stamps, base: int) -> None:
        raw = rows.clocked if len(mine) == len(rows.clocked) else [rows.clocked[row] for row in mine]
        if len(stamps.known) == base:
            stamps.known += [NO_TIME] * len(raw)
        if pattern.clock is None or not raw:
            return
        if min(raw) < LOWEST:
            self._count(rows, mine, raw)
            if max(raw) < LOWEST:
                return
        if pattern.clock.has_year:
            known = self._utc(raw, pattern.zone, stamps)
            if len(mine) == len(rows.clocked):
                stamps.known[base:] = known
            else:
                for row, value in zip(mine, known, strict=True):
                    stamps.known[base + row] = value
            return
        self.waits = True
        part = Part([base + row for row in mine], raw, self._turns.runs(raw), pattern.zone)
        stamps.parts.append(part)

    def _count(self, rows: Rows, mine: list[int], raw: list[int]) -> None:
        wrong = [row for row, value in zip(mine, raw, strict=True) if value < LOWEST and value != ABSENT]
        self.impossible += len(wrong)
        if self.first_impossible is None and wrong:
            self.first_impossible = rows.position[wrong[0]]

    def _utc(self, raw: list[int], zone: str, stamps: Stamps) -> list[int]:
        if zone == "utc":
            stamps.seen(ZoneSource.FORMAT)
            return _PLAIN.to_utc(raw)
        if min(raw) > HIGHEST:
            stamps.seen(ZoneSource.LINE)
        else:
            stamps.seen(self._local)
            self.assumed = self.assumed or self._local is ZoneSource.ASSUMED
            if max(raw) > HIGHEST:
                stamps.seen(ZoneSource.LINE)
        return self._wall.to_utc(raw)

    @property
    def last(self) -> tuple[int, int] | None:
        """The last time without a year, as one of the year 2000, and how often the year turned up to it."""
        return None if self._turns.last is None else (self._turns.last, self._turns.turn)

    def settle(self, last: tuple[int, int]) -> None:
        """Find the year of the last line. last: as `last` says at the end of the file."""
        found = year_of(last[0], self._anchors)
        if found is not None:
            self.year, self.anchor = found
            self._year = (self.year, last[1])

    def finish(self, stamps: Stamps) -> list[int | None]:
        """The times of a batch in µs UTC, with the years that were found."""
        for part in stamps.parts:
            if self._year is None:
                continue
            dated = with_years(part.values, part.runs, *self._year)
            if dated and max(dated) > LOWEST:
                stamps.inferred = True
                for row, value in zip(part.rows, self._utc(dated, part.zone, stamps), strict=True):
                    stamps.known[row] = value
        known = stamps.known
        if known and min(known) < LOWEST:
            return [value if value > LOWEST else None for value in known]
        return list(known)


_PLAIN = WallTime(None)
