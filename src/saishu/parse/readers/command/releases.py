"""What a Linux machine is: its release, its name, the zone of its clock."""

from __future__ import annotations

import re

from saishu.parse.readers.whole import state, whole_lines
from saishu.parse.reading import FileInput, Sink

_PAIR = re.compile(r"^(?P<key>NAME|VERSION|PRETTY_NAME|VERSION_ID)=\"?(?P<value>[^\"]*)\"?\s*$")
_ZONE = re.compile(r"Time ?zone\s*[:=]\s*(?P<zone>[A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)*)", re.IGNORECASE)
_BARE_ZONE = re.compile(r"^(?:.*zoneinfo/)?(?P<zone>[A-Z][A-Za-z_]+/[A-Za-z_+\-0-9/]+|UTC|Etc/UTC)\s*$")


def read_release(file: FileInput, sink: Sink) -> None:
    """A fact os {name, version}."""
    values: dict[str, str] = {}
    lines = whole_lines(file, sink)
    for line in lines:
        if pair := _PAIR.match(line):
            values[pair["key"]] = pair["value"]
    if not values and lines:
        values = {"PRETTY_NAME": lines[0].strip()}
    if values:
        name = values.get("PRETTY_NAME") or values.get("NAME", "")
        version = values.get("VERSION") or values.get("VERSION_ID", "")
        state(sink, file, "os", {"name": name, "version": version}, 1, name)


def read_zone(file: FileInput, sink: Sink) -> None:
    """A fact zone {iana}."""
    for number, line in enumerate(whole_lines(file, sink), 1):
        found = _ZONE.search(line) or _BARE_ZONE.match(line.strip())
        if found:
            state(sink, file, "zone", {"iana": found["zone"], "name": found["zone"]}, number, line.strip())
            return


def read_host_name(file: FileInput, sink: Sink) -> None:
    """A fact host {name}."""
    lines = [line.strip() for line in whole_lines(file, sink) if line.strip() and not line.startswith("#")]
    if lines:
        state(sink, file, "host", {"name": lines[0]}, 1, lines[0])
