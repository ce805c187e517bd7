"""Reads events as JSON: what PowerShell's ConvertTo-Json makes of Get-EventLog and Get-WinEvent, or pieces of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import orjson

from saishu.model import NoteKind
from saishu.parse.encoding import SAMPLE, Decoding
from saishu.parse.readers.events.labels import entry_type, level_of, number_of
from saishu.parse.readers.events.moments import Moments
from saishu.parse.readers.events.written import Pages, Written
from saishu.parse.reading import FileInput, Host, Sink

_LIMIT = 32 * 1024 * 1024
_TOKEN = re.compile(r'[{}\n]|"(?:[^"\\\n]++|\\.)*+"?')
_DEPTH = 200
_IDS = ("EventID", "EventId", "Id", "event_id")
_SOURCES = ("Source", "ProviderName", "Provider", "SourceName")
_TIMES = ("TimeCreated", "TimeGenerated", "LastTimeWritten", "TimeWritten", "FirstTimeWritten", "Time")
_LEVELS = ("LevelDisplayName", "Level")
_COMPUTERS = ("MachineName", "ComputerName", "Computer")
_NESTED = 6


def read_json(file: FileInput, stream: BinaryIO, host: Host, sink: Sink) -> None:
    """Read every object that is an event, wherever it stands; commas and brackets around it may be missing."""
    text, decoding, is_cut = _text_of(stream)
    pages, moments, broken = Pages(file, sink), Moments(host), 0
    found: list[tuple[int, dict[str, Any]]] = []
    for line, piece in _objects(text):
        try:
            loaded = orjson.loads(piece)
        except ValueError:
            broken += 1
            continue
        found += [(line, one) for one in _within(loaded, 0)]
    moments.learn(str(value) for _, event in found if (value := _first(event, _TIMES)))
    for line, event in found:
        pages.add(_written(line, event, moments))
    notes: list[tuple[NoteKind, int | None, int, str]] = []
    if not decoding.is_plain and not decoding.mark:
        notes.append((NoteKind.ENCODING, None, 1, decoding.chosen))
    if broken:
        notes.append((NoteKind.PARTLY, None, broken, str(pages.total)))
    if is_cut:
        notes.append((NoteKind.CUT, None, 1, str(_LIMIT)))
    pages.finish(notes)


def _text_of(stream: BinaryIO) -> tuple[str, Decoding, bool]:
    data = stream.read(_LIMIT + 1)
    decoding = Decoding(data[:SAMPLE])
    decoder = codecs.getincrementaldecoder(decoding.name)("replace")
    return decoder.decode(data[len(decoding.mark) : _LIMIT]), decoding, len(data) > _LIMIT


def _objects(text: str) -> Iterator[tuple[int, str]]:
    """The largest whole objects, each with its first line. What surrounds them may be cut off."""
    opened: list[tuple[int, int]] = []
    whole: list[tuple[int, int, int]] = []
    line = 1
    for token in _TOKEN.finditer(text):
        sign = text[token.start()]
        if sign == "\n":
            line += 1
        elif sign == "{" and len(opened) < _DEPTH:
            opened.append((token.start(), line))
        elif sign == "}" and opened:
            start, first = opened.pop()
            while whole and whole[-1][0] > start:
                whole.pop()
            whole.append((start, token.end(), first))
    for start, end, first in whole:
        yield first, text[start:end]


def _within(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """The events in a value: itself, or what lies in its lists and objects."""
    if isinstance(value, dict):
        if _is_event(value):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list) and depth < _NESTED:
        for one in value:
            yield from _within(one, depth + 1)


def _is_event(value: Mapping[str, Any]) -> bool:
    return _first(value, _IDS) is not None and any(name in value for name in (*_SOURCES, "Message", "EntryType"))


def _written(line: int, event: Mapping[str, Any], moments: Moments) -> Written:
    when = _first(event, _TIMES)
    when = when.get("DateTime", when.get("value", "")) if isinstance(when, dict) else when
    message = event.get("Message")
    if not message:
        strings = event.get("ReplacementStrings") or event.get("Properties") or ""
        message = "\n".join(_word(one) for one in strings) if isinstance(strings, list) else strings
    level = entry_type(event["EntryType"]) if "EntryType" in event else level_of(_first(event, _LEVELS))
    source = _first(event, _SOURCES)
    return Written(
        line,
        moments.read(str(when or "")),
        level,
        _word(source) if source else "",
        number_of(_first(event, _IDS)),
        str(message).replace("\r\n", "\n").strip(),
        str(_first(event, _COMPUTERS) or ""),
    )


def _word(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("Value", value.get("Name", "")))
    return str(value)


def _first(event: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((event[name] for name in names if event.get(name) is not None), None)
