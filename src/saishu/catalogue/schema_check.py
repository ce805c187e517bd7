"""Hold a knowledge file against its JSON Schema and say in plain words what to write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saishu.catalogue.problems import KnowledgeError, Problem
from saishu.catalogue.yaml_files import Place, Source

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator


def open_schema(path: Path) -> Validator:
    """Return a validator for a schema file; KnowledgeError where jsonschema is not installed."""
    try:
        import jsonschema
    except ImportError as error:
        raise KnowledgeError([Problem(path.name, 1, "", "catalogue.no_jsonschema")]) from error
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def check_schema(source: Source, validator: Validator) -> list[Problem]:
    """Return what in this file does not follow the schema."""
    found: list[Problem] = []
    for error in validator.iter_errors(source.data):
        found.extend(_explain(source, error, tuple(error.absolute_path), validator))
    return found


def _explain(source: Source, error: ValidationError, place: Place, validator: Validator) -> Iterator[Problem]:
    rule = str(error.validator)
    # The stubs call these "anything or unset"; an error that comes from a validator has them set.
    wanted: Any = error.validator_value
    got: Any = error.instance
    schema: Any = error.schema
    if rule == "required":
        for name in [name for name in wanted if name not in got]:
            yield source.problem("catalogue.field_missing", place, name=name, about=_about(schema, name))
    elif rule == "additionalProperties":
        known = sorted(schema.get("properties", {}))
        for name in [name for name in got if name not in known]:
            yield source.problem("catalogue.field_unknown", (*place, name), name=name, known=", ".join(known))
    elif rule == "oneOf":
        yield from _explain_step(source, error, place, validator)
    elif rule in ("enum", "const"):
        choices = wanted if rule == "enum" else [wanted]
        yield source.problem("catalogue.not_a_choice", place, value=got, choices=", ".join(map(str, choices)))
    elif rule == "pattern":
        yield source.problem("catalogue.wrong_form", place, value=got, pattern=wanted)
    elif rule == "type":
        yield source.problem("catalogue.wrong_type." + str(wanted), place, value=_short(got))
    elif rule in ("minItems", "minLength", "minProperties"):
        yield source.problem("catalogue.too_little", place, minimum=wanted)
    elif rule == "uniqueItems":
        yield source.problem("catalogue.repeated", place)
    else:
        yield source.problem("catalogue.other", place, reason=error.message)


def _explain_step(source: Source, error: ValidationError, place: Place, validator: Validator) -> Iterator[Problem]:
    """A step is one of many shapes; `do` says which one its author meant, so speak about that one only."""
    got: Any = error.instance
    shapes: Any = error.validator_value
    if not all("do" in shape.get("properties", {}) for shape in shapes):
        yield source.problem("catalogue.none_fits", place, reason=_nearest(error))
        return
    branches = {branch["properties"]["do"]["const"]: branch for branch in shapes}
    chosen = branches.get(got.get("do")) if isinstance(got, dict) else None
    if chosen is None:
        value = _short(got.get("do") if isinstance(got, dict) else got)
        yield source.problem("catalogue.step_unknown", place, value=value, choices=", ".join(sorted(branches)))
        return
    for inner in validator.evolve(schema=chosen).iter_errors(got):
        yield from _explain(source, inner, (*place, *inner.absolute_path), validator)


def _nearest(error: ValidationError) -> str:
    """What the shape that fits best finds wrong."""
    from jsonschema.exceptions import best_match

    inner = best_match(error.context) if error.context else None
    return _short((inner or error).message)


def _about(schema: Any, name: str) -> str:
    described = schema.get("properties", {}).get(name, {}) if isinstance(schema, dict) else {}
    return str(described.get("description", "")) if isinstance(described, dict) else ""


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= 60 else text[:57] + "…"
