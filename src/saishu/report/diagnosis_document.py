"""The diagnosis as one JSON document; its schema is `schemas/diagnose.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saishu.model import Diagnosis, Finding, FindingKind, Proof, Unusual
from saishu.report.case_file import CaseFile
from saishu.report.moments import iso

SCHEMA = "saishu/diagnose/1"


def diagnose_document(case: CaseFile) -> dict[str, Any]:
    """What `diagnose --json` prints."""
    diagnosis = case.diagnosis
    return {
        "schema": SCHEMA,
        "verdict": diagnosis.verdict.value,
        "verdict_reason": diagnosis.verdict_reason,
        "scenario": case.completeness.scenario,
        "scenarios": list(case.completeness.scenarios),
        "findings": [_finding(finding) for finding in diagnosis.findings],
        "not_evaluated": [{"rule": one.rule, "missing": list(one.missing)} for one in diagnosis.not_evaluated],
        "codes_seen": list(diagnosis.codes_seen),
        "unusual": [_unusual(one) for one in diagnosis.unusual],
        "reading": _reading(case),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    success = finding.kind is FindingKind.SUCCESS
    return {
        "rule": finding.rule,
        "kind": FindingKind.CONTEXT.value if success else finding.kind.value,
        "success": success,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "knowledge": finding.knowledge,
        "codes": list(finding.codes),
        "title": dict(finding.title),
        "cause": dict(finding.cause),
        "remedy": {lang: "\n".join(steps) for lang, steps in finding.remedy.items()},
        "false_alarms": dict(finding.false_alarms) if finding.false_alarms else None,
        "effort": finding.effort,
        "changes_system": finding.changes_system,
        "evidence": [proof_document(proof) for proof in finding.evidence],
        "count": finding.count,
        "first": iso(finding.first),
        "last": iso(finding.last),
        "consequences": list(finding.consequences),
        "consequence_of": finding.consequence_of,
        "references": list(finding.references),
    }


def proof_document(proof: Proof) -> dict[str, Any]:
    """A place in the evidence; exactly one of line and record is set, or neither."""
    return {
        "path": proof.path,
        "line": proof.line,
        "record": proof.record,
        "time": iso(proof.time),
        "time_certainty": proof.certainty.value,
        "text": proof.text,
    }


def _unusual(one: Unusual) -> dict[str, Any]:
    return {
        "template": one.template, "component": one.component, "count": one.count, "level": one.level,
        "example": proof_document(one.example),
    }  # fmt: skip


def _reading(case: CaseFile) -> dict[str, Any]:
    reading = case.reading
    return {
        "host_zone": reading.host.zone_name or None,
        "host_zone_source": reading.host.zone_source.value,
        "files": [
            {
                "path": read.path, "format": read.format, "events": read.events, "facts": read.facts,
                "first": iso(read.first), "last": iso(read.last),
                "time_certainty": read.certainty, "zone_source": read.zone_source,
            }
            for read in reading.files
        ],
        "notes": [
            {
                "kind": note.kind.value, "path": note.path, "format": note.format, "position": note.position,
                "count": note.count, "detail": note.detail,
            }
            for note in reading.notes
        ],
    }  # fmt: skip


def verdict_words(diagnosis: Diagnosis) -> Mapping[str, str]:
    """The keys of the two sentences that state the verdict and the reason for it."""
    return {
        "verdict": f"diagnose.verdict.{diagnosis.verdict}",
        "reason": f"diagnose.reason.{diagnosis.verdict_reason}",
    }
