"""The last time of a large file whose lines do not say the year, found before its first event is handed over."""

from __future__ import annotations

from saishu.parse.clock import LOWEST
from saishu.parse.grammar import Grammar
from saishu.parse.lines import Block, Lines
from saishu.parse.reading import FileInput
from saishu.parse.rows import rows_of
from saishu.parse.years import Turns

_STEP = 32
"""One line of this many is looked at, and every one at the end of a block; a year in fewer lines is not seen."""


def last_time(file: FileInput, grammar: Grammar) -> tuple[int, int] | None:
    """The last time as one of the year 2000 and how often the year turned before it; None without such a time."""
    turns = Turns()
    with file.open() as stream:
        for block in Lines(stream, grammar.encoding):
            lines = block.lines
            rows = rows_of(Block(1, [*lines[:-_STEP:_STEP], *lines[-_STEP:]]), grammar)
            values = [
                value
                for value, pattern in zip(rows.raw, rows.pattern, strict=True)
                if pattern.clock is not None and not pattern.clock.has_year and value > LOWEST
            ]
            turns.runs(values)
    return None if turns.last is None else (turns.last, turns.turn)
