"""Packs the events that a page carries as columns that a browser decodes in a moment."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from saishu.report.timeline_choice import (
    LONGEST_MESSAGE,
    QUIET,
    STEPS,
    Lengths,
    first_row,
    gather,
    is_too_much,
    left_out,
    one,
    prepare,
    shorten,
    text_of,
)
from saishu.timeline.store import Store

_SMALL, _SMALL_BYTES, _LARGE_BYTES = 100_000, 7_000_000, 15_000_000
_MOST_BUCKETS = 100_000
_BUCKETS = (60, 600, 3600, 86_400, 30 * 86_400)
_FINE = 200_000
_SOURCES = "select path from sources order by source"


@dataclass(frozen=True, slots=True)
class Packed:
    """What the page carries. data: base64 of gzip. counts: what was left out, by kind, only where there is something.

    Kinds: `counted` events that are only counted, `shortened` and `silent` events whose message is shorter or missing
    to save room, `long` messages longer than `LONGEST_MESSAGE`, `undated` events without a time that are not listed.
    """

    data: str
    shown: int
    counts: Mapping[str, int] = field(default_factory=dict)


def budget(events: int) -> int:
    """The most bytes of base64 that so many events may take."""
    return _SMALL_BYTES if events <= _SMALL else _LARGE_BYTES


def pack_events(store: Store, moment: int | None, header: Mapping[str, Any], most_bytes: int | None = None) -> Packed:
    """The events of a store around a moment (µs UTC; None for the end), as much of them as fits.

    header: what else the script needs to know, JSON values; its `sources` by path. most_bytes: of base64, for tests.
    """
    with store.connect() as connection:
        prepare(connection)
        events = int(one(connection, "select count(*) from events"))
        middle = moment if moment is not None else one(connection, "select max(t) from dated")
        packed = _fit(connection, header, int(middle or 0), (most_bytes or budget(events)) * 3 // 4)
        shown = int(one(connection, "select count(*) from gathered"))
        return Packed(base64.b64encode(packed).decode("ascii"), shown, left_out(connection))


def _fit(connection: duckdb.DuckDBPyConnection, header: Mapping[str, Any], middle: int, room: int) -> bytes:
    """As much as fits into `room` bytes; the least that is possible where nothing does."""
    packed = b""
    for which, lengths in STEPS:
        gather(connection, which, middle)
        likely = _first_likely(connection, lengths, room)
        # The least of all is taken whatever was expected of it.
        for step in lengths[likely:] or (lengths[-1:] if which is STEPS[-1][0] else ()):
            shorten(connection, step)
            packed = _pack(connection, header)
            if len(packed) <= room:
                return packed
    return packed


def _first_likely(connection: duckdb.DuckDBPyConnection, lengths: Sequence[Lengths], room: int) -> int:
    """The first of these ever smaller lengths with which the events are likely to fit; their number if none."""
    low, high = 0, len(lengths)
    while low < high:
        half = (low + high) // 2 if low else 0
        shorten(connection, lengths[half])
        low, high = (half + 1, high) if is_too_much(connection, room) else (low, half)
    return low


_COLUMNS = """
with coded as (
  select n, t, source, place, level, certainty, speaker, job, word, first = ((source::bigint << 32) | n) as fresh,
    t // {unit} - lag(t // {unit}, 1, {start}) over (order by n) as since,
    place - lag(place, 1, 0) over lane as step,
    word - lag(word, 1, -1) over lane - 1 as jump
  from chosen join words using (message)
    join speakers on chosen.component = speakers.component and chosen.event_id is not distinct from speakers.event_id
    left join jobs using (operation)
  window lane as (partition by source order by n)
)
select coalesce(since, 0)::bigint as time, source::bigint as source,
  (coalesce(level, 0) + 8 * case certainty
    when 'exact' then 0 when 'zone_assumed' then 1 when 'year_inferred' then 2 else 3 end)::bigint as mark,
  speaker::bigint as speaker, coalesce(job, 0)::bigint as job,
  (case when step < 0 then -2 * step - 1 else 2 * step end)::bigint as place,
  (case when fresh then 0 when jump < 0 then -2 * jump else 2 * jump + 1 end)::bigint as word
from coded order by n
"""
"""Every column as numbers that are mostly small: differences within the source, 0 for the source's next new message."""


