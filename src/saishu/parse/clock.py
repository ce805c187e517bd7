"""Written times into numbers, a whole column at a time, by the layouts that formats declare."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import pyarrow
from pyarrow import compute

SECOND = 1_000_000
DAY = 86_400 * SECOND
NO_TIME = -(1 << 63)
"""Stands for a time that cannot be; everything below `LOWEST` means it."""
ABSENT = -(1 << 70)
"""Stands for no time at all, where a line need not have one."""
LOWEST = -(1 << 60)
WITH_OFFSET = 1 << 61
"""Added to a time whose offset stands in the line, so that it is UTC already; see `HIGHEST`."""
HIGHEST = 1 << 60
LEAP_YEAR = 2000
"""The year of a time that says none, until it is known."""
_YEARS = range(1990, 2100)
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_MOMENT, _LAST_MOMENT = ((date(year, 1, 1).toordinal() - _EPOCH) * DAY for year in (_YEARS[0], _YEARS[-1] + 1))
_KEPT = 100_000
_WORTH_ARROW = 64
_ZONED = re.compile(r"(?:[Zz]|[+-]\d\d:?(?:\d\d)?)\Z")
_LONG_FRACTION = re.compile(r"\.\d{7}")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_PARTS = {
    "Y": (r"(?P<Y>\d{4})", 4),
    "m": (r"(?P<m>\d{1,2})", 2),
    "b": (r"(?P<b>[A-Za-z]{3,9}|\d{1,2}月)", 3),
    "d": (r"(?P<d>\d{1,2})", 2),
    "H": (r"(?P<H>\d{1,2})", 2),
    "I": (r"(?P<H>\d{1,2})", 0),
    "p": (r"(?P<p>[AaPp]\.?[Mm]\.?|午前|午後)", 0),
    "M": (r"(?P<M>\d{2})", 2),
    "S": (r"(?P<S>\d{2})", 2),
    "a": (r"[^\s\d]{1,12}", 0),
}
_ISO = r"(?P<Y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?:[Tt]|\s+)(?P<H>\d{1,2})"
_MINUTES = re.compile(r":([0-5]\d):([0-5]\d|60)")
_MINUTES_WIDE = 6
_TAIL = r"(?:[.,](?P<f>\d{1,9}))?\s*(?P<z>[Zz]|UTC|[+-]\d{2}(?::?\d{2})?)?"
_TAIL_ONLY = re.compile(_TAIL)
_LAST_PARTS = re.compile(r"(?:[.,]?%f)?\s*(?:%z)?\Z")


class Clock:
    """One layout, compiled: `iso`, or the parts that format.schema.json lists.

    Where the seconds come last, a fraction and an offset may follow them, whether the layout says so or not.
    """

    def __init__(self, layout: str, has_year: bool = True) -> None:
        self.has_year = has_year
        self._iso = layout == "iso"
        if self._iso:
            hours, self._hours = _ISO, 13
            whole = _ISO + r":(?P<M>\d{2})(?::(?P<S>\d{2}))?" + _TAIL
        else:
            bare = _LAST_PARTS.sub("", layout)
            hours, self._hours = _compile(bare.removesuffix(":%M:%S"))
            whole = _compile(bare)[0] + _TAIL
            if not bare.endswith("%H:%M:%S"):
                self._hours = 0
        self._heads = _Cache(re.compile(hours), has_year)
        self._minutes = _Minutes()
        self._tails = _Tails()
        self._wholes = _Cache(re.compile(whole), has_year)

    def column(self, texts: Sequence[str]) -> list[int]:
        """The times in µs since 1970 on the clock of whoever wrote them, or `NO_TIME` where there can be none.

        A time with its offset is UTC with `WITH_OFFSET` added. A time without a year is one of the year 2000.
        """
        wholes, hours = self._wholes, self._hours
        if not hours:
            return [wholes[text] for text in texts]
        found = _iso_column(texts) if self._iso and len(texts) >= _WORTH_ARROW else None
        if found is None:
            end = hours + _MINUTES_WIDE
            heads, minutes, tails = self._heads, self._minutes, self._tails
            found = [heads[text[:hours]] + minutes[text[hours:end]] + tails[text[end:]] for text in texts]
        if found and min(found) < LOWEST:
            found = [wholes[text] if value < LOWEST else value for text, value in zip(texts, found, strict=True)]
        return found


def _iso_column(texts: Sequence[str]) -> list[int] | None:
    """A column of ISO times that are all written alike, read at once; None where they are not, or one is no time."""
    zoned = _ZONED.search(texts[0]) is not None
    try:
        read = pyarrow.array(texts, pyarrow.string())
        if _LONG_FRACTION.search(texts[0]):
            read = compute.replace_substring_regex(read, r"(\.\d{6})\d+", r"\1")
        moments = read.cast(pyarrow.timestamp("us", "UTC" if zoned else None)).cast(pyarrow.int64())
    except ValueError:
        return None
    found: list[int] = (compute.add(moments, WITH_OFFSET) if zoned else moments).to_pylist()
    shift = WITH_OFFSET if zoned else 0
    return found if _FIRST_MOMENT + shift <= min(found) and max(found) < _LAST_MOMENT + shift else None


class _Cache(dict[str, int]):
    """Written times that were seen before, with what they mean."""

    def __init__(self, pattern: re.Pattern[str], has_year: bool) -> None:
        super().__init__()
        self._pattern = pattern
        self._has_year = has_year

    def __missing__(self, text: str) -> int:
        if len(self) >= _KEPT:
            self.clear()
        hit = self._pattern.fullmatch(text)
        value = self[text] = NO_TIME if hit is None else _moment(hit, self._has_year)
        return value


class _Minutes(dict[str, int]):
    """`:06:52` in µs; a second 60 is the first one of the next minute."""

    def __missing__(self, text: str) -> int:
        hit = _MINUTES.fullmatch(text)
        if hit is None:
            return NO_TIME
        value = self[text] = (int(hit[1]) * 60 + int(hit[2])) * SECOND
        return value


class _Tails(dict[str, int]):
    """What follows the seconds: fraction and offset, as µs to add."""

    def __missing__(self, text: str) -> int:
        if len(self) >= _KEPT:
            self.clear()
        hit = _TAIL_ONLY.fullmatch(text)
        value = self[text] = NO_TIME if hit is None else _fraction(hit["f"]) + _offset(hit["z"])
        return value


def _compile(layout: str) -> tuple[str, int]:
    """The expression of a layout, and how wide it is where every part of it always has the same width."""
    out, width, even, at = [], 0, True, 0
    while at < len(layout):
        char = layout[at]
        at += 1
        if char == "%":
            part, wide = _PARTS[layout[at]]
            at += 1
        elif char.isspace():
            part, wide = r"\s{1,4}", 1
        else:
            part, wide = re.escape(char), 1
        out.append(part)
        width += wide
        even = even and wide > 0
    return "".join(out), width if even else 0


def _moment(hit: re.Match[str], has_year: bool) -> int:
    """µs since 1970 of a time that was taken apart; `NO_TIME` for a date that cannot be."""
    parts = hit.groupdict()
    year = int(parts["Y"]) if has_year else LEAP_YEAR
    hour, minute, second = _hour(parts), int(parts.get("M") or 0), int(parts.get("S") or 0)
    if year not in _YEARS or hour > 23 or minute > 59 or second > 60:
        return NO_TIME
    try:
        days = date(year, _month(parts), int(parts["d"])).toordinal() - _EPOCH
    except ValueError:
        return NO_TIME
    moment = days * DAY + (hour * 3600 + minute * 60 + second) * SECOND
    return moment + _fraction(parts.get("f")) + _offset(parts.get("z"))


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("b")
    if name is None:
        return int(parts["m"] or 0)
    return _MONTHS.get(name[:3].lower(), 0) or int("".join(filter(str.isdigit, name)) or 0)


def _hour(parts: dict[str, str | None]) -> int:
    hour, half = int(parts["H"] or 0), parts.get("p")
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return 24
    return hour % 12 + (12 if half[0] in "Pp" or half == "午後" else 0)


def _fraction(digits: str | None) -> int:
    return int(digits[:6].ljust(6, "0")) if digits else 0


def _offset(text: str | None) -> int:
    """What makes a time UTC, and the mark that it is."""
    if not text:
        return 0
    if text[0] not in "+-":
        return WITH_OFFSET
    digits = text[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60
    return WITH_OFFSET - (seconds if text[0] == "+" else -seconds) * SECOND
