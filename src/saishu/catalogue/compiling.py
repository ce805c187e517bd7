"""Turn checked knowledge into the one file that both rooms read."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from saishu.catalogue.cross_checks import cross_check
from saishu.catalogue.knowledge import Knowledge, read_knowledge
from saishu.catalogue.problems import KnowledgeError

SCHEMA = "saishu/catalogue/1"


def compile_knowledge(folder: Path) -> dict[str, Any]:
    """Return the catalogue of a knowledge folder; KnowledgeError with every problem when there is any."""
    knowledge = read_knowledge(folder)
    problems = knowledge.problems + cross_check(knowledge)
    if problems:
        raise KnowledgeError(problems)
    return _catalogue(knowledge)


def compile_what_is_right(folder: Path) -> dict[str, Any]:
    """Return a catalogue of whatever is right so far: broken units and needs that lead nowhere are left out.

    For an author half-way through; never for a release.
    """
    knowledge = read_knowledge(folder)
    broken = {problem.file for problem in cross_check(knowledge) if not problem.field.startswith(("needs", "includes"))}
    for units in (*knowledge.units.values(), knowledge.lists):
        for name in [name for name, source in units.items() if source.file in broken]:
            del units[name]
    for source in knowledge.scenarios.values():
        scenario = source.data
        scenario["needs"] = [need for need in scenario["needs"] if need["id"] in knowledge.evidence]
        known = [include for include in scenario.get("includes", ()) if include["scenario"] in knowledge.scenarios]
        scenario["includes"] = known
    return _catalogue(knowledge)


def catalogue_text(catalogue: dict[str, Any]) -> str:
    """Return the catalogue as it is written: the same knowledge gives the same bytes."""
    return json.dumps(catalogue, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _catalogue(knowledge: Knowledge) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "version": knowledge.version.data.get("version", "0.0.0"),
        "evidence": {name: _with_defaults(source.data) for name, source in knowledge.evidence.items()},
        "scenarios": {name: source.data for name, source in knowledge.scenarios.items()},
        "warnings": {name: _with_defaults(source.data) for name, source in knowledge.warnings.items()},
        "lists": {name: source.data for name, source in knowledge.lists.items()},
        "phrases": {
            language: {
                key: text
                for source in topics.values()
                if isinstance(source.data, dict)
                for key, text in source.data.items()
            }
            for language, topics in knowledge.phrases.items()
        },
    }


def _with_defaults(unit: dict[str, Any]) -> dict[str, Any]:
    """Return the unit with what the schema lets its author leave out, so that no reader needs to know the default."""
    filled = copy.deepcopy(unit)
    filled.setdefault("confidence", "documented")
    for part in filled.get("parts", ()):
        part.setdefault("need", "required")
    for step in filled.get("collect", ()):
        if step["do"] == "command":
            step.setdefault("seconds", 30)
            step.setdefault("optional", False)
    return filled
