"""A block of lines into columns: which lines begin a record, what stands in them, what continues them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from saishu.parse.clock import ABSENT
from saishu.parse.grammar import Grammar, LinePattern
from saishu.parse.lines import Block

LONGEST_MESSAGE = 8192
"""Characters of one event's message; what is longer becomes several events of the same time."""
_MOST_DIGITS = 9


@dataclass(slots=True)
class Rows:
    """Records in columns of equal length.

    before: the lines in front of the first record. pattern: whose pattern found a row. raw: what its clock says.
    """

    before: list[str] = field(default_factory=list)
    pattern: list[LinePattern] = field(default_factory=list)
    position: list[int] = field(default_factory=list)
    raw: list[int] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    component: list[str] = field(default_factory=list)
    event_id: list[int | None] = field(default_factory=list)
    operation: list[str | None] = field(default_factory=list)
    message: list[str] = field(default_factory=list)

    def only(self) -> LinePattern | None:
        """The pattern that found all rows, where one did."""
        first = self.pattern[0]
        return first if self.pattern.count(first) == len(self.pattern) else None


def rows_of(block: Block, grammar: Grammar) -> Rows:
    """The records of a block; lines that fit no pattern continue the record above them."""
    lines = block.lines
    first = grammar.patterns[0]
    hits: list[Any] = list(map(first.regex.match, lines))
    if all(hits):
        rows = _columns(first, hits, lines, grammar)
        rows.position = list(range(block.first, block.first + len(lines)))
    else:
        rows = _mixed(block, hits, grammar)
    if rows.message and max(map(len, rows.message)) > LONGEST_MESSAGE:
        rows = _spread(rows)
    return rows


def _mixed(block: Block, hits: list[Any], grammar: Grammar) -> Rows:
    """The records of a block in which lines have several forms, or continue each other."""
    lines = block.lines
    owner: list[LinePattern | None] = [grammar.patterns[0] if hit else None for hit in hits]
    for pattern in grammar.patterns[1:]:
        match = pattern.regex.match
        for at in [at for at, hit in enumerate(hits) if hit is None]:
            hit = match(lines[at])
            if hit is not None:
                hits[at], owner[at] = hit, pattern
    starts = [at for at, hit in enumerate(hits) if hit is not None]
    if not starts:
        return Rows(before=lines)
    rows = _gathered(starts, hits, owner, lines, grammar)
    rows.before = lines[: starts[0]]
    rows.position = [block.first + at for at in starts]
    if len(starts) < len(lines) - starts[0]:
        _continue(rows.message, starts, lines)
    return rows


def _gathered(
    starts: list[int], hits: list[Any], owner: list[LinePattern | None], lines: list[str], grammar: Grammar
) -> Rows:
    """The columns of all records, in the order of the lines, whichever pattern found them."""
    parts = []
    for pattern in grammar.patterns:
        mine = [row for row, at in enumerate(starts) if owner[at] is pattern]
        if not mine:
            continue
        chosen = [starts[row] for row in mine]
        found = _columns(pattern, [hits[at] for at in chosen], [lines[at] for at in chosen], grammar)
        if len(mine) == len(starts):
            return found
        parts.append((mine, found))
    order = [0] * len(starts)
    at = 0
    for mine, _ in parts:
        for row in mine:
            order[row] = at
            at += 1
    return _taken(_joined([found for _, found in parts]), order)


def _columns(pattern: LinePattern, hits: Sequence[re.Match[str]], lines: Sequence[str], grammar: Grammar) -> Rows:
    """The columns of records that one pattern found."""
    count = len(hits)
    groups = list(zip(*[hit.groups() for hit in hits], strict=True))
    message = _text(groups, pattern.message_group) if pattern.message_group else list(lines)
    return Rows(
        pattern=[pattern] * count,
        raw=_raw(pattern, groups, count),
        level=_levels(pattern, groups, grammar, count),
        component=_text(groups, pattern.component_group) if pattern.component_group else [""] * count,
        event_id=_numbers(groups[pattern.event_group - 1]) if pattern.event_group else [None] * count,
        operation=_operations(pattern, groups, message, grammar),
        message=message,
    )


