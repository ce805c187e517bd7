"""Locked zip members: the traditional cipher in plain Python, AES and anything odd through libarchive."""

from __future__ import annotations

import struct
import zlib

from saishu.bundle.errors import Code, DamagedData, error
from saishu.bundle.inflate import ZIP_METHODS
from saishu.bundle.limits import KIB
from saishu.bundle.openers import libarchive
from saishu.bundle.openers.zip_directory import (
    CENTRAL,
    CENTRAL_SIGNATURE,
    DESCRIPTOR_SIGNATURE,
    END,
    END_SIGNATURE,
    LOCAL,
    LOCAL_SIGNATURE,
    MAXIMUM32,
)
from saishu.bundle.openers.zip_entries import AES, Entry
from saishu.bundle.sources import BytesSource, Joined, Pull, Reader, Source, Stretch
from saishu.bundle.streams import Opened

_KEYS = (0x12345678, 0x23456789, 0x34567890)
_HEADER = 12
_TABLE = tuple(zlib.crc32(bytes([value]), 0xFFFFFFFF) ^ 0xFFFFFFFF for value in range(256))
_PROBE = 64 * KIB


class Deciphered:
    """Bytes freed from the traditional zip cipher, as APPNOTE section 6.1 describes it."""

    def __init__(self, packed: Pull, password: bytes) -> None:
        self._packed = packed
        self._keys = _KEYS
        for value in password:
            self._keys = _stirred(self._keys, value)
        self.header = self._decipher(packed.read(_HEADER))

    def read(self, size: int, /) -> bytes:
        return self._decipher(self._packed.read(size))

    def _decipher(self, data: bytes) -> bytes:
        first, second, third = self._keys
        table = _TABLE
        plain = bytearray(data)
        for at, value in enumerate(plain):
            mask = third | 2
            value ^= (mask * (mask ^ 1) >> 8) & 0xFF  # noqa: PLW2901
            plain[at] = value
            first = (first >> 8) ^ table[(first ^ value) & 0xFF]
            second = ((second + (first & 0xFF)) * 134775813 + 1) & MAXIMUM32
            third = (third >> 8) ^ table[(third ^ (second >> 24)) & 0xFF]
        self._keys = (first, second, third)
        return bytes(plain)


def _stirred(keys: tuple[int, int, int], value: int) -> tuple[int, int, int]:
    first, second, third = keys
    first = (first >> 8) ^ _TABLE[(first ^ value) & 0xFF]
    second = ((second + (first & 0xFF)) * 134775813 + 1) & MAXIMUM32
    return first, second, (third >> 8) ^ _TABLE[(third ^ (second >> 24)) & 0xFF]


def unlock(source: Source, start: int, length: int, entry: Entry, password: bytes) -> Opened:
    """A locked member, opened with one password.

    Raises `DamagedData` when the password is wrong as far as can be told at once, `BundleError` E308 when the
    libarchive package is needed and not installed.
    """
    if entry.flags & 0x40:
        raise error(Code.FOREIGN_LOCK, what="PKWARE")
    if not may_fit(source, start, length, entry, password):
        raise DamagedData("wrong password")
    if libarchive.is_available():
        whole = single_member(source, start, length, entry)
        pull = libarchive.MemberPull(whole, password)
        return Opened(pull, entry.size, lambda: length, entry.crc or None, pull.close)
    if entry.method == AES or entry.method not in ZIP_METHODS:
        raise error(Code.NEEDS_LIBRARY, what="AES" if entry.method == AES else f"zip {entry.method}")
    reader = Reader(source, start, length)
    inflated = ZIP_METHODS[entry.method](Deciphered(reader, password))
    return Opened(inflated, entry.size, lambda: reader.taken, entry.crc)


def may_fit(source: Source, start: int, length: int, entry: Entry, password: bytes) -> bool:
    """The check byte of the cipher: one wrong password in 256 passes. AES has none that is cheap, so it may fit."""
    if entry.method == AES:
        return True
    deciphered = Deciphered(Reader(source, start, length), password)
    wanted = entry.time >> 8 if entry.flags & 8 else entry.crc >> 24
    return len(deciphered.header) == _HEADER and deciphered.header[-1] == wanted & 0xFF


def fits(source: Source, start: int, length: int, entry: Entry, password: bytes) -> bool:
    """Whether a password opens a member, judged by its content: up to 64 KiB are read, with the CRC if that is all."""
    opened: Opened | None = None
    try:
        opened = unlock(source, start, length, entry, password)
        crc, given = 0, 0
        while given < _PROBE and (data := opened.pull.read(_PROBE - given)):
            crc, given = zlib.crc32(data, crc), given + len(data)
        whole = given == entry.size
        return given == _PROBE if not whole else opened.crc in (None, crc)
    except DamagedData:
        return False
    finally:
        if opened is not None and opened.close is not None:
            opened.close()


def single_member(source: Source, start: int, length: int, entry: Entry) -> Source:
    """A zip that holds one member of another: its packed bytes between headers made up from the directory."""
    extra = _aes_field(entry.extra)
    wide = length >= MAXIMUM32 or (entry.size or 0) >= MAXIMUM32
    if wide:
        extra += struct.pack("<HHQQ", 1, 16, entry.size or 0, length)
    sizes = (MAXIMUM32, MAXIMUM32) if wide else (length, entry.size or 0)
    common = (entry.flags & ~0x800, entry.method, entry.time, 0x21, entry.crc)
    local = LOCAL.pack(LOCAL_SIGNATURE, 51, *common, *sizes, 1, len(extra)) + b"m" + extra
    form = "<4sLQQ" if wide else "<4sLLL"
    descriptor = struct.pack(form, DESCRIPTOR_SIGNATURE, entry.crc, length, entry.size or 0) if entry.flags & 8 else b""
    central = CENTRAL.pack(
        CENTRAL_SIGNATURE, 51, 3, 51, 0, *common, *sizes, 1, len(extra), 0, 0, 0, 0o100600 << 16, 0
    )  # fmt: skip
    central += b"m" + extra
    at = len(local) + length + len(descriptor)
    end = _end(len(central), at)
    return Joined([BytesSource(local), Stretch(source, start, length), BytesSource(descriptor + central + end)])


def _aes_field(extra: bytes) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        if tag == 0x9901:
            return extra[at : at + 4 + size]
        at += 4 + size
    return b""


def _end(size: int, at: int) -> bytes:
    if at < MAXIMUM32:
        return END.pack(END_SIGNATURE, 0, 0, 1, 1, size, at, 0)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, at)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at + size, 1)
    return record + locator + END.pack(END_SIGNATURE, 0, 0, 1, 1, MAXIMUM32, MAXIMUM32, 0)
