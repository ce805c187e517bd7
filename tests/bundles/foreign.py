"""RAR and CAB archives written byte by byte (stored), because no free program writes them."""

import struct
import zlib


def rar_bytes(files):
    """A RAR 4 archive of stored members."""
    out = b"Rar!\x1a\x07\x00" + _rar_block(0x73, 0, bytes(6))
    for name, data in files.items():
        raw = name.replace("/", "\\").encode("ascii")
        fields = struct.pack(
            "<LLBLLBBHL", len(data), len(data), 2, zlib.crc32(data), 0x58216000, 20, 0x30, len(raw), 0x20
        )  # fmt: skip
        out += _rar_block(0x74, 0x8000, fields + raw) + data
    return out + _rar_block(0x7B, 0x4000, b"")


def _rar_block(form, flags, body):
    head = struct.pack("<BHH", form, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def cab_bytes(files):
    """A cabinet of uncompressed members, each at most 32 KiB together."""
    data = b"".join(files.values())
    entries, offset = b"", 0
    for name, content in files.items():
        raw = name.replace("/", "\\").encode("ascii") + b"\0"
        entries += struct.pack("<LLHHHH", len(content), offset, 0, 0x5821, 0x6000, 0x20) + raw
        offset += len(content)
    start = 36 + 8 + len(entries)
    block = struct.pack("<LHH", 0, len(data), len(data)) + data
    folder = struct.pack("<LHH", start, 1, 0)
    head = struct.pack(
        "<4sLLLLLBBHHHHH", b"MSCF", 0, start + len(block), 0, 36 + 8, 0, 3, 1, 1, len(files), 0, 0, 0
    )  # fmt: skip
    return head + folder + entries + block
