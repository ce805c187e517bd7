"""Record numbers that are missing between two that are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from saishu.model import NoteKind, ReadNote

_NOTED = 20
_MOST_CHANNELS = 100
_MOST_COMPUTERS = 4


@dataclass(slots=True)
class _Channel:
    last: int | None = None
    computers: set[object] = field(default_factory=set)
    goes_back: bool = False
    count: int = 0
    missing: int = 0
    found: list[tuple[int, int]] = field(default_factory=list)


class Gaps:
    """Follows the record numbers of each channel.

    Where events of several machines were gathered, their numbers stand in no order and say nothing. A machine that was
    given another name goes on counting.
    """

    def __init__(self) -> None:
        self._channels: dict[object, _Channel] = {}

    def saw(self, channel: object, computer: object) -> None:
        """A record of a channel from a computer."""
        if channel not in self._channels and len(self._channels) < _MOST_CHANNELS:
            self._channels[channel] = _Channel()
        if channel in self._channels and len(self._channels[channel].computers) < _MOST_COMPUTERS:
            self._channels[channel].computers.add(computer)

    def follow(self, name: object, positions: Sequence[int]) -> None:
        """Take the next numbers of one channel, in the order of the file."""
        channel = self._channels.get(name)
        if channel is None:
            return
        last = channel.last if channel.last is not None else positions[0] - 1
        channel.last = positions[-1]
        # Numbers without a hole among them are looked at one by one only where they begin.
        is_whole = positions[-1] - positions[0] + 1 == len(positions) == len(set(positions))
        for position in positions[:1] if is_whole else positions:
            if position > last + 1:
                channel.count += 1
                channel.missing += position - last - 1
                if len(channel.found) < _NOTED:
                    channel.found.append((last + 1, position - 1))
            # A log that was cleared may count from 1 again; that is no gap, nor is what follows it.
            channel.goes_back = channel.goes_back or position < last
            last = position

    def notes(self, path: str, form: str) -> Iterator[ReadNote]:
        """One note for each of the first gaps of a channel, then one for all the others together."""
        for channel in self._channels.values():
            if channel.goes_back and len(channel.computers) > 1:
                continue
            listed = 0
            for first, last in channel.found:
                listed += last - first + 1
                yield ReadNote(NoteKind.GAP, path, form, first, last - first + 1, f"{first}-{last}")
            more = channel.count - len(channel.found)
            if more:
                yield ReadNote(NoteKind.GAP, path, form, None, channel.missing - listed, f"+{more}")
