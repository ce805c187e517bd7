"""Where a zip keeps its directory: found from the end, or made up from the local headers when the end is lost."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from saishu.bundle.errors import Code, DamagedData, error
from saishu.bundle.limits import MIB, Limits
from saishu.bundle.sources import Source, find

CENTRAL = struct.Struct("<4s4B4H3L5H2L")
"""signature, version made by, host, version needed, reserved, flags, method, time, date, crc, packed, size,
name length, extra length, comment length, disk, internal, external attributes, offset."""
LOCAL = struct.Struct("<4s5H3L2H")
"""signature, version needed, flags, method, time, date, crc, packed, size, name length, extra length."""
CENTRAL_SIGNATURE = b"PK\x01\x02"
LOCAL_SIGNATURE = b"PK\x03\x04"
DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
END_SIGNATURE = b"PK\x05\x06"
END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_TAIL = MIB
"""How far from the end the directory's end is looked for: a comment is 64 KiB, mail gateways add a little."""
MAXIMUM32 = 0xFFFFFFFF
_LOOKAHEAD, _LOOKAHEADS = 256 * MIB, 64


@dataclass(slots=True)
class Directory:
    """The raw central directory.

    records: the bytes of all central headers; shift: what must be added to every offset (a program in front of the
    zip); count: entries promised, None when recovered; lost: whether the end of the zip was missing.
    """

    records: bytes
    shift: int = 0
    count: int | None = None
    lost: bool = False
    cut: str = field(default="")


def find_directory(source: Source, limits: Limits) -> Directory | None:
    """The directory at the end of a zip, or None when there is none that fits."""
    start = max(0, source.size - _TAIL - END.size)
    tail = source.read_at(start, source.size - start)
    at = tail.rfind(END_SIGNATURE)
    while at >= 0:
        if len(tail) - at >= END.size:
            found = _directory_at(source, start + at, tail[at : at + END.size], limits)
            if found is not None:
                return found
        at = tail.rfind(END_SIGNATURE, 0, at)
    return None


