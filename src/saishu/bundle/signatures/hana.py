"""SAP HANA's backup.log and backint.log."""

from __future__ import annotations

import re

from saishu.bundle.signatures.text import Head

_BACKUP = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\s+P\d+\s+[0-9a-f]{8,16}\s+(?:INFO|WARNING|ERROR)\s"
)
_BACKINT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s+backint (?:started|terminated)")


def is_backup_log(head: Head) -> bool:
    """A time with offset, a process, the backup id in hex, a level."""
    return head.has(_BACKUP, least=1)


def is_backint_log(head: Head) -> bool:
    """Blocks that begin with `backint started:` or `backint terminated:`."""
    return head.count(_BACKINT, 1) == 1


SIGNATURES = {"hana_backup_log": is_backup_log, "hana_backint_log": is_backint_log}
