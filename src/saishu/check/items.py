"""Every item that the scenario asks for, judged."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from saishu.check.case import Case, accepts_pictures
from saishu.check.facts import GIVEN, FactSeeker
from saishu.check.files import judge_files, parts_missing
from saishu.check.verdict import Remark, weightiest, worst
from saishu.model import FactFound, Item, Need, Platform, Status

NeedEntry = Mapping[str, Any]
"""One entry of `expand_scenario`."""
_SEVERAL = 2
_SOURCES = ("person", "imds", "system", "file", "certificate")


class Judgement:
    """Judges the needs of a scenario one by one; facts that were found on the way are kept."""

    def __init__(self, case: Case, platform: Platform, seeker: FactSeeker) -> None:
        self._case = case
        self._platform = platform
        self._seeker = seeker
        self.facts: list[FactFound] = []

    def items(self, needs: Sequence[NeedEntry]) -> list[Item]:
        """The items in the order of the article, substitutes and loose pictures already counted."""
        judged = [self._item(need) for need in needs]
        return _substituted(self._case, _weigh_wholes(self._case, _pictured(self._case, judged), needs), needs)

    def _item(self, need: NeedEntry) -> Item:
        unit = self._case.unit(need["id"])
        item = self._fact(need) if unit["kind"] == "fact" else self._files(need)
        item = replace(item, platform=need["platform"], only_if="azure_vm" if need["only_if"] else "")
        if item.status is Status.MISSING:
            item = self._excused(item)
        return item

    def _files(self, need: NeedEntry) -> Item:
        case, evidence = self._case, need["id"]
        files = case.files(evidence)
        remarks = judge_files(case, evidence, Need(need["need"]), files)
        return Item(
            evidence, Need(need["need"]), worst(remarks), tuple(member.path for member in files),
            case.speech.together(weightiest(remarks)), size=sum(member.size or 0 for member in files),
            parts_missing=parts_missing(case, evidence) if files else (),
        )  # fmt: skip

    def _fact(self, need: NeedEntry) -> Item:
        evidence = need["id"]
        found = self._seeker.find(evidence)
        if found is None:
            optional = need["need"] == Need.IF_PRESENT
            reason = self._case.speech.reason("fact_optional" if optional else "fact_missing")
            status = Status.NOT_APPLICABLE if optional else Status.MISSING
            return Item(evidence, Need(need["need"]), status, (), reason)
        self.facts.append(found)
        remark = self._weigh(found, need)
        files = () if found.confidence == GIVEN else (found.source.path,)
        return Item(evidence, Need(need["need"]), remark.status, files, remark.reason, value=found.value)

    def _weigh(self, found: FactFound, need: NeedEntry) -> Remark:
        """A given value counts as it is; one that was only guessed has to be confirmed where it is required."""
        reason = self._case.speech.reason
        fact = self._case.unit(found.id)["fact"]
        if found.confidence == GIVEN:
            source = found.source.evidence if found.source.evidence in _SOURCES else "person"
            where = self._case.speech.say(f"source.{source}")
            if re.fullmatch(fact["pattern"], found.value) is None:
                return Remark(Status.COMPLETE, reason("fact_odd", source=where, example=fact["example"]))
            return Remark(Status.COMPLETE, reason("fact_given", source=where))
        place = found.source.path if found.source.line is None else f"{found.source.path}:{found.source.line}"
        text = reason(f"fact_{found.confidence}", place=place)
        doubtful = found.confidence == "hint" and need["need"] == Need.REQUIRED
        return Remark(Status.PARTIAL if doubtful else Status.COMPLETE, text)

    def _excused(self, item: Item) -> Item:
        """Missing, unless it need not be there on such a machine, or nobody can say which machine it is."""
        case = self._case
        if item.only_if == "azure_vm" and not shows_azure_vm(case):
            return replace(item, status=Status.NOT_APPLICABLE, reason=case.speech.reason("only_azure_vm"))
        if self._platform is Platform.UNKNOWN and item.platform != "any":
            system = case.speech.say(f"check.system.{item.platform}")
            return replace(item, status=Status.UNKNOWN, reason=case.speech.reason("platform_unknown", system=system))
        return item


def shows_azure_vm(case: Case) -> bool:
    """Whether anything in the bundle shows that the machine is an Azure VM."""
    if any(case.files(evidence) for evidence in ("windows.azure_logs", "windows.azure_plugins")):
        return True
    return any(source == "imds" for _, source in case.collected.facts.values())


def _pictured(case: Case, items: list[Item]) -> list[Item]:
    """Count screenshots that no name assigns: enough of them answer all items that a screenshot can answer."""
    waiting = [
        item for item in items
        if item.status is Status.MISSING and not item.files and accepts_pictures(case.unit(item.id))
    ]  # fmt: skip
    pictures = [member for member in case.loose_pictures if member.size != 0] if waiting else []
    if not pictures:
        return items
    enough = len(pictures) >= len(waiting)
    paths = tuple(member.path for member in pictures)
    key = "screenshot" if enough and len(waiting) == 1 else "screenshots_unnamed" if enough else "screenshots_too_few"
    reason = case.speech.reason(key, files=case.speech.listed(paths), count=len(pictures), items=len(waiting))
    status = Status.COMPLETE if enough else Status.UNKNOWN
    open_ids = {item.id for item in waiting}
    return [replace(item, status=status, files=paths, reason=reason) if item.id in open_ids else item for item in items]


def _weigh_wholes(case: Case, items: list[Item], needs: Sequence[NeedEntry]) -> list[Item]:
    """An item that stands for several others, the whole of /var/log, is more than these: else only they are there."""
    by_id = {item.id: item for item in items}
    covered: dict[str, list[str]] = {}
    for need in needs:
        for whole in need["satisfied_by"]:
            covered.setdefault(whole, []).append(need["id"])
    return [
        _weigh_whole(case, item, [by_id[name] for name in covered.get(item.id, ()) if name in by_id]) for item in items
    ]


def _weigh_whole(case: Case, item: Item, parts: Sequence[Item]) -> Item:
    if item.status is not Status.COMPLETE or len(parts) < _SEVERAL:
        return item
    if not set(item.files) <= {path for part in parts for path in part.files}:
        return item
    names = case.speech.listed(case.unit(part.id)["title"] for part in parts if part.files)
    return replace(item, status=Status.PARTIAL, reason=case.speech.reason("only_minimum", items=names))


def _substituted(case: Case, items: list[Item], needs: Sequence[NeedEntry]) -> list[Item]:
    """An item for which another complete one stands is complete, unless the other one holds nothing but its files."""
    by_id = {item.id: item for item in items}
    done = []
    for item, need in zip(items, needs, strict=True):
        stands = next(
            (other for other in need["satisfied_by"] if item.is_open and _stands_for(by_id.get(other), item)), None
        )
        if stands is None:
            done.append(item)
            continue
        reason = case.speech.reason("satisfied_by", title=case.unit(stands)["title"])
        done.append(replace(item, status=Status.COMPLETE, satisfied_by=stands, reason=reason))
    return done


def _stands_for(other: Item | None, item: Item) -> bool:
    if other is None or other.status is not Status.COMPLETE:
        return False
    return not item.files or not set(item.files) <= set(other.files)
