"""Tells the forms apart in which Windows events come."""

from __future__ import annotations

import enum
import re

from saishu.bundle.signatures.text import Head
from saishu.parse.readers.events.event_csv import is_table
from saishu.parse.readers.events.event_text import header_of
from saishu.parse.readers.events.grid import CHUNK, FILE

_XML = re.compile(r"<Event\b[^>]{0,300}http://schemas\.microsoft\.com/win/2004/08/events/event|<Event>\s*<System>")
_JSON_ID = re.compile(r'"(?:EventID|EventId|Id|InstanceId)"\s*:\s*"?\d')
_JSON_REST = re.compile(r'"(?:EntryType|ProviderName|Source|LevelDisplayName)"\s*:')
_JSON_BEGIN = re.compile(r"[\s\ufeff]*[\[{]")
_LEGACY = b"LfLe"
_FIRST_LINES = 60


class Form(enum.Enum):
    """A form of event log, with what is said of it where we cannot read it."""

    EVTX = "evtx"
    CSV = "csv"
    XML = "xml"
    JSON = "json"
    TEXT = "text"
    LEGACY = "legacy .evt"
    TRACE = ".etl"
    FOREIGN = "no event log"
    EMPTY = "0 bytes"
    BINARY = "binary"

    @property
    def unreadable(self) -> str | None:
        """The detail of the note for a form that nothing here reads, None for all others."""
        return self.value if self in (Form.LEGACY, Form.TRACE, Form.FOREIGN, Form.EMPTY, Form.BINARY) else None


def form_of(head: Head) -> Form:
    """The form of a file that is taken for an event log; what is any text is read as one event."""
    raw = head.raw
    if not raw:
        return Form.EMPTY
    if raw[4:8] == _LEGACY:
        return Form.LEGACY
    if raw.startswith(FILE) or CHUNK in raw:
        return Form.EVTX
    if head.encoding is None or b"\0\0\0\0" in raw[:64]:
        return Form.EVTX if head.name.endswith(".evtx") else Form.TRACE if head.name.endswith(".etl") else Form.BINARY
    return _form_of_text(head) or (Form.FOREIGN if head.name.endswith((".evtx", ".etl")) else Form.TEXT)


def looks_like_events(head: Head) -> bool:
    """Whether a file whose name says nothing holds Windows events."""
    if head.raw.startswith(FILE) or head.raw[4:8] == _LEGACY:
        return True
    return head.encoding is not None and _form_of_text(head) is not None


def _form_of_text(head: Head) -> Form | None:
    text = head.text
    if is_table(head):
        return Form.CSV
    begin = text[:2000].lstrip("\ufeff \t\r\n")
    if _XML.search(text) and begin.startswith("<"):
        return Form.XML
    if _JSON_ID.search(text) and _JSON_REST.search(text) and begin[:1] in "[{":
        return Form.JSON
    fields = [found[0] for line in head.lines[:_FIRST_LINES] if (found := header_of(line)) is not None]
    first = [found[0] for line in head.lines[:4] if (found := header_of(line)) is not None]
    if "id" in fields and (len(set(fields) - {"other"}) >= 2 or "id" in first):
        return Form.TEXT
    return Form.XML if _XML.search(text) else None
