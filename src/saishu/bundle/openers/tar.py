"""Tar archives, packed or not: headers read once in order, members read at random afterwards."""

from __future__ import annotations

import io
import tarfile
from typing import cast

from saishu.bundle.errors import BundleError, Code, DamagedData, error, note
from saishu.bundle.inflate import unpacked
from saishu.bundle.limits import Limits
from saishu.bundle.listing import Listing
from saishu.bundle.names import decode_name, is_plain, safe_path
from saishu.bundle.openers.tar_headers import BLOCK, Tape, headers
from saishu.bundle.openers.tar_tapes import PlainTape, SpoolingTape
from saishu.bundle.sources import Pull, Reader, Source, SourceFile, Stretch
from saishu.bundle.spool import Spool
from saishu.bundle.streams import Opened
from saishu.model.bundle import BundleNote, Member, MemberKind

_SPARSE = 1 << 63


class TarContainer:
    """A tar over any source. packing: gz, bz2, xz, zst, or None."""

    kind = "tar"

    def __init__(self, source: Source, packing: str | None, limits: Limits, spool: Spool) -> None:
        self._packed = source
        listing = Listing(limits)
        trouble: BundleError | DamagedData | None = None
        if packing is None:
            trouble = _listed(PlainTape(source), listing)
            self._source: Source = source
        else:
            reader = Reader(source)
            tape = SpoolingTape(unpacked(reader, packing), lambda: reader.taken, spool, limits)
            try:
                trouble = _listed(tape, listing)
            except BaseException:
                tape.abandon()
                raise
            self._source = tape.source()
        if isinstance(trouble, BundleError) and not listing.members:
            raise trouble
        self.notes: list[BundleNote] = listing.finish()
        self.members, self._where = listing.members, listing.where
        self._note(trouble)

    def _note(self, trouble: BundleError | DamagedData | None) -> None:
        if isinstance(trouble, BundleError):
            self.notes.append(trouble.as_note())
        if trouble is not None:
            last = self.members[-1].path if self.members else ""
            if not self.members:
                raise error(Code.NOT_READABLE, kind="tar")
            self.notes.append(note(Code.DAMAGED, None, count=len(self.members), cut=last))

    def open(self, number: int) -> Opened:
        member, place = self.members[number], self._where[number]
        size = member.size or 0
        if place & _SPARSE:
            return self._sparse(place & ~_SPARSE, member)
        return Opened(Reader(self._source, place, size), size)

    def _sparse(self, begin: int, member: Member) -> Opened:
        """A sparse file, whose map the standard library understands; its packed bytes are those between the holes."""
        window = io.BufferedReader(SourceFile(Stretch(self._source, begin, self._source.size - begin)))
        try:
            archive = tarfile.open(fileobj=window, mode="r:")  # noqa: SIM115
            info = archive.next()
            file = archive.extractfile(info) if info is not None else None
        except (tarfile.TarError, OSError, ValueError, OverflowError, MemoryError) as trouble:
            raise DamagedData(str(trouble)) from trouble
        if file is None:
            raise DamagedData("sparse member")
        packed = max(member.packed or 0, BLOCK)
        return Opened(_Careful(cast(Pull, file)), member.size, lambda: packed, None, archive.close)

    def stored(self, number: int) -> Source | None:
        place = self._where[number]
        return None if place & _SPARSE else Stretch(self._source, place, self.members[number].size or 0)

    def close(self) -> None:
        self._source.close()
        self._packed.close()


class _Careful:
    """A pull over a file object of the standard library, whose complaints become ours."""

    def __init__(self, file: Pull) -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        try:
            return self._file.read(size)
        except (tarfile.TarError, OSError, ValueError) as trouble:
            raise DamagedData(str(trouble)) from trouble


def _listed(tape: Tape, listing: Listing) -> BundleError | DamagedData | None:
    """List every entry; the trouble that ended the list early is given back, what came before it stays."""
    try:
        for header in headers(tape):
            raw = header.name
            plain = is_plain(raw)
            path, flags = (raw.decode("ascii").removesuffix("/"), 0) if plain else _path(raw)
            kind = header.kind
            place = header.begin | _SPARSE if header.sparse else header.data
            packed = header.length if header.sparse else None
            size = header.size if kind is MemberKind.FILE else 0
            listing.add(Member(path, kind, size, packed, header.modified), place, flags)
    except (BundleError, DamagedData) as trouble:
        if isinstance(trouble, BundleError) and trouble.code == Code.TOO_MANY:
            raise
        return trouble
    return None


def _path(raw: bytes) -> tuple[str, int]:
    return safe_path(decode_name(raw), backslash=b"/" not in raw and b"\\x" not in raw)
