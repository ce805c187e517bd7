"""What the first bytes of a file say about its format, for files whose path and name say nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from saishu.bundle.signatures import recognise
from saishu.bundle.signatures.text import Head
from saishu.catalogue.formats import load_formats
from saishu.parse.grammar import ANY_TEXT, Grammar, grammar_of

_BY_SIGNATURE = {
    "evtx": "events",
    "event_csv_system": "events",
    "event_csv_application": "events",
    "vssadmin_writers": "vssadmin",
    "vssadmin_providers": "vssadmin",
    "vssadmin_shadows": "vssadmin",
    "vssadmin_shadowstorage": "vssadmin",
    "nfo": "nfo",
    "nwcheck_linux": "nwcheck-linux",
    "nwcheck_windows": "nwcheck-windows",
    "vmsnapshot_linux_log": "vmsnapshot-linux",
    "hana_backint_log": "hana-backint",
    "hana_backup_log": "hana-backup",
    "sql_errorlog": "sql-errorlog",
    "mars_errlog": "mars",
    "waagent_log": "waagent",
}
"""In this order: what comes first wins."""
_EVENT_KEYS = {
    "source": r"Source|Provider ?Name|ソース|イベント ?ソース|プロバイダー名",
    "id": r"Event ?ID|Id|イベント ?ID|ID",
    "log": r"Log ?Name|ログの名前",
    "level": r"Level|LevelDisplayName|EntryType|レベル",
    "date": r"Date|TimeCreated|TimeGenerated|日付",
    "text": r"(?:Event )?Description|Message|説明|メッセージ",
}
_EVENT_LINES = {
    name: re.compile(rf"^[\W_]{{0,4}}(?:{words})[\"*_]{{0,2}}\s*[:：]", re.MULTILINE)
    for name, words in _EVENT_KEYS.items()
}
_EVENT_NUMBER = re.compile(
    r"^[\W_]{0,4}(?:Event ?ID|イベント ?ID|InstanceId|ID|Id)[\"*_]{0,2}\s*[:：]\s*\"?\d{1,5}(?!\d)", re.MULTILINE
)
_EVENT_XML = re.compile(r"<Event\s+xmlns=['\"]http://schemas\.microsoft\.com/win/2004/08/events/event")
_STATUS = re.compile(r"\"(?:formattedMessage|aggregateStatus)\"\s*:")
_JOB = re.compile(r"\"(?:backupManagementType|jobType|errorDetails|entityFriendlyName)\"\s*:")
_BLAND = (
    "2024-05-01 03:06:52 ready",
    "2024-05-01 03:06:52.12 this is ready",
    "2024-05-01 03:06:52.123 this is ready",
    "2024-05-01 03:06:52,123 INFO ready",
    "[2024-05-01 03:06:52] ready: 1",
    "2024-05-01T03:06:52Z ERROR ready",
    "2024/05/01 03:06:52 ready",
    "05/01/2024 03:06:52 ready",
    "5/1/2024 3:06:52 PM ready",
    "May  1 03:06:52 ready",
    "[INFO] ready",
    "ready",
)
"""Lines that many programs may write: a pattern that matches one of them tells nothing."""
_BY_PATH_ONLY = frozenset(("transparent-installer", "guest-agent-other", ANY_TEXT))
"""Formats that write the same lines as another one."""
_LINES = 200
_LONGEST = 2000


def format_in(head: bytes, name: str = "") -> str | None:
    """The format that the first bytes of a file clearly have; `text` for any other text, None for binary data.

    head: inflated where the file is packed. name: the bare file name.
    """
    if not head:
        return None
    found = recognise(head, name)
    for signature, format_id in _BY_SIGNATURE.items():
        if signature in found:
            return format_id
    seen = Head(head, name)
    if seen.encoding is None:
        return None
    return _in_text(seen, found) or ANY_TEXT


def _in_text(seen: Head, found: frozenset[str]) -> str | None:
    text = seen.text
    if is_event_text(text):
        return "events"
    start = text[:200].lstrip()
    if start[:1] in ("{", "["):
        if _STATUS.search(text):
            return "extension-status"
        if _JOB.search(text):
            return "job-json"
    if "ilr_log" in found:
        return "ilr-linux" if re.search(r"iscsiadm|\.py\b|/etc/", text) else "ilr-windows"
    return best_grammar(seen.lines) or ("syslog" if "syslog" in found else None)


def is_event_text(text: str) -> bool:
    """Whether a text holds Windows events as Event Viewer, PowerShell or JSON write them, English or Japanese."""
    if _EVENT_XML.search(text[:4000]):
        return True
    if _EVENT_NUMBER.search(text) is None:
        return False
    others = sum(pattern.search(text) is not None for name, pattern in _EVENT_LINES.items() if name != "id")
    return others >= 2 or (others == 1 and _EVENT_LINES["source"].search(text) is not None)


def best_grammar(lines: list[str]) -> str | None:
    """The declared format whose telling patterns match most of the lines, where one does so clearly."""
    chosen = [line[:_LONGEST] for line in lines[:_LINES]]
    if not chosen:
        return None
    scores: dict[str, int] = {}
    for name, patterns in telling_patterns().items():
        count = sum(any(pattern.match(line) for pattern in patterns) for line in chosen)
        if count:
            scores[name] = count
    if not scores:
        return None
    ranked = sorted(scores, key=lambda name: (-scores[name], name))
    best = scores[ranked[0]]
    second = scores[ranked[1]] if len(ranked) > 1 else 0
    enough = best >= min(2, len(chosen)) and best * 5 >= len(chosen)
    return ranked[0] if enough and best > second else None


@lru_cache(maxsize=1)
def telling_patterns() -> dict[str, list[re.Pattern[str]]]:
    """By format, the patterns that match none of the lines that anybody may write."""
    found = {}
    for name in sorted(load_formats().keys() - _BY_PATH_ONLY):
        grammar = grammar_of(name)
        telling = _telling(grammar) if grammar is not None else []
        if telling:
            found[name] = telling
    return found


def _telling(grammar: Grammar) -> list[re.Pattern[str]]:
    return [p.regex for p in grammar.patterns if not any(p.regex.match(line) for line in _BLAND)]
