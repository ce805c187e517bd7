"""Inflating: every packing method as a pull over packed bytes that never makes more than it is asked for."""

from __future__ import annotations

import bz2
import importlib
import lzma
import struct
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast

import zstandard

from saishu.bundle.errors import DamagedData
from saishu.bundle.limits import MIB
from saishu.bundle.sources import Pull

_STEP = 64 * 1024
_FIRST_BITE = 1024
_LONGEST_MAGIC = 6
_MOST_BARREN = 1000
"""Empty streams in a row that are still believed; a file of a million of them only wants to cost time."""
_MEMORY = 128 * MIB
"""The widest dictionary that is given memory: `zstd --long=27` and `xz -9` fit, crafted headers do not."""

MAGICS = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zst"))
"""How the packings of single files begin."""


class Decoder(Protocol):
    """The shape of `bz2.BZ2Decompressor` and `lzma.LZMADecompressor`."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class ZlibDecoder:
    """zlib in the same shape. window: -15 raw deflate, 31 gzip, 15 zlib."""

    def __init__(self, window: int = -15) -> None:
        self._zlib = zlib.decompressobj(window)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail and not self._full

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        out = self._zlib.decompress(self._zlib.unconsumed_tail + data, max(0, max_length))
        # A full answer may leave output inside zlib though all input is consumed.
        self._full = max_length > 0 and len(out) == max_length
        return out


class Deflate64Decoder:
    """Deflate64 of the optional package zipfile-deflate64, fed in small bites because its output has no bound."""

    def __init__(self) -> None:
        module = importlib.import_module("zipfile_deflate64.deflate64")
        self._deflate64 = module.Deflate64()
        self._input = bytearray()
        self._output = bytearray()
        self.unused_data = b""

    @property
    def eof(self) -> bool:
        return bool(self._deflate64.eof) and not self._output

    @property
    def needs_input(self) -> bool:
        return not self._output and not self._input

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        self._input += data
        while len(self._output) < max_length and self._input and not self._deflate64.eof:
            self._output += self._deflate64.decompress(bytes(self._input[:256]))
            del self._input[:256]
        out = bytes(self._output[:max_length])
        del self._output[:max_length]
        return out


class Inflating:
    """A pull of inflated bytes; streams put end to end (`cat a.gz b.gz`) are read on, padding is not."""

    def __init__(self, packed: Pull, make: Callable[[], Decoder], *, joined: bool = False) -> None:
        self._packed = packed
        self._make = make
        self._joined = joined
        self._decoder = make()
        self._held = b""
        self._at = 0
        self._bite = _FIRST_BITE
        self._barren = 0
        self._done = False

    def read(self, size: int, /) -> bytes:
        while not self._done and size > 0:
            if self._decoder.eof and not self._next_stream():
                break
            out = self._decoded(size)
            if out:
                self._barren = 0
                return out
        return b""

    def _decoded(self, size: int) -> bytes:
        data = self._bitten() if self._decoder.needs_input else b""
        try:
            out = self._decoder.decompress(data, size)
        except (OSError, EOFError, ValueError, MemoryError, zlib.error, lzma.LZMAError) as trouble:
            self._done = True
            raise DamagedData(str(trouble)) from trouble
        if self._decoder.eof:
            self._at -= len(self._decoder.unused_data)
        return out

    def _bitten(self) -> bytes:
        """The next packed bytes: few at the beginning of a stream, because what a tiny stream leaves is copied."""
        if self._at >= len(self._held):
            self._held, self._at = self._packed.read(_STEP), 0
        if not self._held:
            self._done = True
            raise DamagedData("packed data ends early")
        data = self._held[self._at : self._at + self._bite]
        self._at += len(data)
        self._bite = min(_STEP, self._bite * 4)
        return data

    def _next_stream(self) -> bool:
        """Start on the next stream of a joined file; False when there is none."""
        if self._joined and len(self._held) - self._at < _LONGEST_MAGIC:
            self._held, self._at = self._held[self._at :] + self._packed.read(_STEP), 0
        if not self._joined or not any(self._held.startswith(magic, self._at) for magic, _ in MAGICS):
            self._done = True
            return False
        self._barren += 1
        if self._barren > _MOST_BARREN:
            self._done = True
            raise DamagedData("streams without content")
        self._decoder = self._make()
        self._bite = _FIRST_BITE
        return True


class ZstdInflating:
    """A pull of bytes unpacked by zstandard, whose own reader bounds what it makes."""

    def __init__(self, packed: Pull) -> None:
        engine = zstandard.ZstdDecompressor(max_window_size=_MEMORY)
        self._reader = engine.stream_reader(cast(BinaryIO, packed), read_size=_STEP, read_across_frames=True)

    def read(self, size: int, /) -> bytes:
        try:
            return bytes(self._reader.read(size))
        except (zstandard.ZstdError, MemoryError) as trouble:
            raise DamagedData(str(trouble)) from trouble


def packing_of(head: bytes) -> str | None:
    """The packing of a single file by its first bytes: gz, bz2, xz, zst, or None."""
    return next((packing for magic, packing in MAGICS if head.startswith(magic)), None)


def unpacked(packed: Pull, packing: str) -> Pull:
    """The inflated bytes of a gz, bz2, xz or zst file."""
    if packing == "zst":
        return ZstdInflating(packed)
    return Inflating(packed, _FILE_DECODERS[packing], joined=True)


def _xz() -> Decoder:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY)


_FILE_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gz": lambda: ZlibDecoder(31),
    "bz2": bz2.BZ2Decompressor,
    "xz": _xz,
}


def zip_lzma(packed: Pull) -> Pull:
    """Method 14: a short header with the properties, then raw LZMA."""
    header = packed.read(4)
    size = struct.unpack_from("<H", header, 2)[0] if len(header) == 4 else 0
    properties = packed.read(size)
    if size != 5 or len(properties) != 5:
        raise DamagedData("LZMA properties")
    first, dictionary = struct.unpack("<BL", properties)
    if first >= 225 or dictionary > _MEMORY:
        raise DamagedData("LZMA properties")
    rest, lc = divmod(first, 9)
    pb, lp = divmod(rest, 5)
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), "lc": lc, "lp": lp, "pb": pb}]

    def decoder() -> Decoder:
        try:
            return lzma.LZMADecompressor(format=lzma.FORMAT_RAW, filters=chain)
        except (ValueError, lzma.LZMAError) as trouble:
            raise DamagedData(str(trouble)) from trouble

    return Inflating(packed, decoder)


ZIP_METHODS: dict[int, Callable[[Pull], Pull]] = {
    0: lambda packed: packed,
    8: lambda packed: Inflating(packed, ZlibDecoder),
    9: lambda packed: Inflating(packed, lambda: cast(Decoder, Deflate64Decoder())),
    12: lambda packed: Inflating(packed, bz2.BZ2Decompressor),
    14: zip_lzma,
    93: ZstdInflating,
    95: lambda packed: Inflating(packed, _xz),
}
"""Zip methods read here; the rest may be known to libarchive."""


def has_deflate64() -> bool:
    """Whether the optional package for Deflate64 is installed."""
    try:
        importlib.import_module("zipfile_deflate64.deflate64")
    except ImportError:
        return False
    return True
