"""How a zone's distance from UTC changes over a stretch of time, so that a page can show it without knowing zones."""

from __future__ import annotations

from datetime import tzinfo
from itertools import pairwise

from saishu.report.moments import moment

_HOUR = 3_600_000_000
_MOST_STEPS = 4000


def offsets(zone: tzinfo, first: int, last: int) -> list[tuple[int, int]]:
    """(from when on, seconds east of UTC) between two times, all times µs UTC; one entry at least."""
    changes = [(first, _offset(zone, first))]
    width = max(24 * _HOUR, (last - first) // _MOST_STEPS)
    for before, after in pairwise(range(first, last + width, width)):
        if _offset(zone, before) != _offset(zone, after):
            changes.append((_change(zone, before, after), _offset(zone, after)))
    return changes


def _change(zone: tzinfo, low: int, high: int) -> int:
    """When the distance changes between two times, to the second."""
    before = _offset(zone, low)
    while high - low > 1_000_000:
        half = (low + high) // 2
        low, high = (half, high) if _offset(zone, half) == before else (low, half)
    return high


def _offset(zone: tzinfo, time: int) -> int:
    found = moment(time)
    try:
        shift = found.astimezone(zone).utcoffset() if found is not None else None
    except (OverflowError, ValueError):
        return 0
    return int(shift.total_seconds()) if shift is not None else 0
