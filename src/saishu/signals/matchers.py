"""Many patterns over much text at once: which pattern matches on which line.

Hyperscan where it has a wheel, RE2 elsewhere. Both speak the dialect of the fault units; RE2 has the last word about
every line that Hyperscan proposes, so that the two always agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Protocol

import re2

try:
    import hyperscan
except ImportError:  # no wheel for this platform
    hyperscan = None  # type: ignore[assignment,unused-ignore]

_WORD = re.compile(r"\(\?i:\\b(?P<word>[A-Za-z0-9_\\.]+)\\b\)")
"""A word whose case and surroundings count: found by its letters, which compiles fifty times faster, then looked at."""
_BOUNDED = re.compile(r"\{(\d+),(\d{2,})\}")
"""A long bounded repeat: without its bound it compiles a thousand times faster; RE2 holds to the bound."""
_CROSSING = re.compile(r"\\[sWDSP]|\[\^|\(\?[a-z]*s")
"""What a pattern needs to match a line end, too."""
_LONGEST = 64 * 1024


class Matcher(Protocol):
    """Finds lines. Patterns are named by their place in the list that it was made of."""

    def lines(self, text: bytes) -> Iterator[tuple[int, int, int]]:
        """(start of the line, end of the line, pattern) in `text`, each pair of line and pattern once, by line."""
        ...


@cache
def compiled(pattern: str) -> Any:
    """A pattern as RE2 has it."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 32 << 20
    return re2.compile(pattern, options)


Packed = tuple[bytes, list[int]]
"""A compiled matcher as it travels to another process of this machine."""


def open_matcher(patterns: Sequence[str], engine: str | None = None, ready: Packed | None = None) -> Matcher:
    """The fastest matcher that this machine has; engine: "hyperscan" or "re2" to have that one. ready: see `pack`."""
    if engine != "re2" and hyperscan is not None:
        return HyperscanMatcher(patterns, ready)
    return Re2Matcher(patterns)


def pack(matcher: Matcher) -> Packed | None:
    """A matcher for another process, where it is worth carrying."""
    return matcher.packed() if isinstance(matcher, HyperscanMatcher) else None


class Re2Matcher:
    """One RE2 set, asked line by line."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set = _re2_set(patterns)

    def lines(self, text: bytes) -> Iterator[tuple[int, int, int]]:
        """See `Matcher`."""
        start = 0
        while start < len(text):
            end = text.find(b"\n", start)
            end = len(text) if end < 0 else end
            if end > start:
                for pattern in sorted(self._set.Match(text[start : min(end, start + _LONGEST)]) or ()):
                    yield start, end, pattern
            start = end + 1


class HyperscanMatcher:
    """One Hyperscan database over whole blocks; RE2 for the few patterns that Hyperscan finds too large.

    ready: what `packed` of an equal matcher gave, to save compiling the same patterns in every process.
    """

    def __init__(self, patterns: Sequence[str], ready: Packed | None = None) -> None:
        self._patterns = patterns
        self._unsure = [any(one.search(pattern) for one in (_WORD, _BOUNDED, _CROSSING)) for pattern in patterns]
        self._rest: list[int] = ready[1] if ready else []
        if ready:
            self._database = hyperscan.loadb(ready[0], hyperscan.HS_MODE_BLOCK)
        else:
            self._database = self._compile(list(range(len(patterns))))
        self._scratch = hyperscan.Scratch(self._database)
        self._others = Re2Matcher([patterns[number] for number in self._rest]) if self._rest else None

    def packed(self) -> Packed:
        """The compiled patterns, for another process on this machine."""
        return hyperscan.dumpb(self._database), self._rest

    def lines(self, text: bytes) -> Iterator[tuple[int, int, int]]:
        """See `Matcher`."""
        ends: set[tuple[int, int]] = set()
        seen = ends.add

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            seen((end, number))

        self._database.scan(text, match_event_handler=on_match, scratch=self._scratch)
        found = self._settle(text, ends)
        if self._others is not None:
            found.update((start, end, self._rest[number]) for start, end, number in self._others.lines(text))
        yield from sorted(found)

    def _settle(self, text: bytes, ends: Iterable[tuple[int, int]]) -> set[tuple[int, int, int]]:
        """The lines on which a proposed match really lies; a match that runs over a line end is none."""
        found: set[tuple[int, int, int]] = set()
        refused: set[tuple[int, int]] = set()
        for end, number in ends:
            start = text.rfind(b"\n", 0, max(0, end - 1)) + 1
            stop = text.find(b"\n", max(start, end - 1))
            stop = len(text) if stop < 0 else stop
            key = (start, stop, number)
            if key in found or (start, number) in refused:
                continue
            sure = not self._unsure[number]
            if sure or compiled(self._patterns[number]).search(text[start : min(stop, start + _LONGEST)]):
                found.add(key)
            else:
                refused.add((start, number))
        return found

    def _compile(self, numbers: list[int]) -> Any:
        """A database of these patterns; what Hyperscan refuses goes to `_rest`."""
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        try:
            database.compile(
                expressions=[self._expression(number) for number in numbers], ids=numbers, elements=len(numbers),
                flags=[self._flags(self._patterns[number]) for number in numbers],
            )  # fmt: skip
        except hyperscan.error:
            refused = [number for number in numbers if not self._accepts(number)]
            if not refused:
                raise
            self._rest = refused
            return self._compile([number for number in numbers if number not in set(refused)])
        return database

    def _accepts(self, number: int) -> bool:
        try:
            hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(
                expressions=[self._expression(number)], ids=[number], elements=1,
                flags=[self._flags(self._patterns[number])],
            )  # fmt: skip
        except hyperscan.error:
            return False
        return True

    def _expression(self, number: int) -> bytes:
        word = _WORD.fullmatch(self._patterns[number])
        return ("(?i)" + word["word"] if word else _BOUNDED.sub(r"{\1,}", self._patterns[number])).encode()

    @staticmethod
    def _flags(pattern: str) -> int:
        flags = hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_ALLOWEMPTY
        return int(flags if pattern.isascii() else flags | hyperscan.HS_FLAG_UTF8)


def _re2_set(patterns: Sequence[str]) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 256 << 20
    built = re2.Set.SearchSet(options)
    for pattern in patterns:
        built.Add(pattern)
    built.Compile()
    return built
