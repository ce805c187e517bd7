"""The entries of a zip directory: listed in one tight loop, and understood one by one when they are read."""

from __future__ import annotations

import re
import stat
import struct
from array import array
from datetime import UTC, datetime
from typing import NamedTuple

from saishu.bundle.limits import Limits
from saishu.bundle.listing import Listing, zip_time
from saishu.bundle.names import WINDOWS_HOSTS, decode_zip_name, is_plain, safe_path
from saishu.bundle.openers.zip_directory import CENTRAL, CENTRAL_SIGNATURE, MAXIMUM32, Directory
from saishu.model.bundle import Member, MemberKind

AES = 99
_UNKNOWN = 0xFFFFFFFFFFFFFFFF
_UNIX_HOSTS = frozenset({3, 19})
_SYSTEMD_ESCAPE = re.compile(rb"\\x[0-9a-f]{2}")
_LOCAL_SIZE = 30
_SLASHES = (b"/", b"\\")
_TELLING_BITS, _PLAIN_FILE = 0xF0000010, (0, stat.S_IFREG << 16)
"""The bits of the external attributes that make a member something else than a file, and what a file has there."""
_UNIX_EPOCH_FILETIME = 116444736000000000


class Entry(NamedTuple):
    """One central header, understood. size: None where a recovered entry does not know it."""

    name: bytes
    extra: bytes
    host: int
    flags: int
    method: int
    time: int
    crc: int
    packed: int
    size: int | None
    offset: int

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & 1)


def read_entry(records: bytes, at: int) -> Entry:
    """The entry whose central header begins at `at`."""
    header = CENTRAL.unpack_from(records, at)
    begin = at + CENTRAL.size
    name = records[begin : begin + header[12]]
    extra = records[begin + header[12] : begin + header[12] + header[13]]
    size: int | None
    packed, size, offset = header[10], header[11], header[18]
    if MAXIMUM32 in (packed, size, offset):
        packed, size, offset = _wide(extra, packed, header[11], offset)
    return Entry(name, extra, header[2], header[5], header[6], header[7], header[9], packed, size, offset)


def _wide(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int | None, int]:
    """Packed size, size and offset, from the Zip64 field where the header has no room."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        at += 4
        if tag == 1:
            numbers = iter(struct.unpack_from(f"<{min(length, len(extra) - at) // 8}Q", extra, at))
            size = next(numbers, size) if size == MAXIMUM32 else size
            packed = next(numbers, packed) if packed == MAXIMUM32 else packed
            offset = next(numbers, offset) if offset == MAXIMUM32 else offset
            break
        at += length
    return packed, None if size == _UNKNOWN else size, offset


class Entries(NamedTuple):
    """All members of a directory. whole: every byte was a header and their count is the promised one; in_order: the
    packed bytes follow each other as the headers do, so that none can overlap; methods: how they are packed."""

    listing: Listing
    whole: bool
    in_order: bool
    methods: frozenset[int]


def list_entries(directory: Directory, limits: Limits) -> Entries:
    """Every member of a directory, in its order."""
    listing = Listing(limits)
    records, at, end, count = directory.records, 0, len(directory.records), 0
    in_order, reached = True, 0
    methods: set[int] = set()
    unpack, fixed, add = CENTRAL.unpack_from, CENTRAL.size, listing.add
    while at + fixed <= end:
        header = unpack(records, at)
        if header[0] != CENTRAL_SIGNATURE:
            break
        name_end = at + fixed + header[12]
        raw = records[at + fixed : name_end]
        extra = records[name_end : name_end + header[13]]
        size: int | None
        packed, size, offset = header[10], header[11], header[18]
        if MAXIMUM32 in (packed, size, offset):
            packed, size, offset = _wide(extra, packed, header[11], offset)
        in_order = in_order and offset >= reached
        reached = offset + _LOCAL_SIZE + header[12] + packed
        if is_plain(raw):
            path, flags = raw.decode("ascii").removesuffix("/"), 0
        else:
            path, flags = _path(raw, header, extra)
        modified = (_stamp(extra) if extra else None) or zip_time(header[8], header[7])
        ordinary = header[17] & _TELLING_BITS in _PLAIN_FILE and raw[-1:] not in _SLASHES
        kind = MemberKind.FILE if ordinary else _kind(raw, header)
        add(Member(path, kind, size, packed, modified, header[5] & 1 == 1), at, flags)
        methods.add(header[6])
        at = name_end + header[13] + header[14]
        count += 1
    whole = at >= end and directory.count in (None, count, count & 0xFFFF)
    return Entries(listing, whole, in_order, frozenset(methods))


def _path(raw: bytes, header: tuple[int, ...], extra: bytes) -> tuple[str, int]:
    text = decode_zip_name(raw, flags=header[5], host=header[2], extra=extra)
    # Unix names may hold a backslash of their own (systemd writes `\x2d`), but a lone one with no slash is a folder.
    odd = b"/" not in raw and not _SYSTEMD_ESCAPE.search(raw)
    return safe_path(text, backslash=header[2] in WINDOWS_HOSTS or odd)


def _kind(raw: bytes, header: tuple[int, ...]) -> MemberKind:
    if header[2] in _UNIX_HOSTS:
        form = stat.S_IFMT(header[17] >> 16)
        if form == stat.S_IFLNK:
            return MemberKind.LINK
        if form not in (0, stat.S_IFREG, stat.S_IFDIR):
            return MemberKind.SPECIAL
    empty = header[11] == 0
    if raw[-1:] == b"/" or (empty and (raw[-1:] == b"\\" or header[17] & 0x10)):
        return MemberKind.FOLDER
    return MemberKind.FILE


def _stamp(extra: bytes) -> datetime | None:
    """The time with a zone, where the extra fields give one: Info-ZIP's UT or the NTFS field."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        try:
            if tag == 0x5455 and length >= 5 and extra[at + 4] & 1:
                return datetime.fromtimestamp(struct.unpack_from("<l", extra, at + 5)[0], UTC)
            if tag == 0x000A and length >= 32:
                ticks = struct.unpack_from("<Q", extra, at + 12)[0] - _UNIX_EPOCH_FILETIME
                return datetime.fromtimestamp(ticks / 10_000_000, UTC) if ticks > 0 else None
        except (struct.error, ValueError, OverflowError, OSError):
            return None
        at += 4 + length
    return None


def overlapping(directory: Directory, where: array[int]) -> frozenset[int]:
    """Numbers of members whose packed bytes belong to another member too: crafted, never read."""
    spans: list[tuple[int, int, int]] = []
    for number, at in enumerate(where):
        entry = read_entry(directory.records, at)
        spans.append((entry.offset, entry.offset + _LOCAL_SIZE + len(entry.name) + entry.packed, number))
    spans.sort()
    found: set[int] = set()
    furthest, owner = -1, -1
    for begin, end, number in spans:
        if begin < furthest:
            found.update((owner, number))
        if end > furthest:
            furthest, owner = end, number
    return frozenset(found)
