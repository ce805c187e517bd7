"""The first bytes of a file as signatures see them: raw, and as text in whatever encoding it was saved."""

from __future__ import annotations

import re
from functools import cached_property

from saishu.bundle.encodings import encoding_of

_TEXT_LINES = 400


class Head:
    """The beginning of one file, decoded once and only when a signature asks for text."""

    def __init__(self, raw: bytes, name: str = "") -> None:
        self.raw = raw
        self.name = name.lower()

    @cached_property
    def encoding(self) -> str | None:
        """The encoding of the text, or None for binary data."""
        return encoding_of(self.raw)

    @cached_property
    def text(self) -> str:
        """The text without its mark, line ends made `\\n`; empty for binary data."""
        if self.encoding is None:
            return ""
        text = self.raw.decode(self.encoding, "replace").lstrip("\ufeff")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def lines(self) -> list[str]:
        """The first lines that hold anything."""
        return [line for line in self.text.split("\n", _TEXT_LINES)[:_TEXT_LINES] if line.strip()]

    def count(self, pattern: re.Pattern[str], enough: int) -> int:
        """How many of the first lines match at their beginning, counted up to `enough`."""
        found = 0
        for line in self.lines:
            if pattern.match(line[:2000]):
                found += 1
                if found >= enough:
                    break
        return found

    def has(self, pattern: re.Pattern[str], least: int = 3) -> bool:
        """Whether at least `least` of the first lines match, or every line of a shorter file."""
        found = self.count(pattern, least)
        return found >= least or (0 < found == len(self.lines))
