"""7z, RAR, CAB, LZH and locked zips through the optional libarchive-c package."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
import io
import logging
import threading
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from saishu.bundle.errors import BundleError, Code, DamagedData, error, note
from saishu.bundle.limits import Limits
from saishu.bundle.listing import Listing
from saishu.bundle.names import decode_name, safe_path
from saishu.bundle.sources import CHUNK, Reader, Source, SourceFile
from saishu.bundle.spool import Region, Spool
from saishu.bundle.streams import Opened
from saishu.model.bundle import BundleNote, Member, MemberKind

FORMATS = {"7z": "7zip", "rar": "all", "cab": "cab", "lzh": "lha"}
"""Our kinds and libarchive's names for them (RAR has two formats)."""
_NOT_HERE = 0xFFFFFFFFFFFFFFFF


@functools.cache
def _library() -> Any:
    # The package logs every complaint of the library; ours go into notes, and stderr is for the user.
    logging.getLogger("libarchive").addHandler(logging.NullHandler())
    try:
        return importlib.import_module("libarchive")
    except (ImportError, OSError, AttributeError, TypeError):
        # libarchive-c raises whatever ctypes says when the shared library itself is missing.
        return None


def is_available() -> bool:
    """Whether the libarchive-c package and the library under it can be used."""
    return _library() is not None


@contextlib.contextmanager
def _translating() -> Iterator[None]:
    """Turn the library's own errors into ours."""
    try:
        yield
    except _library().exception.ArchiveError as trouble:
        raise _translated(str(trouble)) from trouble


def _entries(source: Source, form: str, password: bytes | None) -> Iterator[Any]:
    """The entries of an archive in order; each is valid until the next is asked for."""
    stream = io.BufferedReader(SourceFile(source), CHUNK)
    with _library().stream_reader(stream, form, block_size=CHUNK, passphrase=password) as archive:
        yield from archive


def _translated(words: str) -> Exception:
    lowered = words.lower()
    if "currently not supported" in lowered or "encryption" in lowered or "encrypted" in lowered:
        return error(Code.FOREIGN_LOCK, what="7z/RAR")
    return DamagedData(words)


class MemberPull:
    """The content of the only member of a zip."""

    def __init__(self, source: Source, password: bytes | None) -> None:
        self._blocks = self._pulled(source, password)
        self._rest = b""

    def _pulled(self, source: Source, password: bytes | None) -> Iterator[bytes]:
        with _translating():
            for entry in _entries(source, "zip", password):
                yield from entry.get_blocks(256 * 1024)

    def read(self, size: int, /) -> bytes:
        if not self._rest:
            self._rest = next(self._blocks, b"")
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def close(self) -> None:
        self._blocks.close()  # type: ignore[attr-defined]


class ForeignContainer:
    """An archive that only reads from front to back: listed at once, unpacked as a whole when first read."""

    def __init__(self, source: Source, kind: str, limits: Limits, spool: Spool) -> None:
        if not is_available():
            raise error(Code.NEEDS_LIBRARY, what=kind)
        self.kind = kind
        self._source = source
        self._limits = limits
        self._spool = spool
        self._unpacked: Source | None = None
        self._refused: BundleError | None = None
        self._turn = threading.Lock()
        self._starts = array("Q")
        self._lengths = array("Q")
        listing = Listing(limits)
        damaged = self._list(listing)
        self.notes: list[BundleNote] = listing.finish()
        self.members, self._where = listing.members, listing.where
        if any(member.encrypted for member in self.members):
            self.notes.append(note(Code.FOREIGN_LOCK, None, what=kind))
        if damaged and not self.members:
            raise error(Code.NOT_READABLE, kind=kind)
        if damaged:
            self.notes.append(note(Code.DAMAGED, None, count=len(self.members), cut=""))

    def _list(self, listing: Listing) -> bool:
        try:
            with _translating():
                for number, entry in enumerate(_entries(self._source, FORMATS[self.kind], None)):
                    path, flags = safe_path(_name(entry))
                    member = Member(path, _kind(entry), entry.size, None, _time(entry.mtime), _is_locked(entry))
                    listing.add(member, number, flags)
        except DamagedData:
            return True
        return False

    def open(self, number: int) -> Opened:
        with self._turn:
            if self._unpacked is None:
                self._unpacked = self._unpack()
        place = self._where[number]
        if place >= len(self._starts) or self._starts[place] == _NOT_HERE:
            if self._refused is not None:
                raise BundleError(self._refused.code, self._refused.values)
            raise DamagedData("not unpacked")
        length = self._lengths[place]
        declared = self.members[number].size
        return Opened(Reader(self._unpacked, self._starts[place], length), length if declared is None else declared)

    def stored(self, _number: int, /) -> Source | None:
        return None

    def close(self) -> None:
        self._source.close()

    def _unpack(self) -> Source:
        """Every file of the archive in one pass into one region of the spool; what came before trouble is kept."""
        region = self._spool.begin()
        try:
            with contextlib.suppress(DamagedData):
                self._unpack_into(region)
        except BundleError as trouble:
            self._refused = trouble
            if self._starts:
                self._starts[-1] = _NOT_HERE
        except BaseException:
            region.abandon()
            raise
        return region.finish()

    def _unpack_into(self, region: Region) -> None:
        self._starts, self._lengths = array("Q"), array("Q")
        with _translating():
            for entry in _entries(self._source, FORMATS[self.kind], None):
                wanted = _kind(entry) is MemberKind.FILE
                self._starts.append(region.length if wanted else _NOT_HERE)
                self._lengths.append(0)
                if wanted:
                    self._copy(entry, region)

    def _copy(self, entry: Any, region: Region) -> None:
        for block in entry.get_blocks(CHUNK):
            region.write(block)
            self._lengths[-1] += len(block)
            given = region.length
            swollen = given > self._limits.ratio_floor and given > self._limits.ratio * self._source.size
            if swollen or given > self._limits.stream_bytes:
                raise error(Code.BOMB, path=_name(entry), bytes=given)


def _name(entry: Any) -> str:
    name = entry.pathname
    return decode_name(name) if isinstance(name, bytes) else str(name or "")


def _kind(entry: Any) -> MemberKind:
    if entry.issym or entry.islnk:
        return MemberKind.LINK
    if entry.isdir:
        return MemberKind.FOLDER
    return MemberKind.FILE if entry.isreg or not entry.filetype else MemberKind.SPECIAL


def _is_locked(entry: Any) -> bool:
    """Whether a member is encrypted. The package does not wrap this question, so the library is asked directly."""
    ask = getattr(getattr(_library().ffi, "libarchive", None), "archive_entry_is_encrypted", None)
    return bool(ask is not None and ask(ctypes.c_void_p(entry._entry_p)))


def _time(seconds: float | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
