"""SAP HANA: SYSTEMDB and every tenant of every instance has its own backup.log and backint.log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from saishu.check.case import Case
from saishu.check.judges import log_set
from saishu.check.verdict import Remark
from saishu.model import Member, Status

SYSTEM = "SYSTEMDB"
_UNITS = ("hana.backup_log", "hana.backint_log")
_INSTANCE = re.compile(r"(?:(?:^|/)(?P<sid>[A-Z][A-Z0-9]{2})/)?(?P<number>HDB\d\d)/(?P<host>[^/]+)/trace(?:/|\Z)")
_TENANT_FOLDER = re.compile(r"(?:^|/)DB_(?P<name>[^/]+)(?:/|\Z)")
_TENANT_IN_TEXT = re.compile(r"(?:/backint/|/trace/)DB_(?P<name>[A-Za-z0-9_#$]+)")
_TENANT_IN_NAME = re.compile(r"DB_(?P<name>[A-Z0-9_]+?)(?:[._-]?(?:backup|backint)|\.|\Z)")
_MOST_HEADS = 40


@dataclass(slots=True)
class Instance:
    """One HANA instance on one host. databases: names seen anywhere; files: database to its files of one unit."""

    databases: set[str] = field(default_factory=lambda: {SYSTEM})
    files: dict[str, list[Member]] = field(default_factory=dict)


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Partial when a database that is seen anywhere in the bundle has no such log, or only an empty one."""
    reason = case.speech.reason
    instances = _instances(case, evidence)
    lacking, empty = [], []
    for where, instance in sorted(instances.items()):
        for database in sorted(instance.databases, key=lambda name: (name != SYSTEM, name)):
            found = instance.files.get(database, [])
            if not found:
                lacking.append(_label(database, where))
            elif all(member.size == 0 for member in found):
                empty.append(_label(database, where))
    remarks = log_set.judge(case, evidence, [member for member in files if member.size != 0] or files)
    if lacking:
        text = reason("databases_without_log", databases=case.speech.listed(lacking))
        remarks.insert(0, Remark(Status.PARTIAL, text))
    if empty and any(member.size != 0 for member in files):
        remarks.append(Remark(Status.PARTIAL, reason("databases_with_empty_log", databases=case.speech.listed(empty))))
    only_system = [where for where, instance in instances.items() if instance.databases == {SYSTEM}]
    if only_system and not case.collected.listed(evidence):
        remarks.append(Remark(Status.PARTIAL, reason("no_tenant_seen", instances=case.speech.listed(only_system))))
    return remarks


def _instances(case: Case, evidence: str) -> dict[str, Instance]:
    """Every instance that the bundle shows, with its databases and with the files of one unit."""
    found: dict[str, Instance] = {}
    for unit in _UNITS:
        for member in case.files(unit):
            where, database = place(member.path)
            instance = found.setdefault(where, Instance())
            instance.databases.add(database)
            if unit == evidence:
                instance.files.setdefault(database, []).append(member)
    for path in _paths_with_tenants(case):
        where, database = place(path)
        if where in found:
            found[where].databases.add(database)
    if len(found) == 1:
        next(iter(found.values())).databases.update(_tenants_in_texts(case))
    return found


def place(path: str) -> tuple[str, str]:
    """Instance and database that a path belongs to: (`HXE/HDB00/host`, `SYSTEMDB`).

    /usr/sap and /hana/shared lead to the same instance; without the HDB folder the folder itself stands for it.
    """
    inside = path.rpartition("!/")[2]
    tenant = _TENANT_FOLDER.search(inside)
    folder, _, name = inside.rpartition("/")
    database = SYSTEM
    if tenant is not None:
        database, folder = tenant["name"], inside[: tenant.start()]
    elif (named := _TENANT_IN_NAME.search(name)) is not None:
        database = named["name"]
    instance = _INSTANCE.search(inside)
    if instance is not None:
        return "/".join(part for part in (instance["sid"], instance["number"], instance["host"]) if part), database
    return folder.removesuffix("/trace"), database


def _paths_with_tenants(case: Case) -> Iterable[str]:
    """Folders and files of the bundle below a DB_ folder, whatever they are."""
    return (member.path for member in case.bundle.members if "DB_" in member.path and "trace" in member.path)


def _tenants_in_texts(case: Case) -> set[str]:
    """Tenants that the logs themselves speak of (backint names the pipe of each database)."""
    members = [member for unit in _UNITS for member in case.files(unit)][:_MOST_HEADS]
    return {hit["name"] for member in members for hit in _TENANT_IN_TEXT.finditer(case.head(member).text)}


def _label(database: str, where: str) -> str:
    return f"{database} ({where})" if where else database
