"""The answer of `diagnose`: what is wrong, what only looks wrong, and what could not be judged."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saishu.model.completeness import Words
from saishu.model.events import Certainty


class Verdict(enum.StrEnum):
    """The whole answer in one word. `no_fault` stands on positive evidence; silence is `not_enough_evidence`."""

    FAULT = "fault"
    NO_FAULT = "no_fault"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"


class FindingKind(enum.StrEnum):
    """What a finding is. `success` is told apart here and is a kind of context for programs."""

    FAULT = "fault"
    BENIGN = "benign"
    CONTEXT = "context"
    SUCCESS = "success"


class Severity(enum.StrEnum):
    """How much depends on it."""

    BLOCKER = "blocker"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Confidence(enum.StrEnum):
    """How sure a finding is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Proof:
    """The place that proves a finding. line or record is set, or neither for a fact about the whole file.

    time: µs since 1970 UTC, None where unknown; certainty: how well that time is known.
    """

    path: str
    line: int | None
    record: int | None
    time: int | None
    certainty: Certainty
    text: str
    signal: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault unit that fired, with its proof.

    codes: those of the unit that were seen. count: all sightings, of which `evidence` shows some. first, last: µs UTC.
    consequences: ids of findings that this one explains. consequence_of: id of the finding that explains this one.
    """

    rule: str
    kind: FindingKind
    severity: Severity
    confidence: Confidence
    knowledge: str
    codes: tuple[str, ...]
    title: Words
    cause: Words
    remedy: dict[str, tuple[str, ...]]
    false_alarms: Words | None
    references: tuple[str, ...]
    evidence: tuple[Proof, ...]
    count: int
    first: int | None = None
    last: int | None = None
    effort: str | None = None
    changes_system: bool | None = None
    consequences: tuple[str, ...] = ()
    consequence_of: str | None = None


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A unit that could not be judged for want of evidence: one of each group of ids would do."""

    rule: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unusual:
    """A kind of warning or worse that no unit claims. template: the message with numbers and names blanked out."""

    template: str
    count: int
    level: int
    example: Proof
    component: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A bundle read and judged.

    verdict_reason: id of the sentence that says why. findings: ranked, what to read first comes first.
    codes_seen: every code recognised anywhere, sorted. unusual: the rarest first.
    """

    verdict: Verdict
    verdict_reason: str
    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    codes_seen: tuple[str, ...]
    unusual: tuple[Unusual, ...]
