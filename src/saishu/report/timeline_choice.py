"""Chooses the events that a page can carry: those around the failure, and less of each the farther away it is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

MOST_EVENTS = 1_000_000
MOST_UNDATED = 20_000
LONGEST_MESSAGE = 300
NEAR = 3 * 3_600_000_000
"""Events this near to the failure (µs) keep their text whatever else has to go."""
QUIET = "coalesce(level, 0) not in (1, 2, 3)"
"""SQL for events below a warning."""
_SAMPLE = 1 << 17
_BYTES_OF_A_ROW = 5.5


@dataclass(frozen=True, slots=True)
class Gathering:
    """Which events are kept: the most dated ones, and whether those below a warning are, away from the failure."""

    events: int = MOST_EVENTS
    quiet: bool = True


@dataclass(frozen=True, slots=True)
class Lengths:
    """The most characters of a message away from the failure: below a warning, and from warnings on."""

    quiet: int = LONGEST_MESSAGE
    loud: int = LONGEST_MESSAGE


_ALL = tuple(Lengths(quiet) for quiet in (LONGEST_MESSAGE, 160, 110, 80, 60, 40, 20, 0))
_LOUD = tuple(Lengths(0, loud) for loud in (LONGEST_MESSAGE, 120, 40))
STEPS: tuple[tuple[Gathering, tuple[Lengths, ...]], ...] = (
    (Gathering(), _ALL),
    (Gathering(quiet=False), _LOUD),
    (Gathering(MOST_EVENTS // 2, quiet=False), _LOUD),
    (Gathering(MOST_EVENTS // 5, quiet=False), _LOUD),
    (Gathering(MOST_EVENTS // 20, quiet=False), _LOUD),
)
"""What is given up, in this order."""


def first_row(connection: duckdb.DuckDBPyConnection, question: str) -> Sequence[Any]:
    """The first row of an answer; one nothing where there is none."""
    # All are fetched: a connection takes no other question while an answer is open.
    rows = connection.execute(question).fetchall()
    return rows[0] if rows else (None,)


def one(connection: duckdb.DuckDBPyConnection, question: str) -> Any:
    """The first value of an answer."""
    return first_row(connection, question)[0]


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """A view of dated events, and the sources numbered by their path."""
    connection.execute("create view dated as select *, epoch_us(time) as t from events where time is not null")
    connection.execute(
        "create temp table sources as select path, row_number() over (order by path) - 1 as source"
        " from (select distinct path from events)"
    )


def gather(connection: duckdb.DuckDBPyConnection, which: Gathering, middle: int) -> None:
    """Fill the table `gathered`: the rows that go into the page, in the order of the list."""
    reach = one(connection, f"select abs(t - {middle}) as d from dated order by d limit 1 offset {which.events - 1}")
    kept = "true" if reach is None else f"abs(t - {middle}) <= {int(reach)}"
    near = f"abs(t - {middle}) <= {NEAR}"
    if not which.quiet:
        kept += f" and ({near} or not ({QUIET}))"
    names = "path, line, record, certainty, level, component, event_id, operation, message"
    connection.execute(
        "create or replace temp table gathered as with"
        f" timed as (select t, {names}, {near} as near from dated where {kept} limit {which.events}),"
        f" undated as (select null::bigint as t, {names}, true as near from events where time is null"
        f" order by {QUIET}, path, line, record limit {MOST_UNDATED}),"
        f" together as (select t, source, coalesce(line, record, 0) as place, certainty, level, near,"
        " coalesce(component, '') as component, event_id, coalesce(operation, '') as operation,"
        f" length(message) as whole, left(message, {LONGEST_MESSAGE}) as text"
        " from (select * from timed union all select * from undated) join sources using (path))"
        " select row_number() over (order by t nulls last, source, place) - 1 as n, * from together"
    )


def shorten(connection: duckdb.DuckDBPyConnection, lengths: Lengths) -> None:
    """Make the view `chosen` of what was gathered, with messages of these lengths, and its dictionaries."""
    room = f"case when near then {LONGEST_MESSAGE} when {QUIET} then {lengths.quiet} else {lengths.loud} end"
    cut = "case when room = 0 then '' when whole > room then left(text, room - 1) || '…' else text end"
    # NUL separates messages, so it is spelled out already here.
    connection.execute(
        f"create or replace temp view chosen as select *, replace({cut}, chr(0), '⟨NUL⟩') as message"
        f" from (select *, {room} as room from gathered)"
    )
    _number_words(connection)


def _number_words(connection: duckdb.DuckDBPyConnection) -> None:
    """Dictionaries: messages in the order in which each source first says them, the others by frequency."""
    connection.execute(
        "create or replace temp table words as select message, first, row_number() over (order by first) - 1 as word"
        " from (select message, min((source::bigint << 32) | n) as first from chosen group by message)"
    )
    connection.execute(
        "create or replace temp table speakers as select component, event_id,"
        " row_number() over (order by count(*) desc, component, event_id) - 1 as speaker"
        " from chosen group by component, event_id"
    )
    connection.execute(
        "create or replace temp table jobs as select operation, count(*) as events,"
        " row_number() over (order by count(*) desc, operation) as job"
        " from chosen where operation <> '' group by operation"
    )


def is_too_much(connection: duckdb.DuckDBPyConnection, room: int) -> bool:
    """Whether a sample of the messages says that they will not fit; saves packing them to find out."""
    found = first_row(connection, "select sum(strlen(message)), count(*) from words")
    total, count = int(found[0] or 0), int(found[1])
    every = max(1, total // (16 * _SAMPLE))
    if every < 2:
        return False
    block = max(1, count * _SAMPLE // total)
    sample = text_of(connection, f"where word // {block} % {every} = 0")
    share = len(zlib.compress(sample, 6)) / max(1, len(sample))
    rows = int(one(connection, "select count(*) from gathered"))
    return share * total + rows * _BYTES_OF_A_ROW > room


def text_of(connection: duckdb.DuckDBPyConnection, condition: str = "") -> bytes:
    """The messages of the dictionary, each with a NUL behind it."""
    question = f"select message || chr(0) from words {condition} order by word"
    batches: Any = connection.sql(question).to_arrow_reader(100_000)
    return b"".join(b"".join(batch.column(0).cast(pa.binary()).to_pylist()) for batch in batches)


def left_out(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What was left out, by kind."""
    whole = LONGEST_MESSAGE
    row = first_row(
        connection,
        f"select count(*) filter (room > 0 and room < {whole} and whole > room),"
        f" count(*) filter (room = 0 and whole > 0), count(*) filter (room = {whole} and whole > room) from chosen",
    )
    counted = one(connection, "select (select count(*) from dated) - (select count(t) from chosen)")
    undated = one(
        connection, "select (select count(*) from events where time is null) - (select count(*) - count(t) from chosen)"
    )
    found = {"counted": counted, "shortened": row[0], "silent": row[1], "undated": undated, "long": row[2]}
    return {kind: int(number) for kind, number in found.items() if number}
