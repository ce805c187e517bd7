"""By which scenario a bundle is judged, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saishu.check.case import Case
from saishu.model import Member, Need, Platform, Words
from saishu_collect.catalogue import included_scenarios

GROUND = "azure-vm"
"""The ground set: what is asked for when nothing shows a particular scenario."""
NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Choice:
    """The scenarios that count (mostly one), the first of them leading, and the reason in both languages.

    known: False when nothing points to a scenario and the ground set stands in.
    """

    scenarios: tuple[str, ...]
    reason: Words
    known: bool = True


def choose_scenario(
    case: Case, given: Sequence[str], platform: Platform, marks: Mapping[str, Mapping[int, Member]]
) -> Choice:
    """The given scenario; else what our manifest records; else what the files show, the most specific first."""
    speech = case.speech
    if given:
        return Choice(tuple(given), speech.say("check.scenario.given"))
    recorded = [name for name in case.collected.scenarios if name in case.catalogue["scenarios"]]
    if recorded:
        return Choice(tuple(recorded), speech.say("check.scenario.recorded"))
    found = _recognised(case, platform, marks)
    if found is not None:
        return found
    return Choice((GROUND,), speech.say("check.scenario.ground"), known=False)


def _recognised(case: Case, platform: Platform, marks: Mapping[str, Mapping[int, Member]]) -> Choice | None:
    possible = [name for name in case.catalogue["scenarios"] if _runs_on(case, name, platform)]
    specific = [name for name in possible if _is_specific(case, name) and (marks.get(name) or _alone(case, name))]
    if specific:
        name = min(specific, key=lambda one: (-len(_own(case, one)), -len(marks.get(one, {})), one))
        return Choice((name,), _because(case, name, marks))
    for name in (GROUND, NETWORK):
        if name in possible and marks.get(name):
            return Choice((name,), _because(case, name, marks))
    return None


def _runs_on(case: Case, name: str, platform: Platform) -> bool:
    platforms = case.catalogue["scenarios"][name]["platforms"]
    return platform not in (Platform.LINUX, Platform.WINDOWS) or platform in platforms


def _is_specific(case: Case, name: str) -> bool:
    """Whether a scenario asks for evidence that no other one asks for, and no other builds on it."""
    scenarios = case.catalogue["scenarios"]
    builds_on = {inner for other in scenarios for inner in included_scenarios(case.catalogue, other)}
    return name not in builds_on and bool(_exclusive(case, name))


def _exclusive(case: Case, name: str) -> set[str]:
    """The evidence, facts aside, that only this scenario lists."""
    scenarios = case.catalogue["scenarios"]
    others = {need["id"] for other in scenarios if other != name for need in scenarios[other]["needs"]}
    own = {need["id"] for need in scenarios[name]["needs"]} - others
    return {evidence for evidence in own if case.unit(evidence)["kind"] != "fact"}


def _own(case: Case, name: str) -> list[str]:
    """What a scenario lists itself and the bundle holds."""
    return [need["id"] for need in case.catalogue["scenarios"][name]["needs"] if case.matches(need["id"])]


def _alone(case: Case, name: str) -> list[str]:
    """What only this scenario requires and the bundle holds, in files that mean nothing to any other scenario.

    A scenario that requires nothing of its own (SQL Server) is told by whatever only it asks for.
    """
    exclusive = _exclusive(case, name)
    own = [need for need in case.catalogue["scenarios"][name]["needs"] if need["id"] in exclusive]
    required = [need for need in own if need["need"] == Need.REQUIRED] or own
    return [need["id"] for need in required if _telling_file(case, need["id"], exclusive)]


def _telling_file(case: Case, evidence: str, exclusive: set[str]) -> Member | None:
    return next((member for member in case.files(evidence) if case.claims[member.path] <= exclusive), None)


def _because(case: Case, name: str, marks: Mapping[str, Mapping[int, Member]]) -> Words:
    """The words of the first mark that was seen, else the evidence that only this scenario asks for."""
    speech = case.speech
    seen = marks.get(name, {})
    if seen:
        number = min(seen)
        because = case.catalogue["scenarios"][name]["detect"][number]["because"]
        text = {lang: words.replace("{path}", seen[number].path) for lang, words in because.items()}
        return speech.say("check.scenario.recognised", because=text)
    evidence = _alone(case, name)[0]
    path = case.files(evidence)[0].path
    return speech.say("check.scenario.evidence", title=case.unit(evidence)["title"], path=path)
