"""Times of a machine's own clock into UTC, with the hour that comes twice in autumn told apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from saishu.parse.clock import DAY, HIGHEST, LOWEST, NO_TIME, SECOND, WITH_OFFSET

_QUARTER = 900 * SECOND
"""No zone changes its offset between two quarters of an hour."""
_BACK = 1800 * SECOND
_FAR = 4 * 3600 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


class WallTime:
    """The clock on the wall of one machine, for one file read from front to back. zone None: the clock shows UTC."""

    def __init__(self, zone: tzinfo | None) -> None:
        self._offsets = _Offsets(zone)
        self._second_round = False
        self._last = NO_TIME

    def to_utc(self, values: list[int]) -> list[int]:
        """µs since 1970 UTC of a column that `Clock` made, in the order of the file; what is no time stays none.

        In the hour that the clock shows twice the first round is taken, until the times jump back inside it.
        """
        if not values:
            return []
        offsets = self._offsets
        least, most = min(values), max(values)
        if least > HIGHEST:
            return [value - WITH_OFFSET for value in values]
        if least < LOWEST or most > HIGHEST:
            found = [self._one(value) for value in values]
        else:
            found = [value - offsets[value // _QUARTER] for value in values]
        twice = offsets.twice
        if twice and not twice.isdisjoint({value // _QUARTER for value in values}):
            found = self._rounds(values, found)
        return found

    def _one(self, value: int) -> int:
        if value < LOWEST:
            return NO_TIME
        if value > HIGHEST:
            return value - WITH_OFFSET
        return value - self._offsets[value // _QUARTER]

    def _rounds(self, values: list[int], found: list[int]) -> list[int]:
        twice = self._offsets.twice
        for at, value in enumerate(values):
            if not LOWEST < value < HIGHEST:
                continue
            longer = twice.get(value // _QUARTER)
            if longer is None:
                self._second_round = False
            else:
                gap = self._last - value
                self._second_round = _BACK < gap < _FAR or (self._second_round and abs(gap) < _FAR)
                if self._second_round:
                    found[at] += longer
            self._last = value if longer is not None else NO_TIME
        return found


class _Twice(dict[int, int]):
    """Quarters of an hour that come twice, with how much later the second time is."""

    def isdisjoint(self, quarters: set[int]) -> bool:
        """Whether none of these quarters comes twice."""
        return self.keys().isdisjoint(quarters)


class _Offsets(dict[int, int]):
    """Offset from UTC by quarter of an hour on the wall."""

    def __init__(self, zone: tzinfo | None) -> None:
        super().__init__()
        self._zone = zone
        self.twice = _Twice()

    def __missing__(self, quarter: int) -> int:
        if len(self) > 100_000:
            self.clear()
        first, second = self._both(quarter)
        if first > second:
            self.twice[quarter] = first - second
        self[quarter] = first
        return first

    def _both(self, quarter: int) -> tuple[int, int]:
        if self._zone is None:
            return 0, 0
        wall = (_EPOCH + timedelta(microseconds=quarter * _QUARTER)).replace(tzinfo=self._zone)
        offsets = [wall.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
        first, second = (offset // timedelta(microseconds=1) for offset in offsets)
        return (first, second) if abs(first) <= DAY else (0, 0)
