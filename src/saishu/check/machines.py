"""Names of machines that a bundle speaks of, each with the file that names it."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from saishu.bundle import BundleError
from saishu.bundle.signatures.evtx import is_evtx
from saishu.check.case import Case
from saishu.model import Member

_SYSLOG = re.compile(
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d))"
    r" (?P<host>[A-Za-z0-9][\w.-]*) \S"
)
_HOST_FILE = re.compile(r"(?:^|/)etc/hostname\Z")
_HANA_HOST = re.compile(r"(?:^|/)HDB\d\d/(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*)/trace/")
_IN_NAME = (
    ("CheckNWResult_", re.compile(r"CheckNWResult_(?P<host>[A-Za-z0-9][A-Za-z0-9-]*)_\d{12}")),
    ("saishu_", re.compile(r"saishu_(?P<host>[A-Za-z0-9][A-Za-z0-9-]*)_[a-z+-]+_\d{8}T\d{6}Z")),
    ("TSS", re.compile(r"TSSv?2?_(?P<host>[A-Za-z0-9][A-Za-z0-9-]*)_\d{6}")),
    ("_evt_", re.compile(r"(?:^|/)(?P<host>[A-Za-z0-9][A-Za-z0-9-]*)_evt_")),
    ("_CBEngine", re.compile(r"(?:^|/)(?P<host>[A-Za-z0-9][A-Za-z0-9-]*)_CBEngine")),
)
"""A word that the path must hold, and the expression that finds the machine."""
_NFO_HOST = re.compile(
    r"\[CDATA\[(?:System Name|システム名)\]\]>\s*</[^>]+>\s*<[^>]+>\s*<!\[CDATA\[(?P<host>[^\]\s]+)\]\]>"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*")
_ADDRESS = re.compile(r"[\d.]+")
_COMPUTER = re.compile(b"C\0o\0m\0p\0u\0t\0e\0r\0\0\0\x02\x05\x01..", re.DOTALL)
"""The element Computer with the text written in it, as the first record of a chunk spells it out."""
_FIRST_CHUNK = 4096
_CHUNK = 65536
_LARGEST_EVENT_LOG = 64 * 1024 * 1024
_MOST_EVENT_LOGS = 3
_MOST_FILES = 12
_FEWEST_LINES = 3


class Seen(NamedTuple):
    """One machine, and where it is named. host: as written there."""

    host: str
    path: str


def machines(case: Case) -> list[Seen]:
    """Every machine once, in the order of the sources: the collector, system files, logs, names of files.

    The host in a HANA path may be a virtual one, so it counts only beside another one of its kind, or alone.
    """
    ignored = set(case.catalogue["warnings"].get("mixed-machines", {}).get("lists", {}).get("ignored_host_names", ()))

    def once(all_seen: Iterable[Seen]) -> dict[str, Seen]:
        found: dict[str, Seen] = {}
        for seen in all_seen:
            name = short(seen.host)
            if name and name not in ignored and not _ADDRESS.fullmatch(seen.host):
                found.setdefault(name, seen)
        return found

    found = once(_sources(case))
    of_hana = once(_of_hana(case))
    if len(of_hana) > 1 or not found:
        found = {**found, **{name: seen for name, seen in of_hana.items() if name not in found}}
    return list(found.values())


def short(host: str) -> str:
    """A host name as it is compared: small letters, without its domain."""
    return host.lower().partition(".")[0]


def _sources(case: Case) -> Iterator[Seen]:
    yield from (Seen(host, "manifest.json") for host in case.collected.hosts)
    for member in case.members:
        if member.path.endswith("hostname") and _HOST_FILE.search(member.path):
            yield from _of_text(case, member, _NAME)
    yield from _of_syslogs(case)
    for member in case.files("windows.msinfo")[:_MOST_FILES]:
        yield from _of_text(case, member, _NFO_HOST)
    yield from _of_event_logs(case)
    yield from _of_paths(case)


def _of_text(case: Case, member: Member, pattern: re.Pattern[str]) -> Iterator[Seen]:
    hit = pattern.search(case.head(member).text)
    if hit is not None:
        yield Seen(hit["host"] if "host" in pattern.groupindex else hit[0], member.path)


def _of_syslogs(case: Case) -> Iterator[Seen]:
    """The host that most lines of a system log bear; a log server's file names many, its own among them."""
    for member in case.files("linux.syslog")[:_MOST_FILES]:
        hosts = Counter(hit["host"] for line in case.head(member).lines if (hit := _SYSLOG.match(line)))
        if hosts and (hosts.total() >= _FEWEST_LINES or hosts.total() == len(case.head(member).lines)):
            yield Seen(hosts.most_common(1)[0][0], member.path)


def _of_event_logs(case: Case) -> Iterator[Seen]:
    for unit in ("windows.eventlog.system", "windows.eventlog.application"):
        for member in case.parts(unit).get("evtx", ())[:_MOST_EVENT_LOGS]:
            computer = _computer(case, member)
            if computer is not None:
                yield Seen(computer, member.path)


def _computer(case: Case, member: Member) -> str | None:
    """The computer that the chunk written last names; the first ones may bear a name from the time of the setup."""
    if not is_evtx(case.head(member)) or (member.size or 0) > _LARGEST_EVENT_LOG:
        return None
    if len(case.head(member).raw) < _FIRST_CHUNK:
        return None
    last = struct.unpack_from("<Q", case.head(member).raw, 16)[0]
    if last * _CHUNK > _LARGEST_EVENT_LOG:
        return None
    try:
        with case.bundle.open(member) as stream:
            stream.read(_FIRST_CHUNK)
            for _ in range(last):
                stream.read(_CHUNK)
            chunk = stream.read(_CHUNK)
    except BundleError as trouble:
        case.bundle.add_note(trouble.as_note(member.path))
        return None
    names = {_inline_text(chunk, hit.end()) for hit in _COMPUTER.finditer(chunk)}
    return names.pop() if len(names) == 1 else None


def _inline_text(chunk: bytes, at: int) -> str:
    length = int.from_bytes(chunk[at - 2 : at], "little")
    return chunk[at : at + 2 * length].decode("utf-16-le", "replace")


def _of_hana(case: Case) -> Iterator[Seen]:
    for unit in ("hana.backup_log", "hana.backint_log"):
        for member in case.files(unit):
            hit = _HANA_HOST.search(member.path)
            if hit is not None:
                yield Seen(hit["host"], member.path)


def _of_paths(case: Case) -> Iterator[Seen]:
    for member in case.members:
        path = member.path
        for word, pattern in _IN_NAME:
            if word in path and (hit := pattern.search(path)) is not None:
                yield Seen(hit["host"], path)
