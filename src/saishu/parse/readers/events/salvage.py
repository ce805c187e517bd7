"""Takes a chunk of an event log apart: all of it as it is while it is sound, else whatever records are whole."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from evtx import PyEvtxParser

from saishu.parse.readers.events.grid import CHUNK, CHUNK_SIZE, FILE, FILE_HEADER, FIRST_RECORD, RECORD, header_of

Record = dict[str, Any]
"""As the library gives it: event_record_id, timestamp (of the header), data (JSON text)."""

TROUBLE = (RuntimeError, OSError, ValueError)
"""What the library raises for bad bytes."""
_LEAST = 28
_DIRTY = 1
_NO_CHECKSUMS = 4
_ZEROS = bytes(CHUNK_SIZE)
_MANY_PLACES = 1200
_MOST_PLACES = 256
_PLACE = re.compile(rb"[\x0d\x0e]([\x00-\xff]{2})[\x01-\x21\x81-\x95]")
_MOST_TROUBLE = CHUNK_SIZE // _LEAST


class Whole(NamedTuple):
    """A record whose header and both sizes agree: where it lies in its chunk, and its number."""

    at: int
    size: int
    number: int


@dataclass(slots=True)
class Yield:
    """What a chunk gave.

    promised: records that its header speaks of, None where it makes no sense. trouble: what is wrong, in words of the
    notes (`chunk-magic`, `chunk-header`, `chunk-checksum`, `chunk-swells`, `record-size`, `record-content`,
    `record-missing`, `truncated`), empty for a sound chunk. lost: records that are known to be missing. remains: the
    bytes of records whose header is whole and whose content cannot be read, by number.
    """

    records: list[Record]
    promised: int | None = None
    trouble: list[str] = field(default_factory=list)
    lost: int = 0
    remains: dict[int, bytes] = field(default_factory=dict)


def promise_of(data: bytes, check: bool) -> int | None:
    """How many records a chunk with a header promises, or None where something about it is wrong at first sight.

    check: whether its checksum is to be kept.
    """
    header = header_of(data)
    promised, end = header.promised, header.end
    if swells(data):
        return None
    # Where records go on behind their end, the header is older than they are.
    if promised is None or not FIRST_RECORD <= end <= CHUNK_SIZE or data[end : end + 4] == RECORD:
        return None
    if check and zlib.crc32(memoryview(data)[FIRST_RECORD:end]) != header.checksum:
        return None
    return promised


def swells(data: bytes) -> bool:
    """Whether a chunk repeats one value so often that its text would be hundreds of megabytes; no program writes that.

    A template says where values go; each of 64 KiB's worth of places may name the same large value.
    """
    end = header_of(data).end if len(data) == CHUNK_SIZE else 0
    end = end if FIRST_RECORD <= end < CHUNK_SIZE and data.endswith(_ZEROS[end:]) else len(data)
    if data.count(b"\x0d", 0, end) + data.count(b"\x0e", 0, end) < _MANY_PLACES:
        return False
    places = Counter(_PLACE.findall(data))
    return bool(places) and places.most_common(1)[0][1] > _MOST_PLACES


def records_of(data: bytes) -> Iterator[Record]:
    """The records of one chunk as the library gives them: none, or up to one of `TROUBLE`, where it cannot read it."""
    try:
        return cast(Iterator[Record], iter(PyEvtxParser(io.BytesIO(_FILE + data), 1).records_json()))
    except TROUBLE:
        return iter(())


def salvage(data: bytes, headed: bool, check: bool) -> Yield:
    """Whatever records are whole, with the stretches between them filled so that the library walks over them."""
    header = header_of(data) if headed and len(data) >= FIRST_RECORD else None
    out = Yield([], header.promised if header else None)
    if swells(data):
        out.trouble.append("chunk-swells")
        out.lost = out.promised or 1
        return out
    if not headed:
        out.trouble.append("chunk-magic")
    elif len(data) < CHUNK_SIZE and (header is None or header.end > len(data)):
        out.trouble.append("truncated")
    elif out.promised is None and data[FIRST_RECORD:].strip(b"\0"):
        out.trouble.append("chunk-header")
    end = header.end if header and FIRST_RECORD <= header.end <= CHUNK_SIZE else CHUNK_SIZE
    wholes, gaps = _walk(data, end)
    if gaps:
        out.trouble.append("record-size")
    errors = 0
    for record in _read(_mended(data, wholes, gaps)):
        if record is None:
            errors += 1
        elif record["event_record_id"] != _FILLER:
            out.records.append(record)
    if errors or len(out.records) < len(wholes):
        out.trouble.append("record-content")
        read = {record["event_record_id"] for record in out.records}
        out.remains = {one.number: data[one.at : one.at + one.size] for one in wholes if one.number not in read}
    known = out.promised or 0
    out.lost = max(known, len(wholes)) - len(out.records)
    if check and header is not None and out.records and not out.trouble and known == len(out.records):
        out.trouble += ["chunk-checksum"] if zlib.crc32(data[FIRST_RECORD:end]) != header.checksum else []
    elif out.lost and not out.trouble:
        out.trouble.append("record-missing")
    return out


def _walk(data: bytes, end: int) -> tuple[list[Whole], list[tuple[int, int]]]:
    """The whole records of a chunk, and the damaged stretches (start, length) between them.

    end: where the header says that records end. A live copy's header may be older than its last records, so records
    behind it count as long as their numbers go on.
    """
    wholes: list[Whole] = []
    gaps: list[tuple[int, int]] = []
    at = FIRST_RECORD
    while at <= len(data) - _LEAST:
        found = _whole_at(data, at) or (_torn_at(data, at, wholes[-1].number) if wholes else None)
        if found is None and at < end:
            found = _next_whole(data, at + 1)
        if found is None:
            break
        if found.at >= end and (not wholes or found.number != wholes[-1].number + 1):
            break
        if found.at > at:
            gaps.append((at, found.at - at))
        wholes.append(found)
        at = found.at + found.size
    return wholes, gaps


def _whole_at(data: bytes, at: int) -> Whole | None:
    if data[at : at + 4] != RECORD:
        return None
    size, number = struct.unpack_from("<IQ", data, at + 4)
    if not _LEAST <= size <= len(data) - at or struct.unpack_from("<I", data, at + size - 4)[0] != size:
        return None
    return Whole(at, size, number)


def _torn_at(data: bytes, at: int, before: int) -> Whole | None:
    """A record that follows the one before by number, and whose end was never written."""
    if data[at : at + 4] != RECORD or at > len(data) - _LEAST:
        return None
    size, number = struct.unpack_from("<IQ", data, at + 4)
    fits = _LEAST <= size <= len(data) - at and number == before + 1
    return Whole(at, size, number) if fits and not data[at + size - 4 : at + size].strip(b"\0") else None


def _next_whole(data: bytes, at: int) -> Whole | None:
    while (at := data.find(RECORD, at)) >= 0:
        if at > len(data) - _LEAST:
            return None
        found = _whole_at(data, at)
        if found is not None:
            return found
        at += 1
    return None


def _mended(data: bytes, wholes: list[Whole], gaps: list[tuple[int, int]]) -> bytes:
    """The chunk with a header that fits its records, no lookup tables, and an empty record in each gap.

    Records refer to names and templates by their place in the chunk, so nothing may move.
    """
    out = bytearray(data.ljust(CHUNK_SIZE, b"\0"))
    end = wholes[-1].at + wholes[-1].size if wholes else FIRST_RECORD
    first, last = (wholes[0].number, wholes[-1].number) if wholes else (1, 1)
    for at, length in gaps:
        if length >= _LEAST:
            struct.pack_into("<4sIQQ", out, at, RECORD, length, _FILLER, 0)
            out[at + 24 : at + length - 4] = bytes(length - _LEAST)
            struct.pack_into("<I", out, at + length - 4, length)
        else:
            _widen(out, at, length, wholes)
    out[:FIRST_RECORD] = bytes(FIRST_RECORD)
    # Reading stops at the record that the header calls the last; a number that none has lets it go on to the end.
    struct.pack_into("<8s4QIII", out, 0, CHUNK, first, last, first, _FILLER - 1, 128, FIRST_RECORD, end)
    return bytes(out)


def _widen(out: bytearray, at: int, length: int, wholes: list[Whole]) -> None:
    """Let the record before a gap that is too small for a record reach over it."""
    before = next((whole for whole in reversed(wholes) if whole.at < at), None)
    if before is not None:
        size = at + length - before.at
        struct.pack_into("<I", out, before.at + 4, size)
        struct.pack_into("<I", out, at + length - 4, size)


def _read(chunk: bytes) -> Iterator[Record | None]:
    """The records of one chunk; None for each that the library cannot read, after which it goes on."""
    records = records_of(chunk)
    for _ in range(2 * _MOST_TROUBLE):
        try:
            record = next(records, None)
        except TROUBLE:
            yield None
            continue
        if record is None:
            return
        yield record


def file_flags(head: bytes) -> tuple[bool, bool]:
    """Whether the file was in use when it was copied, and whether its checksums are kept; all its header is asked."""
    flags: int = struct.unpack_from("<I", head, 120)[0] if len(head) >= 124 and head.startswith(FILE) else 0
    return bool(flags & _DIRTY), not flags & _NO_CHECKSUMS


def _file_header() -> bytes:
    """A header for a file of one chunk, so that each chunk is read by itself and damage stays where it is."""
    out = bytearray(FILE_HEADER)
    struct.pack_into("<8sQQQIHHHH", out, 0, FILE, 0, 0, 1, 128, 1, 3, FILE_HEADER, 1)
    struct.pack_into("<I", out, 124, zlib.crc32(bytes(out[:120])))
    return bytes(out)


_FILE = _file_header()
_FILLER = (1 << 63) - 1
