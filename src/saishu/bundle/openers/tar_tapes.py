"""A tar as bytes in order: straight from its source, or inflated and spooled on the way."""

from __future__ import annotations

from collections.abc import Callable

from saishu.bundle.errors import Code, DamagedData, error
from saishu.bundle.limits import Limits
from saishu.bundle.sources import CHUNK, Pull, Source
from saishu.bundle.spool import Spool


class PlainTape:
    """An unpacked tar; skipping costs nothing."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.at = 0

    def read(self, size: int) -> bytes:
        data = self._source.read_at(self.at, size)
        self.at += len(data)
        return data

    def skip(self, size: int) -> int:
        step = max(0, min(size, self._source.size - self.at))
        self.at += step
        return step


class SpoolingTape:
    """A packed tar; everything that passes is kept in one spool file, so that members can be read at random later."""

    def __init__(self, pull: Pull, taken: Callable[[], int], spool: Spool, limits: Limits) -> None:
        self._pull = pull
        self._taken = taken
        self._limits = limits
        self._region = spool.begin()
        self._given = 0
        self._buffer = b""
        self._used = 0
        self._trouble: DamagedData | None = None
        self.at = 0

    def read(self, size: int) -> bytes:
        pieces = []
        while size > 0 and (piece := self._piece(size)):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def skip(self, size: int) -> int:
        left = size
        while left > 0 and (piece := self._piece(left)):
            left -= len(piece)
        return size - left

    def source(self) -> Source:
        """All that passed, with random access."""
        return self._region.finish()

    def abandon(self) -> None:
        """Give the room in the spool back."""
        self._region.abandon()

    def _piece(self, size: int) -> bytes:
        if self._used >= len(self._buffer):
            self._fill()
        piece = self._buffer[self._used : self._used + size]
        self._used += len(piece)
        self.at += len(piece)
        return piece

    def _fill(self) -> None:
        self._buffer, self._used = b"", 0
        if self._trouble is not None:
            return
        try:
            self._buffer = self._pull.read(CHUNK)
        except DamagedData as trouble:
            self._trouble = trouble
            return
        self._given += len(self._buffer)
        limits = self._limits
        swollen = self._given > limits.ratio_floor and self._given > limits.ratio * self._taken()
        if swollen or self._given > limits.stream_bytes:
            raise error(Code.BOMB, bytes=self._given)
        self._region.write(self._buffer)
