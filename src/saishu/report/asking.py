"""What has to be asked for, in which order and grouping; every form of the report asks in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from saishu.model import Completeness, Item, Need, Platform, Status
from saishu_collect.catalogue import expand_scenarios

_PERSON_STEPS = ("ask", "guided_trace")
_NO_SECOND_LOOK = ("not_on_machine", "not_on_machine_optional")
ONLY_AZURE = "only_azure_vm"


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask for. at_least: the items that do when the whole (a preferred item) cannot be had."""

    item: Item
    at_least: tuple[Item, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything this request is about, the preferred one first."""
        return (self.item, *self.at_least)


@dataclass(frozen=True, slots=True)
class Asking:
    """What to ask for. files: what is required; wanted: what is recommended; facts: what a person has to write down;
    facts_if_azure: facts that count only on an Azure VM, asked along with others.
    """

    files: tuple[Request, ...]
    wanted: tuple[Request, ...]
    facts: tuple[Item, ...]
    facts_if_azure: tuple[Item, ...] = ()
    by_tool: tuple[str, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing that is required is open."""
        return not self.files and not self.facts


def what_to_ask(completeness: Completeness, catalogue: Mapping[str, Any]) -> Asking:
    """Sort the open items of a judgement into requests.

    A recommended item that stands for several required ones (the whole of /var/log for its three logs) becomes one
    request with them, when all of it is missing; otherwise only what is missing is asked for.
    """
    units = catalogue["evidence"]
    stands = _stands_for(completeness, catalogue)
    open_files = [item for item in completeness.items if item.is_open and units[item.id]["kind"] != "fact"]
    required = [item for item in open_files if item.need is Need.REQUIRED]
    preferred = {
        other.id: covered
        for other in open_files
        if other.need is Need.RECOMMENDED and (covered := [one for one in required if other.id in stands[one.id]])
    }
    files = _requests(completeness.items, required, preferred)
    wanted = [
        Request(item) for item in open_files if item.need is Need.RECOMMENDED and item.id not in preferred
    ]  # fmt: skip
    facts = [item for item in completeness.items if item.is_open and units[item.id]["kind"] == "fact"]
    facts = [item for item in facts if item.need is Need.REQUIRED]
    if_azure = [
        item for item in completeness.items if item.reason.id == ONLY_AZURE and units[item.id]["kind"] == "fact"
        and item.need is Need.REQUIRED
    ]  # fmt: skip
    asked = [item for request in (*files, *wanted) for item in request.items]
    by_tool = tuple(item.id for item in asked if can_collect(units[item.id], item))
    return Asking(tuple(files), tuple(wanted), tuple(facts), tuple(if_azure) if facts else (), by_tool)


def can_collect(unit: Mapping[str, Any], item: Item) -> bool:
    """Whether running the collector (again) brings an item: not what only a person has, nor what is not there."""
    if item.reason.id in _NO_SECOND_LOOK:
        return False
    return not all(step["do"] in _PERSON_STEPS for step in unit["collect"])


def systems(completeness: Completeness, items: Sequence[Item]) -> tuple[str, ...]:
    """The systems to speak of: the one of the bundle; both where it is not known or where there are two."""
    if completeness.platform in (Platform.LINUX, Platform.WINDOWS):
        return (completeness.platform.value,)
    named = {item.platform for item in items if item.platform != "any"}
    return tuple(name for name in ("windows", "linux") if name in named) or ("windows", "linux")


def _stands_for(completeness: Completeness, catalogue: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Item id to the items that stand for it."""
    needs = expand_scenarios(catalogue, completeness.scenarios, None)
    return {need["id"]: tuple(need["satisfied_by"]) for need in needs}


def _requests(
    items: Sequence[Item], required: Sequence[Item], preferred: Mapping[str, Sequence[Item]]
) -> list[Request]:
    """The required items in order, those that a wholly missing preferred one covers gathered behind it."""
    by_id = {item.id: item for item in items}
    leaders = {name: covered for name, covered in preferred.items() if _is_wholly_open(by_id[name])}
    covered_by = {item.id: name for name, covered in leaders.items() for item in covered}
    done: set[str] = set()
    requests = []
    for item in required:
        leader = covered_by.get(item.id)
        if leader is None:
            requests.append(Request(item))
        elif leader not in done:
            done.add(leader)
            requests.append(Request(by_id[leader], tuple(leaders[leader])))
    return requests


def _is_wholly_open(item: Item) -> bool:
    return item.status is Status.MISSING or (item.status is Status.UNKNOWN and not item.files)
