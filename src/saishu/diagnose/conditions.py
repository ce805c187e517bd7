"""Evaluates the conditions of a fault unit over what was seen: all, any, none, count, together, sequence, later."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from saishu.model import Sighting

Seen = Mapping[str, Sequence[Sighting]]
"""Signal name to its sightings, by time where known."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_TOGETHER = "15m"


def holds(condition: Any, seen: Seen, counts: Mapping[str, int]) -> bool:
    """Whether a condition is true. counts: how often each signal was seen, also beyond the sightings that were kept."""
    if isinstance(condition, str):
        return bool(seen.get(condition))
    for field, test in _TESTS.items():
        if field in condition:
            return test(condition, seen, counts)
    raise ValueError(f"no such condition: {sorted(condition)}")


def signals_named(condition: Any) -> list[str]:
    """The signals that speak for a condition, in its order; those under `none` speak against it."""
    if isinstance(condition, str):
        return [condition]
    names: list[str] = []
    for field in ("all", "any"):
        for part in condition.get(field, ()):
            names += signals_named(part)
    names += [condition[field] for field in ("count", "later", "than") if field in condition]
    names += [name for field in ("together", "sequence") for name in condition.get(field, ())]
    return list(dict.fromkeys(names))


def microseconds(span: str) -> int:
    """`15m` in microseconds."""
    number, unit = re.fullmatch(r"(\d+)([smhd])", span).groups()  # type: ignore[union-attr]
    return int(number) * _UNITS[unit] * 1_000_000


def _all(condition: Any, seen: Seen, counts: Mapping[str, int]) -> bool:
    return all(holds(part, seen, counts) for part in condition["all"])


def _any(condition: Any, seen: Seen, counts: Mapping[str, int]) -> bool:
    return any(holds(part, seen, counts) for part in condition["any"])


def _none(condition: Any, seen: Seen, counts: Mapping[str, int]) -> bool:
    return not any(holds(part, seen, counts) for part in condition["none"])


def _count(condition: Any, seen: Seen, counts: Mapping[str, int]) -> bool:
    name, least = condition["count"], condition["at_least"]
    if counts.get(name, 0) < least:
        return False
    if "within" not in condition:
        return True
    span = microseconds(condition["within"])
    times = sorted(one.time for one in seen.get(name, ()) if one.time is not None)
    if len(times) < least:
        # What has no time cannot be told apart in time; then the number alone decides.
        return bool(len(seen.get(name, ())) - len(times) >= least)
    gaps = (last - first for first, last in zip(times, times[least - 1 :], strict=False))
    return bool(min(gaps) <= span)


def _together(condition: Any, seen: Seen, _counts: Mapping[str, int]) -> bool:
    groups = [seen.get(name, ()) for name in condition["together"]]
    if not all(groups):
        return False
    timed = [
        sorted(one.time for one in group if one.time is not None)
        for group in groups
        if all(one.time is not None for one in group)
    ]
    if len(timed) < 2:
        return True
    return _spanned(timed, microseconds(condition.get("within", _TOGETHER)))


def _spanned(groups: Sequence[Sequence[int]], span: int) -> bool:
    """Whether one time of each group lies within the span; times are sorted."""
    heads = [0] * len(groups)
    while True:
        now = [group[head] for group, head in zip(groups, heads, strict=True)]
        if max(now) - min(now) <= span:
            return True
        least = now.index(min(now))
        heads[least] += 1
        if heads[least] == len(groups[least]):
            return False


def _sequence(condition: Any, seen: Seen, _counts: Mapping[str, int]) -> bool:
    names = condition["sequence"]
    span = microseconds(condition["within"]) if "within" in condition else None
    return any(_follows(one, one, names[1:], seen, span) for one in seen.get(names[0], ()))


def _follows(first: Sighting, last: Sighting, names: Sequence[str], seen: Seen, span: int | None) -> bool:
    """Whether the named signals come one after the other behind `last`, all within the span from `first`."""
    for name in names:
        behind = [one for one in seen.get(name, ()) if is_later(one, last, unknown=True) and _within(first, one, span)]
        if not behind:
            return False
        last = min(behind, key=lambda one: (one.time is None, one.time or 0, one.position))
    return True


def _later(condition: Any, seen: Seen, _counts: Mapping[str, int]) -> bool:
    earlier = seen.get(condition["than"], ())
    if not earlier:
        return False
    span = microseconds(condition["within"]) if "within" in condition else None
    last = earlier[-1]
    return any(
        is_later(one, last, unknown=False) and _within(last, one, span) for one in seen.get(condition["later"], ())
    )


def is_later(one: Sighting, other: Sighting, *, unknown: bool) -> bool:
    """Whether one sighting comes after another: by time, else by line in one file; `unknown` where neither says it."""
    if one.time is not None and other.time is not None and one.time != other.time:
        return one.time > other.time
    if one.path == other.path:
        return one.position > other.position
    if one.time is not None and one.time == other.time:
        return True
    return unknown


def _within(first: Sighting, second: Sighting, span: int | None) -> bool:
    if span is None or first.time is None or second.time is None:
        return True
    return abs(second.time - first.time) <= span


_TESTS: dict[str, Callable[[Any, Seen, Mapping[str, int]], bool]] = {
    "all": _all, "any": _any, "none": _none, "count": _count, "together": _together, "sequence": _sequence,
    "later": _later,
}  # fmt: skip
