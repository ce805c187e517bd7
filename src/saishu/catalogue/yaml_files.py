"""Read YAML as plain data that remembers its lines, and refuse what would be read differently than it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from saishu.catalogue.problems import Problem

Place = tuple[str | int, ...]
"""Where in a file: ("needs", 3, "id") is the id of the fourth need."""


@dataclass(frozen=True, slots=True)
class Source:
    """One knowledge file: its data, and the line (1-based) on which every value starts."""

    file: str
    data: Any
    lines: dict[Place, int] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The file name without its ending: what the id inside must be."""
        return self.file.rsplit("/", 1)[-1].removesuffix(".yaml")

    def problem(self, key: str, place: Place = (), **values: object) -> Problem:
        """Return a problem at a place of this file; `key` names the phrase that explains it."""
        known = place
        while known and known not in self.lines:
            known = known[:-1]
        return Problem(
            file=self.file,
            line=self.lines.get(known, 1),
            field=field_name(place),
            key=key,
            values=tuple(sorted((name, str(value)) for name, value in values.items())),
        )


def field_name(place: Place) -> str:
    """Return a place as a person reads it: `needs[4].id`, counted from one."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read_source(path: Path, shown: str) -> tuple[Source | None, list[Problem]]:
    """Return the file as data, or no data and the reasons; `shown` is how messages call the file."""
    bare = Source(shown, None)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None, [bare.problem("catalogue.not_utf8")]
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, [bare.problem("catalogue.empty_file")]
        reading = _Reading(loader, Source(shown, None, {}))
        data = reading.value(node, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        reason = error.problem or str(error)
        return None, [Problem(shown, line, "", "catalogue.not_yaml", (("reason", reason),))]
    finally:
        loader.dispose()
    source = Source(shown, data, reading.source.lines)
    return (source, []) if not reading.problems else (None, reading.problems)


class _Reading:
    """One pass over the node tree of one file."""

    def __init__(self, loader: yaml.SafeLoader, source: Source) -> None:
        self.loader = loader
        self.source = source
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.source.lines[place] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, place))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        value = self.loader.construct_object(node)
        if not isinstance(value, str | int | float | bool | None):
            # A bare 2025-05-12 becomes a date, which JSON does not have.
            self.problems.append(self.source.problem("catalogue.needs_quotes", place, value=node.value))
        return value

    def _pairs(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            here = (*place, key)
            self.source.lines[here] = key_node.start_mark.line + 1
            if not key or key == "<<":
                self.problems.append(self.source.problem("catalogue.odd_key", place))
            elif key in seen:
                self.problems.append(self.source.problem("catalogue.twice", here, key_name=key))
            seen.add(key)
            yield key, self.value(value_node, here)
