"""Tar headers read one after the other: ustar, GNU long names, pax records, sparse files."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from saishu.bundle.errors import DamagedData
from saishu.bundle.limits import MIB
from saishu.model.bundle import MemberKind

BLOCK = 512
_LONGEST_RECORD = MIB
_ZEROS = bytes(BLOCK)
_BLANKS, _ADLER = b" " * 8, 65521
_KINDS = {
    b"1": MemberKind.LINK,
    b"2": MemberKind.LINK,
    b"3": MemberKind.SPECIAL,
    b"4": MemberKind.SPECIAL,
    b"5": MemberKind.FOLDER,
    b"D": MemberKind.FOLDER,
    b"6": MemberKind.SPECIAL,
    b"V": MemberKind.SPECIAL,
}
_NO_DATA = frozenset((b"1", b"2", b"3", b"4", b"5", b"6"))


class Tape(Protocol):
    """Bytes in order, with the place reached."""

    at: int

    def read(self, size: int) -> bytes: ...
    def skip(self, size: int) -> int: ...


@dataclass(slots=True)
class Header:
    """One entry: where its own first header begins (with long names in front) and where its data lies.

    length: bytes of data in the archive; size: bytes the file has (more than `length` for a sparse one).
    """

    name: bytes
    kind: MemberKind
    size: int
    length: int
    begin: int
    data: int
    modified: datetime | None
    sparse: bool


def looks_like_tar(block: bytes) -> bool:
    """Whether a first block is a tar header, by its checksum."""
    return len(block) >= BLOCK and block[:BLOCK] != _ZEROS and _checksum_fits(block[:BLOCK])


def _checksum_fits(block: bytes) -> bool:
    promised = _octal(block[148:156])
    if promised is None:
        return False
    # The low half of Adler-32 is the same sum of bytes, modulo a prime and one more; it is thirty times as fast.
    blanked = block[:148] + _BLANKS + block[156:]
    if 0 <= promised < 2 * _ADLER and zlib.adler32(blanked) & 0xFFFF == (promised + 1) % _ADLER:
        return True
    found = sum(blanked)
    signed = found - 256 * sum(value > 127 for value in block[:148] + block[156:])
    return promised == signed


def _octal(field: bytes) -> int | None:
    if field[0] in (0x80, 0xFF):
        number = int.from_bytes(field[1:], "big")
        return number if field[0] == 0x80 else number - (1 << 8 * (len(field) - 1))
    text = field.partition(b"\0")[0].strip()
    try:
        return int(text, 8) if text else 0
    except ValueError:
        return None


def headers(tape: Tape) -> Iterator[Header]:
    """Every entry up to the end mark. Raises `DamagedData` where the archive breaks off or makes no sense."""
    pending = _Pending()
    while True:
        begin = tape.at
        block = tape.read(BLOCK)
        if block == _ZEROS:
            return
        if len(block) < BLOCK or not _checksum_fits(block):
            raise DamagedData("tar header")
        form = block[156:157]
        length = _octal(block[124:136])
        if length is None or length < 0:
            raise DamagedData("tar size")
        if form in (b"x", b"g", b"L", b"K", b"X"):
            pending.take(form, begin, _record(tape, length))
            continue
        header = pending.entry(block, form, length, begin)
        if form == b"S":
            _skip_sparse_map(tape, block)
        header.data = tape.at
        pending = pending.after()
        yield header
        padded = (header.length + BLOCK - 1) // BLOCK * BLOCK
        if tape.skip(padded) < header.length:
            raise DamagedData("tar data")


def _record(tape: Tape, length: int) -> bytes:
    if length > _LONGEST_RECORD:
        raise DamagedData("tar record too long")
    padded = (length + BLOCK - 1) // BLOCK * BLOCK
    data = tape.read(padded)
    if len(data) < length:
        raise DamagedData("tar record")
    return data[:length]


def _skip_sparse_map(tape: Tape, block: bytes) -> None:
    """Old GNU sparse files keep more of their map in blocks of their own."""
    more = block[482] != 0
    while more:
        block = tape.read(BLOCK)
        if len(block) < BLOCK:
            raise DamagedData("sparse map")
        more = block[504] != 0


class _Pending:
    """What the records in front of a header say about it."""

    def __init__(self, shared: dict[bytes, bytes] | None = None) -> None:
        self._shared = shared or {}
        self._own: dict[bytes, bytes] = {}
        self._name: bytes | None = None
        self._begin: int | None = None

    def take(self, form: bytes, begin: int, record: bytes) -> None:
        if self._begin is None:
            self._begin = begin
        if form == b"L":
            self._name = record.partition(b"\0")[0]
        elif form in (b"x", b"X"):
            self._own.update(pax_records(record))
        elif form == b"g":
            self._shared = {**self._shared, **dict(pax_records(record))}

    def after(self) -> _Pending:
        return _Pending(self._shared)

    def entry(self, block: bytes, form: bytes, length: int, begin: int) -> Header:
        words = {**self._shared, **self._own}
        name = self._name or words.get(b"GNU.sparse.name") or words.get(b"path") or _ustar_name(block)
        length = _number(words.get(b"size")) or length
        if form in _NO_DATA:
            length = 0
        size = length
        sparse = form == b"S"
        real = _octal(block[483:495]) if sparse else None
        for word in (b"GNU.sparse.realsize", b"GNU.sparse.size"):
            real = _number(words.get(word)) if word in words else real
        sparse = sparse or any(word.startswith(b"GNU.sparse.") for word in self._own)
        kind = _KINDS.get(form, MemberKind.FILE)
        if kind is MemberKind.FILE and name.endswith(b"/") and not length:
            kind = MemberKind.FOLDER
        size = real if sparse and real is not None else length
        stamp = _time(words.get(b"mtime"), block[136:148])
        start = begin if self._begin is None else self._begin
        return Header(name, kind, size, length, start, 0, stamp, sparse)


def pax_records(record: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The `length key=value` lines of a pax header; stops where they make no sense."""
    at = 0
    while at < len(record):
        digits = record[at : at + 20].partition(b" ")[0]
        if not digits.isdigit():
            return
        end = at + int(digits)
        key, equals, value = record[at + len(digits) + 1 : end - 1].partition(b"=")
        if not equals or end <= at or end > len(record):
            return
        yield key, value
        at = end


def _ustar_name(block: bytes) -> bytes:
    name = block[:100].partition(b"\0")[0]
    prefix = block[345:500].partition(b"\0")[0] if block[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _number(text: bytes | None) -> int | None:
    return int(text) if text is not None and text.isdigit() and len(text) < 20 else None


def _time(text: bytes | None, field: bytes) -> datetime | None:
    try:
        seconds = float(text) if text is not None else _octal(field)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
