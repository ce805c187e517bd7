"""Deflate in pieces that join to one stream: the standard library's zlib, or isal when it can be imported."""

import zlib

PIECE = 3 << 19
WINDOW = 32768
STREAM_END = b"\x03\x00"
"""An empty final block: appended to flushed pieces it ends the stream."""

_PACKED_ENDINGS = (
    ".gz", ".xz", ".bz2", ".zst", ".zip", ".7z", ".lz4", ".lzma", ".cab", ".rar", ".jar", ".png", ".jpg", ".jpeg",
)  # fmt: skip
_PACKED_STARTS = (
    b"\x1f\x8b", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c",
    b"\x89PNG", b"\xff\xd8\xff", b"\x04\x22\x4d\x18",
)  # fmt: skip


def looks_packed(name, start):
    """Say whether content is compressed already, so that packing it again gains nothing."""
    return start.startswith(_PACKED_STARTS) or (not start and name.lower().endswith(_PACKED_ENDINGS))


class Engine:
    """One way to deflate, inflate and sum; chosen once per run."""

    def __init__(self, name, module, level, memory_level):
        self.name = name
        self.level = level
        self._module = module
        self._memory_level = memory_level

    def crc32(self, data, value=0):
        """Return the CRC-32 of data, continued from `value`."""
        return self._module.crc32(data, value)

    def piece(self, data, dictionary=b""):
        """Return data as raw deflate blocks flushed to a byte boundary; not yet the end of the stream.

        dictionary: up to 32 KiB that come before the data in the same stream.
        """
        module = self._module
        packer = (
            module.compressobj(self.level, module.DEFLATED, -15, self._memory_level, 0, dictionary)
            if dictionary
            else module.compressobj(self.level, module.DEFLATED, -15, self._memory_level, 0)
        )
        return packer.compress(data) + packer.flush(module.Z_SYNC_FLUSH)

    def whole(self, data):
        """Return data as one finished raw deflate stream."""
        module = self._module
        packer = module.compressobj(self.level, module.DEFLATED, -15, self._memory_level, 0)
        return packer.compress(data) + packer.flush(module.Z_FINISH)

    def inflater(self):
        """Return a decompressor for one raw deflate stream."""
        return self._module.decompressobj(-15)


def standard_engine(level=1):
    """Return the engine that every Python has."""
    return Engine("zlib", zlib, level, 8)


def choose_engine(allow_extra=True):
    """Return isal's engine when it is importable and allowed, else the standard one; never installs anything."""
    if allow_extra:
        try:
            from isal import isal_zlib
        except Exception:  # noqa: BLE001 - a broken accelerator must never stop a collection
            return standard_engine()
        return Engine("isal", isal_zlib, 1, 8)
    return standard_engine()
