"""Judges one fault unit: it fired with these sightings, it did not, or it could not be judged."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saishu.diagnose.conditions import holds, signals_named
from saishu.diagnose.seen import SeenSignals
from saishu.model import (
    Confidence,
    Finding,
    FindingKind,
    Proof,
    Severity,
    Sighting,
)
from saishu.signals.codes import code_names

Row = tuple[str, int]
"""A record: member path and where it begins."""

_PROOFS_OF_A_SIGNAL = 3
_PROOFS = 8


@dataclass(frozen=True, slots=True)
class Fired:
    """A unit that fired. seen: its sightings by signal, those that a harmless reading explains left out."""

    name: str
    unit: Mapping[str, Any]
    seen: Mapping[str, Sequence[Sighting]]
    counts: Mapping[str, int]

    @property
    def rows(self) -> frozenset[Row]:
        """The records that speak for it."""
        return frozenset((one.path, one.row) for found in self.seen.values() for one in found)

    @property
    def specificity(self) -> int:
        """How much had to come together for it to fire: the more, the closer it is to the cause."""
        score = 0
        for name in self.seen:
            signal = self.unit["signals"][name]
            score += 1 + ("data" in signal.get("event", {})) + bool(signal.get("where")) + ("text" in signal)
        return score


def evaluate(
    name: str, unit: Mapping[str, Any], signals: SeenSignals, harmless: Container[Row] = frozenset()
) -> Fired | None:
    """What fired, or None. harmless: records that only look bad; they do not speak for a fault."""
    everything, all_counts = signals.of_unit(name, unit)
    seen, counts = _without(everything, all_counts, harmless)
    when = unit.get("when") or {"any": list(unit["signals"])}
    speaking = [signal for signal in signals_named(when) if signal in seen]
    if not speaking or not holds(when, seen, counts):
        return None
    # What is harmless may still be the success that settles it.
    if "unless" in unit and holds(unit["unless"], everything, all_counts):
        return None
    return Fired(name, unit, {signal: seen[signal] for signal in speaking}, counts)


def _without(
    seen: Mapping[str, Sequence[Sighting]], counts: Mapping[str, int], rows: Container[Row]
) -> tuple[dict[str, Sequence[Sighting]], dict[str, int]]:
    """Sightings and counts without those in some records."""
    left = {name: [one for one in found if (one.path, one.row) not in rows] for name, found in seen.items()}
    fewer = {name: counts[name] - len(found) + len(left[name]) for name, found in seen.items()}
    return {name: found for name, found in left.items() if found}, fewer


def as_finding(
    fired: Fired, signals: SeenSignals, consequences: Sequence[str] = (), consequence_of: str | None = None
) -> Finding:
    """A fired unit as it is told to a person."""
    unit = fired.unit
    times = [one.time for found in fired.seen.values() for one in found if one.time is not None]
    remedy = unit["remedy"]
    return Finding(
        rule=fired.name, kind=FindingKind(unit["kind"]), severity=Severity(unit["severity"]),
        confidence=Confidence(unit["confidence"]), knowledge=unit["knowledge"], codes=_codes(fired, signals),
        title=unit["title"], cause=unit["cause"], remedy={lang: tuple(steps) for lang, steps in remedy.items()},
        false_alarms=unit.get("false_alarms"), references=tuple(unit["references"]), evidence=tuple(_proofs(fired)),
        count=max((fired.counts.get(name, 0) for name in fired.seen), default=0),
        first=min(times, default=None), last=max(times, default=None), effort=unit.get("effort"),
        changes_system=unit.get("changes_system"), consequences=tuple(consequences), consequence_of=consequence_of,
    )  # fmt: skip


def _codes(fired: Fired, signals: SeenSignals) -> tuple[str, ...]:
    """The codes of the unit that were seen, the usual spelling first, then as the evidence writes them."""
    codes: dict[str, None] = {}
    ids = {
        str(one.found) for found in fired.seen.values() for one in found if one.record_numbers or one.format == "events"
    }
    for code in fired.unit["codes"]:
        places = signals.code_sightings(code)
        if places or ("event" in code and str(code["event"]) in ids):
            codes[code_names(code)[0]] = None
            if "name" in code or "hresult" in code:
                codes.update(dict.fromkeys(one.found for one in places[:20]))
    for name in fired.seen:
        for event_id in fired.unit["signals"][name].get("event", {}).get("ids", ()):
            if str(event_id) in ids:
                codes[str(event_id)] = None
    return tuple(codes)


def _proofs(fired: Fired) -> list[Proof]:
    """The latest sightings of every signal, in the order in which the unit names them; a record is shown once."""
    proofs: dict[tuple[str, int], Proof] = {}
    for name, found in fired.seen.items():
        for one in found[-_PROOFS_OF_A_SIGNAL:][::-1]:
            proofs.setdefault((one.path, one.position), as_proof(one, name))
    return list(proofs.values())[:_PROOFS]


def as_proof(one: Sighting, signal: str = "") -> Proof:
    """A sighting as a place to look at."""
    place = one.position or None
    return Proof(
        path=one.path, line=None if one.record_numbers else place, record=place if one.record_numbers else None,
        time=one.time, certainty=one.certainty, text=one.text, signal=signal,
    )  # fmt: skip