def _directory_at(source: Source, at: int, record: bytes, limits: Limits) -> Directory | None:
    _, disk, first_disk, _, count, size, offset, _ = END.unpack(record)
    wide = _end64(source, at)
    if wide is not None:
        at, disk, count, size, offset = wide
    if disk not in (0, 0xFFFF) or first_disk not in (0, 0xFFFF):
        raise error(Code.SPLIT)
    if count > limits.members or (size // CENTRAL.size > limits.members and _really(source, at - size, size, limits)):
        raise error(Code.TOO_MANY, limit=limits.members)
    if size == 0 and count == 0:
        return Directory(b"", 0, 0)
    for begin in (at - size, offset):
        if 0 <= begin <= at and source.read_at(begin, 4) == CENTRAL_SIGNATURE:
            if begin != offset and source.read_at(0, 4) == LOCAL_SIGNATURE:
                # The file begins with a member that this directory does not know: it belongs to a zip stored inside
                # one whose own end is lost.
                return None
            records = source.read_at(begin, min(size, at - begin))
            return Directory(records, begin - offset, count)
    return None


def _end64(source: Source, at: int) -> tuple[int, int, int, int, int] | None:
    """Place, disk, count, size and offset of the Zip64 end record in front of the classic one, if there is one."""
    locator = source.read_at(at - _LOCATOR.size, _LOCATOR.size) if at >= _LOCATOR.size else b""
    if len(locator) < _LOCATOR.size or not locator.startswith(b"PK\x06\x07"):
        return None
    place = _LOCATOR.unpack(locator)[2]
    for begin in (at - _LOCATOR.size - _END64.size, place):
        record = source.read_at(begin, _END64.size) if 0 <= begin < at else b""
        if len(record) == _END64.size and record.startswith(b"PK\x06\x06"):
            _, _, _, _, disk, _, count, _, size, offset = _END64.unpack(record)
            return begin, disk, count, size, offset
    return None


def _really(source: Source, begin: int, size: int, limits: Limits) -> bool:
    """Whether a large directory truly holds more entries than allowed; long names and fields make it large too."""
    count = 0
    step = 8 * MIB
    at = begin
    while at < begin + size and count <= limits.members:
        block = source.read_at(at, step)
        count += block.count(CENTRAL_SIGNATURE)
        at += step
    return count > limits.members


def recover_directory(source: Source, limits: Limits) -> Directory:
    """A directory made up from the local headers, for a zip whose end is lost.

    Entries whose size is written behind them are found by their data descriptor; the last one may be cut, then its
    packed size is what is there.
    """
    records: list[bytes] = []
    cut = ""
    for at, header, name, extra, packed, size, crc in _local_entries(source):
        if len(records) >= limits.members:
            raise error(Code.TOO_MANY, limit=limits.members)
        data = at + LOCAL.size + len(name) + header[10]
        if size is None or data + packed > source.size:
            cut = name.decode("utf-8", "replace")
        records.append(_central_record(at, header, name, extra, packed, size, crc))
    return Directory(b"".join(records), 0, None, lost=True, cut=cut)


_Local = tuple[int, tuple[int, ...], bytes, bytes, int, int | None, int]


class _Allowance:
    """How often recovery may look far ahead; without an end to it crafted headers cost the square of their number."""

    def __init__(self, times: int) -> None:
        self._left = times

    def spend(self) -> bool:
        self._left -= 1
        return self._left >= 0


def _local_entries(source: Source) -> Iterator[_Local]:
    allowance = _Allowance(_LOOKAHEADS)
    at = find(source, LOCAL_SIGNATURE, 0)
    while 0 <= at < source.size:
        fixed = source.read_at(at, LOCAL.size)
        if len(fixed) < LOCAL.size:
            return
        header = LOCAL.unpack(fixed)
        names = source.read_at(at + LOCAL.size, header[9] + header[10])
        if len(names) < header[9] + header[10]:
            return
        name, extra = names[: header[9]], names[header[9] :]
        start = at + LOCAL.size + len(names)
        packed, size, crc, end = _extent(source, header, extra, start, allowance)
        if name and header[3] <= 99:
            yield at, header, name, extra, packed, size, crc
        at = find(source, LOCAL_SIGNATURE, end)


def _extent(
    source: Source, header: tuple[int, ...], extra: bytes, start: int, allowance: _Allowance
) -> tuple[int, int | None, int, int]:
    """Packed size, size, CRC and end of one entry's data, believed only when a header follows."""
    packed, size, crc, flags = header[7], header[8], header[6], header[2]
    if MAXIMUM32 in (packed, size):
        packed, size = _wide_sizes(extra, packed, size)
    follows = source.read_at(start + packed, 4)[:2]
    known = (packed or not flags & 8) and (follows in (b"PK", b"") or start + packed >= source.size)
    if known and (packed or size == 0):
        return packed, size, crc, start + packed
    return _by_descriptor(source, start, _LOOKAHEAD if header[3] == 0 and allowance.spend() else 0)


def _wide_sizes(extra: bytes, packed: int, size: int) -> tuple[int, int]:
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == 1 and length >= 16 and at + 20 <= len(extra):
            size, packed = struct.unpack_from("<QQ", extra, at + 4)
        at += 4 + length
    return packed, size


def _by_descriptor(source: Source, start: int, lookahead: int) -> tuple[int, int | None, int, int]:
    """The extent of an entry from the descriptor behind it, or up to the next header, or to the end.

    lookahead: how far a header is passed by in search of a descriptor that fits, because stored data may hold
    headers of its own (a zip inside the zip).
    """
    at = start
    fallback: tuple[int, int | None, int, int] | None = None
    while (at := find(source, b"PK", at)) >= 0:
        mark = source.read_at(at, 24)
        found = _at_descriptor(mark, at - start, at)
        if found is not None:
            return found
        if fallback is None and mark[:4] in (LOCAL_SIGNATURE, CENTRAL_SIGNATURE):
            fallback = _before_header(source, start, at, mark)
        if fallback is not None and at - fallback[3] >= lookahead:
            return fallback
        at += 2
    return fallback or (source.size - start, None, 0, source.size)


def _at_descriptor(mark: bytes, distance: int, at: int) -> tuple[int, int | None, int, int] | None:
    if mark.startswith(DESCRIPTOR_SIGNATURE):
        for form in ("<LLL", "<LQQ"):
            length = struct.calcsize(form)
            if len(mark) >= 4 + length:
                crc, packed, size = struct.unpack_from(form, mark, 4)
                if packed == distance:
                    return packed, size, crc, at + 4 + length
    return None


def _before_header(source: Source, start: int, at: int, mark: bytes) -> tuple[int, int | None, int, int] | None:
    """The extent when a header begins at `at`: a descriptor without signature may stand in front of it."""
    if at - 12 >= start:
        crc, packed, size = struct.unpack("<LLL", source.read_at(at - 12, 12))
        if packed == at - 12 - start:
            return packed, size, crc, at
    return (at - start, None, 0, at) if _plausible(source, at, mark) else None


def _plausible(source: Source, at: int, mark: bytes) -> bool:
    """Whether a header found by its signature alone looks like one and not like packed bytes."""
    if mark[:4] == CENTRAL_SIGNATURE:
        return True
    fixed = source.read_at(at, LOCAL.size)
    if len(fixed) < LOCAL.size:
        return False
    header = LOCAL.unpack(fixed)
    return header[1] <= 63 and header[3] in (0, 8, 9, 12, 14, 93, 95, 98, 99) and 0 < header[9] <= 1024


def _central_record(
    at: int, header: tuple[int, ...], name: bytes, extra: bytes, packed: int, size: int | None, crc: int
) -> bytes:
    """A central header that says the same as a local one. An unknown size becomes the largest Zip64 number."""
    kept = b"".join(_fields_without_zip64(extra))
    known = 0xFFFFFFFFFFFFFFFF if size is None else size
    wide = struct.pack("<HHQQQ", 1, 24, known, packed, at)
    fixed = CENTRAL.pack(
        CENTRAL_SIGNATURE, 20, 0 if b"\\" in name else 3, header[1] & 255, 0, header[2], header[3], header[4],
        header[5], crc, MAXIMUM32, MAXIMUM32, len(name), len(wide) + len(kept), 0, 0, 0, 0, MAXIMUM32,
    )  # fmt: skip
    return fixed + name + wide + kept


def _fields_without_zip64(extra: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag != 1:
            yield extra[at : at + 4 + length]
        at += 4 + length


def local_start(source: Source, offset: int) -> int:
    """Where the data of an entry begins, by its local header."""
    fixed = source.read_at(offset, LOCAL.size) if offset >= 0 else b""
    if len(fixed) < LOCAL.size or not fixed.startswith(LOCAL_SIGNATURE):
        raise DamagedData("no local header")
    header = LOCAL.unpack(fixed)
    return offset + LOCAL.size + int(header[9]) + int(header[10])
