"""The door of the room: what a reader is given and whom it tells what it read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import BinaryIO, Protocol

from saishu.model import EventBatch, Fact, ReadNote, ZoneSource


class Sink(Protocol):
    """Whom a reader tells what it found."""

    def events(self, batch: EventBatch) -> None:
        """Take a batch; the reader never touches it again."""
        ...

    def fact(self, fact: Fact) -> None:
        """Take a fact."""
        ...

    def note(self, note: ReadNote) -> None:
        """Take a note about the reading itself."""
        ...


@dataclass(frozen=True, slots=True)
class Host:
    """What is known of the machine before its logs are read.

    zone: of its clock, None when nothing says it (UTC is taken then, and said). latest: the newest time that the bundle
    knows for certain, µs since 1970 UTC; a year that a line does not say is counted back from it.
    """

    zone: tzinfo | None = None
    zone_source: ZoneSource = ZoneSource.ASSUMED
    zone_name: str = ""
    latest: int | None = None


@dataclass(frozen=True, slots=True)
class FileInput:
    """One file to read.

    path: member path. format: format id. evidence: evidence id or None. size: bytes, None where unknown.
    modified: as the container says; naive means the zone is unknown. open: gives the bytes, inflated if the file
    itself is packed; raises `BundleError`.
    """

    path: str
    format: str
    open: Callable[[], BinaryIO]
    evidence: str | None = None
    size: int | None = None
    modified: datetime | None = None


class Reader(Protocol):
    """Reads one file of one format. Never raises on bad data: it notes it and goes on."""

    def __call__(self, file: FileInput, host: Host, sink: Sink) -> None:
        """Read the file and tell the sink."""
        ...
