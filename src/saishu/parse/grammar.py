"""Declared formats, compiled: the patterns of their lines, their clocks, their words for levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from saishu.catalogue.formats import load_formats
from saishu.model import Level
from saishu.parse.clock import Clock

ANY_TEXT = "text"
"""The format of text that no other format fits."""

_LEVELS = {
    "critical": Level.CRITICAL,
    "error": Level.ERROR,
    "warning": Level.WARNING,
    "info": Level.INFO,
    "verbose": Level.VERBOSE,
}


@dataclass(frozen=True, slots=True)
class LinePattern:
    """One form of a line. zone: utc, local or line, empty where it has no time.

    The numbers are those of the pattern's groups, 0 where it has none of that name.
    """

    regex: re.Pattern[str]
    clock: Clock | None
    zone: str
    level: int
    time_group: int
    level_group: int
    component_group: int
    operation_group: int
    event_group: int
    message_group: int


class LevelWords(dict[str | None, int]):
    """What a line writes as its level, to `Level`."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__({None: int(Level.NONE)})
        self._words = {word.upper(): int(_LEVELS[level]) for word, level in words.items()}

    def __missing__(self, word: str | None) -> int:
        level = self._words.get(str(word).strip().upper(), int(Level.NONE))
        if len(self) < 1000:
            self[word] = level
        return level


@dataclass(frozen=True, slots=True)
class Grammar:
    """A format that one pattern a line can say."""

    id: str
    patterns: tuple[LinePattern, ...]
    levels: LevelWords
    operation: re.Pattern[str] | None
    encoding: str | None


@lru_cache(maxsize=64)
def grammar_of(name: str) -> Grammar | None:
    """The grammar of a format id; None where the format has a reader of its own or does not exist."""
    unit = load_formats().get(name)
    return compile_grammar(unit) if unit is not None and "lines" in unit else None


def compile_grammar(unit: Mapping[str, Any]) -> Grammar:
    """A grammar of a format unit. Raises `re.error` and `KeyError` for a unit that the catalogue would refuse."""
    operation = unit.get("operation")
    return Grammar(
        unit["id"],
        tuple(_pattern(line) for line in unit["lines"]),
        LevelWords(unit.get("levels", {})),
        re.compile(operation) if operation else None,
        unit.get("encoding"),
    )


def _pattern(line: Mapping[str, Any]) -> LinePattern:
    # A line holds no line feed: with DOTALL `.*` goes to its end in one step.
    regex = re.compile(line["pattern"], re.DOTALL)
    groups = regex.groupindex
    time = line.get("time") if "time" in groups else None
    return LinePattern(
        regex=regex,
        clock=Clock(time["layout"], time.get("year", "line") == "line") if time else None,
        zone=time["zone"] if time else "",
        level=int(_LEVELS[line["level"]]) if "level" in line else int(Level.NONE),
        time_group=groups.get("time", 0),
        level_group=groups.get("level", 0),
        component_group=groups.get("component", 0),
        operation_group=groups.get("operation", 0),
        event_group=groups.get("event", 0),
        message_group=groups.get("message", 0),
    )
