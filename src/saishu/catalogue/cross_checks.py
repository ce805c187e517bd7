"""What a schema cannot say: references that lead somewhere, patterns that compile, languages that agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from saishu.catalogue.knowledge import LANGUAGES, Knowledge
from saishu.catalogue.patterns import check_patterns
from saishu.catalogue.problems import Problem
from saishu.catalogue.yaml_files import Place, Source

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

PHRASE_KEY = re.compile(r"[a-z_]+(\.[A-Za-z0-9_-]+)+")

PLATFORMS = ("linux", "windows")


def cross_check(knowledge: Knowledge) -> list[Problem]:
    """Return everything that is wrong between the files, or inside one beyond its schema."""
    return [
        *_version(knowledge.version),
        *(problem for units in knowledge.units.values() for source in units.values() for problem in _unit(source)),
        *(problem for source in knowledge.evidence.values() for problem in _evidence(source)),
        *_command_names(knowledge),
        *(problem for source in knowledge.evidence.values() for problem in _named_scenarios(source, knowledge)),
        *(problem for source in knowledge.scenarios.values() for problem in _scenario(source, knowledge)),
        *_phrases(knowledge),
    ]


def _version(source: Source) -> Iterator[Problem]:
    version = source.data.get("version") if isinstance(source.data, dict) else None
    if not isinstance(version, str) or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield source.problem("catalogue.version", ("version",))


def _unit(source: Source) -> Iterator[Problem]:
    if source.data["id"] != source.stem:
        yield source.problem("catalogue.name_is_id", ("id",), id=source.data["id"], stem=source.stem)
    yield from check_patterns(source)
    for place, text in _texts(source.data, ()):
        names = {language: set(PLACEHOLDER.findall(text[language])) for language in LANGUAGES}
        if names["en"] != names["ja"]:
            yield source.problem("catalogue.placeholders", place, names=_braced(names["en"] ^ names["ja"]))


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, dict[str, str]]]:
    """Walk to every text that stands in both languages."""
    if isinstance(value, dict):
        if set(value) == set(LANGUAGES) and all(isinstance(text, str) for text in value.values()):
            yield place, value
            return
        for name, inner in value.items():
            yield from _texts(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*place, index))


def _evidence(source: Source) -> Iterator[Problem]:
    unit = source.data
    steps = {step["do"] for step in unit["collect"]}
    if (unit["kind"] == "fact") != ("fact" in unit) or (unit["kind"] == "fact") != ("fact" in steps):
        yield source.problem("catalogue.fact_together", ("kind",))
    commands = {language: _commands(unit["by_hand"][language]) for language in LANGUAGES}
    if len(commands["en"]) != len(commands["ja"]):
        counts = {language: len(lines) for language, lines in commands.items()}
        yield source.problem("catalogue.commands_differ", ("by_hand", "ja"), **counts)
    parts = [part["id"] for part in unit.get("parts", ())]
    if len(parts) != len(set(parts)):
        yield source.problem("catalogue.part_twice", ("parts",))


def _commands(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("> ")]


def _command_names(knowledge: Knowledge) -> Iterator[Problem]:
    """A command's output is named after it, so two different commands need two names."""
    known: dict[str, tuple[str, list[str]]] = {}
    for unit_id, source in knowledge.evidence.items():
        for index, step in enumerate(source.data["collect"]):
            if step["do"] != "command":
                continue
            other, argv = known.setdefault(step["name"], (unit_id, step["argv"]))
            if argv != step["argv"]:
                place = ("collect", index, "name")
                yield source.problem("catalogue.command_name", place, name=step["name"], other=other)


def _named_scenarios(source: Source, knowledge: Knowledge) -> Iterator[Problem]:
    """A step or a place of a fact may be for some scenarios only; those must exist."""
    unit = source.data
    limited: list[tuple[Place, dict[str, Any]]] = [
        (("collect", index, "when"), step.get("when", {})) for index, step in enumerate(unit["collect"])
    ]
    found_in = unit.get("fact", {}).get("found_in", ())
    limited += [(("fact", "found_in", index), found) for index, found in enumerate(found_in)]
    for place, limits in limited:
        for field in ("scenarios", "not_scenarios"):
            for name in limits.get(field, ()):
                if name not in knowledge.scenarios:
                    yield source.problem("catalogue.no_scenario", (*place, field), name=name)


