"""The only streams that leave this room: bounded, counted, and honest about damage."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from saishu.bundle.errors import Code, DamagedData, error
from saishu.bundle.limits import Limits
from saishu.bundle.sources import CHUNK, Pull

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Report = Callable[..., None]
"""Takes a code and the values of a note: report(Code.MEMBER_DAMAGED, bytes=12)."""


@dataclass(slots=True)
class Opened:
    """A member ready to be read: its bytes, and what its container promises about them.

    size: bytes promised, None where the container does not say; short_is_damage is False where the promise is only
        the size seen earlier (a file in a folder that shrank).
    taken: packed bytes consumed so far, for the ratio; None where nothing is packed.
    crc: CRC-32 promised for the whole.
    close: gives back what reading needed.
    """

    pull: Pull
    size: int | None
    taken: Callable[[], int] | None = None
    crc: int | None = None
    close: Callable[[], None] | None = None


class GuardedStream(io.RawIOBase):
    """A read-only stream over one member that never gives more than was promised or allowed.

    Damage ends the stream where the sound bytes end and is reported once; a bomb raises `BundleError`.
    """

    def __init__(self, opened: Opened, path: str, limits: Limits, report: Report, limit: int | None = None) -> None:
        self._opened = opened
        self._path = path
        self._limits = limits
        self._report = report
        self._left = limit
        self._crc = 0
        self._given = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        room = len(view) if self._left is None else min(len(view), self._left)
        data = b"" if self._ended or room == 0 else self._next(room)
        view[: len(data)] = data
        if self._left is not None:
            self._left -= len(data)
        return len(data)

    def readall(self) -> bytes:
        pieces = []
        while piece := self.read(CHUNK):
            pieces.append(piece)
        return b"".join(pieces)

    def close(self) -> None:
        if not self.closed and self._opened.close is not None:
            self._opened.close()
        super().close()

    def _next(self, room: int) -> bytes:
        promised = self._opened.size
        if promised is not None:
            room = min(room, promised - self._given)
        data = self._pulled(room) if room > 0 else b""
        self._given += len(data)
        self._check_bomb()
        if self._opened.crc is not None:
            self._crc = zlib.crc32(data, self._crc)
        if not self._ended and (not data or self._given == promised):
            self._finish()
        return data

    def _pulled(self, room: int) -> bytes:
        try:
            return self._opened.pull.read(room)
        except (DamagedData, OSError):
            # A disk or share that fails in the middle of a file is damage like any other.
            self._ended = True
            self._report(Code.MEMBER_DAMAGED, bytes=self._given)
            return b""

    def _finish(self) -> None:
        """Say at the end whether the container kept its promises."""
        self._ended = True
        promised = self._opened.size
        if promised is not None and self._given < promised:
            self._report(Code.MEMBER_DAMAGED, bytes=self._given)
            return
        if promised is not None and self._goes_on():
            self._report(Code.SIZE_LIES, bytes=promised)
        if self._opened.crc is not None and self._crc != self._opened.crc:
            self._report(Code.MEMBER_DAMAGED, bytes=self._given)

    def _goes_on(self) -> bool:
        try:
            return bool(self._opened.pull.read(1))
        except (DamagedData, OSError):
            return False

    def _check_bomb(self) -> None:
        limits = self._limits
        taken = self._opened.taken
        swollen = taken is not None and self._given > limits.ratio_floor and self._given > limits.ratio * taken()
        if swollen or self._given > limits.member_bytes:
            self._ended = True
            raise error(Code.BOMB, path=self._path, bytes=self._given)


def buffered(stream: GuardedStream) -> BinaryIO:
    """The stream with a buffer in front, as everybody outside gets it."""
    return io.BufferedReader(stream, buffer_size=256 * 1024)
