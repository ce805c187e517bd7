"""A zip written byte by byte, for what no ordinary tool writes on this machine."""

import struct
import zlib
from dataclasses import dataclass

DEFLATED = 8


@dataclass
class Piece:
    """One member. Whatever is given replaces what an honest writer would put there."""

    name: bytes
    data: bytes = b""
    method: int = 0
    flags: int = 0
    host: int = 0
    extra: bytes = b""
    attributes: int = 0
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    time: int = 0x6000
    date: int = 0x5821
    descriptor: bool = False

    def body(self):
        if self.packed is not None:
            return self.packed
        if self.method == DEFLATED:
            squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
            return squeeze.compress(self.data) + squeeze.flush()
        return self.data


def write_zip(pieces, *, comment=b"", front=b"", count=None, directory=True):
    """The bytes of a zip. front: bytes before the first header that the offsets know nothing of; count: the number
    that the end record claims; directory: False leaves the end out, as a broken upload does."""
    out = bytearray(front)
    central = bytearray()
    for piece in pieces:
        body = piece.body()
        crc = zlib.crc32(piece.data) if piece.crc is None else piece.crc
        size = len(piece.data) if piece.size is None else piece.size
        packed = len(body) if piece.packed_size is None else piece.packed_size
        flags = piece.flags | (8 if piece.descriptor else 0)
        offset = len(out) - len(front) if piece.offset is None else piece.offset
        known = (0, 0, 0) if piece.descriptor else (crc, packed, size)
        common = (flags, piece.method, piece.time, piece.date)
        if piece.offset is None:
            out += struct.pack("<4s5H3L2H", b"PK\3\4", 20, *common, *known, len(piece.name), 0) + piece.name + body
            if piece.descriptor:
                out += struct.pack("<4sLLL", b"PK\7\x08", crc, packed, size)
        central += struct.pack(
            "<4s4B4H3L5H2L", b"PK\1\2", 20, piece.host, 20, 0, *common, crc, packed, size, len(piece.name),
            len(piece.extra), 0, 0, 0, piece.attributes, offset,
        )  # fmt: skip
        central += piece.name + piece.extra
    if not directory:
        return bytes(out)
    at = len(out) - len(front)
    number = len(pieces) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, number & 0xFFFF, number & 0xFFFF, len(central), at, len(comment))
    return bytes(out + central + end + comment)


def unicode_path(raw, text):
    """The Info-ZIP Unicode Path field for a raw name."""
    field = struct.pack("<BL", 1, zlib.crc32(raw)) + text.encode("utf-8")
    return struct.pack("<HH", 0x7075, len(field)) + field


def write_wide_zip(path, count, total):
    """A sparse zip on disk with `count` stored members of zeros that are `total` bytes together, with Zip64."""
    size = total // count
    crc = 0
    central = bytearray()
    with path.open("wb") as file:
        at = 0
        for number in range(count):
            name = b"C/WindowsAzure/Logs/Plugins/Extension/1.0.0.%d/Log%06d.log" % (number // 500, number)
            file.seek(at)
            file.write(
                struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0x6000, 0x5821, crc, size, size, len(name), 0) + name
            )
            extra = struct.pack("<HHQ", 1, 8, at) if at >= 0xFFFFFFFF else b""
            central += struct.pack(
                "<4s4B4H3L5H2L", b"PK\1\2", 45, 0, 45, 0, 0, 0, 0x6000, 0x5821, crc, size, size, len(name), len(extra),
                0, 0, 0, 0, min(at, 0xFFFFFFFF),
            )  # fmt: skip
            central += name + extra
            at += 30 + len(name) + size
        file.seek(at)
        file.write(central)
        file.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(central), at))
        file.write(struct.pack("<4sLQL", b"PK\6\7", 0, at + len(central), 1))
        file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))
