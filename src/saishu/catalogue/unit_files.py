"""Units of one kind: read and held against their schema; the compiled ones, opened."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

from saishu.catalogue.problems import Problem
from saishu.catalogue.schema_check import check_schema, open_schema
from saishu.catalogue.yaml_files import Source, read_source

Units = Mapping[str, Mapping[str, Any]]


def read_units(folder: Path, kind: str, schema: str) -> tuple[dict[str, Source], list[Problem]]:
    """The units below `folder/kind` by file stem, those that break the schema left out and reported."""
    validator = open_schema(folder / "schema" / f"{schema}.schema.json")
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for path in sorted((folder / kind).rglob("*.yaml")):
        source, wrong = read_source(path, path.relative_to(folder).as_posix())
        problems += wrong
        if source is None:
            continue
        wrong = check_schema(source, validator)
        problems += wrong
        if wrong:
            continue
        if source.stem in sources:
            problems.append(source.problem("catalogue.unit_twice", ("id",), other=sources[source.stem].file))
        sources[source.stem] = source
    return sources, problems


def shipped_units(name: str) -> Units:
    """The units of a compiled file that lies in this package."""
    content = orjson.loads(resources.files("saishu.catalogue").joinpath(name).read_bytes())
    units: Units = content["units"]
    return units