def _scenario(source: Source, knowledge: Knowledge) -> Iterator[Problem]:
    scenario = source.data
    for index, include in enumerate(scenario.get("includes", ())):
        place: Place = ("includes", index, "scenario")
        if include["scenario"] not in knowledge.scenarios:
            yield source.problem("catalogue.no_scenario", place, name=include["scenario"])
        elif source.stem in _reachable(include["scenario"], knowledge):
            yield source.problem("catalogue.circle", place, name=include["scenario"])
    for index, need in enumerate(scenario["needs"]):
        yield from _need(source, ("needs", index), need, knowledge)
    for index, detect in enumerate(scenario["detect"]):
        place = ("detect", index)
        if detect["platform"] not in scenario["platforms"]:
            yield source.problem("catalogue.platform_not_of_scenario", (*place, "platform"), name=detect["platform"])
        unit = detect.get("search_folder_of")
        if unit is not None and not _searches(unit, knowledge):
            yield source.problem("catalogue.no_search_folder", (*place, "search_folder_of"), name=unit)


def _reachable(name: str, knowledge: Knowledge, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the scenario and all that it includes, however deep."""
    if name in seen or name not in knowledge.scenarios:
        return seen
    seen |= {name}
    for include in knowledge.scenarios[name].data.get("includes", ()):
        seen |= _reachable(include["scenario"], knowledge, seen)
    return seen


def _need(source: Source, place: Place, need: dict[str, Any], knowledge: Knowledge) -> Iterator[Problem]:
    for field in ("id", "satisfied_by", "preferred_over"):
        named = need.get(field, [])
        for name in [named] if isinstance(named, str) else named:
            if name not in knowledge.evidence:
                yield source.problem("catalogue.no_evidence", (*place, field), name=name)
    unit = knowledge.evidence.get(need["id"])
    if unit is None:
        return
    own, wanted = unit.data["platform"], need.get("platform")
    if wanted is not None and own not in ("any", wanted):
        yield source.problem("catalogue.platform_not_of_unit", (*place, "platform"), name=need["id"], own=own)
    if own != "any" and own not in source.data["platforms"]:
        yield source.problem("catalogue.platform_not_of_scenario", (*place, "id"), name=own)
    seen = [other for other in source.data["needs"] if other["id"] == need["id"]]
    if len(seen) > 1 and seen[0] is need:
        yield source.problem("catalogue.need_twice", (*place, "id"), name=need["id"])


def _searches(unit: str, knowledge: Knowledge) -> bool:
    source = knowledge.evidence.get(unit)
    return source is not None and any(step["do"] == "search_folder" for step in source.data["collect"])


def _phrases(knowledge: Knowledge) -> Iterator[Problem]:
    for language in LANGUAGES:
        owners: dict[str, str] = {}
        for topic, source in knowledge.phrases[language].items():
            if not isinstance(source.data, dict):
                yield source.problem("catalogue.flat_phrases")
                continue
            for key in source.data:
                owner = owners.setdefault(key, source.file)
                if owner != source.file:
                    yield source.problem("catalogue.key_elsewhere", (key,), file=owner)
            yield from _topic(source, knowledge.phrases[_other(language)].get(topic))


def _topic(source: Source, twin: Source | None) -> Iterator[Problem]:
    if twin is None:
        yield source.problem("catalogue.no_twin_file")
    other = twin.data if twin is not None and isinstance(twin.data, dict) else {}
    for key, text in source.data.items():
        if not isinstance(text, str) or not text.strip():
            yield source.problem("catalogue.flat_phrases", (key,))
            continue
        if not PHRASE_KEY.fullmatch(key):
            yield source.problem("catalogue.key_form", (key,))
        if twin is not None and key not in other:
            yield source.problem("catalogue.no_twin", (key,), file=twin.file)
        elif isinstance(other.get(key), str) and source.file.startswith("phrases/ja"):
            differ = set(PLACEHOLDER.findall(text)) ^ set(PLACEHOLDER.findall(other[key]))
            if differ:
                yield source.problem("catalogue.placeholders", (key,), names=_braced(differ))


def _other(language: str) -> str:
    return next(name for name in LANGUAGES if name != language)


def _braced(names: set[str]) -> str:
    return ", ".join("{" + name + "}" for name in sorted(names))
