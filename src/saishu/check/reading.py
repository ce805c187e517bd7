"""Beginnings and ends of files as text, within a budget for the whole bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from saishu.bundle import BundleError
from saishu.bundle.signatures.text import Head
from saishu.check.case import Case
from saishu.model import Member

PIECE = 128 * 1024
_WHOLE = 4 * 1024 * 1024
"""A file up to this size is read to its end for the sake of its last lines."""
_BUDGET = 48 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """Text from one file. is_start: it begins with the first line, so that lines can be counted.
    lower: the text in small letters, for the cheap test before a regular expression."""

    text: str
    is_start: bool
    lower: str


@dataclass(slots=True)
class Reader:
    """Reads pieces once and remembers them; after the budget only what is remembered is given."""

    case: Case
    left: int = _BUDGET
    _pieces: dict[str, list[Piece]] = field(default_factory=dict)

    def pieces(self, member: Member) -> list[Piece]:
        """The first and the last 128 KiB of a file; the last only where that does not mean to unpack much."""
        if member.path not in self._pieces:
            self._pieces[member.path] = list(self._read(member)) if self.left > 0 and member.size != 0 else []
        return self._pieces[member.path]

    def _read(self, member: Member) -> Iterator[Piece]:
        try:
            head, tail = self._raw(member)
        except BundleError as trouble:
            if not member.encrypted:
                self.case.bundle.add_note(trouble.as_note(member.path))
            return
        seen = Head(head, member.name)
        if seen.encoding is None:
            return
        yield Piece(seen.text, True, seen.text.lower())
        if tail:
            # The first line of the end is a broken one.
            text = tail.decode(seen.encoding, "replace").replace("\r\n", "\n").partition("\n")[2]
            yield Piece(text, False, text.lower())

    def _raw(self, member: Member) -> tuple[bytes, bytes]:
        with self.case.bundle.open_text_bytes(member) as stream:
            head = stream.read(PIECE)
            self.left -= len(head)
            if len(head) < PIECE or (member.size or 0) > _WHOLE:
                return head, b""
            tail = b""
            taken = len(head)
            while taken < _WHOLE * 4 and (data := stream.read(PIECE)):
                tail = (tail + data)[-PIECE - 1 :]
                taken += len(data)
            self.left -= taken - len(head)
            # An odd cut would tear UTF-16 apart.
            return head, tail[len(tail) % 2 :] if taken % 2 == 0 else tail
