"""The facts of the environment: what the manifest says, else what the files say, with place and confidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from saishu.check.case import Case
from saishu.check.literals import needed_literals
from saishu.check.reading import Reader
from saishu.check.sightings import ANYWHERE, Sightings
from saishu.model import FactFound, Member, SourceRef

GIVEN = "given"
CONFIDENCES = (GIVEN, "certain", "likely", "hint")
"""Strongest first."""
_MANIFEST = "manifest.json"
_PER_UNIT = 8
_LOOKED_AT = 4000
_ANYWHERE_FILES = 120
_NO_TEXT = re.compile(
    r"\.(?:evtx|etl|exe|dll|png|jpe?g|bmp|gif|zip|cab|7z|dmp|bin|blg|xz|zst|sqlite|db)(?:<\d+>)?\Z", re.IGNORECASE
)
_ROTATED = re.compile(r"\.gz|\.\d+(?:<|\Z)|-\d{8}")


@dataclass(slots=True)
class FactSeeker:
    """Finds facts for the scenarios of a case, reading each file once."""

    case: Case
    sightings: Sightings
    scenarios: Sequence[str]
    reader: Reader = field(init=False)
    _anywhere: list[Member] = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.case)
        self._anywhere = _telling_files(self.case)

    def find(self, evidence: str) -> FactFound | None:
        """The best value of one fact: given, else the most certain place; among equals what most files say."""
        given = self.case.collected.facts.get(evidence)
        if given is not None:
            return FactFound(evidence, given[0], SourceRef(_MANIFEST, evidence=given[1]), GIVEN)
        fact = self.case.unit(evidence)["fact"]
        for confidence in CONFIDENCES[1:]:
            found = [
                seen
                for number, place in enumerate(fact.get("found_in", ()))
                if place.get("confidence", "likely") == confidence and self._counts(place)
                for seen in self._in_files(evidence, fact, place, number)
            ]
            if found:
                return _most_said(found, confidence)
        return None

    def _counts(self, place: Mapping[str, Any]) -> bool:
        """Whether a place is believed in bundles of these scenarios."""
        wanted, unwanted = place.get("scenarios"), place.get("not_scenarios", ())
        if wanted and not set(wanted).intersection(self.scenarios):
            return False
        return not set(unwanted).intersection(self.scenarios)

    def _in_files(
        self, evidence: str, fact: Mapping[str, Any], place: Mapping[str, Any], number: int
    ) -> Iterator[FactFound]:
        anywhere = place["path"] == ANYWHERE
        members = self._anywhere if anywhere else self.sightings.places(evidence, number)
        for member in members:
            seen = self._in_file(member, place["regex"], fact["pattern"])
            if seen is not None:
                value, line = seen
                yield FactFound(evidence, value, SourceRef(member.path, line), place.get("confidence", "likely"))

    def _in_file(self, member: Member, regex: str, pattern: str) -> tuple[str, int | None] | None:
        """The last valid match in a file, which is the newest, and its line where that can be counted."""
        test, literals = _compiled(regex)
        for piece in reversed(self.reader.pieces(member)):
            lower = piece.lower
            if literals and not any(literal in lower for literal in literals):
                continue
            last = None
            for hit in test.finditer(piece.text):
                if re.fullmatch(pattern, hit["value"].strip()):
                    last = hit
            if last is not None:
                line = piece.text.count("\n", 0, last.start("value")) + 1 if piece.is_start else None
                return last["value"].strip(), line
        return None


@lru_cache(maxsize=256)
def _compiled(regex: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    return re.compile(regex, re.MULTILINE), needed_literals(regex)


def _telling_files(case: Case) -> list[Member]:
    """The files worth reading for what may stand anywhere: some of each unit, the units with few files first."""
    units = {match.evidence for match in case.sorted.matches}
    chosen: dict[str, Member] = {}
    for evidence in sorted(units, key=lambda one: (len(case.sorted.of(one)), one)):
        for member in _newest(case.files(evidence)[:_LOOKED_AT])[:_PER_UNIT]:
            chosen.setdefault(member.path, member)
    return list(chosen.values())[:_ANYWHERE_FILES]


def _newest(members: Iterable[Member]) -> list[Member]:
    """Files that may be text, those first whose names say that they are the current log."""
    texts = [member for member in members if member.size != 0 and _NO_TEXT.search(member.path) is None]
    return sorted(texts, key=lambda member: (_ROTATED.search(member.name) is not None, member.path))


def _most_said(found: Sequence[FactFound], confidence: str) -> FactFound:
    counts = Counter(fact.value.lower() for fact in found)
    most = max(counts.values())
    best = next(fact for fact in found if counts[fact.value.lower()] == most)
    return FactFound(best.id, best.value, best.source, confidence)
