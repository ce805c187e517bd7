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
from saishu.model import EventBatch, Fact, Member, MemberKind, ReadNote
from saishu.parse.readers import events as reader
from saishu.parse.readers.events.csv_export import write_csv
from saishu.parse.reading import FileInput, Host
from saishu_collect import cli as collector

_EVTX = re.compile(r"\.evtx(?:<\d+>)?\Z", re.IGNORECASE)
_ODD = re.compile(r"[^\w%.() -]+")


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    add_bundle_arguments(parser, say)
    add_zone_argument(parser, say)
    parser.add_argument("-o", "--out", type=Path, default=Path(), metavar="DIR", help=say.say("cli.events.out"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Mapping[str, Any]) -> int:
    """Write a .csv for every event log; 4 where there is none."""
    host = given_host(arguments) or Host()
    with opened(arguments, catalogue) as (bundle, _):
        logs = [member for member in bundle.members if member.kind is MemberKind.FILE and _EVTX.search(member.name)]
        for member, path in zip(logs, _names(logs, arguments.out), strict=True):
            count = _write(bundle, member, path, host, say.lang)
            sys.stdout.write(say.say("events.written", count=f"{count:,}", path=path) + "\n")
    if not logs:
        sys.stderr.write(say.say("events.none") + "\n")
        return int(collector.NOT_ENOUGH)
    return int(collector.DONE)


def _names(logs: list[Member], folder: Path) -> Iterator[Path]:
    """A path for every log: its own name, with a number where two have the same."""
    seen: dict[str, int] = {}
    for member in logs:
        stem = _ODD.sub("_", _EVTX.sub("", member.name)) or "events"
        seen[stem.lower()] = number = seen.get(stem.lower(), 0) + 1
        yield folder / (f"{stem}.csv" if number == 1 else f"{stem}-{number}.csv")


def _write(bundle: Bundle, member: Member, path: Path, host: Host, lang: str) -> int:
    taken = _Batches()
    file = FileInput(member.path, "events", lambda: bundle.open_text_bytes(member), size=member.size)
    reader.read(file, host, taken)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            return write_csv(taken.batches, out, lang, *([host.zone] if host.zone else []))
    except OSError as error:
        values = {"path": str(path), "error": error.strerror or str(error)}
        raise collector.Refused("E411", collector.NOT_ENOUGH, **values) from error


class _Batches:
    """A sink that keeps the events and nothing else."""

    def __init__(self) -> None:
        self.batches: list[EventBatch] = []

    def events(self, batch: EventBatch) -> None:
        """See `Sink`."""
        self.batches.append(batch)

    def fact(self, fact: Fact) -> None:
        """See `Sink`."""

    def note(self, note: ReadNote) -> None:
        """See `Sink`."""
