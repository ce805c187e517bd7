"""The last time of a large file whose lines do not say the year, found before its first event is handed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from saishu.parse.clock import LOWEST
from saishu.parse.grammar import Grammar
from saishu.parse.lines import BLOCK, LONGEST_LINE, Block, Lines
from saishu.parse.reading import FileInput
from saishu.parse.rows import rows_of
from saishu.parse.years import Turns

_Line = TypeVar("_Line", str, bytes)
_STEP = 32
"""One line of this many is looked at, and every one at the end of a block; a year in fewer lines is not seen."""


def last_time(file: FileInput, grammar: Grammar) -> tuple[int, int] | None:
    """The last time as one of the year 2000 and how often the year turned before it; None without such a time."""
    turns = Turns()
    for lines in _samples(file):
        rows = rows_of(Block(1, lines), grammar)
        values = [
            value
            for value, pattern in zip(rows.clocked, rows.pattern, strict=True)
            if pattern.clock is not None and not pattern.clock.has_year and value > LOWEST
        ]
        turns.runs(values)
    return None if turns.last is None else (turns.last, turns.turn)


def _samples(file: FileInput) -> Iterator[list[str]]:
    """Some lines of every block, decoded only as far as a date needs it."""
    with file.open() as stream:
        whole = Lines(stream)
    if whole.decoding.width > 1:
        with file.open() as stream:
            for block in Lines(stream):
                yield _some(block.lines)
        return
    left = b""
    with file.open() as stream:
        while piece := stream.read(BLOCK):
            lines = (left + piece).split(b"\n")
            left = lines.pop()[:LONGEST_LINE]
            yield [line[:LONGEST_LINE].strip(b"\0\r").decode("latin-1") for line in _some(lines)]
    yield [left.decode("latin-1")]


def _some(lines: list[_Line]) -> list[_Line]:
    return lines[:-_STEP:_STEP] + lines[-_STEP:]
