"""Reads event lists saved as CSV or as text with tabs: Event Viewer's, PowerShell's, those of our own collector."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO

from saishu.bundle.signatures.text import Head
from saishu.model import NoteKind
from saishu.parse.lines import Lines
from saishu.parse.readers.events.event_text import text_notes
from saishu.parse.readers.events.labels import entry_type, field_of, level_of, number_of
from saishu.parse.readers.events.moments import Moments
from saishu.parse.readers.events.written import Pages, Written
from saishu.parse.reading import FileInput, Host, Sink

if TYPE_CHECKING:
    from _csv import Reader

_FIELD_LIMIT = 128 * 1024
_LEARN_ROWS = 500
_ENTRY_TYPES = frozenset(("1", "2", "4", "8", "16"))
_HELPFUL = frozenset(("level", "source", "date", "log"))
Row = tuple[int, list[str]]


def is_table(head: Head) -> bool:
    """Whether the first line names the columns of an event list."""
    line = next((line for line in head.lines[:3] if not line.startswith(("#TYPE", "sep="))), "")
    return _is_header(_cells(line, _delimiter(line)))


def read_csv(file: FileInput, stream: BinaryIO, host: Host, sink: Sink) -> None:
    """Read every row. Times are those of the machine that exported the list, in the format of its language."""
    lines = Lines(stream)
    rows = _Rows(lines)
    pages, moments = Pages(file, sink), Moments(host)
    table = iter(rows)
    columns = _columns(next((row for _, row in table if _is_header(row)), []))
    first = list(islice(table, _LEARN_ROWS))
    when = columns.get("date")
    moments.learn(row[when] for _, row in first if when is not None and when < len(row))
    for number, row in chain(first, table):
        event = _written(number, row, columns, moments)
        if event is not None:
            pages.add(event)
    notes = text_notes(lines, moments)
    if rows.bad:
        notes.append((NoteKind.PARTLY, rows.first_bad, rows.bad, str(pages.total)))
    pages.finish(notes)


class _Rows:
    """The rows of a table with the line each begins in. bad: rows that could not be read, first_bad: the line."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._number = 0
        self._left = 0
        self.bad = 0
        self.first_bad: int | None = None

    def __iter__(self) -> Iterator[Row]:
        source = self._fed()
        first = next((line for line in source if line.strip() and not line.startswith(("#TYPE", "sep="))), "")
        limit = csv.field_size_limit(_FIELD_LIMIT)
        try:
            reader = csv.reader(chain([first], source), delimiter=_delimiter(first))
            yield from self._read(reader)
        finally:
            csv.field_size_limit(limit)

    def _read(self, reader: Reader) -> Iterator[Row]:
        while True:
            before = self._number if reader.line_num else self._number - 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                self.bad += 1
                self.first_bad = self.first_bad or before + 1
                continue
            if row:
                yield before + 1, row

    def _fed(self) -> Iterator[str]:
        for block in self._lines:
            for number, line in enumerate(block.lines, block.first):
                self._number = number
                yield line + "\n"


def _columns(header: list[str]) -> dict[str, int]:
    """Which column holds which field. Event Viewer's own list has no name over the message, which comes last."""
    found: dict[str, int] = {}
    for at, name in enumerate(header):
        field = field_of(name.strip("\ufeff \"'"))
        if field is not None and field != "other":
            found.setdefault(field, at)
        if name.strip("\ufeff \"'").lower() == "entrytype":
            found["level"], found["entry_type"] = at, at
    if "text" not in found:
        found["text"] = found["rest"] = len(header)
    return found


def _is_header(row: list[str]) -> bool:
    columns = _columns(row)
    return "id" in columns and len(_HELPFUL & columns.keys()) >= 2


def _written(number: int, row: list[str], columns: dict[str, int], moments: Moments) -> Written | None:
    """The event of a row; None for a row that has no id and no source, such as a header in the middle."""
    ident, source = _cell(row, columns, "id"), _cell(row, columns, "source")
    if (not ident.strip() and not source) or (number_of(ident) is None and _is_header(row)):
        return None
    level = _cell(row, columns, "level")
    # An unnamed message that holds the delimiter unquoted falls apart; its pieces belong together.
    text = row[columns["text"] : None if "rest" in columns else columns["text"] + 1]
    when = " ".join(filter(None, (_cell(row, columns, "date"), _cell(row, columns, "clock"))))
    return Written(
        number,
        moments.read(when),
        entry_type(int(level) if level in _ENTRY_TYPES else level) if "entry_type" in columns else level_of(level),
        source,
        number_of(ident),
        "\n".join(text).strip(),
        _cell(row, columns, "computer"),
    )


def _cell(row: list[str], columns: dict[str, int], field: str) -> str:
    at = columns.get(field)
    return row[at].strip() if at is not None and at < len(row) else ""


def _delimiter(line: str) -> str:
    return max(",\t;", key=lambda sign: (line.count(sign), sign == ","))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line[:2000]], delimiter=delimiter), [])
    except csv.Error:
        return []
