"""A block of lines into columns: which lines begin a record, what stands in them, what continues them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from saishu.parse.clock import ABSENT
from saishu.parse.grammar import Grammar, LinePattern
from saishu.parse.lines import Block

LONGEST_MESSAGE = 8192
"""Characters of one event's lines; what is longer becomes several events of the same time."""
_MOST_DIGITS = 9


@dataclass(slots=True)
class Rows:
    """Records in columns of equal length.

    before: the lines in front of the first record. pattern: whose pattern found a row. clocked: what its clock says.
    whole: its lines as they stand in the file.
    """

    before: list[str] = field(default_factory=list)
    pattern: list[LinePattern] = field(default_factory=list)
    position: list[int] = field(default_factory=list)
    clocked: list[int] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    component: list[str] = field(default_factory=list)
    event_id: list[int | None] = field(default_factory=list)
    operation: list[str | None] = field(default_factory=list)
    message: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)

    def only(self) -> LinePattern | None:
        """The pattern that found all rows, where one did."""
        first = self.pattern[0]
        return first if self.pattern.count(first) == len(self.pattern) else None


def rows_of(block: Block, grammar: Grammar) -> Rows:
    """The records of a block; lines that fit no pattern continue the record above them."""
    found, loose = _found(block.lines, grammar)
    if not found:
        return Rows(before=block.lines)
    rows = _gathered(found, block.lines, grammar)
    lines = block.lines
    if not loose:
        rows.position = list(range(block.first, block.first + len(lines)))
    else:
        loose_ones = set(loose)
        starts = [at for at in range(len(lines)) if at not in loose_ones]
        rows.before = lines[: starts[0]]
        rows.position = [block.first + at for at in starts]
        _continue(rows, starts, loose, lines)
    if max(map(len, rows.whole)) > LONGEST_MESSAGE:
        rows = _spread(rows)
    return rows


_Found = tuple[LinePattern, Sequence[int], list[re.Match[str]]]
"""A pattern, the places of the lines that it matched, and what it found in them."""


def _found(lines: list[str], grammar: Grammar) -> tuple[list[_Found], Sequence[int]]:
    """What every pattern matches of what those before it left over, and the lines that none matches."""
    parts: list[_Found] = []
    left: Sequence[int] = range(len(lines))
    subject = lines
    for pattern in grammar.patterns:
        if not subject:
            break
        hits = list(map(pattern.regex.match, subject))
        good = list(filter(None, hits))
        if not good:
            continue
        if len(good) == len(hits):
            parts.append((pattern, left, good))
            return parts, ()
        parts.append((pattern, [at for at, hit in zip(left, hits, strict=True) if hit is not None], good))
        left = [at for at, hit in zip(left, hits, strict=True) if hit is None]
        subject = [lines[at] for at in left]
    return parts, left


def _gathered(found: list[_Found], lines: list[str], grammar: Grammar) -> Rows:
    """The columns of all records, in the order of the lines, whichever pattern found them."""
    parts = [
        _columns(pattern, hits, lines if len(places) == len(lines) else [lines[at] for at in places], grammar)
        for pattern, places, hits in found
    ]
    if len(parts) == 1:
        return parts[0]
    places = [at for _, some, _ in found for at in some]
    order = sorted(range(len(places)), key=places.__getitem__)
    return _taken(_joined(parts), order)


def _columns(pattern: LinePattern, hits: Sequence[re.Match[str]], lines: Sequence[str], grammar: Grammar) -> Rows:
    """The columns of records that one pattern found."""
    count = len(hits)
    groups = list(zip(*map(re.Match.groups, hits), strict=True))
    message = _text(groups, pattern.message_group) if pattern.message_group else list(lines)
    return Rows(
        pattern=[pattern] * count,
        clocked=_clocked(pattern, groups, count),
        level=_levels(pattern, groups, grammar, count),
        component=_text(groups, pattern.component_group) if pattern.component_group else [""] * count,
        event_id=_numbers(groups[pattern.event_group - 1]) if pattern.event_group else [None] * count,
        operation=_operations(pattern, groups, message, grammar),
        message=message,
        whole=list(lines),
    )


def _text(groups: list[tuple[str | None, ...]], group: int) -> list[str]:
    texts = groups[group - 1]
    return [text or "" for text in texts] if None in texts else list(texts)  # type: ignore[arg-type]


def _clocked(pattern: LinePattern, groups: list[tuple[str | None, ...]], count: int) -> list[int]:
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


def _continue(rows: Rows, starts: list[int], loose: Sequence[int], lines: list[str]) -> None:
    """Put the lines that begin no record under the record that they follow."""
    at = 0
    while at < len(loose):
        first = last = loose[at]
        while at + 1 < len(loose) and loose[at + 1] == last + 1:
            at, last = at + 1, last + 1
        at += 1
        row = bisect_left(starts, first) - 1
        if row >= 0:
            text = "\n".join(["", *lines[first : last + 1]])
            # At the end of a block more may follow, and its place is counted from here.
            text = text if last == len(lines) - 1 else text.rstrip("\n")
            rows.message[row] += text
            rows.whole[row] += text


def _joined(parts: list[Rows]) -> Rows:
    whole = Rows()
    for part in parts:
        whole.pattern += part.pattern
        whole.clocked += part.clocked
        whole.level += part.level
        whole.component += part.component
        whole.event_id += part.event_id
        whole.operation += part.operation
        whole.message += part.message
        whole.whole += part.whole
    return whole


def _taken(rows: Rows, order: list[int]) -> Rows:
    """The rows at these places, in this order; a place may be taken several times."""
    return Rows(
        before=rows.before,
        pattern=[rows.pattern[at] for at in order],
        position=[rows.position[at] for at in order] if rows.position else [],
        clocked=[rows.clocked[at] for at in order],
        level=[rows.level[at] for at in order],
        component=[rows.component[at] for at in order],
        event_id=[rows.event_id[at] for at in order],
        operation=[rows.operation[at] for at in order],
        message=[rows.message[at] for at in order],
        whole=[rows.whole[at] for at in order],
    )


def _spread(rows: Rows) -> Rows:
    """Records that are too long become several, at the ends of their lines where that is possible."""
    order: list[int] = []
    pieces: list[str] = []
    positions: list[int] = []
    firsts: list[int] = []
    for row, whole in enumerate(rows.whole):
        firsts.append(len(order))
        for line, piece in split_text(whole):
            order.append(row)
            pieces.append(piece)
            positions.append(rows.position[row] + line)
    spread = _taken(rows, order)
    spread.whole, spread.position, spread.message = pieces, positions, list(pieces)
    for row, at in enumerate(firsts):
        message, whole = rows.message[row], rows.whole[row]
        if whole.endswith(message):
            spread.message[at] = pieces[at][len(whole) - len(message) :]
        elif len(whole) <= LONGEST_MESSAGE:
            spread.message[at] = message
    return spread


def split_text(text: str) -> list[tuple[int, str]]:
    """A text in pieces of `LONGEST_MESSAGE` characters at most, each with how many line ends stand before it."""
    if len(text) <= LONGEST_MESSAGE:
        return [(0, text)]
    pieces: list[tuple[int, str]] = []
    held: list[str] = []
    size = first = 0
    for number, line in enumerate(text.split("\n")):
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
