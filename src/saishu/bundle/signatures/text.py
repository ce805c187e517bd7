"""The first bytes of a file as signatures see them: raw, and as text in whatever encoding it was saved."""

from __future__ import annotations

import re
from functools import cached_property

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_TEXT_LINES = 400


class Head:
    """The beginning of one file, decoded once and only when a signature asks for text."""

    def __init__(self, raw: bytes, name: str = "") -> None:
        self.raw = raw
        self.name = name.lower()

    @cached_property
    def encoding(self) -> str | None:
        """The encoding of the text, or None for binary data."""
        for mark, encoding in _MARKS:
            if self.raw.startswith(mark):
                return encoding
        bare = _bare_utf16(self.raw)
        if bare is not None:
            return bare
        if b"\0" in self.raw[:4096]:
            return None
        return next((name for name in ("utf-8", "cp932") if _decodes(self.raw, name)), "latin-1")

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


def _decodes(raw: bytes, encoding: str) -> bool:
    """Whether the bytes are text in an encoding; a character cut off at the end of the head does not count."""
    for cut in range(min(4, len(raw))):
        try:
            raw[: len(raw) - cut].decode(encoding)
        except UnicodeDecodeError as trouble:
            if trouble.start < len(raw) - 4:
                return False
        else:
            return True
    return False


def _bare_utf16(raw: bytes) -> str | None:
    """UTF-16 without a mark, as a shell's redirection may leave it: every second byte of the ASCII part is zero."""
    sample = raw[:512]
    if len(sample) < 8 or b"\0" not in sample:
        return None
    even, odd = sample[0::2], sample[1::2]
    if odd.count(0) * 10 > len(odd) * 3 and even.count(0) == 0 and _decodes(sample[: len(sample) & ~1], "utf-16-le"):
        return "utf-16-le"
    if even.count(0) * 10 > len(even) * 3 and odd.count(0) == 0 and _decodes(sample[: len(sample) & ~1], "utf-16-be"):
        return "utf-16-be"
    return None
