"""Times as people and programs read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(time: int | None) -> datetime | None:
    """Microseconds since 1970 UTC as an aware time; None for None and for what no calendar has."""
    if time is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=time)
    except OverflowError:
        return None


def iso(time: int | None) -> str | None:
    """`2024-05-01T03:06:52.123456Z`, the fraction only where there is one."""
    found = moment(time)
    if found is None:
        return None
    text = found.replace(tzinfo=None).isoformat(timespec="microseconds" if found.microsecond else "seconds")
    return text.rstrip("0") + "Z" if found.microsecond else text + "Z"


def shown(time: int | None) -> str:
    """`2024-05-01 03:06:52`, in UTC; empty for no time."""
    found = moment(time)
    return "" if found is None else found.strftime("%Y-%m-%d %H:%M:%S")
