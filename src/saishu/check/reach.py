"""Does a log reach back to the failure? Said only where it is certain.

A time without a zone may be off by up to fourteen hours, one without a year says nothing, and a file that was last
written before the failure reaches back whatever it holds.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from saishu.check.case import Case
from saishu.model import Member, Reason

_MOST_FILES = 50
_LINES = 40
_WIDEST_ZONE = timedelta(hours=14)
_ISO = re.compile(
    r"\W{0,2}(?P<day>\d{4}[-/]\d\d[-/]\d\d)[T ](?P<time>\d\d:\d\d:\d\d)(?:[.,]\d+)?"
    r"\s?(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?(?![\d:])"
)
_AMERICAN = re.compile(r"\[\d{8}\]\s*\[(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d{4}) (?P<time>\d\d:\d\d:\d\d)")
_EVTX = b"ElfFile\x00"
_CHUNK = b"ElfChnk\x00"
_FIRST_RECORD = 4096 + 512
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def begins_after(case: Case, files: Sequence[Member]) -> Reason | None:
    """The reason when every one of these files certainly begins after the failure; None when that cannot be said."""
    failure = case.failure_time
    filled = [member for member in files if member.size != 0]
    if failure is None or not filled or len(filled) > _MOST_FILES:
        return None
    starts: list[tuple[datetime, str]] = []
    for member in filled:
        if _last_written(member) <= failure:
            return None
        start = earliest(case, member)
        if start is None or start <= failure:
            return None
        starts.append((start, member.path))
    first, path = min(starts)
    return case.speech.reason("begins_late", path=path, first=_shown(first), failure=_shown(failure))


def earliest(case: Case, member: Member) -> datetime | None:
    """The earliest moment, in UTC, at which the first entry of a log can have been written."""
    head = case.head(member)
    if head.raw.startswith(_EVTX):
        return _of_event_log(head.raw)
    return next(_moments(head.lines[:_LINES]), None)


def _last_written(member: Member) -> datetime:
    """When a file was last written, at the earliest; far in the future where the container does not say."""
    written = member.modified
    if written is None:
        return datetime.max.replace(tzinfo=UTC)
    # A bare zip time is local time of a zone nobody names: it may lie fourteen hours later in UTC.
    return written if written.tzinfo is not None else written.replace(tzinfo=UTC) + _WIDEST_ZONE


def _moments(lines: Sequence[str]) -> Iterator[datetime]:
    for line in lines:
        iso = _ISO.match(line)
        found = iso or _AMERICAN.match(line)
        if found is None:
            continue
        day = found["day"].replace("/", "-") if iso else f"{found['year']}-{found['month']}-{found['day']}"
        zone = iso["zone"] if iso else None
        try:
            moment = datetime.fromisoformat(f"{day}T{found['time']}{'+00:00' if zone in ('Z', 'UTC') else zone or ''}")
        except ValueError:
            continue
        yield moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC) - _WIDEST_ZONE


def _of_event_log(raw: bytes) -> datetime | None:
    """The first record's time, where the oldest chunk lies first; a log that has wrapped around is not judged."""
    if len(raw) < _FIRST_RECORD + 24 or raw[4096:4104] != _CHUNK:
        return None
    oldest = struct.unpack_from("<Q", raw, 8)[0]
    if oldest != 0 or raw[_FIRST_RECORD : _FIRST_RECORD + 4] != b"\x2a\x2a\x00\x00":
        return None
    ticks = struct.unpack_from("<Q", raw, _FIRST_RECORD + 16)[0]
    try:
        return _FILETIME_EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
