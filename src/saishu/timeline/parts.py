"""Writes events into the store: columns, sorted by time, in parts of bounded size."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from saishu.model import Certainty, EventBatch

ROWS_OF_A_PART = 262_144
BYTES_OF_A_PART = 64 * 1024 * 1024
"""Whichever comes first: some logs have kilobytes in every event."""
_GROUP = 65_536
_MOST_TABLES = 512
"""Tables of a few rows each are put together before they cost more than what is in them."""
_WORD = pa.dictionary(pa.int32(), pa.string())

SCHEMA = pa.schema(
    [
        ("time", pa.timestamp("us", "UTC")),
        ("certainty", _WORD),
        ("zone_source", _WORD),
        ("path", _WORD),
        ("line", pa.int64()),
        ("record", pa.int64()),
        ("format", _WORD),
        ("evidence", _WORD),
        ("level", pa.int8()),
        ("component", pa.string()),
        ("event_id", pa.int64()),
        ("operation", pa.string()),
        ("message", pa.string()),
    ]
)
"""The columns of the store. time: null where unknown, and certainty is `none` then. line or record is null."""


class StoreError(Exception):
    """The store cannot be written. reason: as the system says it."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(path, reason)


class PartWriter:
    """Collects batches and writes a part of the store whenever enough rows are there.

    folder: where parts go. name: what their names begin with; no two writers of a store may have the same one.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._tables: list[pa.Table] = []
        self._rows = self._bytes = 0
        self._parts = 0

    def add(self, batch: EventBatch) -> None:
        """Take the events of a batch."""
        if not len(batch):
            return
        table = as_table(batch)
        self._tables.append(table)
        self._rows += len(batch)
        self._bytes += table.nbytes
        if len(self._tables) >= _MOST_TABLES:
            self._tables = [pa.concat_tables(self._tables).unify_dictionaries().combine_chunks()]
        if self._rows >= ROWS_OF_A_PART or self._bytes >= BYTES_OF_A_PART:
            self.flush()

    def flush(self) -> None:
        """Write what is collected. Raises `StoreError`."""
        if not self._rows:
            return
        table = pa.concat_tables(self._tables).unify_dictionaries()
        if not _is_sorted(table["time"]):
            table = table.take(pc.sort_indices(table, sort_keys=[("time", "ascending")]))
        path = self._folder / f"events-{self._name}-{self._parts:05d}.parquet"
        try:
            pq.write_table(table, path, compression="zstd", compression_level=1, row_group_size=_GROUP)
        except OSError as trouble:
            raise StoreError(str(self._folder), trouble.strerror or str(trouble)) from trouble
        self._parts += 1
        self._rows = self._bytes = 0
        self._tables.clear()


def remove_parts(folder: Path, name: str) -> None:
    """Remove whatever the writer of this name wrote."""
    for part in folder.glob(f"events-{name}-*.parquet"):
        part.unlink()


def _is_sorted(times: pa.ChunkedArray) -> bool:
    """Whether the rows of one log, which mostly come in order, are in order already; none without a time."""
    if times.null_count or len(times) < 2:
        return len(times) < 2
    moments = times.combine_chunks().cast(pa.int64())
    return bool(pc.all(pc.less_equal(moments[:-1], moments[1:])).as_py())


def as_table(batch: EventBatch) -> pa.Table:
    """A batch as a table with the columns of the store."""
    count = len(batch)
    places = pa.array(batch.position, pa.int64())
    nowhere = pa.nulls(count, pa.int64())
    line, record = (nowhere, places) if batch.record_numbers else (places, nowhere)
    words = (
        _certainty(batch), _same(batch.zone_source.value, count), _same(batch.path, count), line, record,
        _same(batch.format, count), _same(batch.evidence, count),
    )  # fmt: skip
    columns = [
        pa.array(batch.time, pa.int64()).cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC")),
        *words,
        pa.array(batch.level, pa.int8()),
        _text(batch.component),
        pa.array(batch.event_id, pa.int64()),
        _text(batch.operation),
        _text(batch.message),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _same(word: str | None, count: int) -> pa.DictionaryArray:
    """One word in every row."""
    indices = pa.nulls(count, pa.int32()) if word is None else pa.repeat(pa.scalar(0, pa.int32()), count)
    return pa.DictionaryArray.from_arrays(indices, pa.array([word or ""], pa.string()))


def _certainty(batch: EventBatch) -> pa.DictionaryArray:
    undated = Certainty.NONE.value
    if None not in batch.time:
        return _same(batch.certainty.value, len(batch))
    indices = pa.array([1 if time is None else 0 for time in batch.time], pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array([batch.certainty.value, undated], pa.string()))


def _text(values: list[str] | list[str | None]) -> pa.Array:
    """Text as UTF-8; half a surrogate pair, which a log may hold, becomes a question mark."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        clean = [None if one is None else one.encode("utf-8", "replace").decode("utf-8") for one in values]
        return pa.array(clean, pa.string())
