"""Backup jobs as the portal, the REST API and the Azure CLI write them: JSON, one job or many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from saishu.model import Certainty, EventBatch, Level, ZoneSource
from saishu.parse.readers.extension_status import micros
from saishu.parse.readers.whole import state, whole_json
from saishu.parse.reading import FileInput, Host, Sink

_LEVELS = {"failed": Level.ERROR, "completedwithwarnings": Level.WARNING, "completed": Level.INFO}
_RESULTS = {"completed": "success", "failed": "failed", "completedwithwarnings": "warning"}
_DEEPEST = 6


def read(file: FileInput, host: Host, sink: Sink) -> None:  # noqa: ARG001 - one signature for all readers
    """A fact portal.job and an event for every job, and an event for every error of it."""
    batch = EventBatch(file.path, file.format, file.evidence, certainty=Certainty.EXACT, zone_source=ZoneSource.LINE)
    for job in _jobs(whole_json(file, sink), 0):
        _tell(file, sink, batch, job)
    if len(batch):
        sink.events(batch)


def _jobs(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _jobs(one, depth + 1)
    elif isinstance(value, dict):
        inner = value.get("properties")
        job = inner if isinstance(inner, dict) else value
        if "operation" in job and "status" in job:
            yield {"name": value.get("name"), **job}
        else:
            for one in value.values():
                yield from _jobs(one, depth + 1)


def _tell(file: FileInput, sink: Sink, batch: EventBatch, job: Mapping[str, Any]) -> None:
    status = str(job.get("status", ""))
    task = str(job.get("name") or job.get("activityId") or "") or None
    start, end = micros(job.get("startTime")), micros(job.get("endTime"))
    errors = list(_errors(job))
    title = errors[0] if errors else {}
    values = {
        "operation": str(job["operation"]), "status": status, "result": _RESULTS.get(status.lower(), "unfinished"),
        "item": str(job.get("entityFriendlyName", "")), "task": task,
        "code": title.get("code"), "title": title.get("title"), "message": title.get("message"),
        "start": start, "end": end,
    }  # fmt: skip
    said = f"{job['operation']} {job.get('entityFriendlyName', '')}: {status}".strip()
    state(sink, file, "portal.job", values, 1, said, end or start)
    _row(batch, end or start, int(_LEVELS.get(status.lower(), Level.NONE)), task, said)
    for one in errors:
        text = f"Error code: {one['code']}\nError message: {one['title']} {one['message']}".rstrip()
        _row(batch, end or start, int(Level.ERROR), task, text)


def _errors(job: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    extended = job.get("extendedInfo")
    dynamic = extended.get("dynamicErrorMessage") if isinstance(extended, dict) else None
    details = [one for one in job.get("errorDetails") or () if isinstance(one, dict)]
    for one in details:
        yield {
            "code": str(one.get("errorCode", "")),
            "title": str(one.get("errorTitle") or ""),
            "message": " ".join(str(part) for part in (one.get("errorString"), dynamic) if part),
        }
    if dynamic and not details:
        yield {"code": "", "title": "", "message": str(dynamic)}


def _row(batch: EventBatch, time: int | None, level: int, task: str | None, text: str) -> None:
    batch.position.append(1)
    batch.time.append(time)
    batch.level.append(level)
    batch.component.append("portal")
    batch.event_id.append(None)
    batch.operation.append(task)
    batch.message.append(text)
