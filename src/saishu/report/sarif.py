"""The findings as SARIF 2.1.0, for tools that show results of analysers beside the files they are about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from saishu.model import Confidence, Finding, FindingKind, NoteKind, Proof, Severity
from saishu.report.case_file import CaseFile
from saishu.report.moments import iso
from saishu.report.visible import one_line

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.BLOCKER: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
_KINDS = {FindingKind.FAULT: "fail", FindingKind.SUCCESS: "pass"}
_RANKS = {Confidence.CERTAIN: 100.0, Confidence.LIKELY: 70.0, Confidence.HINT: 30.0}
_LONGEST = 1000


def sarif_document(case: CaseFile, version: str, lang: str) -> dict[str, Any]:
    """One run with a rule and a result for every finding, in one language, both in the rule's properties.

    Files that could not be read well are notifications; hashes of files stand with the artifacts.
    """
    findings = case.diagnosis.findings
    driver = {"name": "Saishu", "version": version, "rules": [_rule(one, lang) for one in findings]}
    run = {
        "tool": {"driver": driver},
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "artifacts": list(_artifacts(case)),
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": list(_notifications(case))}],
        "results": [_result(one, number, lang) for number, one in enumerate(findings)],
        "properties": {
            "verdict": case.diagnosis.verdict.value, "scenarios": list(case.completeness.scenarios),
            "notEvaluated": [one.rule for one in case.diagnosis.not_evaluated],
        },
    }  # fmt: skip
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(one: Finding, lang: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": one.rule,
        "shortDescription": {"text": one.title[lang]},
        "fullDescription": {"text": one.cause[lang]},
        "help": {"text": "\n".join(one.remedy[lang]) or one.cause[lang]},
        "properties": {"title": one.title, "cause": one.cause, "references": list(one.references)},
    }
    sources = [source for source in one.references if source.startswith("https://")]
    return {**rule, "helpUri": sources[0]} if sources else rule


def _result(one: Finding, number: int, lang: str) -> dict[str, Any]:
    fault = one.kind is FindingKind.FAULT
    level = _LEVELS.get(one.severity, "note") if fault and one.confidence is not Confidence.HINT else "note"
    return {
        "ruleId": one.rule,
        "ruleIndex": number,
        "kind": _KINDS.get(one.kind, "informational"),
        "level": level if fault else "none",
        "rank": _RANKS[one.confidence],
        "occurrenceCount": max(one.count, 1),
        "message": {"text": f"{one.title[lang]}: {one.cause[lang]}"},
        "locations": [_location(proof) for proof in one.evidence],
        "properties": {
            "codes": list(one.codes), "count": one.count, "first": iso(one.first), "last": iso(one.last),
            "severity": one.severity.value, "confidence": one.confidence.value, "knowledge": one.knowledge,
        },
    }  # fmt: skip


def _location(proof: Proof) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(proof.path)}}
    text = one_line(proof.text, _LONGEST)
    if proof.line is not None:
        place["region"] = {"startLine": max(proof.line, 1), "snippet": {"text": text}}
    message = text if proof.record is None else f"record {proof.record}: {text}"
    return {"physicalLocation": place, "message": {"text": message}}


def _artifacts(case: CaseFile) -> Iterator[dict[str, Any]]:
    """The files that proofs stand in, with their hashes where they are known."""
    hashes = {excerpt.path: excerpt.sha256 for excerpt in case.excerpts.values() if excerpt.sha256}
    for path in sorted({proof.path for one in case.diagnosis.findings for proof in one.evidence}):
        known = {"hashes": {"sha-256": hashes[path]}} if path in hashes else {}
        yield {"location": {"uri": _uri(path)}, **known}


def _notifications(case: CaseFile) -> Iterator[dict[str, Any]]:
    for note in case.reading.notes:
        if note.kind is not NoteKind.ENCODING:
            place = {"physicalLocation": {"artifactLocation": {"uri": _uri(note.path)}}}
            text = one_line(f"{note.kind.value} {note.detail}".strip(), _LONGEST)
            yield {
                "descriptor": {"id": note.kind.value}, "level": "note", "message": {"text": text}, "locations": [place],
            }  # fmt: skip


def _uri(path: str) -> str:
    """A member path as a relative URI; half a surrogate pair in a name becomes a question mark."""
    return quote(path.encode("utf-8", "replace"))
