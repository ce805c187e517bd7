"""`N.status` of an extension, on both systems: a list with operation, status, code and message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from saishu.model import Certainty, EventBatch, Level, ZoneSource
from saishu.parse.readers.whole import state, whole_json
from saishu.parse.reading import FileInput, Host, Sink

_LEVELS = {"error": Level.ERROR, "warning": Level.WARNING, "success": Level.INFO, "transitioning": Level.INFO}
_EXTENSION = re.compile(
    r"(?P<name>Microsoft\.[\w.]+?|[\w.]*VMSnapshot\w*)-?(?:/|-)(?P<version>\d+(?:\.\d+)+)", re.IGNORECASE
)
_TASK = re.compile(r"[Tt]ask\s*[Ii]d\W{1,4}([0-9a-fA-F-]{36})")
_DEEPEST = 6


def read(file: FileInput, host: Host, sink: Sink) -> None:  # noqa: ARG001 - one signature for all readers
    """A fact extension.status and an event for the status and for each of its sub-statuses."""
    found = whole_json(file, sink)
    batch = EventBatch(file.path, file.format, file.evidence, certainty=Certainty.EXACT, zone_source=ZoneSource.FORMAT)
    named = _EXTENSION.search(file.path)
    for entry in found if isinstance(found, list) else [found]:
        if not isinstance(entry, dict):
            continue
        time = micros(entry.get("timestampUTC") or entry.get("timestamp"))
        for status in _statuses(entry.get("status", entry), 0):
            _tell(file, sink, batch, status, time, named["name"] if named else "")
    if len(batch):
        sink.events(batch)


def _statuses(status: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if not isinstance(status, dict) or depth > _DEEPEST:
        return
    if "status" in status or "code" in status:
        yield status
    for inner in status.get("substatus") or ():
        yield from _statuses(inner, depth + 1)


def _tell(
    file: FileInput, sink: Sink, batch: EventBatch, status: Mapping[str, Any], time: int | None, extension: str
) -> None:
    formatted = status.get("formattedMessage")
    message = (
        str((formatted or {}).get("message", "")) if isinstance(formatted, dict) else str(status.get("message", ""))
    )
    said = str(status.get("status", "")).lower()
    code = status.get("code")
    name = str(status.get("name") or extension)
    text = f"{status.get('operation', '')} {said} code {code}: {message}".strip()
    values = {
        "name": name, "operation": str(status.get("operation", "")), "status": said,
        "code": code if isinstance(code, int | str) else None, "message": message[:2000],
    }  # fmt: skip
    state(sink, file, "extension.status", values, 1, text, time)
    task = _TASK.search(message)
    batch.position.append(1)
    batch.time.append(time)
    batch.level.append(int(_LEVELS.get(said, Level.NONE)))
    batch.component.append(name)
    batch.event_id.append(None)
    batch.operation.append(task[1].lower() if task else None)
    batch.message.append(f'{text}\n"code": {code}')


def micros(text: Any) -> int | None:
    """An ISO 8601 time in microseconds since 1970 UTC; None for anything else."""
    if not isinstance(text, str) or not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1_000_000)
