"""Event logs saved as CSV: Event Viewer in English and Japanese, PowerShell's Export-Csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from saishu.bundle.signatures.text import Head

_LEVEL = frozenset(("level", "レベル"))
_SOURCE = frozenset(("source", "ソース", "providername", "プロバイダー名"))
_EVENT_ID = frozenset(("event id", "イベント id", "イベントid", "id", "eventid", "instanceid"))
_CHANNEL = frozenset(("log name", "logname", "channel", "ログの名前", "ログ名"))
_SYSTEM = (
    "service control manager", "eventlog", "volsnap", "disk", "ntfs", "microsoft-windows-ntfs", "user32", "tcpip",
    "microsoft-windows-kernel-", "microsoft-windows-windowsupdateclient", "microsoft-windows-time-service",
    "microsoft-windows-distributedcom", "distributedcom", "schannel", "microsoft-windows-dns-client", "kernel-",
    "microsoft-windows-dhcp", "storvsc", "vhdmp", "netlogon", "microsoft-windows-winlogon", "bugcheck", "cdrom",
    "microsoft-windows-filtermanager", "microsoft-windows-grouppolicy", "microsoft-windows-resource-exhaustion",
)  # fmt: skip
_APPLICATION = (
    "vss", "esent", "msiinstaller", "application error", "application hang", "windows error reporting", ".net runtime",
    "microsoft-windows-security-spp", "security-spp", "sqlwriter", "sqlvdi", "mssql", "sqlserveragent", "sqlagent",
    "microsoft-windows-capi2", "capi2", "microsoft-windows-restartmanager", "restartmanager", "com+", "wmi",
    "microsoft-windows-backup", "microsoft-windows-wmi", "microsoft-windows-user profiles", "sceCli".lower(),
    "microsoft-windows-eventsystem", "eventsystem", "windowsazureguestagent", "microsoft-windows-perflib",
    "microsoft-windows-search", "search-profilenotify", "desktop window manager", "microsoft-windows-msdtc",
    "winlogon", "wer-systemerrorreporting", "iaasbcdrextension",
)  # fmt: skip
_ROWS = 300


def channel_of(head: Head) -> str | None:
    """System or Application, for an event list in CSV; None for anything else and when the sources do not tell.

    Event Viewer writes no channel, so the sources vote: Service Control Manager only speaks in System, VSS only in
    Application. The header comes in the language of the exporting machine.
    """
    rows = _rows(head)
    header = next(rows, None)
    if header is None:
        return None
    names = [name.strip().strip("\ufeff").lower() for name in header]
    source, channel = _column(names, _SOURCE), _column(names, _CHANNEL)
    is_events = (source is not None or channel is not None) and _column(names, _EVENT_ID) is not None
    if not is_events or (_column(names, _LEVEL) is None and channel is None):
        return None
    votes = {"System": 0, "Application": 0}
    for row in rows:
        said = row[channel].strip() if channel is not None and channel < len(row) else ""
        if said in votes:
            votes[said] += 5
        elif source is not None and source < len(row):
            _vote(row[source].strip().lower(), votes)
    if votes["System"] == votes["Application"]:
        return None
    return max(votes, key=votes.__getitem__)


def _vote(source: str, votes: dict[str, int]) -> None:
    if source.startswith(_SYSTEM):
        votes["System"] += 1
    elif source.startswith(_APPLICATION):
        votes["Application"] += 1


def _rows(head: Head) -> Iterator[list[str]]:
    """The rows of the head that are whole; PowerShell's `#TYPE` line is none."""
    text = head.text
    first = text[:2000].lstrip("\n")
    if first.startswith("#TYPE"):
        text = text.split("\n", 1)[-1]
        first = text[:2000]
    line = first.split("\n", 1)[0]
    if "," not in line and "\t" not in line:
        return
    delimiter = "\t" if line.count("\t") > line.count(",") else ","
    try:
        for number, row in enumerate(csv.reader(text.splitlines(keepends=True), delimiter=delimiter)):
            if number > _ROWS:
                return
            if row:
                yield row
    except csv.Error:
        return


def _column(names: list[str], wanted: frozenset[str]) -> int | None:
    return next((number for number, name in enumerate(names) if name in wanted), None)


SIGNATURES = {
    "event_csv_system": lambda head: channel_of(head) == "System",
    "event_csv_application": lambda head: channel_of(head) == "Application",
}
