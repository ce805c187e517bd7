"""Reads .evtx files, whatever state they are in: live copies, cut off, with chunks that were never written."""

from __future__ import annotations

from typing import BinaryIO

from saishu.bundle.limits import Limits
from saishu.bundle.sources import BytesSource, FileSource, Source
from saishu.bundle.spool import Spool
from saishu.model import NoteKind, ReadNote
from saishu.parse.readers.events.columns import Rows
from saishu.parse.readers.events.data_strings import MESSAGE_LIMIT
from saishu.parse.readers.events.grid import CHUNK_SIZE, Spot, chunks_missing, survey
from saishu.parse.readers.events.salvage import Yield, file_flags, promise_of, records_of, salvage
from saishu.parse.reading import FileInput, Sink

_IN_MEMORY = 32 * 1024 * 1024
_NOTED = 200


def read_evtx(file: FileInput, stream: BinaryIO, sink: Sink) -> None:
    """Read every record there is. stream: at its beginning; raises `BundleError` when it turns out to be a bomb.

    Notes: DAMAGED for each bad spot, with its offset in bytes as position, the records known to be lost as count, and
    what is wrong with how many records of how many (for whole chunks that are missing: chunks); PARTLY with the number
    of spots; GAP for missing record numbers; CUT for messages that were too long.
    """
    spool = Spool(Limits())
    try:
        _read(file, _source(stream, spool), sink)
    finally:
        spool.close()


def _source(stream: BinaryIO, spool: Spool) -> Source:
    """The file with random access: itself, or a copy in memory while it is small, else in the spool."""
    if stream.seekable():
        return FileSource(stream)
    begin = stream.read(_IN_MEMORY)
    if len(begin) < _IN_MEMORY:
        return BytesSource(begin)
    region = spool.begin()
    try:
        while begin:
            region.write(begin)
            begin = stream.read(_IN_MEMORY)
    except BaseException:
        region.abandon()
        raise
    return region.finish()


def _read(file: FileInput, source: Source, sink: Sink) -> None:
    rows, damage = Rows(file, sink), Damage(file, sink)
    is_dirty, checks = file_flags(source.read_at(0, 128))
    spots = survey(source)
    for spot in spots:
        data = source.read_at(spot.offset, spot.length)
        # The chunk that Windows was writing to when a live copy was taken has its checksum only later.
        check = checks and not (is_dirty and spot is spots[-1])
        promised = promise_of(data, check) if spot.headed and len(data) == CHUNK_SIZE else None
        read = rows.add(records_of(data)) if promised is not None else []
        if promised is None or promised != len(read):
            found = salvage(data, spot.headed, check)
            had = set(read)
            rows.add([record for record in found.records if record["event_record_id"] not in had])
            rows.remains({number: rest for number, rest in found.remains.items() if number not in had})
            damage.of(spot, found)
    damage.of_file(chunks_missing(source, spots))
    rows.finish()
    rows.machine.finish()
    damage.finish(rows.total)
    for note in rows.gaps.notes(file.path, file.format):
        sink.note(note)
    if rows.cut:
        sink.note(ReadNote(NoteKind.CUT, file.path, file.format, None, rows.cut, str(MESSAGE_LIMIT)))


class Damage:
    """Notes what could not be read of one file."""

    def __init__(self, file: FileInput, sink: Sink) -> None:
        self._file = file
        self._sink = sink
        self._spots = 0

    def of(self, spot: Spot, found: Yield) -> None:
        """Note one chunk if there is anything wrong with it."""
        if not found.trouble:
            return
        self._spots += 1
        if self._spots <= _NOTED:
            of = found.promised if found.promised is not None else "?"
            detail = f"{'+'.join(found.trouble)} {len(found.records)}/{of}"
            self._note(NoteKind.DAMAGED, spot.offset, found.lost, detail)

    def of_file(self, missing: tuple[int, int, int] | None) -> None:
        """Note chunks that the file should have; nobody knows how many records were in them."""
        if missing is not None:
            place, count, promised = missing
            self._spots += 1
            self._note(NoteKind.DAMAGED, place, count, f"chunks-missing {promised - count}/{promised}")

    def finish(self, total: int) -> None:
        """Say for the whole file how many spots there were, or that there is nothing in it."""
        if self._spots:
            self._note(NoteKind.PARTLY, None, self._spots, str(total))

    def _note(self, kind: NoteKind, position: int | None, count: int, detail: str) -> None:
        self._sink.note(ReadNote(kind, self._file.path, self._file.format, position, count, detail))
