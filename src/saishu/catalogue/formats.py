"""The knowledge of log formats: reads and checks its units, compiles them into one file, and opens that file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from saishu.catalogue.problems import KnowledgeError, Problem
from saishu.catalogue.unit_files import Units, read_units, shipped_units
from saishu.catalogue.yaml_files import Place, Source

SCHEMA = "saishu/formats/1"
FILE = "formats.json"
_GROUPS = ("component", "operation", "message")
_LAYOUT = re.compile(r"iso|(?:[^%]|%[YmbdHIpMSfza])*")


@lru_cache(maxsize=1)
def load_formats() -> Units:
    """The compiled units by id, as shipped."""
    return shipped_units(FILE)


def compile_formats(folder: Path) -> dict[str, Any]:
    """The units below a knowledge folder, checked; KnowledgeError with everything that is to be mended."""
    sources, problems = read_formats(folder)
    evidence = frozenset(path.stem for path in (folder / "evidence").glob("*.yaml"))
    for source in sources.values():
        problems += _cross_check(source, evidence)
    if problems:
        raise KnowledgeError(problems)
    return {"schema": SCHEMA, "units": {name: _shipped(source.data) for name, source in sorted(sources.items())}}


def read_formats(folder: Path) -> tuple[dict[str, Source], list[Problem]]:
    """The units by file stem, those that break the schema left out and reported."""
    return read_units(folder, "formats", "format")


def _shipped(unit: dict[str, Any]) -> dict[str, Any]:
    """A unit without what only its tests need."""
    return {name: value for name, value in unit.items() if name != "samples"}


def _cross_check(source: Source, evidence: frozenset[str]) -> Iterator[Problem]:
    unit = source.data
    if unit["id"] != source.stem:
        yield source.problem("catalogue.name_is_id", ("id",), id=unit["id"], stem=source.stem)
    for at, name in enumerate(unit.get("evidence", ())):
        if name not in evidence:
            yield source.problem("catalogue.no_evidence", ("evidence", at), name=name)
    if "lines" not in unit and "reader" not in unit:
        yield source.problem("catalogue.format_unread", ())
    wrong = list(_patterns(source))
    yield from wrong
    if not wrong and "lines" in unit:
        yield from _samples(source)


def _patterns(source: Source) -> Iterator[Problem]:
    unit = source.data
    if "operation" in unit:
        yield from _regex(source, ("operation",), unit["operation"])
    for at, line in enumerate(unit.get("lines", ())):
        place: Place = ("lines", at, "pattern")
        wrong = list(_regex(source, place, line["pattern"]))
        yield from wrong
        has_time = not wrong and "time" in re.compile(line["pattern"]).groupindex
        if not wrong and has_time != ("time" in line):
            yield source.problem("catalogue.format_time", ("lines", at))
        if not _LAYOUT.fullmatch(line.get("time", {}).get("layout", "iso")):
            yield source.problem("catalogue.format_layout", ("lines", at, "time", "layout"))


def _regex(source: Source, place: Place, pattern: str) -> Iterator[Problem]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield source.problem("catalogue.regex", place, reason=error.msg)


def _samples(source: Source) -> Iterator[Problem]:
    """What the samples say of groups and levels; their times are proved by the tests of the reading room."""
    unit = source.data
    patterns = [(re.compile(line["pattern"]), line.get("level", "")) for line in unit["lines"]]
    for at, sample in enumerate(unit["samples"]["match"]):
        place: Place = ("samples", "match", at)
        hit, level = next(
            ((hit, level) for pattern, level in patterns if (hit := pattern.match(sample["line"]))), (None, "")
        )
        if hit is None:
            yield source.problem("catalogue.sample_no_match", place)
            continue
        words = {word.upper(): level for word, level in unit.get("levels", {}).items()}
        named = hit.groupdict()
        found = {name: named.get(name) or "" for name in _GROUPS}
        found["level"] = words.get(str(named.get("level") or "").strip().upper(), "") or level
        if not found["operation"] and "operation" in unit:
            searched = re.search(unit["operation"], found["message"])
            found["operation"] = searched[1] if searched else ""
        for name, value in found.items():
            if name in sample and sample[name] != value:
                yield source.problem("catalogue.sample_differs", (*place, name), name=name, value=value)
    for at, line in enumerate(unit["samples"]["no_match"]):
        if any(pattern.match(line) for pattern, _ in patterns):
            yield source.problem("catalogue.sample_matches", ("samples", "no_match", at))
