"""Record numbers that are missing between two that are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from saishu.model import NoteKind, ReadNote

_NOTED = 20
_MOST_PLACES = 1000


class Gaps:
    """Follows the record numbers of each channel of each machine."""

    def __init__(self) -> None:
        self._last: dict[object, int] = {}
        self._found: list[tuple[int, int]] = []
        self._count = 0
        self._missing = 0

    def follow(self, where: object, positions: Sequence[int]) -> None:
        """Take the next numbers of one channel of one machine, in the order of the file."""
        if where not in self._last and len(self._last) >= _MOST_PLACES:
            return
        last = self._last.get(where, positions[0] - 1)
        self._last[where] = positions[-1]
        if positions[0] == last + 1 and positions[-1] - last == len(positions) == len(set(positions)):
            return
        for position in positions:
            if position > last + 1:
                self._add(last + 1, position - 1)
            # A log that was cleared counts from 1 again; that is no gap, nor is what follows it.
            last = position

    def notes(self, path: str, form: str) -> Iterator[ReadNote]:
        """One note for each of the first gaps, then one for all the others together."""
        listed = 0
        for first, last in self._found:
            listed += last - first + 1
            yield ReadNote(NoteKind.GAP, path, form, first, last - first + 1, f"{first}-{last}")
        if self._count > len(self._found):
            yield ReadNote(NoteKind.GAP, path, form, None, self._missing - listed, f"+{self._count - len(self._found)}")

    def _add(self, first: int, last: int) -> None:
        self._count += 1
        self._missing += last - first + 1
        if len(self._found) < _NOTED:
            self._found.append((first, last))
