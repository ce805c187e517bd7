"""Values on the command line: sizes, ages, times, KEY=VALUE."""

import argparse
import calendar
import datetime
import re
import time

_SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SPANS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def size(text):
    """Return bytes for `500M`, `2G`, `1048576`."""
    match = re.match(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)(?:i?B)?\Z", text.strip(), re.IGNORECASE)
    if not match:
        raise argparse.ArgumentTypeError("size: 500M, 2G")
    return int(float(match.group(1)) * _SIZES[match.group(2).upper()])


def span(text):
    """Return seconds for `14d`, `36h`, `2w`, `90m`."""
    match = re.match(r"([0-9]+)\s*([mhdw])\Z", text.strip().lower())
    if not match:
        raise argparse.ArgumentTypeError("age: 14d, 36h, 2w")
    return int(match.group(1)) * _SPANS[match.group(2)]


def moment(text):
    """Return seconds since 1970 for `2024-05-01T03:06Z`, `…+09:00`, or local time without a zone."""
    match = re.match(
        r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?\Z", text.strip()
    )
    try:
        # A date that the calendar does not have is refused, not taken for another one.
        given = datetime.datetime(*[int(part or 0) for part in match.groups()[:6]])  # noqa: DTZ001 - the zone follows
        zone = match.group(7)
        if zone is None:
            return time.mktime(given.timetuple()[:8] + (-1,))
        seconds = calendar.timegm(given.timetuple())
    except (AttributeError, ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError("time: 2024-05-01T03:06+09:00") from error
    if zone == "Z":
        return seconds
    digits = zone[1:].replace(":", "")
    offset = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return seconds - offset if zone[0] == "+" else seconds + offset


def pair(text):
    """Return (key, value) for `KEY=VALUE`."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise argparse.ArgumentTypeError("KEY=VALUE")
    return key.strip(), value.strip()
