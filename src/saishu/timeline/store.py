"""The store: all events of a bundle as Parquet files in one folder, and the questions that it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from saishu.timeline.parts import SCHEMA, TIME

_PARTS = "events-*.parquet"


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

    def as_filter(self) -> pl.Expr:
        """The same as a condition on the table."""
        tests: list[pl.Expr] = []
        if self.start is not None:
            tests.append(pl.col("time") >= pl.lit(self.start.astimezone(UTC)).cast(TIME))
        if self.end is not None:
            tests.append(pl.col("time") <= pl.lit(self.end.astimezone(UTC)).cast(TIME))
        tests += [
            pl.col(name).is_in(list(values))
            for name, values in (
                ("level", self.levels), ("path", self.paths), ("format", self.formats), ("operation", self.operations)
            )
            if values
        ]  # fmt: skip
        tests += [
            pl.col(name).str.to_lowercase().str.contains(part.lower(), literal=True)
            for name, part in (("path", self.path), ("message", self.text))
            if part
        ]
        return pl.all_horizontal(tests) if tests else pl.lit(True)


class Store:
    """Answers questions about the events in a folder. Every answer is a table with the columns of the store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def is_empty(self) -> bool:
        """Whether there is no event at all."""
        return next(self.folder.glob(_PARTS), None) is None

    def events(self) -> pl.LazyFrame:
        """All events, in no order."""
        if self.is_empty:
            return pl.LazyFrame(schema=SCHEMA)
        return pl.scan_parquet(self.folder / _PARTS)

    def window(self, wanted: Wanted, limit: int | None = None) -> pl.DataFrame:
        """The wanted events by time, those of one moment by file and place; without a time last."""
        found = self.events().filter(wanted.as_filter()).sort(
            "time", "path", "line", "record", nulls_last=True, maintain_order=True
        )  # fmt: skip
        return (found.head(limit) if limit is not None else found).collect()

    @classmethod
    def is_one(cls, folder: Path) -> bool:
        """Whether a folder holds a store and nothing else."""
        if not folder.is_dir():
            return False
        names = [path.name for path in folder.iterdir()]
        return bool(names) and all(name.startswith("events-") and name.endswith(".parquet") for name in names)

    def remove(self) -> None:
        """Remove all parts."""
        for part in self.folder.glob(_PARTS):
            part.unlink()

    def counts(self, wanted: Wanted) -> tuple[int, int]:
        """How many events are wanted, and how many of them have no time."""
        counted = (
            self.events().filter(wanted.as_filter()).select(pl.len(), pl.col("time").null_count().alias("undated"))
        )
        total, undated = counted.collect().row(0)
        return int(total), int(undated)

    def around(self, moment: datetime, wanted: Wanted, limit: int) -> pl.DataFrame:
        """The `limit` wanted events nearest to a moment, by time."""
        distance = (pl.col("time") - pl.lit(moment.astimezone(UTC)).cast(TIME)).dt.total_microseconds().abs()
        found = self.events().filter(wanted.as_filter() & pl.col("time").is_not_null())
        return (
            found.with_columns(distance.alias("distance"))
            .bottom_k(limit, by="distance").drop("distance")
            .sort("time", "path", "line", "record", nulls_last=True)
            .collect()
        )  # fmt: skip

    def coverage(self) -> list[dict[str, Any]]:
        """For every file: path, format, events, without (a time), first and last time (aware), warnings, errors."""
        level = pl.col("level")
        table = (
            self.events()
            .group_by("path", "format")
            .agg(
                pl.len().alias("events"),
                pl.col("time").null_count().alias("without"),
                pl.col("time").min().alias("first"),
                pl.col("time").max().alias("last"),
                (level == 3).sum().alias("warnings"),
                ((level > 0) & (level < 3)).sum().alias("errors"),
                pl.col("certainty").first().alias("certainty"),
                pl.col("zone_source").first().alias("zone_source"),
            )
            .sort("path")
            .collect()
        )
        return table.to_dicts()
