"""Judges a bundle against a scenario: what is there, what is missing, what cannot be said. Needs no parser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from saishu.bundle import Bundle, map_members
from saishu.bundle import Mapping as Sorted
from saishu.check.case import Case
from saishu.check.circumstances import find_warnings
from saishu.check.facts import FactSeeker
from saishu.check.items import Judgement
from saishu.check.machines import machines
from saishu.check.platforms import find_platform
from saishu.check.scenario import Choice, choose_scenario
from saishu.check.sightings import Sightings
from saishu.check.speech import Speech
from saishu.model import Completeness, Item, Need, Platform, Status
from saishu_collect.catalogue import expand_scenarios, runs_on

__all__ = ["Speech", "WrongScenarioError", "judge_bundle"]

_ONE_SYSTEM = (Platform.LINUX, Platform.WINDOWS)


class WrongScenarioError(ValueError):
    """A scenario was named that the catalogue does not know."""


def judge_bundle(
    bundle: Bundle,
    catalogue: Mapping[str, Any],
    scenarios: Sequence[str] = (),
    failure_time: datetime | None = None,
    sorted_files: Sorted | None = None,
) -> Completeness:
    """What a bundle holds of what its scenario asks for.

    scenarios: ids; empty to take the manifest's word or to recognise it. failure_time: aware; limits how far back
    logs must reach. sorted_files: the bundle's files by evidence, where they are sorted already. Raises
    `WrongScenarioError`, and `BundleError` when the bundle itself cannot be read.
    """
    unknown = [name for name in scenarios if name not in catalogue["scenarios"]]
    if unknown:
        raise WrongScenarioError(", ".join(unknown))
    sorted_files = sorted_files or map_members(bundle, catalogue)
    case = Case(bundle, catalogue, sorted_files, Speech(catalogue), failure_time)
    sightings = Sightings(case)
    marks = sightings.marks()
    platform, platform_reason = find_platform(case, marks)
    choice = choose_scenario(case, scenarios, platform, marks)
    fitting = _fitting(catalogue, choice, platform)
    if fitting is not platform:
        platform = fitting
        system = case.speech.say(f"check.system.{fitting}")
        platform_reason = case.speech.say("check.platform.of_scenario", system=system)
    seen = machines(case)
    judgement = Judgement(case, platform, FactSeeker(case, sightings, choice.scenarios))
    items = judgement.items(_needs(catalogue, choice, platform))
    warnings = find_warnings(case, platform, choice.scenarios, items, judgement.facts, seen)
    return Completeness(
        bundle=bundle.path.name, kind=bundle.kind, members=len(case.members),
        scenario=choice.scenarios[0], scenarios=choice.scenarios, scenario_reason=choice.reason,
        platform=platform, platform_reason=platform_reason,
        complete=_is_complete(items), judged=_is_judged(case), items=tuple(items), warnings=tuple(warnings),
        facts=tuple(judgement.facts), notes=(*bundle.notes, *case.sorted.notes),
        unmapped=tuple(member.path for member in case.sorted.unmapped),
        hosts=tuple(one.host for one in seen), collected_by_us=bool(case.collected), scenario_known=choice.known,
    )  # fmt: skip


def _fitting(catalogue: Mapping[str, Any], choice: Choice, platform: Platform) -> Platform:
    """The platform on which the scenarios run, where the files do not decide it."""
    possible = [one for one in _ONE_SYSTEM if any(runs_on(catalogue, name, one) for name in choice.scenarios)]
    if len(possible) == 1:
        return possible[0]
    return platform


def _needs(catalogue: Mapping[str, Any], choice: Choice, platform: Platform) -> list[dict[str, Any]]:
    system = platform.value if platform in _ONE_SYSTEM else None
    fitting = [name for name in choice.scenarios if runs_on(catalogue, name, system)]
    needs: list[dict[str, Any]] = expand_scenarios(catalogue, fitting or choice.scenarios, system if fitting else None)
    return needs


def _is_complete(items: Sequence[Item]) -> bool:
    return all(item.status in (Status.COMPLETE, Status.NOT_APPLICABLE) for item in items if item.need is Need.REQUIRED)


def _is_judged(case: Case) -> bool:
    """Whether there is anything at all that is evidence: a file of an item, or a manifest of ours."""
    return bool(case.collected) or any(not match.weak for match in case.sorted.matches) or bool(case.loose_pictures)
