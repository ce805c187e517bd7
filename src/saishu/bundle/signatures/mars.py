"""The MARS agent's .errlog files."""

from __future__ import annotations

import re

from saishu.bundle.signatures.text import Head

_LINE = re.compile(
    r"[0-9A-Fa-f]{3,8}[\t ]+[0-9A-Fa-f]{3,8}[\t ]+\d\d/\d\d[\t ]+\d\d:\d\d:\d\d\.\d{3}[\t ]+\d+[\t ]+\S"
    r"|\d{1,2}:\d\d:\d\d(?:\.\d+)?(?: [AP]M)?[\t ]+\d+[\t ]+\w+\.(?:cpp|cs|h)\(\d+\)[\t ]"
)


def is_errlog(head: Head) -> bool:
    """Process, thread, month/day, time, component, source line, parted by tabs (by blanks when it was pasted)."""
    return head.has(_LINE, least=2)


SIGNATURES = {"mars_errlog": is_errlog}
