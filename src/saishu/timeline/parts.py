"""Writes events into the store: columns, sorted by time, in parts of bounded size."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from saishu.model import EventBatch

ROWS_OF_A_PART = 262_144

TIME = pl.Datetime("us", "UTC")

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "time": TIME,
    "certainty": pl.String,
    "zone_source": pl.String,
    "path": pl.String,
    "line": pl.Int64,
    "record": pl.Int64,
    "format": pl.String,
    "evidence": pl.String,
    "level": pl.Int8,
    "component": pl.String,
    "event_id": pl.Int64,
    "operation": pl.String,
    "message": pl.String,
}
"""The columns of the store. time: null where unknown, and certainty is `none` then. line or record is null."""


class PartWriter:
    """Collects batches and writes a part of the store whenever enough rows are there.

    folder: where parts go. name: what their names begin with; no two writers of a store may have the same one.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._frames: list[pl.DataFrame] = []
        self._rows = 0
        self._parts = 0

    def add(self, batch: EventBatch) -> None:
        """Take the events of a batch."""
        if not len(batch):
            return
        self._frames.append(as_frame(batch))
        self._rows += len(batch)
        if self._rows >= ROWS_OF_A_PART:
            self.flush()

    def flush(self) -> None:
        """Write what is collected."""
        if not self._rows:
            return
        frame = pl.concat(self._frames).sort("time", maintain_order=True, nulls_last=True)
        path = self._folder / f"events-{self._name}-{self._parts:05d}.parquet"
        frame.write_parquet(path, compression="zstd", compression_level=1, row_group_size=65_536, statistics=True)
        self._parts += 1
        self._rows = 0
        self._frames.clear()


def as_frame(batch: EventBatch) -> pl.DataFrame:
    """A batch as a table with the columns of the store."""
    place, other = ("record", "line") if batch.record_numbers else ("line", "record")
    columns = pl.DataFrame(
        {
            "time": pl.Series(batch.time, dtype=pl.Int64).cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
            place: pl.Series(batch.position, dtype=pl.Int64),
            "level": pl.Series(batch.level, dtype=pl.Int8),
            "component": pl.Series(batch.component, dtype=pl.String),
            "event_id": pl.Series(batch.event_id, dtype=pl.Int64),
            "operation": pl.Series(batch.operation, dtype=pl.String),
            "message": pl.Series(batch.message, dtype=pl.String),
        }
    )
    certainty = pl.when(pl.col("time").is_null()).then(pl.lit("none")).otherwise(pl.lit(batch.certainty.value))
    return columns.with_columns(
        certainty.alias("certainty"),
        pl.lit(batch.zone_source.value).alias("zone_source"),
        pl.lit(batch.path).alias("path"),
        pl.lit(batch.format).alias("format"),
        pl.lit(batch.evidence, dtype=pl.String).alias("evidence"),
        pl.lit(None, dtype=pl.Int64).alias(other),
    ).select(list(SCHEMA))
