"""SQL Server's ERRORLOG."""

from __future__ import annotations

import re

from saishu.bundle.signatures.text import Head

_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d\d (?:spid\d+s?|Server|Logon|Backup)\s")


def is_errorlog(head: Head) -> bool:
    """Lines with a time in hundredths and a source: `2024-05-01 03:06:52.12 spid55 …`."""
    return head.has(_LINE)


SIGNATURES = {"sql_errorlog": is_errorlog}
