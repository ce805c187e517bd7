"""Which system the evidence comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping

from saishu.check.case import Case
from saishu.model import MatchedBy, Member, Platform, Words

_WEIGHT = {MatchedBy.MANIFEST: 3, MatchedBy.PATH: 3, MatchedBy.CONTENT: 2, MatchedBy.NAME: 1}
_FOLDERS = {
    "windows": re.compile(
        r"(?:^|/)(?:Windows|WindowsAzure|Program Files(?: \(x86\))?|ProgramData)/|\.evtx\Z", re.IGNORECASE
    ),
    "linux": re.compile(r"(?:^|/)(?:var/log|etc|usr|opt|hana/shared)/"),
}
_ENOUGH = 2
"""A name alone (`messages`, `services.txt`) may lie in any bundle; two units, or a path, are a word."""


def find_platform(case: Case, marks: Mapping[str, Mapping[int, Member]]) -> tuple[Platform, Words]:
    """The platform, and what shows it. The collector's own word counts; without it the files that were recognised.

    marks: of every scenario, the entries of its `detect` that were seen (see `Sightings.marks`).
    """
    speech = case.speech
    recorded = case.collected.platforms
    if len(recorded) == 1:
        return Platform(next(iter(recorded))), speech.say("check.platform.recorded")
    if len(recorded) > 1:
        return Platform.BOTH, speech.say("check.platform.recorded")
    weights, examples = _weigh(case, marks)
    seen = sorted(name for name, weight in weights.items() if weight >= _ENOUGH)
    if not seen and weights:
        seen = [max(sorted(weights), key=lambda name: weights[name])]
    if not seen:
        return _by_folders(case)
    if len(seen) == 2:
        return Platform.BOTH, speech.say("check.platform.both", **examples)
    return Platform(seen[0]), speech.say("check.platform.seen", path=examples[seen[0]])


def _by_folders(case: Case) -> tuple[Platform, Words]:
    """What the names of folders say where no file is evidence: a tree that belongs to one of the systems."""
    found = {
        name: member.path
        for member in case.members
        for name, pattern in _FOLDERS.items()
        if pattern.search(member.path)
    }
    if len(found) == 1:
        name, path = next(iter(found.items()))
        return Platform(name), case.speech.say("check.platform.seen", path=path)
    return Platform.UNKNOWN, case.speech.say("check.platform.unknown")


def _weigh(case: Case, marks: Mapping[str, Mapping[int, Member]]) -> tuple[dict[str, int], dict[str, str]]:
    """Weight and example of each platform: the strongest match of each unit counts once."""
    best: dict[tuple[str, str], int] = {}
    examples: dict[str, str] = {}
    for match in case.sorted.matches:
        platform = case.unit(match.evidence)["platform"]
        if platform == "any" or match.weak:
            continue
        key = (platform, match.evidence)
        best[key] = max(best.get(key, 0), _WEIGHT[match.by])
        examples.setdefault(platform, match.member.path)
    for scenario, seen in marks.items():
        for number, member in seen.items():
            platform = case.catalogue["scenarios"][scenario]["detect"][number]["platform"]
            best[platform, f"scenario {scenario}"] = _ENOUGH
            examples.setdefault(platform, member.path)
    weights: dict[str, int] = {}
    for (platform, _), weight in best.items():
        weights[platform] = weights.get(platform, 0) + weight
    return weights, examples
