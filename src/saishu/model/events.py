"""What readers say of a file: events in columns, facts, and notes about what could not be read."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from saishu.model.bundle import SourceRef

Value = str | int | float | bool | None


class Level(enum.IntEnum):
    """How serious an event calls itself; the numbers are those of Windows event logs. NONE: it does not say."""

    NONE = 0
    CRITICAL = 1
    ERROR = 2
    WARNING = 3
    INFO = 4
    VERBOSE = 5


class Certainty(enum.StrEnum):
    """How well the time of an event is known."""

    EXACT = "exact"
    ZONE_ASSUMED = "zone_assumed"
    YEAR_INFERRED = "year_inferred"
    NONE = "none"


class ZoneSource(enum.StrEnum):
    """Where the time zone of a file's times comes from."""

    LINE = "line"
    """The offset stands in every line."""
    FORMAT = "format"
    """The product writes UTC by definition."""
    HOST = "host"
    """The bundle itself says which zone the machine is in."""
    GIVEN = "given"
    """The user said it."""
    ASSUMED = "assumed"
    """Nothing says it; UTC was taken."""
    NONE = "none"
    """The file has no times."""


@dataclass(slots=True)
class EventBatch:
    """Events of one file in columns of equal length, in the order of the file; at most about 65,000 of them.

    path: member path. format: format id. evidence: evidence id or None. record_numbers: the positions are record
    numbers of an event log, else 1-based lines.
    position: line or record number. time: microseconds since 1970 UTC, None where unknown. level: `Level`.
    component: who speaks (provider, process, extension). event_id: None but for Windows events.
    operation: the id that joins the lines of one job, or None. message: the text with its continuation lines (joined by
    a line feed, cut at 8 KiB); for Windows events the data as `name: value` lines.
    raw: the whole lines of the record as they stand in the file, cut at 8 KiB; empty where the file has no lines (an
    event log), or where message holds the same. It is looked through for signals and never stored.
    """

    path: str
    format: str
    evidence: str | None = None
    record_numbers: bool = False
    certainty: Certainty = Certainty.NONE
    zone_source: ZoneSource = ZoneSource.NONE
    position: list[int] = field(default_factory=list)
    time: list[int | None] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    component: list[str] = field(default_factory=list)
    event_id: list[int | None] = field(default_factory=list)
    operation: list[str | None] = field(default_factory=list)
    message: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.position)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a file states, by name (`vss.writer`) with values.

    text: the line that says it. time: µs since 1970 UTC, or None.
    """

    name: str
    values: Mapping[str, Value]
    source: SourceRef
    text: str = ""
    time: int | None = None


class NoteKind(enum.StrEnum):
    """What a reader could not do, or did with a doubt."""

    UNREADABLE = "unreadable"
    """Nothing of the file could be read in its format."""
    PARTLY = "partly"
    """Some of it could not be read; count says how many places."""
    DAMAGED = "damaged"
    """One damaged spot."""
    GAP = "gap"
    """Record numbers or times jump: events are missing between the two values."""
    ENCODING = "encoding"
    """The encoding was chosen, not known."""
    TIME = "time"
    """The zone or the year was chosen, not known."""
    CUT = "cut"
    """A limit of ours cut something off."""


@dataclass(frozen=True, slots=True)
class ReadNote:
    """Something to know about how a file was read. detail: a short fact for placeholders, never a sentence."""

    kind: NoteKind
    path: str
    format: str
    position: int | None = None
    count: int = 1
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place where a signal was seen.

    signal: its number in the set that was looked for. position: the line or record; row: where its record begins, the
    same for all lines of one record. time: µs UTC or None. text: the line, at most 500 characters. found: the part that
    matched.
    """

    signal: int
    path: str
    format: str
    position: int
    row: int
    record_numbers: bool
    time: int | None
    certainty: Certainty
    level: int
    component: str
    operation: str | None
    text: str
    found: str
