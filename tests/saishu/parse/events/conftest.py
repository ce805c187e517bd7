"""Reading events in tests: a sink that keeps everything, and real event logs."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from saishu.model import EventBatch, Fact, NoteKind, ReadNote
from saishu.parse.readers.events import read
from saishu.parse.reading import FileInput, Host


@dataclass
class Kept:
    """A sink, and what a test wants to know of it."""

    batches: list[EventBatch] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    found: list[ReadNote] = field(default_factory=list)

    def events(self, batch):
        lengths = {len(getattr(batch, name)) for name in COLUMNS}
        assert lengths == {len(batch.position)}, "the columns must be of one length"
        assert len(batch) > 0
        self.batches.append(batch)

    def fact(self, fact):
        self.facts.append(fact)

    def note(self, note):
        self.found.append(note)

    def column(self, name):
        return [value for batch in self.batches for value in getattr(batch, name)]

    @property
    def total(self):
        return sum(map(len, self.batches))

    def notes(self, kind):
        return [note for note in self.found if note.kind is NoteKind(kind)]

    def values(self, name):
        return [dict(fact.values) for fact in self.facts if fact.name == name]


COLUMNS = ("position", "time", "level", "component", "event_id", "operation", "message")


@pytest.fixture
def read_events():
    """Read bytes or text as events and return what the sink kept."""

    def run(data, name="events.txt", host=None, encoding="utf-8"):
        raw = data.encode(encoding) if isinstance(data, str) else data
        kept = Kept()
        read(FileInput(name, "events", lambda: io.BytesIO(raw), "windows.eventlogs", len(raw)), host or Host(), kept)
        return kept

    return run


@pytest.fixture
def evtx(shared):
    """Give the bytes of a real event log by its name."""
    folder = shared / "evtx"
    if not folder.is_dir():
        pytest.skip("the folder of real event logs is not here")
    return lambda name: (folder / name).read_bytes()


@pytest.fixture
def moment():
    """Give µs since 1970 of a time written as ISO 8601 in UTC."""

    def of(text):
        since = datetime.fromisoformat(text).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds

    return of
