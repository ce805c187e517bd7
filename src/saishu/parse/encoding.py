"""Bytes into text: the encoding is decided on the first bytes and corrected where later ones disagree."""

from __future__ import annotations

from collections import Counter

from saishu.bundle.encodings import JAPANESE, MARKS, decodes, encoding_of

SAMPLE = 64 * 1024
"""Bytes on which the encoding is decided."""
_PLAIN = ("utf-8", "utf-8-sig")


class Decoding:
    """How the bytes of one file become text.

    name: the encoding. is_binary: the first bytes are no text. mark: the byte order mark in front. width: bytes of its
    smallest character. odd: lines that were in another encoding than the file, first_odd the first of them, others how
    many by encoding.
    """

    def __init__(self, head: bytes, declared: str | None = None) -> None:
        found = encoding_of(head[:SAMPLE])
        self.is_binary = found is None and declared is None
        if found is None or (declared and not found.startswith("utf")):
            found = declared or found or "utf-8"
        self.mark = next((mark for mark, name in MARKS if name == found and head.startswith(mark)), b"")
        self.name = "utf-8" if found in _PLAIN else found
        self.width = 2 if self.name.startswith("utf-16") else 1
        self._chosen = self.name
        self.odd = 0
        self.first_odd: int | None = None
        self.others: Counter[str] = Counter()

    @property
    def is_plain(self) -> bool:
        """Whether all was UTF-8 or ASCII, or marked as what it is."""
        return self.name in _PLAIN and not self.odd

    @property
    def chosen(self) -> str:
        """The encodings as a note says them: `cp932`, or `utf-8, cp932` for a file that mixes them."""
        return ", ".join(dict.fromkeys([self._chosen, *(name for name, _ in self.others.most_common())]))

    def text(self, data: bytes, first: int) -> str:
        """The text of some whole lines. first: the number of the first one."""
        try:
            return data.decode(self.name)
        except UnicodeDecodeError:
            if self.width > 1:
                return self._wide(data, first)
            return self._by_line(data, first)

    def beginning(self, data: bytes, number: int) -> str:
        """The text of a piece of one line that was cut off anywhere, maybe inside a character."""
        for short in range(4):
            piece = data[: len(data) - short * self.width]
            if decodes(piece, self.name) and len(piece.decode(self.name, "ignore")):
                return piece.decode(self.name, "ignore")
        return self.text(data, number)

    def _wide(self, data: bytes, first: int) -> str:
        self._count(self.name, first)
        return data.decode(self.name, "replace")

    def _by_line(self, data: bytes, first: int) -> str:
        """Each line in the encoding that it is in; several programs may write one log."""
        out = []
        for number, line in enumerate(data.split(b"\n"), first):
            try:
                out.append(line.decode(self.name))
            except UnicodeDecodeError:
                name = self._other(line)
                self._count(name, number)
                out.append(line.decode(name, "replace"))
        return "\n".join(out)

    def _other(self, line: bytes) -> str:
        """The encoding of one odd line; what other odd lines were in is tried first."""
        for name in self.others:
            if name in JAPANESE and _strictly(line, name):
                return name
        if self.name != "utf-8" and decodes(line, "utf-8"):
            return "utf-8"
        found = encoding_of(line)
        return found if found in JAPANESE and found != self.name else "latin-1"

    def _count(self, name: str, number: int) -> None:
        self.odd += 1
        self.others[name] += 1
        if self.first_odd is None:
            self.first_odd = number


def _strictly(line: bytes, name: str) -> bool:
    try:
        line.decode(name)
    except UnicodeDecodeError:
        return False
    return True
