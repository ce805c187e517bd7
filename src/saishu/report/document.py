"""The judgement as one JSON document; its schema is `schemas/check.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saishu.check import Speech
from saishu.model import BundleNote, Completeness, FactFound, Item, SourceRef, Warned

SCHEMA = "saishu/check/1"
_MOST_UNMAPPED = 1000


def check_document(completeness: Completeness, catalogue: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What `check --json` prints. `reason` is in the language asked for, `reasons` holds both."""
    speech = Speech(catalogue)
    return {
        "schema": SCHEMA,
        "scenario": completeness.scenario,
        "scenarios": list(completeness.scenarios),
        "scenario_reason": completeness.scenario_reason,
        "platform": completeness.platform.value,
        "platform_reason": completeness.platform_reason,
        "complete": completeness.complete,
        "judged": completeness.judged,
        "bundle": {
            "name": completeness.bundle,
            "kind": completeness.kind,
            "files": completeness.members,
            "collected_by_saishu": completeness.collected_by_us,
            "hosts": list(completeness.hosts),
        },
        "items": [_item(item, catalogue, lang) for item in completeness.items],
        "facts": [_fact(fact) for fact in completeness.facts],
        "warnings": [_warning(warned, catalogue) for warned in completeness.warnings],
        "notes": [_note(note, speech) for note in completeness.notes],
        "unmapped_count": len(completeness.unmapped),
        "unmapped": list(completeness.unmapped[:_MOST_UNMAPPED]),
    }


def note_texts(note: BundleNote, speech: Speech) -> tuple[dict[str, str], dict[str, str]]:
    """What a note says and what to do next, in both languages."""
    values: dict[str, object] = dict(note.values)
    values.setdefault("path", note.path or "")
    return speech.say(f"error.{note.code}.what", **values), speech.say(f"error.{note.code}.next", **values)


def _item(item: Item, catalogue: Mapping[str, Any], lang: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": catalogue["evidence"][item.id]["title"],
        "need": item.need.value,
        "status": item.status.value,
        "files": list(item.files),
        "size": item.size,
        "reason": item.reason.text[lang],
        "reason_id": item.reason.id,
        "reasons": item.reason.text,
        "platform": item.platform,
        "only_if": item.only_if or None,
        "value": item.value,
        "satisfied_by": item.satisfied_by,
        "parts_missing": list(item.parts_missing),
    }


def _fact(fact: FactFound) -> dict[str, Any]:
    return {"id": fact.id, "value": fact.value, "confidence": fact.confidence, "source": _source(fact.source)}


def _warning(warned: Warned, catalogue: Mapping[str, Any]) -> dict[str, Any]:
    unit = catalogue["warnings"][warned.id]
    return {
        "id": warned.id,
        "title": unit["title"],
        "meaning": unit["meaning"],
        "next_step": unit["next_step"],
        "references": list(unit.get("references", ())),
        "evidence": list(warned.evidence),
    }


def _note(note: BundleNote, speech: Speech) -> dict[str, Any]:
    what, following = note_texts(note, speech)
    return {"code": note.code, "path": note.path, "what": what, "next": following}


def _source(source: SourceRef) -> dict[str, Any]:
    return {"path": source.path, "line": source.line}
