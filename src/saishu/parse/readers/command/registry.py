"""Registry keys as text: our collector's listing and exports of regedit."""

from __future__ import annotations

import re

from saishu.model import NoteKind, ReadNote
from saishu.parse.readers.whole import state, whole_lines
from saishu.parse.reading import FileInput, Sink

_KEY = re.compile(r"^\[(?P<key>[^\]]+)\]\s*$")
_OURS = re.compile(r'^(?:"(?P<name>[^"]*)"|\(default\)) (?P<type>REG_\w+)(?: (?P<data>.*))?$')
_EXPORT = re.compile(r'^(?:"(?P<name>(?:[^"\\]|\\.)*)"|@)=(?P<data>.*)$')
_MOST = 20_000


def read(file: FileInput, sink: Sink) -> None:
    """A fact registry {key, value, data} for every value, and one without a value for a key that is not there."""
    key, told = "", 0
    lines = whole_lines(file, sink)
    for number, line in enumerate(lines, 1):
        if head := _KEY.match(line):
            key = head["key"]
            if number < len(lines) and lines[number].startswith("; ") and "last written" not in lines[number]:
                state(sink, file, "registry", {"key": key, "value": None, "data": None}, number, line)
            continue
        found = _OURS.match(line) or _EXPORT.match(line)
        if found is None or not key:
            continue
        told += 1
        if told > _MOST:
            sink.note(ReadNote(NoteKind.CUT, file.path, file.format, position=number))
            return
        data = (found["data"] or "").strip()
        values = {"key": key, "value": found["name"] or "", "data": _plain(data)}
        state(sink, file, "registry", dict(values), number, f"{key}: {line.strip()}")


def _plain(data: str) -> str:
    """`dword:00000001` as `1`, quotes taken off."""
    if data.lower().startswith("dword:"):
        try:
            return str(int(data[6:], 16))
        except ValueError:
            return data
    first = data.split(" ", 1)[0]
    if re.fullmatch(r"0x[0-9a-fA-F]+", first):
        return str(int(first, 16))
    return data.strip('"')
