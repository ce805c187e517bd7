"""What our own collector says in its manifest about each item, each fact and the machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from saishu.bundle import Bundle

NO_SUCH_FILE = "no_such_file"
_NO_EVIDENCE = (NO_SUCH_FILE, "no_such_program")
_HARMLESS = frozenset(("symlink", "special_file", "own_output", "no_such_program", "loop"))
_WORST_FIRST = ("partial", "missing", "not_applicable", "complete")


Gaps = tuple[Counter[str], str]
"""Why files of an item were not taken in full, counted, and the first of them."""


@dataclass(frozen=True, slots=True)
class Said:
    """One item in the collector's words. gaps: reason to how many files; example: one of these files."""

    status: str
    reason: str | None
    gaps: Mapping[str, int]
    example: str | None = None

    @property
    def is_absent(self) -> bool:
        """Whether the collector looked for it and the machine does not have it."""
        return self.status in ("missing", "not_applicable", "complete") and self.reason in _NO_EVIDENCE


class Collected:
    """Every manifest of a bundle taken together; for one machine its last run counts.

    platforms, hosts, scenarios, facts and warnings are in the order in which the manifests say them.
    """

    def __init__(self, manifests: Iterable[Mapping[str, Any]]) -> None:
        self.manifests = tuple(_last_of_each_host(manifests))
        self.hosts = tuple(dict.fromkeys(str(_run(one).get("host")) for one in self.manifests if _run(one).get("host")))
        self.platforms = frozenset(str(one["platform"]) for one in self.manifests if one.get("platform"))
        self.scenarios = tuple(
            dict.fromkeys(
                str(each.get("id")) for one in self.manifests for each in _dicts(one.get("scenarios")) if each.get("id")
            )
        )
        self._listed: Counter[str] = Counter()
        self._items = self._read_items()

    @classmethod
    def of(cls, bundle: Bundle) -> Collected:
        """What the manifests of a bundle say."""
        return cls(found.content for found in bundle.manifests)

    def __bool__(self) -> bool:
        return bool(self.manifests)

    def said(self, evidence: str) -> Said | None:
        """The collector's word on one item; None when no manifest speaks of it."""
        return self._items.get(evidence)

    def _read_items(self) -> dict[str, Said]:
        """Every item of every manifest; where two speak of one, the worse word counts.

        The manifest of a run that died has no items; then the files that were cut speak for them.
        """
        found: dict[str, Said] = {}
        for manifest in self.manifests:
            gaps = _count_files(manifest, self._listed)
            said = {str(item.get("id")): _said(item, gaps) for item in _dicts(manifest.get("items"))}
            for evidence, (reasons, example) in gaps.items():
                said.setdefault(
                    evidence, Said("partial", max(sorted(reasons), key=reasons.__getitem__), reasons, example)
                )
            for evidence, word in said.items():
                if evidence not in found or _rank(word) < _rank(found[evidence]):
                    found[evidence] = word
        return found

    @property
    def facts(self) -> dict[str, tuple[str, str]]:
        """Fact id to (value, source): `person`, `imds`, `system`, `file`, `certificate`."""
        found: dict[str, tuple[str, str]] = {}
        for manifest in self.manifests:
            for fact in _dicts(manifest.get("facts")):
                if isinstance(fact.get("id"), str) and isinstance(fact.get("value"), str):
                    found.setdefault(fact["id"], (fact["value"], str(fact.get("source", ""))))
        return found

    @property
    def warnings(self) -> list[tuple[str, tuple[str, ...]]]:
        """(warning id, lines of evidence) in the order of the manifests."""
        return [
            (str(seen["id"]), tuple(map(str, seen["evidence"])) if isinstance(seen.get("evidence"), list) else ())
            for manifest in self.manifests
            for seen in _dicts(manifest.get("warnings"))
            if seen.get("id")
        ]

    @property
    def failure_time(self) -> datetime | None:
        """When the backup failed, as the person who collected said it."""
        for manifest in self.manifests:
            options = _run(manifest).get("options")
            moment = utc(options.get("failure_time")) if isinstance(options, dict) else None
            if moment is not None:
                return moment
        return None

    def listed(self, evidence: str) -> int:
        """How many members the manifests list for an item."""
        return self._listed[evidence]


def utc(text: object) -> datetime | None:
    """The moment that `2024-05-01T03:06:52Z` names; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _run(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    run = manifest.get("run")
    return run if isinstance(run, dict) else {}


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    """The dicts in a list that a stranger may have changed."""
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def _last_of_each_host(manifests: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    last: dict[str, Mapping[str, Any]] = {}
    for manifest in manifests:
        host = str(_run(manifest).get("host"))
        known = last.get(host)
        if known is None or str(_run(manifest).get("started")) > str(_run(known).get("started")):
            last[host] = manifest
    return list(last.values())


def _said(item: Mapping[str, Any], of_files: Mapping[str, Gaps]) -> Said:
    gaps = item.get("gaps")
    counted = (
        {str(reason): count for reason, count in gaps.items() if isinstance(count, int)}
        if isinstance(gaps, dict)
        else {}
    )
    example = of_files.get(str(item.get("id")), (None, None))[1]
    return Said(str(item.get("status")), str(item["reason"]) if item.get("reason") else None, counted, example)


def _rank(said: Said) -> int:
    return _WORST_FIRST.index(said.status) if said.status in _WORST_FIRST else len(_WORST_FIRST)


def _count_files(manifest: Mapping[str, Any], listed: Counter[str]) -> dict[str, Gaps]:
    """Count the members of each item; return for each why files were not taken in full, with the first of them."""
    gaps: dict[str, Gaps] = {}
    for entry in _dicts(manifest.get("files")):
        named = entry.get("evidence")
        evidence = [str(unit) for unit in named] if isinstance(named, list) else []
        if isinstance(entry.get("member"), str):
            listed.update(evidence)
        if _is_gap(entry):
            for unit in evidence:
                reasons, _ = gaps.setdefault(unit, (Counter(), str(entry.get("path"))))
                reasons[str(entry.get("reason") or entry.get("outcome"))] += 1
    return gaps


def _is_gap(entry: Mapping[str, Any]) -> bool:
    """The collector's own rule: a link, a FIFO or a file that came and went is no loss."""
    outcome = entry.get("outcome")
    if outcome in ("collected", "empty"):
        return False
    if outcome == "skipped":
        return entry.get("reason") not in _HARMLESS
    return not (outcome == "missing" and entry.get("consistency") == "vanished")
