"""VSS writers, each with its state and the service that it lives in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from saishu.model import Fact
from saishu.report.speaker import Speaker

_SHOWN = 120
_STEADY = 1


@dataclass(frozen=True, slots=True)
class WriterRow:
    """A writer. state: `good`, `soon` (busy or waiting) or `bad`. service: its name, or empty where none is known."""

    name: str
    state: str
    state_text: str
    last_error: str
    service: str
    service_text: str
    service_state: str
    place: str


@dataclass(frozen=True, slots=True)
class Writers:
    """The rows to show, the failed ones first, and how many more there are."""

    rows: Sequence[WriterRow]
    more: int
    failed: int


def draw_writers(facts: Mapping[str, Sequence[Fact]], speaker: Speaker) -> Writers | None:
    """Facts `vss.writer` joined with facts `service`."""
    told = facts.get("vss.writer", ())
    if not told:
        return None
    services = {str(fact.values.get("name", "")).lower(): fact for fact in facts.get("service", ())}
    rows = [_row(fact, services, speaker) for fact in told]
    order = ("bad", "soon", "good")
    rows.sort(key=lambda row: (order.index(row.state), row.name, row.place))
    return Writers(rows[:_SHOWN], max(0, len(rows) - _SHOWN), sum(row.state == "bad" for row in rows))


def _row(fact: Fact, services: Mapping[str, Fact], speaker: Speaker) -> WriterRow:
    values = fact.values
    number = values.get("state")
    state = "bad" if values.get("failed") else "good" if values.get("ok") else "soon"
    said = f"[{number}] {values.get('state_text') or ''}" if number is not None else ""
    service = _service_of(values, speaker.catalogue)
    text, service_state = _service_text(service, services, speaker)
    return WriterRow(
        name=str(values.get("name", "")),
        state=state,
        state_text=said,
        last_error=str(values.get("last_error") or ""),
        service=service,
        service_text=text,
        service_state=service_state,
        place=f"{fact.source.path}:{fact.source.line or ''}",
    )


def _service_of(values: Mapping[str, Any], catalogue: Mapping[str, Any]) -> str:
    """The service of a writer, by its id first: names vary."""
    identity, name = str(values.get("id") or "").upper(), str(values.get("name") or "")
    known = catalogue["lists"]["vss_writers"]
    for entry in known:
        if entry.get("id") and entry["id"] == identity:
            return str(entry["service"] or "")
    for entry in known:
        if fnmatchcase(name, entry["name"]):
            return str(entry["service"] or "")
    return ""


def _service_text(service: str, services: Mapping[str, Fact], speaker: Speaker) -> tuple[str, str]:
    """(state and start type in words, `good`, `bad` or empty)."""
    fact = services.get(service.lower()) if service else None
    if fact is None:
        return "", ""
    state, start = str(fact.values.get("state") or ""), str(fact.values.get("start") or "")
    words = [
        speaker.say(key) if speaker.has(key := f"report.service.{word}") else word for word in (state, start) if word
    ]
    bad = state == "absent" or start == "disabled"
    return speaker.join(words), "bad" if bad else ""
