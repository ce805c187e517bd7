"""Which encoding a piece of text is in, told from its bytes alone."""

from __future__ import annotations

import codecs
import re
from collections import Counter

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
JAPANESE = ("cp932", "euc_jp")
_VOTERS = 2000
_HALF_WIDTH = re.compile("[\uff61-\uff9f]+")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fc]")
_COMMON_KANJI = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")


def encoding_of(raw: bytes) -> str | None:
    """The encoding of the beginning of a text, or None for binary data.

    raw: the first bytes; a character that their end cuts off does not count. Byte order marks come first, then UTF-16
    without one, strict UTF-8, CP932 and EUC-JP where they read as Japanese, and Latin-1 for whatever is left.
    """
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return encoding
    bare = _bare_utf16(raw)
    if bare is not None:
        return bare
    if _is_binary(raw):
        return None
    if decodes(raw, "utf-8"):
        return "utf-8"
    return _japanese(raw) or _of_its_lines(raw) or "latin-1"


def decodes(raw: bytes, encoding: str) -> bool:
    """Whether the bytes are text in an encoding; a character cut off at their end does not count."""
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(raw)
    except UnicodeDecodeError:
        return False
    return True


def _is_binary(raw: bytes) -> bool:
    """Zeros in the first bytes are binary data, unless they only fill a hole between lines of text.

    A machine that stops hard leaves whole runs of zeros in a log; binary data scatters them.
    """
    start = raw[:4096]
    if b"\0" not in start:
        return False
    rest = start.replace(b"\0", b"")
    runs = len(re.findall(rb"\0+", start))
    odd = sum(value < 32 and value not in (9, 10, 12, 13, 27) for value in rest)
    return not rest or b"\n" not in rest or runs > 1 + len(start) // 1024 or odd * 50 > len(rest)


def _of_its_lines(raw: bytes) -> str | None:
    """The encoding of a text that is not in one alone: UTF-8 where a line is, for nothing else is so by chance; else
    that of most lines that are more than ASCII."""
    votes: Counter[str] = Counter()
    for line in raw.split(b"\n")[:_VOTERS]:
        if not line.isascii():
            votes["utf-8" if decodes(line, "utf-8") else _japanese(line) or "latin-1"] += 1
    best = [("utf-8", 1)] if votes["utf-8"] else votes.most_common(1)
    return best[0][0] if best else None


def _japanese(raw: bytes) -> str | None:
    """CP932 or EUC-JP, where the bytes are valid in it and what they say looks like Japanese.

    Most EUC-JP is valid CP932 as well, as long rows of half-width katakana; and a Western accented letter is valid
    CP932 as a single one of them, or with its neighbour as a kanji that nobody uses.
    """
    weights = {encoding: _weight(raw, encoding) for encoding in JAPANESE if decodes(raw, encoding)}
    best = max(weights, key=weights.__getitem__, default=None)
    return best if best is not None and weights[best] > 0 else None


def _weight(raw: bytes, encoding: str) -> float:
    """How much a text in an encoding looks like Japanese: below zero for what nobody would write."""
    text = raw.decode(encoding, "ignore")
    runs = [len(run) for run in _HALF_WIDTH.findall(text)]
    strange = runs.count(1) + _second_level(text)
    usual = 2 * len(_KANA.findall(text)) + len(_COMMON_KANJI.findall(text)) + sum(run for run in runs if run > 1) / 4
    return usual - 3 * strange


def _second_level(text: str) -> int:
    """How many characters lie in the second half of the table, where the rare kanji are."""
    rare = 0
    for char in set(text):
        if "\u4e00" <= char <= "\u9fff" and char.encode("cp932", "ignore")[:1] >= b"\x98":
            rare += text.count(char)
    return rare


def _bare_utf16(raw: bytes) -> str | None:
    """UTF-16 without a mark, as a shell's redirection may leave it: every second byte of the ASCII part is zero."""
    sample = raw[:512]
    if len(sample) < 8 or b"\0" not in sample:
        return None
    even, odd = sample[0::2], sample[1::2]
    whole = sample[: len(sample) & ~1]
    if odd.count(0) * 10 > len(odd) * 3 and even.count(0) == 0 and decodes(whole, "utf-16-le"):
        return "utf-16-le"
    if even.count(0) * 10 > len(even) * 3 and odd.count(0) == 0 and decodes(whole, "utf-16-be"):
        return "utf-16-be"
    return None
