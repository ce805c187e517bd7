"""The logs of the two published connectivity scripts."""

from __future__ import annotations

import re

from saishu.bundle.signatures.text import Head

_LINUX = re.compile(r"^#{4} 環境情報確認 #{4}|^##TRY!! (?:nslookup|nc -vz|curl -I) |^### Servicetag : ", re.MULTILINE)
_WINDOWS = re.compile(
    r"^-{5}ScriptStart-{5}|^#{5}getInfo#{6}|^#TRY!! Invoke-webRequest |Result of tnc - \d+ / from ", re.MULTILINE
)


def is_linux_check(head: Head) -> bool:
    """`CheckNWResult_<host>_<time>.log` by its headings."""
    return _LINUX.search(head.text) is not None


def is_windows_check(head: Head) -> bool:
    """`AzureBackup_Check_NW_<time>.log` (a PowerShell transcript) by its headings."""
    return _WINDOWS.search(head.text) is not None


SIGNATURES = {"nwcheck_linux": is_linux_check, "nwcheck_windows": is_windows_check}
