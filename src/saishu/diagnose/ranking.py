"""Which finding explains which, and in what order a person should read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from saishu.diagnose.units import Fired
from saishu.model import Confidence, FindingKind, Severity

_KINDS = [FindingKind.FAULT, FindingKind.BENIGN, FindingKind.SUCCESS, FindingKind.CONTEXT]
_CONFIDENCES = list(Confidence)
_SEVERITIES = list(Severity)


def explained_by(fired: Sequence[Fired]) -> dict[str, str]:
    """Unit id to the id of the unit that explains it: the knowledge says so, or it saw the same records closer."""
    by_name = {one.name: one for one in fired}
    causes: dict[str, str] = {}
    for one in sorted(fired, key=_order):
        for name in one.unit.get("consequences", ()):
            if name in by_name and name not in causes and not _leads_to(one.name, name, causes):
                causes[name] = one.name
    faults = [one for one in fired if one.unit["kind"] == FindingKind.FAULT]
    for one in faults:
        if one.name in causes:
            continue
        closer = [
            other
            for other in faults
            if other is not one and other.rows >= one.rows and other.specificity > one.specificity
            and _CONFIDENCES.index(other.unit["confidence"]) <= _CONFIDENCES.index(one.unit["confidence"])
            and not _leads_to(other.name, one.name, causes)
        ]  # fmt: skip
        if closer:
            causes[one.name] = min(closer, key=_order).name
    return causes


def rank(fired: Sequence[Fired], causes: Mapping[str, str]) -> list[Fired]:
    """What to read first comes first: causes before consequences, faults before all else."""
    return sorted(fired, key=lambda one: (_kind(one), one.name in causes, *_order(one)))


def _kind(one: Fired) -> int:
    return _KINDS.index(FindingKind(one.unit["kind"]))


def _order(one: Fired) -> tuple[int, int, int, int, str]:
    hint = one.unit["confidence"] == Confidence.HINT
    severity = _SEVERITIES.index(Severity(one.unit["severity"]))
    confidence = _CONFIDENCES.index(Confidence(one.unit["confidence"]))
    return (int(hint), severity, -one.specificity, confidence, one.name)


def _leads_to(start: str, wanted: str, causes: Mapping[str, str]) -> bool:
    """Whether following the causes from `start` comes to `wanted`: then the two would explain each other."""
    while start in causes:
        start = causes[start]
        if start == wanted:
            return True
    return start == wanted
