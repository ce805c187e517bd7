"""Takes what readers say: events into the store and past the watcher, facts and notes into lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from saishu.model import EventBatch, Fact, NoteKind, ReadNote
from saishu.signals import Watched, Watcher
from saishu.timeline.parts import PartWriter

_MOST_FACTS_OF_A_KIND = 20_000
_MOST_NOTES_OF_A_FILE = 500
_CERTAINTIES = ("none", "exact", "zone_assumed", "year_inferred")
_SOURCES = ("none", "format", "line", "given", "host", "assumed")


@dataclass(slots=True)
class FileRead:
    """How one file was read. first, last: µs UTC of its events. levels: number of events by level.

    certainty, zone_source: of its least sure time.
    """

    path: str
    format: str
    evidence: str | None
    size: int | None
    events: int = 0
    facts: int = 0
    first: int | None = None
    last: int | None = None
    certainty: str = "none"
    zone_source: str = "none"
    levels: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Taken:
    """Everything that was read from some files."""

    files: list[FileRead] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    notes: list[ReadNote] = field(default_factory=list)
    watched: Watched = field(default_factory=Watched)


class Taker:
    """A sink for one worker; `begin` says which file the readers speak of."""

    def __init__(self, writer: PartWriter, watcher: Watcher | None) -> None:
        self._writer = writer
        self._watcher = watcher
        self._facts: Counter[str] = Counter()
        self._notes = 0
        self.taken = Taken()

    def begin(self, path: str, format_id: str, evidence: str | None, size: int | None) -> None:
        """Say what comes next."""
        self.taken.files.append(FileRead(path, format_id, evidence, size))
        self._facts.clear()
        self._notes = 0

    def events(self, batch: EventBatch) -> None:
        """See `Sink`."""
        if not len(batch):
            return
        read = self.taken.files[-1]
        read.events += len(batch)
        read.levels.update(batch.level)
        known = [time for time in batch.time if time is not None]
        if known:
            first, last = min(known), max(known)
            read.first = first if read.first is None else min(read.first, first)
            read.last = last if read.last is None else max(read.last, last)
            read.certainty = _weaker(_CERTAINTIES, read.certainty, batch.certainty.value)
            read.zone_source = _weaker(_SOURCES, read.zone_source, batch.zone_source.value)
        if self._watcher is not None:
            self._watcher.watch(batch)
        self._writer.add(batch)

    def fact(self, fact: Fact) -> None:
        """See `Sink`."""
        self._facts[fact.name] += 1
        if self._facts[fact.name] <= _MOST_FACTS_OF_A_KIND:
            self.taken.files[-1].facts += 1
            self.taken.facts.append(fact)
        elif self._facts[fact.name] == _MOST_FACTS_OF_A_KIND + 1:
            read = self.taken.files[-1]
            self.note(ReadNote(NoteKind.CUT, read.path, read.format, detail=fact.name))

    def note(self, note: ReadNote) -> None:
        """See `Sink`."""
        self._notes += 1
        if self._notes <= _MOST_NOTES_OF_A_FILE:
            self.taken.notes.append(note)

    def finish(self) -> Taken:
        """Write the rest and give everything."""
        self._writer.flush()
        if self._watcher is not None:
            self.taken.watched = self._watcher.watched
        return self.taken


def _weaker(order: tuple[str, ...], one: str, other: str) -> str:
    """Whichever is less sure; `none` says nothing yet."""
    return max(one, other, key=order.index)
