"""The answer of `check`: what is there, what is missing, what cannot be said."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saishu.model.bundle import BundleNote, SourceRef

Words = dict[str, str]
"""A text in every language of the product: {"en": …, "ja": …}."""


class Need(enum.StrEnum):
    """How much support depends on an item."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    IF_PRESENT = "if_present"


class Status(enum.StrEnum):
    """Where an item stands. `unknown` means: there is something, and it cannot be judged."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the checklist, judged. `reason` says why, in both languages."""

    id: str
    need: Need
    status: Status
    files: tuple[str, ...]
    reason: Words
    value: str | None = None
    satisfied_by: str | None = None


@dataclass(frozen=True, slots=True)
class FactFound:
    """A value of `env.*` that the bundle itself gives, with its place."""

    id: str
    value: str
    source: SourceRef
    confidence: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning unit that applies, with the evidence for it."""

    id: str
    evidence: tuple[str, ...]
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True)
class Completeness:
    """A bundle judged against one scenario.

    scenario_reason: why this scenario was taken (given, recorded in the manifest, recognised by …).
    complete: every required item is complete or not applicable.
    unmapped: member paths that belong to no item; listed, never hidden.
    """

    scenario: str
    scenario_reason: Words
    platform: str
    complete: bool
    items: tuple[Item, ...]
    warnings: tuple[Warned, ...]
    facts: tuple[FactFound, ...]
    notes: tuple[BundleNote, ...]
    unmapped: tuple[str, ...]
