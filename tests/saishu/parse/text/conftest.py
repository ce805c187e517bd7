"""What tests of the text engine share: a file made of bytes, and a sink that keeps what it is told."""

import io
from datetime import UTC, datetime

import pytest

from saishu.model import ZoneSource
from saishu.parse.reading import FileInput, Host
from saishu.parse.text import read_text

IN_UTC = Host(zone=UTC, zone_source=ZoneSource.HOST, zone_name="UTC")
COLUMNS = ("position", "time", "level", "component", "event_id", "operation", "message")


class Kept:
    """A sink. batches, facts, notes: as they came."""

    def __init__(self):
        self.batches, self.facts, self.notes = [], [], []

    def events(self, batch):
        self.batches.append(batch)

    def fact(self, fact):
        self.facts.append(fact)

    def note(self, note):
        self.notes.append(note)

    def column(self, name):
        """One column of all batches."""
        return [value for batch in self.batches for value in getattr(batch, name)]

    @property
    def times(self):
        """The times as ISO text in UTC, None where there is none."""
        return [iso(value) for value in self.column("time")]

    @property
    def lines(self):
        """The lines of every record as they stand in the file."""
        return [text for batch in self.batches for text in batch.raw or batch.message]

    def noted(self, kind):
        """The notes of one kind."""
        return [note for note in self.notes if note.kind == kind]


def iso(moment):
    """µs since 1970 as text."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment // 1_000_000, UTC).replace(microsecond=moment % 1_000_000).isoformat()


@pytest.fixture(scope="session")
def read():
    """read(data, format, path=…, host=…, modified=…) gives what the text engine says of a file."""

    def run(data, format_id="text", path="var/log/some.log", host=IN_UTC, modified=None):
        raw = data.encode() if isinstance(data, str) else data
        kept = Kept()
        read_text(FileInput(path, format_id, lambda: io.BytesIO(raw), size=len(raw), modified=modified), host, kept)
        for batch in kept.batches:
            assert {len(getattr(batch, name)) for name in COLUMNS} == {len(batch)}
            assert len(batch.raw) in (0, len(batch))
        return kept

    return run
