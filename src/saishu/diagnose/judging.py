"""From everything that was seen to the answer: which units fired, what explains what, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saishu.diagnose.ranking import explained_by, rank
from saishu.diagnose.seen import RowSet, SeenSignals
from saishu.diagnose.units import Fired, as_finding, as_proof, evaluate
from saishu.model import Confidence, Diagnosis, Fact, FindingKind, Level, NotEvaluated, Unusual, Verdict
from saishu.signals import SignalSet, Watched

_SHOWN_UNUSUAL = 60


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a judgement stands on.

    scenarios: ids, empty when unknown. platform: "linux", "windows" or anything else for both. formats: ids of the
    formats that were really read. present: evidence ids of which there are files. format_evidence: format id to the
    evidence ids whose files have it.
    """

    watched: Watched
    facts: Sequence[Fact]
    scenarios: frozenset[str]
    platform: str
    formats: frozenset[str]
    present: frozenset[str]
    format_evidence: Mapping[str, Sequence[str]]


def diagnose(evidence: Evidence, units: Mapping[str, Mapping[str, Any]], signals: SignalSet) -> Diagnosis:
    """The whole answer for one bundle."""
    seen = SeenSignals(signals, evidence.watched, evidence.facts)
    fired = _fired(units, seen)
    causes = explained_by(fired)
    ranked = rank(fired, causes)
    findings = tuple(
        as_finding(one, seen, [name for name, cause in causes.items() if cause == one.name], causes.get(one.name))
        for one in ranked
    )
    unusual = _unusual(evidence.watched, fired, signals)
    verdict, reason = _verdict(ranked, evidence, unusual)
    not_evaluated = tuple(_not_evaluated(units, {one.name for one in fired}, evidence))
    codes = set(evidence.watched.codes) | {code for finding in findings for code in finding.codes}
    return Diagnosis(verdict, reason, findings, not_evaluated, tuple(sorted(codes)), unusual[:_SHOWN_UNUSUAL])


def _fired(units: Mapping[str, Mapping[str, Any]], seen: SeenSignals) -> list[Fired]:
    """What only looks bad is found first: the records that it explains do not speak for a fault."""
    harmless = [
        one
        for name, unit in units.items()
        if unit["kind"] == FindingKind.BENIGN and unit["signals"] and (one := evaluate(name, unit, seen))
    ]
    rows = RowSet(row for one in harmless for row in one.rows)
    for one in harmless:
        for path, found in seen.rows_of(one.name, one.seen):
            rows.add(path, found)
    fired = list(harmless)
    for name, unit in units.items():
        if unit["kind"] == FindingKind.BENIGN or not unit["signals"]:
            continue
        spared = rows if unit["kind"] == FindingKind.FAULT else RowSet()
        if one := evaluate(name, unit, seen, spared):
            fired.append(one)
    return fired


def _verdict(fired: Sequence[Fired], evidence: Evidence, unusual: Sequence[Unusual]) -> tuple[Verdict, str]:
    """The verdict, and the id of the sentence that says why."""
    kinds = {kind: [one for one in fired if one.unit["kind"] == kind] for kind in FindingKind}
    if any(one.unit["confidence"] != Confidence.HINT for one in kinds[FindingKind.FAULT]):
        return Verdict.FAULT, "fault_found"
    meant = evidence.scenarios
    if any(not meant or meant & set(one.unit["scenarios"]) for one in kinds[FindingKind.SUCCESS]):
        return Verdict.NO_FAULT, "success_seen"
    if kinds[FindingKind.FAULT]:
        return Verdict.NOT_ENOUGH_EVIDENCE, "only_hints"
    if kinds[FindingKind.BENIGN] and not unusual:
        return Verdict.NO_FAULT, "all_harmless"
    return Verdict.NOT_ENOUGH_EVIDENCE, "nothing_decides"


def _unusual(watched: Watched, fired: Iterable[Fired], signals: SignalSet) -> tuple[Unusual, ...]:
    """Kinds of trouble that no finding speaks of, worst and rarest first."""
    told = {one.name for one in fired}
    rows = {row for one in fired for row in one.rows}
    found = []
    for (component, template), kept in watched.templates.items():
        example = kept.example
        if any(signals.names[number][0] in told for number in kept.signals) or (example.path, example.row) in rows:
            continue
        found.append(Unusual(template, kept.count, example.level, as_proof(example), component))
    worst = int(Level.VERBOSE) + 1
    return tuple(sorted(found, key=lambda one: (one.level or worst, one.count, one.component, one.template)))


def _not_evaluated(
    units: Mapping[str, Mapping[str, Any]], fired: set[str], evidence: Evidence
) -> Iterable[NotEvaluated]:
    for name, unit in units.items():
        if name in fired or not unit["signals"] or unit["kind"] != FindingKind.FAULT:
            continue
        if evidence.scenarios and not evidence.scenarios & set(unit["scenarios"]):
            continue
        if {unit["platform"], evidence.platform} == {"linux", "windows"}:
            continue
        missing = _missing(unit, evidence)
        if missing:
            yield NotEvaluated(name, tuple(sorted(missing)))


def _missing(unit: Mapping[str, Any], evidence: Evidence) -> set[str]:
    """The evidence ids of which at least one would be needed; empty when the unit could be judged."""
    if "needs" in unit:
        return {name for group in unit["needs"] if not evidence.present & set(group) for name in group}
    logs: set[str] = set()
    for signal in unit["signals"].values():
        if "event" in signal:
            logs.add("events")
        elif "logs" in signal:
            logs.update(signal["logs"])
        else:
            return set()
    if logs & evidence.formats:
        return set()
    return {name for log in logs for name in evidence.format_evidence.get(log, ())}
