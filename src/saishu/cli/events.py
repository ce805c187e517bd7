"""`saishu events`."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from saishu.bundle import Bundle
from saishu.cli.opening import add_bundle_arguments, add_zone_argument, given_host, opened
from saishu.model import EventBatch, Fact, Member, MemberKind, NoteKind, ReadNote
from saishu.parse.readers import events as reader
from saishu.parse.readers.events.csv_export import write_csv
from saishu.parse.reading import FileInput, Host
from saishu.report.reading_notes import note_line
from saishu.timeline.guard import run_reader
from saishu_collect import cli as collector

_EVTX = re.compile(r"\.evtx(?:<\d+>)?\Z", re.IGNORECASE)
_ODD = re.compile(r"[^\w%.() -]+")


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    add_bundle_arguments(parser, say)
    add_zone_argument(parser, say)
    parser.add_argument("-o", "--out", type=Path, default=Path(), metavar="DIR", help=say.say("cli.events.out"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Mapping[str, Any]) -> int:
    """Write a .csv for every event log; 4 where there is none, 3 where none can be read."""
    host, written = given_host(arguments) or Host(), 0
    with opened(arguments, catalogue) as (bundle, _):
        logs = [member for member in bundle.members if member.kind is MemberKind.FILE and _EVTX.search(member.name)]
        for member, path in zip(logs, _names(logs, arguments.out), strict=True):
            taken = _read(bundle, member, host)
            for note in taken.notes:
                sys.stderr.write(note_line(note, say.say) + "\n")
            if taken.batches or not taken.is_unreadable:
                count = _write(taken.batches, path, host, say.lang)
                sys.stdout.write(say.say("events.written", count=f"{count:,}", path=path) + "\n")
                written += 1
    if not logs:
        sys.stderr.write(say.say("events.none") + "\n")
        return int(collector.NOT_ENOUGH)
    return int(collector.DONE if written else collector.UNREADABLE)


def _names(logs: list[Member], folder: Path) -> Iterator[Path]:
    """A path for every log: its own name, with a number where another one has it."""
    taken: set[str] = set()
    for member in logs:
        stem = name = _ODD.sub("_", _EVTX.sub("", member.name)) or "events"
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.lower())
        yield folder / f"{name}.csv"


def _read(bundle: Bundle, member: Member, host: Host) -> _Batches:
    taken = _Batches()
    file = FileInput(member.path, "events", lambda: bundle.open_text_bytes(member), size=member.size)
    run_reader(reader.read, file, host, taken)
    return taken


def _write(batches: list[EventBatch], path: Path, host: Host, lang: str) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            return write_csv(batches, out, lang, *([host.zone] if host.zone else []))
    except OSError as error:
        values = {"path": str(path), "error": error.strerror or str(error)}
        raise collector.Refused("E411", collector.NOT_ENOUGH, **values) from error


class _Batches:
    """A sink that keeps the events, and the notes about them."""

    def __init__(self) -> None:
        self.batches: list[EventBatch] = []
        self.notes: list[ReadNote] = []

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing of the file could be read."""
        return any(note.kind is NoteKind.UNREADABLE for note in self.notes)

    def events(self, batch: EventBatch) -> None:
        """See `Sink`."""
        self.batches.append(batch)

    def fact(self, fact: Fact) -> None:
        """See `Sink`."""

    def note(self, note: ReadNote) -> None:
        """See `Sink`."""
        self.notes.append(note)
