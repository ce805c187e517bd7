"""The knowledge of faults: reads and checks its units, compiles them into one file, and opens that file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import re2

from saishu.catalogue.knowledge import LANGUAGES
from saishu.catalogue.problems import KnowledgeError, Problem
from saishu.catalogue.unit_files import Units, read_units, shipped_units
from saishu.catalogue.yaml_files import Place, Source

SCHEMA = "saishu/faults/1"
FILE = "faults.json"


@lru_cache(maxsize=1)
def load_faults() -> Units:
    """The compiled units by id, as shipped."""
    return shipped_units(FILE)


def compile_faults(folder: Path, formats: frozenset[str]) -> dict[str, Any]:
    """The units below a knowledge folder, checked; KnowledgeError with everything that is to be mended.

    formats: the ids that `logs` and `in` may name.
    """
    sources, problems = read_faults(folder)
    evidence = frozenset(path.stem for path in (folder / "evidence").glob("*.yaml"))
    for source in sources.values():
        problems += _cross_check(source, frozenset(sources), formats, evidence)
    problems += _owners(sources)
    if problems:
        raise KnowledgeError(problems)
    return {"schema": SCHEMA, "units": {name: _shipped(source.data) for name, source in sorted(sources.items())}}


def read_faults(folder: Path) -> tuple[dict[str, Source], list[Problem]]:
    """The units by file stem, those that break the schema left out and reported."""
    return read_units(folder, "faults", "fault")


def _shipped(unit: dict[str, Any]) -> dict[str, Any]:
    """A unit without what only its tests need, and with what its author may leave out."""
    return {
        **{name: value for name, value in unit.items() if name != "examples"},
        "signals": signals_of(unit),
    }


def signals_of(unit: Mapping[str, Any]) -> dict[str, Any]:
    """The signals of a unit; a fault without any is seen by its codes."""
    signals: dict[str, Any] = dict(unit.get("signals") or {})
    if not signals and unit["kind"] == "fault" and unit["codes"]:
        signals["named"] = {"code": "any"}
    return signals


def _cross_check(
    source: Source, ids: frozenset[str], formats: frozenset[str], evidence: frozenset[str]
) -> Iterator[Problem]:
    unit = source.data
    if unit["id"] != source.stem:
        yield source.problem("catalogue.name_is_id", ("id",), id=unit["id"], stem=source.stem)
    steps = {language: len(unit["remedy"][language]) for language in LANGUAGES}
    if steps["en"] != steps["ja"]:
        yield source.problem("catalogue.remedy_steps", ("remedy", "ja"), **steps)
    yield from _signal_trouble(source)
    for place, name in _formats_named(unit):
        if name not in formats:
            yield source.problem("catalogue.no_format", place, name=name)
    for at, group in enumerate(unit.get("needs", ())):
        for name in set(group) - evidence:
            yield source.problem("catalogue.no_evidence", ("needs", at), name=name)
    for at, name in enumerate(unit.get("consequences", ())):
        if name not in ids or name == unit["id"]:
            yield source.problem("catalogue.no_fault", ("consequences", at), name=name)


def _signal_trouble(source: Source) -> Iterator[Problem]:
    signals = source.data.get("signals") or {}
    for place, pattern in _patterns(signals):
        reason = _pattern_trouble(pattern)
        if reason:
            yield source.problem("catalogue.pattern_not_re2", ("signals", *place), reason=reason)
    for field in ("when", "unless"):
        for name in sorted(_named(source.data.get(field, {})) - set(signals)):
            yield source.problem("catalogue.no_signal", (field,), name=name)


def _patterns(signals: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for name, signal in signals.items():
        if "text" in signal:
            yield (name, "text"), signal["text"]
        for field in ("data", "not_data"):
            if field in signal.get("event", {}):
                yield (name, "event", field), signal["event"][field]
        for key, test in signal.get("where", {}).items():
            for field in ("matches", "not_matches"):
                if isinstance(test, dict) and field in test:
                    yield (name, "where", key), test[field]


def _pattern_trouble(pattern: str) -> str:
    """Why a pattern cannot be used, or nothing."""
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as trouble:
        return str(trouble.args[0].decode() if isinstance(trouble.args[0], bytes) else trouble)
    return "it matches an empty line" if compiled.search("") else ""


def _named(condition: Any) -> set[str]:
    """Every signal that a condition names."""
    if isinstance(condition, str):
        return {condition}
    names: set[str] = set()
    for field, value in condition.items():
        if field in ("all", "any", "none"):
            names.update(*(_named(part) for part in value))
        elif field in ("count", "later", "than"):
            names.add(value)
        elif field in ("together", "sequence"):
            names.update(value)
    return names


def _formats_named(unit: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for name, signal in (unit.get("signals") or {}).items():
        for log in signal.get("logs", ()):
            yield ("signals", name, "logs"), log
    for kind, examples in (unit.get("examples") or {}).items():
        for at, example in enumerate(examples):
            for part in (example, *example.get("also", ())):
                yield ("examples", kind, at, "in"), part["in"]


def _owners(sources: Mapping[str, Source]) -> Iterator[Problem]:
    """A product code that is one word belongs to one unit, so that `explain` has one answer."""
    owners: dict[str, str] = {}
    for source in sources.values():
        for at, code in enumerate(source.data["codes"]):
            name = str(code["name"]).lower() if set(code) == {"name"} else ""
            if not name:
                continue
            if name in owners and owners[name] != source.stem:
                yield source.problem("catalogue.code_twice", ("codes", at), code=code["name"], other=owners[name])
            owners.setdefault(name, source.stem)