def _text(groups: list[tuple[str | None, ...]], group: int) -> list[str]:
    return [text or "" for text in groups[group - 1]]


def _raw(pattern: LinePattern, groups: list[tuple[str | None, ...]], count: int) -> list[int]:
    if pattern.clock is None:
        return [ABSENT] * count
    texts = groups[pattern.time_group - 1]
    if None not in texts:
        return pattern.clock.column(texts)  # type: ignore[arg-type]
    found = iter(pattern.clock.column([text for text in texts if text is not None]))
    return [ABSENT if text is None else next(found) for text in texts]


def _levels(pattern: LinePattern, groups: list[tuple[str | None, ...]], grammar: Grammar, count: int) -> list[int]:
    if not pattern.level_group:
        return [pattern.level] * count
    words = grammar.levels
    found = [words[word] for word in groups[pattern.level_group - 1]]
    return [level or pattern.level for level in found] if pattern.level else found


def _operations(
    pattern: LinePattern, groups: list[tuple[str | None, ...]], message: list[str], grammar: Grammar
) -> list[str | None]:
    if pattern.operation_group:
        return [text or None for text in groups[pattern.operation_group - 1]]
    if grammar.operation is None:
        return [None] * len(message)
    found = map(grammar.operation.search, message)
    return [hit[1] if hit else None for hit in found]


def _numbers(texts: Iterable[str | None]) -> list[int | None]:
    return [int(text) if text and text.isdecimal() and len(text) <= _MOST_DIGITS else None for text in texts]


def _continue(messages: list[str], starts: list[int], lines: list[str]) -> None:
    """Put the lines that begin no record under the record that they follow."""
    for row, (start, end) in enumerate(pairwise([*starts, len(lines)])):
        if end - start > 1:
            messages[row] = "\n".join([messages[row], *lines[start + 1 : end]])


def _joined(parts: list[Rows]) -> Rows:
    whole = Rows()
    for part in parts:
        whole.pattern += part.pattern
        whole.raw += part.raw
        whole.level += part.level
        whole.component += part.component
        whole.event_id += part.event_id
        whole.operation += part.operation
        whole.message += part.message
    return whole


def _taken(rows: Rows, order: list[int]) -> Rows:
    """The rows at these places, in this order; a place may be taken several times."""
    return Rows(
        before=rows.before,
        pattern=[rows.pattern[at] for at in order],
        position=[rows.position[at] for at in order] if rows.position else [],
        raw=[rows.raw[at] for at in order],
        level=[rows.level[at] for at in order],
        component=[rows.component[at] for at in order],
        event_id=[rows.event_id[at] for at in order],
        operation=[rows.operation[at] for at in order],
        message=[rows.message[at] for at in order],
    )


def _spread(rows: Rows) -> Rows:
    """Records that are too long become several, at the ends of their lines where that is possible."""
    order: list[int] = []
    pieces: list[str] = []
    positions: list[int] = []
    for row, message in enumerate(rows.message):
        for line, piece in split_message(message):
            order.append(row)
            pieces.append(piece)
            positions.append(rows.position[row] + line)
    spread = _taken(rows, order)
    spread.message, spread.position = pieces, positions
    return spread


def split_message(message: str) -> list[tuple[int, str]]:
    """A text in pieces of `LONGEST_MESSAGE` characters at most, each with how many line ends stand before it."""
    if len(message) <= LONGEST_MESSAGE:
        return [(0, message)]
    pieces: list[tuple[int, str]] = []
    held: list[str] = []
    size = first = 0
    for number, line in enumerate(message.split("\n")):
        if held and size + len(line) + 1 > LONGEST_MESSAGE:
            pieces.append((first, "\n".join(held)))
            held, size = [], 0
        if not held:
            first = number
        while len(line) > LONGEST_MESSAGE:
            pieces.append((number, line[:LONGEST_MESSAGE]))
            line = line[LONGEST_MESSAGE:]  # noqa: PLW2901 - what is left of it
        held.append(line)
        size += len(line) + 1
    pieces.append((first, "\n".join(held)))
    return pieces
