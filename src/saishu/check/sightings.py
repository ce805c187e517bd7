"""One walk over all file names of a bundle, for all that asks about names: scenario marks and places of facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from saishu.bundle.globs import NameGlobs, PathGlobs
from saishu.check.case import Case
from saishu.model import Member

ANYWHERE = "**"
_MOST_FILES = 60
"""Of the files that one glob names, so many are remembered."""


class Mark(NamedTuple):
    """One entry of a scenario's `detect`, by its place there."""

    scenario: str
    number: int


class Place(NamedTuple):
    """One entry of a fact's `found_in`, by its place there."""

    fact: str
    number: int


class Sightings:
    """Which files carry which mark, and in which files a fact may stand; each list is sorted by path and bounded."""

    def __init__(self, case: Case) -> None:
        self._seen: dict[Mark | Place, list[Member]] = {}
        globs = list(_globs(case.catalogue))
        paths = PathGlobs[Mark | Place]((glob, claim) for glob, claim in globs if "/" in glob)
        names = NameGlobs[Mark | Place]([(glob, claim) for glob, claim in globs if "/" not in glob])
        for member in case.members:
            path = member.path.lower()
            for claim in (*paths.claims(path), *names.claims(path.rpartition("/")[2])):
                found = self._seen.setdefault(claim, [])
                if len(found) < _MOST_FILES and (not found or found[-1] is not member):
                    found.append(member)

    def marks(self) -> dict[str, dict[int, Member]]:
        """Scenario to its marks that were seen, each with the first file that carries it."""
        marks: dict[str, dict[int, Member]] = {}
        for claim, members in self._seen.items():
            if isinstance(claim, Mark):
                marks.setdefault(claim.scenario, {})[claim.number] = members[0]
        return marks

    def places(self, fact: str, number: int) -> list[Member]:
        """The files in which a fact may stand, by the number of the entry in `found_in`."""
        return self._seen.get(Place(fact, number), [])


def _globs(catalogue: Mapping[str, Any]) -> Iterable[tuple[str, Mark | Place]]:
    for scenario_id, scenario in sorted(catalogue["scenarios"].items()):
        for number, mark in enumerate(scenario["detect"]):
            for glob in mark.get("member", ()):
                yield glob, Mark(scenario_id, number)
    for evidence, unit in sorted(catalogue["evidence"].items()):
        for number, place in enumerate(unit.get("fact", {}).get("found_in", ())):
            if place["path"] != ANYWHERE:
                yield place["path"], Place(evidence, number)
