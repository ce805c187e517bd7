"""Times as Windows shows them to people: in the format of a language, on the clock of whoever looked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from saishu.model import Certainty, ZoneSource
from saishu.parse.reading import Host
from saishu.parse.wall_time import WallTime

_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK = (
    r"[\sT,]*(?:\([^)]{1,4}\)\s*)?(?P<before>午前|午後|[AaPp]\.?[Mm]\.?)?\s*(?P<H>\d{1,2})[:時](?P<M>\d{2})"
    r"(?:[:分](?P<S>\d{2})秒?(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<after>[AaPp]\.?[Mm]\.?)?\s*(?P<z>Z|UTC|[+-]\d{2}:?\d{2})?"
)
_BIG_FIRST = re.compile(r"\s*(?P<Y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})日?" + _CLOCK)
_SMALL_FIRST = re.compile(r"\s*(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<Y>\d{4})" + _CLOCK)
_TICKS = re.compile(r"\s*\\?/Date\((?P<ms>-?\d{1,15})(?:[+-]\d{4})?\)\\?/")
_YEARS = range(1990, 2100)


class Moment(NamedTuple):
    """A time in µs since 1970 UTC, or None, and how it is known."""

    time: int | None
    certainty: Certainty
    zone_source: ZoneSource


class Moments:
    """Reads the times of one file. A time without an offset is one of the machine's own clock.

    Day and month are told apart by all times of the file that `learn` was shown; where nothing tells, a time with AM or
    PM, or with a dash or a stroke, has its month first, one with dots its day. is_guess: such a choice was made.
    """

    def __init__(self, host: Host) -> None:
        self._zone_source = host.zone_source if host.zone is not None else ZoneSource.ASSUMED
        self._wall = WallTime(host.zone)
        self._day_first: bool | None = None
        self.is_guess = False

    def learn(self, texts: Iterable[str]) -> None:
        """Look at times to find out whether the day or the month comes first."""
        for text in texts:
            hit = _SMALL_FIRST.match(text[:80])
            if hit is not None and (int(hit["a"]) > 12) != (int(hit["b"]) > 12):
                self._day_first = int(hit["a"]) > 12
                return

    def read(self, text: str) -> Moment:
        """The time that a text is; none where it is no time."""
        text = text[:80]
        ticks = _TICKS.match(text)
        if ticks is not None:
            return Moment(int(ticks["ms"]) * 1000, Certainty.EXACT, ZoneSource.LINE)
        hit = _BIG_FIRST.match(text)
        parts = hit.groupdict() if hit is not None else self._small_first(text)
        value = _value(parts) if parts else None
        if value is None:
            return Moment(None, Certainty.NONE, ZoneSource.NONE)
        if parts["z"]:
            return Moment(value - _offset(parts["z"]), Certainty.EXACT, ZoneSource.LINE)
        return Moment(self._wall.to_utc([value])[0], Certainty.ZONE_ASSUMED, self._zone_source)

    def _small_first(self, text: str) -> dict[str, str]:
        hit = _SMALL_FIRST.match(text)
        if hit is None:
            return {}
        parts = hit.groupdict()
        first, second = int(parts["a"]), int(parts["b"])
        day_first = self._day_first
        if (first > 12) != (second > 12):
            day_first = first > 12
        elif day_first is None:
            day_first = "." in text[:6] and not parts["after"]
            self.is_guess = self.is_guess or first != second
        parts["d"], parts["m"] = (parts["a"], parts["b"]) if day_first else (parts["b"], parts["a"])
        return parts


def _value(parts: dict[str, str]) -> int | None:
    """µs since 1970 on the clock that was read."""
    half = (parts["before"] or parts["after"] or "").replace(".", "").lower()
    hour = int(parts["H"])
    if half:
        hour = hour % 12 + (12 if half in ("午後", "pm") else 0)
    year = int(parts["Y"])
    try:
        day = datetime(year, int(parts["m"]), int(parts["d"]), hour, int(parts["M"]), int(parts["S"] or 0), tzinfo=UTC)
    except ValueError:
        return None
    if year not in _YEARS:
        return None
    return int((day - _EPOCH).total_seconds()) * _SECOND + int((parts["f"] or "")[:6].ljust(6, "0"))


def _offset(zone: str) -> int:
    """µs that a zone is before UTC."""
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:4])
    return (minutes if zone[0] == "+" else -minutes) * 60 * _SECOND
