"""Where the chunks of an event log file lie, and which stretches between them are damaged."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from saishu.bundle.sources import Source

FILE = b"ElfFile\0"
CHUNK = b"ElfChnk\0"
RECORD = b"\x2a\x2a\0\0"
CHUNK_SIZE = 65536
FIRST_RECORD = 512
FILE_HEADER = 4096
_UNUSED = bytes(CHUNK_SIZE)
_NO_RECORD = (1 << 64) - 1
_HEADER = struct.Struct("<4QIII")
_HEAD = FIRST_RECORD + 16


@dataclass(frozen=True, slots=True)
class Spot:
    """A chunk, or a stretch that should be one.

    offset: in the file. length: bytes that belong to it, at most 65,536. first: number of its first record, or that
    of the record before it where nothing can be read. headed: whether a chunk header begins it.
    """

    offset: int
    length: int
    first: int
    headed: bool


@dataclass(frozen=True, slots=True)
class ChunkHeader:
    """What a chunk promises: numbers of its first and last record, where its records end, their checksum."""

    first: int
    last: int
    end: int
    checksum: int

    @property
    def promised(self) -> int | None:
        """How many records there should be, or None where the header makes no sense or the chunk is still empty."""
        count = self.last - self.first + 1
        return count if 0 < count <= CHUNK_SIZE // 28 and self.last < _NO_RECORD else None


def header_of(data: bytes) -> ChunkHeader:
    """Read the header of a chunk; data holds at least 512 bytes."""
    _, _, first, last, _, _, end = _HEADER.unpack_from(data, 8)
    return ChunkHeader(first, last, end, struct.unpack_from("<I", data, 52)[0])


def chunks_missing(source: Source, spots: Sequence[Spot]) -> tuple[int, int, int] | None:
    """Where the first chunk is missing that the file's header speaks of, how many are, of how many; None if none is.

    The header of a live copy may be old and count fewer chunks than there are, never more.
    """
    head = source.read_at(0, 44)
    promised: int = struct.unpack_from("<H", head, 42)[0] if len(head) == 44 and head.startswith(FILE) else 0
    if len(spots) >= promised:
        return None
    there = {spot.offset for spot in spots}
    places = (FILE_HEADER + number * CHUNK_SIZE for number in range(promised))
    return next(place for place in places if place not in there), promised - len(spots), promised


def survey(source: Source) -> list[Spot]:
    """Every stretch that may hold records, in the order of its first record number.

    The log is a ring, so the oldest chunk may lie anywhere; the file's own header does not know it where the copy was
    taken while Windows was writing.
    """
    return sorted(_stretches(source, _first_chunk(source)), key=lambda spot: (spot.first, spot.offset))


def _first_chunk(source: Source) -> int:
    head = source.read_at(0, 42)
    if not head.startswith(FILE):
        return 0
    size: int = struct.unpack_from("<H", head, 40)[0] if len(head) >= 42 else 0
    return size if FILE_HEADER <= size < CHUNK_SIZE else FILE_HEADER


def _stretches(source: Source, at: int) -> Iterator[Spot]:
    """Walk the grid of 64 KiB; where bytes were lost or put in, find the next chunk by its magic and go on from it."""
    last: Spot | None = None
    number = 0
    while at < source.size:
        head = source.read_at(at, _HEAD)
        if head.startswith(CHUNK):
            if last is not None:
                yield last
            number = _first_number(head, number)
            last = Spot(at, min(CHUNK_SIZE, source.size - at), number, True)
            at += CHUNK_SIZE
            continue
        back = last.offset + FIRST_RECORD if last is not None and last.offset + CHUNK_SIZE == at else at
        data = source.read_at(back, at + CHUNK_SIZE + len(CHUNK) - 1 - back)
        found = -1 if data[at - back :] in (_UNUSED, _UNUSED[: len(data) - (at - back)]) else data.find(CHUNK)
        ahead = source.read_at(at, CHUNK_SIZE)
        if found < 0:
            if ahead.strip(b"\0"):
                if last is not None:
                    yield last
                last = Spot(at, len(ahead), number, False)
            at += CHUNK_SIZE
            continue
        start = back + found
        if last is not None:
            yield Spot(last.offset, min(last.length, start - last.offset), last.first, last.headed)
        last = Spot(at, start - at, number, False) if start > at and ahead[: start - at].strip(b"\0") else None
        at = start
    if last is not None:
        yield last


def _first_number(head: bytes, before: int) -> int:
    """The number of the first record: what the record says, else what the chunk's header says."""
    if head[FIRST_RECORD : FIRST_RECORD + 4] == RECORD and len(head) >= _HEAD:
        number: int = struct.unpack_from("<Q", head, FIRST_RECORD + 8)[0]
        return number
    return header_of(head).first if len(head) >= 56 and header_of(head).promised else before
