"""Warnings that apply to a bundle, each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from saishu.check.case import Case
from saishu.check.machines import Seen, short
from saishu.model import FactFound, Item, Platform, SourceRef, Warned

_NETBIOS = 15
_LATE = "begins_late"
_BELIEVED = ("given", "certain", "likely")
_RELEASE_ID = re.compile(r"^(?P<name>ID|ID_LIKE)=[\"']?(?P<value>[^\"'\r\n]*)", re.MULTILINE)


def find_warnings(
    case: Case,
    platform: Platform,
    scenarios: Sequence[str],
    items: Sequence[Item],
    facts: Sequence[FactFound],
    seen: Sequence[Seen],
) -> list[Warned]:
    """The warnings of the collector, then those that the files themselves give, each id once, sorted."""
    found: dict[str, Warned] = {}
    for name, evidence in case.collected.warnings:
        _add(found, Warned(name, evidence, SourceRef("manifest.json")))
    for warned in (
        *_nva(case, platform, scenarios),
        *_old_agent(case, platform, facts),
        *_late_logs(items),
        *_mixed(platform, seen, case),
        *_wrong_vm(scenarios, facts, seen),
    ):
        _add(found, warned)
    return [found[name] for name in sorted(found) if name in case.catalogue["warnings"]]


def _add(found: dict[str, Warned], warned: Warned) -> None:
    known = found.get(warned.id)
    lines = warned.evidence if known is None else (*known.evidence, *warned.evidence)
    found[warned.id] = Warned(warned.id, tuple(dict.fromkeys(lines)), (known or warned).source)


def _nva(case: Case, platform: Platform, scenarios: Sequence[str]) -> Iterator[Warned]:
    """A distribution that Azure does not know, by os-release; what the collector saw is told by its own warning."""
    known = set(case.catalogue["warnings"].get("nva-unsupported", {}).get("lists", {}).get("known_os_ids", ()))
    if case.collected or platform is Platform.WINDOWS or "ilr" in scenarios or not known:
        return
    for member in case.files("linux.system_state"):
        if member.name != "os-release":
            continue
        fields = {hit["name"]: hit["value"] for hit in _RELEASE_ID.finditer(case.head(member).text)}
        ids = " ".join(fields.values()).lower().split()
        if ids and not known.intersection(ids):
            line = f"{member.path}: ID={fields.get('ID', '')} ID_LIKE={fields.get('ID_LIKE', '')}"
            yield Warned("nva-unsupported", (line,), SourceRef(member.path))
            return


def _old_agent(case: Case, platform: Platform, facts: Sequence[FactFound]) -> Iterator[Warned]:
    least = case.catalogue["warnings"].get("old-agent", {}).get("versions", {}).get(platform.value)
    version = next((fact for fact in facts if fact.id == "env.agent_version"), None)
    if least is None or version is None or version.confidence not in _BELIEVED:
        return
    if _numbers(version.value) < _numbers(least):
        yield Warned("old-agent", (f"{version.source.path}: {version.value} < {least}",), version.source)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _late_logs(items: Sequence[Item]) -> Iterator[Warned]:
    late = [item for item in items if item.reason.id == _LATE]
    if late:
        yield Warned("log-starts-late", tuple(f"{item.id}: {item.reason.text['en']}" for item in late))


def _mixed(platform: Platform, seen: Sequence[Seen], case: Case) -> Iterator[Warned]:
    """Several host names, or both systems in one bundle."""
    lines = [f"{one.path}: {one.host}" for one in seen] if len(seen) > 1 else []
    if platform is Platform.BOTH:
        for name in (Platform.LINUX, Platform.WINDOWS):
            example = next(
                (match.member.path for match in case.sorted.matches
                 if not match.weak and case.unit(match.evidence)["platform"] == name.value), None,
            )  # fmt: skip
            lines += [f"{example}: {name.value}"] if example else []
    if lines:
        yield Warned("mixed-machines", tuple(lines))


def _wrong_vm(scenarios: Sequence[str], facts: Sequence[FactFound], seen: Sequence[Seen]) -> Iterator[Warned]:
    """The VM that was named is none of the machines in the bundle; file recovery runs on the restore target."""
    wanted = "env.restore_vm_name" if "ilr" in scenarios else "env.vm_name"
    named = next((fact for fact in facts if fact.id == wanted and fact.confidence in _BELIEVED), None)
    if named is None or not seen:
        return
    vm = short(named.value)[:_NETBIOS]
    if any(short(one.host)[:_NETBIOS] == vm for one in seen):
        return
    lines = [f"{wanted}: {named.value} ({named.source.path})", *(f"{one.path}: {one.host}" for one in seen)]
    yield Warned("wrong-vm", tuple(lines), named.source)
