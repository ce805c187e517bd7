"""7z, RAR, CAB, LZH and locked zips through the optional libarchive-c package."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
import io
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from saishu.bundle.errors import Code, DamagedData, error, note
from saishu.bundle.limits import Limits
from saishu.bundle.listing import Listing
from saishu.bundle.names import decode_name, safe_path
from saishu.bundle.sources import CHUNK, FileSource, Reader, Source, SourceFile
from saishu.bundle.spool import Spool, finished
from saishu.bundle.streams import Opened
from saishu.model.bundle import BundleNote, Member, MemberKind

FORMATS = {"7z": "7zip", "rar": "all", "cab": "cab", "lzh": "lha"}
"""Our kinds and libarchive's names for them (RAR has two formats)."""
_NOT_HERE = 0xFFFFFFFFFFFFFFFF


@functools.cache
def _library() -> Any:
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
        self._unpacked: FileSource | None = None
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
        if self._unpacked is None:
            self._unpacked = self._unpack()
        place = self._where[number]
        if place >= len(self._starts) or self._starts[place] == _NOT_HERE:
            raise DamagedData("not unpacked")
        reader = Reader(self._unpacked, self._starts[place], self._lengths[place])
        return Opened(reader, self._lengths[place])

    def stored(self, _number: int, /) -> Source | None:
        return None

    def close(self) -> None:
        self._source.close()

    def _unpack(self) -> FileSource:
        """Every file of the archive in one pass into one spool file."""
        file = self._spool.new_file()
        try:
            with _translating():
                for entry in _entries(self._source, FORMATS[self.kind], None):
                    self._starts.append(file.tell() if _kind(entry) is MemberKind.FILE else _NOT_HERE)
                    self._lengths.append(0)
                    if self._starts[-1] != _NOT_HERE:
                        self._copy(entry, file, self._starts[-1])
        except DamagedData:
            self.notes.append(note(Code.DAMAGED, None, count=max(0, len(self._starts) - 1), cut=""))
        return finished(file)

    def _copy(self, entry: Any, file: Any, start: int) -> None:
        for block in entry.get_blocks(CHUNK):
            self._spool.write(file, block)
            given = file.tell()
            self._lengths[-1] = given - start
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
