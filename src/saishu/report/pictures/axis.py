"""A time axis: where a moment stands between two others, and what to write below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from saishu.report.moments import moment
from saishu.report.pictures.svg import element, picture, share

SECOND = 1_000_000
_DAY = 86_400 * SECOND
_SMALLEST = 1
_TICKS = 4
_MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class Axis:
    """From start to end, µs since 1970 UTC, start before end."""

    start: int
    end: int

    @classmethod
    def over(cls, times: Iterable[int | None]) -> Axis | None:
        """The axis that holds all the times with a little room at both sides; None where there is no time."""
        known = [time for time in times if time is not None]
        if not known:
            return None
        first, last = min(known), max(known)
        room = int(max((last - first) * _MARGIN, SECOND))
        return cls(first - room, last + room)

    def at(self, time: int) -> float:
        """0 at the start, 1 at the end; beyond both for what lies outside."""
        return (time - self.start) / max(self.end - self.start, _SMALLEST)

    def bar(self, first: int, last: int) -> tuple[float, float] | None:
        """(left, width) of what lasts from first to last, cut to the axis; None where all of it lies outside."""
        left, right = max(self.at(first), 0.0), min(self.at(last), 1.0)
        return None if right < 0 or left > 1 else (left, max(right - left, 0.0))

    def written(self, time: int) -> str:
        """A time as short as the length of the axis allows."""
        found = moment(time)
        if found is None:
            return ""
        length = self.end - self.start
        if length > 300 * _DAY:
            return found.strftime("%Y-%m-%d")
        return found.strftime("%m-%d %H:%M" if length > _DAY else "%H:%M:%S")

    def ticks(self) -> list[tuple[float, str]]:
        """(position, what to write) at even distances."""
        shares = [(2 * number + 1) / (2 * _TICKS) for number in range(_TICKS)]
        return [(one, self.written(int(self.start + one * (self.end - self.start)))) for one in shares]

    def scale(self, title: str) -> Markup:
        """The axis itself, to stand below lanes. title: what it is."""
        parts = []
        for position, text in self.ticks():
            parts.append(element("line", class_="tick", x1=share(position), x2=share(position), y1=0, y2=5))
            parts.append(element("text", text, class_="label", x=share(position), y=18, text_anchor="middle"))
        return picture(24, title, parts, class_="scale")

    def grid(self, height: int) -> list[Markup]:
        """Fine lines at the ticks, for the ground of a lane."""
        return [
            element("line", class_="grid", x1=share(one), x2=share(one), y1=0, y2=height) for one, _ in self.ticks()
        ]
