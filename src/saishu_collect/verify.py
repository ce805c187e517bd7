"""Reading the finished archive back: every member is inflated, its size and sum compared, before success is claimed."""

import hashlib
import itertools
import os
import struct
import threading

from saishu_collect import archive

_READ = 1 << 20
_LIMIT32 = 0xFFFFFFFF
_LONGEST_ENTRY = 46 + 3 * 0xFFFF


class Damaged(Exception):  # noqa: N818 - reads as what it says
    """The archive is not what it says it is; the text names the member or the structure."""


class Listed:
    """One central-directory entry."""

    __slots__ = ("crc", "method", "name", "offset", "packed", "size")

    def __init__(self, name, method, crc, packed, size, offset):
        self.name = name
        self.method = method
        self.crc = crc
        self.packed = packed
        self.size = size
        self.offset = offset


def find_directory(file):
    """Return (offset, size, count) of the central directory of an archive without a comment."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 22))
    tail = file.read(22)
    if len(tail) < 22 or tail[:4] != b"PK\x05\x06":
        raise Damaged("no end of central directory")
    count, size, offset = struct.unpack("<H2I", tail[10:20])
    if count == 0xFFFF or _LIMIT32 in (size, offset):
        file.seek(end - 22 - 20 - 56)
        wide = file.read(56)
        if wide[:4] != b"PK\x06\x06":
            raise Damaged("no ZIP64 end of central directory")
        count, size, offset = struct.unpack("<3Q", wide[32:56])
    return offset, size, count


def list_members(file):
    """Yield a Listed for each member, reading the directory bit by bit; checks the count."""
    offset, size, count = find_directory(file)
    buffered = b""
    start = 0
    position = offset
    for _ in range(count):
        if len(buffered) - start < _LONGEST_ENTRY and position < offset + size:
            file.seek(position)
            more = file.read(min(_READ, offset + size - position))
            position += len(more)
            buffered, start = buffered[start:] + more, 0
        entry, length = _parse_central(buffered, start)
        start += length
        yield entry
    if start != len(buffered) or position != offset + size:
        raise Damaged("central directory has a tail")


def _parse_central(data, start):
    """Return (Listed, length) of the directory entry at `start`."""
    if data[start : start + 4] != b"PK\x01\x02" or len(data) - start < 46:
        raise Damaged("central directory entry expected")
    fields = struct.unpack_from("<3H3I3H8xI", data, start + 10)
    method, _, _, crc, packed, size, name_length, extra_length, comment, offset = fields
    name = data[start + 46 : start + 46 + name_length]
    extra = data[start + 46 + name_length : start + 46 + name_length + extra_length]
    while len(extra) >= 4:
        kind, length = struct.unpack("<2H", extra[:4])
        if kind == 1:
            values = [value[0] for value in struct.iter_unpack("<Q", extra[4 : 4 + length])]
            size = values.pop(0) if size == _LIMIT32 else size
            packed = values.pop(0) if packed == _LIMIT32 else packed
            offset = values.pop(0) if offset == _LIMIT32 else offset
        extra = extra[4 + length :]
    total = 46 + name_length + extra_length + comment
    return Listed(name.decode("utf-8"), method, crc, packed, size, offset), total


def check_member(descriptor, member, engine):
    """Raise Damaged unless the member's header, size and CRC-32 are right. Uses pread: safe from several threads."""
    header = _pread(descriptor, 30, member.offset)
    if header[:4] != b"PK\x03\x04":
        raise Damaged(member.name)
    name_length, extra_length = struct.unpack("<2H", header[26:30])
    if _pread(descriptor, name_length, member.offset + 30) != member.name.encode("utf-8"):
        raise Damaged(member.name)
    position = member.offset + 30 + name_length + extra_length
    left, crc, size = member.packed, 0, 0
    inflater = engine.inflater() if member.method == archive.DEFLATED else None
    while left:
        data = _pread(descriptor, min(left, _READ // 4), position)
        if not data:
            raise Damaged(member.name)
        position += len(data)
        left -= len(data)
        while data:
            plain = inflater.decompress(data, _READ) if inflater else data
            data = inflater.unconsumed_tail if inflater else b""
            crc = engine.crc32(plain, crc)
            size += len(plain)
    if inflater is not None:
        plain = inflater.flush()
        crc, size = engine.crc32(plain, crc), size + len(plain)
        if not inflater.eof:
            raise Damaged(member.name)
    if crc != member.crc or size != member.size:
        raise Damaged(member.name)


def _pread(descriptor, count, offset):
    if hasattr(os, "pread"):
        return os.pread(descriptor, count, offset)
    with _seek_lock:
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.read(descriptor, count)


_seek_lock = threading.Lock()


def verify(path, engine, threads, on_bytes=None):
    """Read an archive back with several threads; return (members, sha256 of the file). Raises Damaged, OSError."""
    errors = []
    count = 0
    with open(path, "rb") as listing, open(path, "rb", buffering=0) as content:
        members = list_members(listing)
        lock = threading.Lock()

        def work():
            nonlocal count
            while not errors:
                try:
                    with lock:
                        chunk = list(itertools.islice(members, 16))
                        count += len(chunk)
                    if not chunk:
                        return
                    for member in chunk:
                        check_member(content.fileno(), member, engine)
                        if on_bytes:
                            on_bytes(member.size)
                except Exception as error:  # noqa: BLE001 - carried to the caller, which raises it
                    # zlib.error, a torn structure: whatever inflating or parsing says, the archive is not whole.
                    ours = isinstance(error, (OSError, Damaged))
                    errors.append(error if ours else Damaged("{}: {}".format(type(error).__name__, error)))

        crew = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
        for thread in crew:
            thread.start()
        digest = hash_file(path)
        for thread in crew:
            while thread.is_alive():
                thread.join(0.2)
    if errors:
        raise errors[0]
    return count, digest


def hash_file(path):
    """Return the SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as source:
        while True:
            data = source.read(_READ)
            if not data:
                return digest.hexdigest()
            digest.update(data)