def _pack(connection: duckdb.DuckDBPyConnection, header: Mapping[str, Any]) -> bytes:
    """gzip of: length of the header (4 bytes, little-endian), header (JSON), byte planes of the columns, messages."""
    unit = _unit(connection)
    start = int(one(connection, f"select coalesce(min(t // {unit}), 0) from chosen where t is not null"))
    table = _table(connection, _COLUMNS.format(unit=unit, start=start))
    columns = {name: list(_planes(table[name])) for name in table.column_names}
    rest = _rest(connection)
    about: dict[str, Any] = {
        **header,
        "sources": [
            header["sources"][path] for (path,) in _lists(connection, "select path from sources order by source")
        ],
        "rows": len(table),
        "dated": int(one(connection, "select count(t) from chosen")),
        "total": int(one(connection, "select count(*) from events")),
        "start": start,
        "unit": unit,
        "cut": LONGEST_MESSAGE,
        "speakers": _lists(connection, "select component, event_id from speakers order by speaker"),
        "jobs": [row[0] for row in _lists(connection, "select operation from jobs order by job")],
        "rest": rest.about,
        "columns": [[name, len(planes)] for name, planes in columns.items()],
    }
    told = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    pressed = zlib.compressobj(6, wbits=31)
    parts = [pressed.compress(len(told).to_bytes(4, "little") + told)]
    parts += map(pressed.compress, (plane for planes in columns.values() for plane in planes))
    parts += map(pressed.compress, rest.planes)
    parts += [pressed.compress(text_of(connection)), pressed.flush()]
    return b"".join(parts)


def _unit(connection: duckdb.DuckDBPyConnection) -> int:
    """µs of the unit in which all times are whole: microseconds only where there are few enough to afford them."""
    question = "select count(*), bool_and(t % 1000000 = 0), bool_and(t % 1000 = 0) from chosen"
    count, seconds, milliseconds = first_row(connection, question)
    if seconds:
        return 1_000_000
    return 1000 if milliseconds or count > _FINE else 1


def _lists(connection: duckdb.DuckDBPyConnection, question: str) -> list[list[Any]]:
    return [list(row) for row in connection.execute(question).fetchall()]


def _table(connection: duckdb.DuckDBPyConnection, question: str) -> Any:
    return connection.sql(question).to_arrow_table()


def _planes(column: pa.ChunkedArray) -> Iterator[bytes]:
    """The lowest bytes of all numbers, then the second lowest, as many as the largest needs."""
    whole = column.combine_chunks().cast(pa.int64())
    if not len(whole):
        return
    data = bytes(memoryview(whole.buffers()[1])[whole.offset * 8 : (whole.offset + len(whole)) * 8])
    planes = [data[place::8] for place in range(8)]
    while planes and not any(planes[-1]):
        planes.pop()
    yield from planes


@dataclass(frozen=True, slots=True)
class _Rest:
    """Events that are only counted, in stretches of time. planes: of stretch (as a difference) and of three counts."""

    about: Mapping[str, Any]
    planes: Sequence[bytes]


_LEFT = """
with kinds(n, t, level) as (
    select 1, t, level from dated union all select -1, t, level from chosen where t is not null),
  counted as (
    select t // {width} as stretch, sum(n) filter (level in (1, 2)) as errors, sum(n) filter (level = 3) as warnings,
      sum(n) filter ({quiet}) as others
    from kinds group by stretch having sum(n) > 0
  )
select (stretch - lag(stretch, 1, 0) over (order by stretch))::bigint as stretch, coalesce(errors, 0)::bigint as errors,
  coalesce(warnings, 0)::bigint as warnings, coalesce(others, 0)::bigint as others
from counted order by counted.stretch
"""


def _rest(connection: duckdb.DuckDBPyConnection) -> _Rest:
    """The dated events that were not chosen, in minutes, or in wider stretches where those would be too many."""
    left = one(connection, "select (select count(*) from dated) - (select count(t) from chosen)")
    if not left:
        return _Rest({"width": 60, "rows": 0, "events": 0, "first": 0, "columns": []}, [])
    width, table = _stretches(connection)
    first = table["stretch"][0].as_py()
    differences = pa.chunked_array([[0, *table["stretch"].to_pylist()[1:]]], pa.int64())
    table = table.set_column(0, "stretch", differences)
    columns = {name: list(_planes(table[name])) for name in table.column_names}
    about = {
        "width": width, "rows": len(table), "events": int(left), "first": first,
        "columns": [[name, len(planes)] for name, planes in columns.items()],
    }  # fmt: skip
    return _Rest(about, [plane for planes in columns.values() for plane in planes])


def _stretches(connection: duckdb.DuckDBPyConnection) -> tuple[int, Any]:
    """(seconds of a stretch, table of the stretches with such events): minutes, unless those are too many."""
    for seconds in _BUCKETS:
        table = _table(connection, _LEFT.format(width=seconds * 1_000_000, quiet=QUIET))
        if len(table) <= _MOST_BUCKETS:
            break
    return seconds, table
