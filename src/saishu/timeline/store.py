"""The store: all events of a bundle as Parquet files in one folder, and the questions that it answers."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from saishu.timeline.parts import SCHEMA

_PARTS = "events-*.parquet"
_ORDER = "time nulls last, path, line, record"
_COLUMNS = (
    "epoch_us(time) as time, certainty, zone_source, path, line, record, format, evidence, level, component, event_id,"
    " operation, message"
)
_CERTAINTIES = "['none', 'exact', 'zone_assumed', 'year_inferred']"
_SOURCES = "['none', 'format', 'line', 'given', 'host', 'assumed']"
"""From what says nothing to what is least sure."""
_MEMORY = "1GB"

Row = Mapping[str, Any]
"""One event: time (µs since 1970 UTC or None), certainty, zone_source, path, line, record, format, evidence, level,
component, event_id, operation, message."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are wanted.

    start, end: aware, both ends included. levels: numbers of `Level`. paths, formats, operations: exact; empty for all.
    path, text: a part of the path and of the message, case ignored.
    """

    start: datetime | None = None
    end: datetime | None = None
    levels: Sequence[int] = ()
    paths: Sequence[str] = ()
    formats: Sequence[str] = ()
    operations: Sequence[str] = ()
    path: str = ""
    text: str = ""

    def condition(self) -> tuple[str, list[Any]]:
        """The same as a condition in SQL, and the values of its question marks."""
        tests, values = ["true"], list[Any]()
        for sign, moment in ((">=", self.start), ("<=", self.end)):
            if moment is not None:
                tests.append(f"time {sign} make_timestamptz(?)")
                values.append(_micros(moment))
        for name, chosen in (
            ("level", self.levels), ("path", self.paths), ("format", self.formats), ("operation", self.operations)
        ):  # fmt: skip
            if chosen:
                tests.append(f"list_contains(?, {name})")
                values.append(list(chosen))
        for name, part in (("path", self.path), ("message", self.text)):
            if part:
                tests.append(f"contains(lower({name}), lower(?))")
                values.append(part)
        return " and ".join(tests), values


class Store:
    """Answers questions about the events in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def is_one(cls, folder: Path) -> bool:
        """Whether a folder holds a store and nothing else."""
        try:
            paths = sorted(folder.iterdir()) if folder.is_dir() else []
            return bool(paths) and all(path.match(_PARTS) and _has_columns(path) for path in paths)
        except OSError:
            return False

    @property
    def is_empty(self) -> bool:
        """Whether there is no event at all."""
        return next(self.folder.glob(_PARTS), None) is None

    def remove(self) -> None:
        """Remove all parts."""
        for part in self.folder.glob(_PARTS):
            part.unlink()

    def copy(self, folder: Path) -> Store:
        """The same store in another folder."""
        for part in self.folder.glob(_PARTS):
            shutil.copyfile(part, folder / part.name)
        return Store(folder)

    def window(self, wanted: Wanted, limit: int | None = None) -> list[Row]:
        """The wanted events by time, those of one moment by file and place; without a time last."""
        condition, values = wanted.condition()
        ending = "" if limit is None else f" limit {int(limit)}"
        return self.ask(f"select {_COLUMNS} from events where {condition} order by {_ORDER}{ending}", values)

    def around(self, moment: datetime, wanted: Wanted, limit: int) -> list[Row]:
        """The `limit` wanted events nearest to a moment, by time."""
        condition, values = wanted.condition()
        nearest = (
            f"select * from events where {condition} and time is not null"
            f" order by abs(epoch_us(time) - ?), path, line, record limit {int(limit)}"
        )
        return self.ask(f"select {_COLUMNS} from ({nearest}) order by {_ORDER}", [*values, _micros(moment)])

    def counts(self, wanted: Wanted) -> tuple[int, int]:
        """How many events are wanted, and how many of them have no time."""
        condition, values = wanted.condition()
        found = self.ask(
            f"select count(*) as total, count(*) - count(time) as undated from events where {condition}", values
        )
        return (int(found[0]["total"]), int(found[0]["undated"])) if found else (0, 0)

    def coverage(self) -> list[Row]:
        """For every file: path, format, events, undated, first and last time (µs UTC), warnings, errors, and
        certainty and zone_source of its least sure event."""
        return self.ask(
            "select path, format, count(*) as events, count(*) - count(time) as undated,"
            " epoch_us(min(time)) as first, epoch_us(max(time)) as last,"
            " count(*) filter (level = 3) as warnings, count(*) filter (level between 1 and 2) as errors,"
            f" {_CERTAINTIES}[max(list_position({_CERTAINTIES}, certainty))] as certainty,"
            f" {_SOURCES}[max(list_position({_SOURCES}, zone_source))] as zone_source"
            " from events group by path, format order by path",
            [],
        )

    def ask(self, question: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows that answer a question in SQL about the table `events`; empty for an empty store."""
        if self.is_empty:
            return []
        with self.connect() as connection:
            answer = connection.execute(question, list(values))
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection that knows the table `events`, for whoever wants columns and not rows."""
        connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "memory_limit": _MEMORY,
                "temp_directory": str(Path(tempfile.gettempdir()) / f"saishu-ask-{os.getpid()}"),
            }
        )
        connection.execute("set timezone = 'UTC'")
        parts = str(Path(glob.escape(str(self.folder))) / _PARTS).replace("'", "''")
        connection.execute(f"create view events as select * from read_parquet('{parts}')")
        return connection


def _has_columns(path: Path) -> bool:
    """Whether a file is a part of a store, and not just called like one."""
    try:
        return bool(pq.read_schema(path).names == SCHEMA.names)
    except (pa.ArrowException, OSError):
        return False


def _micros(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1_000_000)
