"""What is known of the machine: name, system, clock, versions, and where each is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saishu.model import Fact
from saishu.report.speaker import Speaker

_KNOWN = ("host", "os", "machine", "zone", "agent", "kernel", "python")
_VALUES = ("name", "version", "pretty", "model", "release")
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Known:
    """A fact of the machine: what it is, its value, where it stands."""

    name: str
    value: str
    place: str


def list_environment(facts: Mapping[str, Sequence[Fact]], speaker: Speaker) -> list[Known]:
    """The facts that describe the machine, each value once."""
    found: dict[tuple[str, str], Known] = {}
    for name in _KNOWN:
        for fact in facts.get(name, ())[:200]:
            parts = [str(fact.values[key]) for key in _VALUES if fact.values.get(key)]
            value = " ".join(part for at, part in enumerate(parts) if not any(_same(part, one) for one in parts[:at]))
            if value and speaker.has(f"report.environment.{name}"):
                line = f":{fact.source.line}" if fact.source.line else ""
                known = Known(speaker.say(f"report.environment.{name}"), value, f"{fact.source.path}{line}")
                found.setdefault((name, value), known)
    return list(found.values())[:_SHOWN]


def _same(part: str, said: str) -> bool:
    """Whether a value says again what another one says: `22.04.4 LTS (Jammy)` after `Ubuntu 22.04.4 LTS`."""
    return part in said or part.split("(", maxsplit=1)[0].strip() in said
