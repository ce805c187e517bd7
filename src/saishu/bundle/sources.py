"""Random access to packed bytes: a file on disk, a stretch of another source, several pieces put together."""

from __future__ import annotations

import io
import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1024 * 1024


class Source(Protocol):
    """Bytes that can be read at any place. `size` is the length in bytes; reading past it gives less."""

    size: int

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset` on."""
        ...

    def close(self) -> None:
        """Give back what is held open."""
        ...


class Pull(Protocol):
    """Bytes that can be read once, in order. An empty answer is the end."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, at least one unless at the end."""
        ...


class FileSource:
    """An open file; safe to share between threads."""

    def __init__(self, file: BinaryIO, size: int | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.size = file.seek(0, io.SEEK_END) if size is None else size

    def read_at(self, offset: int, length: int) -> bytes:
        if not 0 <= offset < self.size or length <= 0:
            return b""
        with self._lock:
            self._file.seek(offset)
            return self._file.read(min(length, self.size - offset))

    def write_at(self, offset: int, data: bytes) -> None:
        """Put bytes at a place; for the spool alone, every other file is open for reading."""
        with self._lock:
            self._file.seek(offset)
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]

    def close(self) -> None:
        self._file.close()


class BytesSource:
    """Bytes in memory, for small made-up archives."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read_at(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length] if offset >= 0 else b""

    def close(self) -> None:
        """Nothing is held open."""


class Stretch:
    """A part of another source, which stays open when this one is closed."""

    def __init__(self, source: Source, start: int, length: int) -> None:
        self._source = source
        self._start = start
        self.size = max(0, min(length, source.size - start))

    def read_at(self, offset: int, length: int) -> bytes:
        return self._source.read_at(self._start + offset, min(length, self.size - offset)) if offset >= 0 else b""

    def close(self) -> None:
        """The source belongs to somebody else."""


class Joined:
    """Several sources one after the other: the volumes of a split archive, or a header made up before real bytes."""

    def __init__(self, parts: Sequence[Source]) -> None:
        self._parts = tuple(parts)
        self._starts = [0, *accumulate(part.size for part in self._parts)]
        self.size = self._starts[-1]

    def read_at(self, offset: int, length: int) -> bytes:
        pieces = []
        while length > 0 and 0 <= offset < self.size:
            at = bisect_right(self._starts, offset) - 1
            piece = self._parts[at].read_at(offset - self._starts[at], length)
            if not piece:
                break
            pieces.append(piece)
            offset += len(piece)
            length -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        for part in self._parts:
            part.close()


class Reader:
    """A pull over a stretch of a source, which remembers how many packed bytes it gave."""

    def __init__(self, source: Source, start: int = 0, length: int | None = None) -> None:
        self._source = source
        self._at = start
        self._end = source.size if length is None else min(start + length, source.size)
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        data = self._source.read_at(self._at, max(0, min(size, self._end - self._at)))
        self._at += len(data)
        self.taken += len(data)
        return data


class SourceFile(io.RawIOBase):
    """A source as a seekable raw file, for libraries that want one."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self._source.read_at(self._at, len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def find(source: Source, needle: bytes, start: int, end: int | None = None) -> int:
    """Where `needle` next begins at or after `start` and before `end`; -1 when nowhere."""
    end = source.size if end is None else min(end, source.size)
    while start < end:
        block = source.read_at(start, min(CHUNK, end - start) + len(needle) - 1)
        hit = block.find(needle)
        if hit >= 0 and start + hit < end:
            return start + hit
        start += CHUNK
    return -1


def chunks(pull: Pull, size: int = CHUNK) -> Iterator[bytes]:
    """Everything a pull gives, piece by piece."""
    while data := pull.read(size):
        yield data
