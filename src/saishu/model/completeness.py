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
    """Where an item stands. `unknown` means: it cannot be judged, and the reason says why."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class Platform(enum.StrEnum):
    """Which system the evidence comes from; `both` and `unknown` are answers too."""

    LINUX = "linux"
    WINDOWS = "windows"
    BOTH = "both"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item stands where it stands. id: stable, for programs; text: for people, in both languages."""

    id: str
    text: Words


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the checklist, judged.

    files: member paths, sorted. size: bytes of them together, as far as known.
    platform: where this evidence exists ("linux", "windows", "any").
    value: what a fact is, as far as it is known. satisfied_by: the other item that stands for this one.
    parts_missing: ids of the unit's required parts that are not there.
    only_if: what must hold on the machine before the item counts ("azure_vm"), empty for most.
    """

    id: str
    need: Need
    status: Status
    files: tuple[str, ...]
    reason: Reason
    platform: str = "any"
    size: int = 0
    value: str | None = None
    satisfied_by: str | None = None
    parts_missing: tuple[str, ...] = ()
    only_if: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something of it is still to come: missing, partial, or not to be judged."""
        return self.status in (Status.MISSING, Status.PARTIAL, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class FactFound:
    """A value of `env.*` with its place. confidence: "given", "certain", "likely" or "hint"."""

    id: str
    value: str
    source: SourceRef
    confidence: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning unit that applies, with the evidence for it: lines of fact, in the language of their source."""

    id: str
    evidence: tuple[str, ...]
    source: SourceRef | None = None


@dataclass(frozen=True, slots=True)
class Completeness:
    """A bundle judged against its scenario.

    bundle: name of what was judged; kind: what it came as. members: files in it, nested ones included.
    scenario: the one it was judged by; scenarios: all of them where our manifest names several.
    scenario_known: False when nothing points to a scenario and the ground set stands in.
    scenario_reason: why (given, recorded in the manifest, recognised by …).
    hosts: names of machines that the bundle speaks of, the collector's own word first.
    complete: every required item is complete or not applicable.
    judged: False when there is no evidence at all, so that nothing can be said about what it holds.
    unmapped: member paths that belong to no item; listed, never hidden.
    """

    bundle: str
    kind: str
    members: int
    scenario: str
    scenarios: tuple[str, ...]
    scenario_reason: Words
    platform: Platform
    platform_reason: Words
    complete: bool
    judged: bool
    items: tuple[Item, ...]
    warnings: tuple[Warned, ...]
    facts: tuple[FactFound, ...]
    notes: tuple[BundleNote, ...]
    unmapped: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    collected_by_us: bool = False
    scenario_known: bool = True

    def item(self, evidence: str) -> Item | None:
        """The item with an evidence id, or None when the scenario does not ask for it."""
        return next((item for item in self.items if item.id == evidence), None)
