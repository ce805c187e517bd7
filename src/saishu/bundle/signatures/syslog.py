"""Syslog: the traditional and the RFC 3339 line."""

from __future__ import annotations

import re

from saishu.bundle.signatures.text import Head

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_LINE = re.compile(
    rf"(?:<\d{{1,3}}>)?(?:{_MONTH} [ 0-3]\d \d\d:\d\d:\d\d"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))"
    r" [\w.:-]+ [^\s:\[]+(?:\[[^\]]{1,40}\])?: "
)


def is_syslog(head: Head) -> bool:
    """`May  1 03:06:52 host program[1]: …` or `2024-05-01T03:06:52.123456+09:00 host program: …`."""
    return head.has(_LINE)


SIGNATURES = {"syslog": is_syslog}
