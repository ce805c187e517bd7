"""All knowledge files, read and sorted by kind; the folder decides what a file is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import saishu_knowledge
from saishu.catalogue.problems import Problem
from saishu.catalogue.schema_check import check_schema, open_schema
from saishu.catalogue.yaml_files import Source, read_source

LANGUAGES = ("en", "ja")

KINDS = {"evidence": "evidence", "scenarios": "scenario", "warnings": "warning"}
"""Folder of units and the name of their schema."""


def knowledge_folder() -> Path:
    """Return the folder that holds the knowledge of this installation."""
    return Path(saishu_knowledge.__file__).parent


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that was read: {unit id: source} by kind, lists and phrases by topic, and what is wrong so far."""

    version: Source
    units: dict[str, dict[str, Source]]
    lists: dict[str, Source]
    phrases: dict[str, dict[str, Source]]
    problems: list[Problem] = field(default_factory=list)

    @property
    def evidence(self) -> dict[str, Source]:
        """The evidence units by id."""
        return self.units["evidence"]

    @property
    def scenarios(self) -> dict[str, Source]:
        """The scenarios by id."""
        return self.units["scenarios"]

    @property
    def warnings(self) -> dict[str, Source]:
        """The warnings by id."""
        return self.units["warnings"]


def read_knowledge(folder: Path) -> Knowledge:
    """Return all knowledge below a folder; files that break their schema are reported and left out."""
    problems: list[Problem] = []
    units = {
        kind: _read_units(folder, kind, schema, problems)
        for kind, schema in KINDS.items()
    }  # fmt: skip
    version = _read_folder(folder, "", problems).get("version") or Source("version.yaml", {})
    return Knowledge(
        version=version,
        units=units,
        lists=_read_folder(folder, "lists", problems),
        phrases={language: _read_folder(folder, f"phrases/{language}", problems) for language in LANGUAGES},
        problems=problems,
    )


def _read_units(folder: Path, kind: str, schema: str, problems: list[Problem]) -> dict[str, Source]:
    validator = open_schema(folder / "schema" / f"{schema}.schema.json")
    units: dict[str, Source] = {}
    for stem, source in _read_folder(folder, kind, problems).items():
        wrong = check_schema(source, validator)
        problems.extend(wrong)
        if not wrong:
            units[stem] = source
    return units


def _read_folder(folder: Path, name: str, problems: list[Problem]) -> dict[str, Source]:
    """Return {file stem: source} of the YAML files directly in a folder, sorted by name."""
    sources: dict[str, Source] = {}
    for path in sorted((folder / name).glob("*")):
        shown = path.relative_to(folder).as_posix()
        if path.suffix == ".yml":
            problems.append(Source(shown, None).problem("catalogue.wrong_ending"))
        if path.suffix != ".yaml":
            continue
        source, wrong = read_source(path, shown)
        problems.extend(wrong)
        if source is not None:
            sources[source.stem] = source
    return sources
