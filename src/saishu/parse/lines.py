"""Text in blocks of whole lines, read once from front to back in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from saishu.parse.encoding import Decoding

BLOCK = 512 * 1024
"""Bytes read at a time."""
LONGEST_LINE = 64 * 1024
"""Bytes of a line that are kept; the rest of it is passed over."""


class Block(NamedTuple):
    """Some whole lines. first: the number of the first one, counted from 1. lines: without their ends."""

    first: int
    lines: list[str]


class Lines:
    """The lines of one file.

    A line ends at a line feed, with or without a carriage return before it; in a file that has no line feed at its
    beginning a carriage return ends it. Zero bytes, which a hard stop of the machine leaves in logs, are taken out.
    After the last block the attributes say what happened: cut_line and cut count lines that were too long, holes the
    zero bytes taken out. Never raises for what the bytes are.
    """

    def __init__(self, stream: BinaryIO, encoding: str | None = None) -> None:
        self._stream = stream
        self.count = 0
        self.cut = 0
        self.cut_line: int | None = None
        self.holes = 0
        self.hole_line: int | None = None
        head = stream.read(BLOCK)
        self.decoding = Decoding(head, encoding)
        self._wide = self.decoding.width
        self._head = head[len(self.decoding.mark) :]
        self._end = self._line_end()
        self._longest = LONGEST_LINE * self._wide

    def __iter__(self) -> Iterator[Block]:
        left, skipping = b"", False
        piece = self._head
        self._head = b""
        while piece:
            data = left + piece if left else piece
            if self._wide == 1 and b"\0" in data:
                data = self._without_holes(data)
            if skipping:
                data, skipping = self._after_cut(data)
            end = self._last_end(data)
            whole, left = data[:end], data[end:]
            if whole:
                yield self._block(whole)
            if len(left) > self._longest:
                yield self._cut_off(left)
                left, skipping = left[len(left) - self._tail(left) :], True
            piece = self._stream.read(BLOCK)
        if left and not skipping:
            yield self._block(left)

    def _line_end(self) -> bytes:
        for char in ("\n", "\r"):
            end = char.encode(self.decoding.name) if self._wide > 1 else char.encode()
            if self._find(self._head, end) >= 0:
                return end
        return "\n".encode(self.decoding.name) if self._wide > 1 else b"\n"

    def _find(self, data: bytes, end: bytes) -> int:
        """Where a line end is; in two-byte text only at an even place."""
        at = data.find(end)
        while at % self._wide and at >= 0:
            at = data.find(end, at + 1)
        return at

    def _last_end(self, data: bytes) -> int:
        """Where the last whole line ends."""
        at = data.rfind(self._end)
        while at % self._wide and at >= 0:
            at = data.rfind(self._end, 0, at + self._wide - 1)
        return at + len(self._end) if at >= 0 else 0

    def _tail(self, left: bytes) -> int:
        """Bytes of a character that is not whole yet."""
        return len(left) % self._wide

    def _after_cut(self, data: bytes) -> tuple[bytes, bool]:
        """What follows the line that was too long, and whether it goes on even now."""
        at = self._find(data, self._end)
        if at < 0:
            return data[len(data) - self._tail(data) :], True
        return data[at + len(self._end) :], False

    def _cut_off(self, left: bytes) -> Block:
        self.cut += 1
        if self.cut_line is None:
            self.cut_line = self.count + 1
        line = self.decoding.beginning(left[: self._longest], self.count + 1)
        self.count += 1
        return Block(self.count, [line])

    def _without_holes(self, data: bytes) -> bytes:
        whole = data.replace(b"\0", b"")
        self.holes += len(data) - len(whole)
        if self.hole_line is None:
            self.hole_line = self.count + 1 + data.count(b"\n", 0, data.index(b"\0"))
        return whole

    def _block(self, data: bytes) -> Block:
        text = self.decoding.text(data, self.count + 1)
        if self._wide > 1 and "\0" in text:
            text = text.replace("\0", "")
        if self._end.strip(b"\0") == b"\r":
            text = text.replace("\r", "\n")
        while "\r\n" in text:
            text = text.replace("\r\n", "\n")
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        elif lines[-1][-1] == "\r":
            lines[-1] = lines[-1].rstrip("\r")
        lines = self._shortened(lines)
        block = Block(self.count + 1, lines)
        self.count += len(lines)
        return block

    def _shortened(self, lines: list[str]) -> list[str]:
        """Lines inside a block may be too long as well."""
        if not lines or max(map(len, lines)) <= LONGEST_LINE:
            return lines
        for at, line in enumerate(lines):
            if len(line) > LONGEST_LINE:
                lines[at] = line[:LONGEST_LINE]
                self.cut += 1
                if self.cut_line is None:
                    self.cut_line = self.count + at + 1
        return lines
