"""Reads events that somebody copied out of Event Viewer, in English or Japanese, however they were pasted."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from itertools import takewhile
from typing import BinaryIO

from saishu.model import NoteKind
from saishu.parse.lines import LONGEST_LINE, Lines
from saishu.parse.readers.events.data_strings import MESSAGE_LIMIT
from saishu.parse.readers.events.event_xml import written_of
from saishu.parse.readers.events.known_messages import known_event
from saishu.parse.readers.events.labels import field_of, level_of, number_of
from saishu.parse.readers.events.moments import Moments
from saishu.parse.readers.events.written import Pages, Written
from saishu.parse.reading import FileInput, Host, Sink

_AHEAD = 8
_XML_LIMIT = 1024 * 1024
_LABEL = re.compile(r"\s*([^:：=]{2,40}?)\s*[:：](?!\\)\s*(.*)", re.DOTALL)
_MARKS = re.compile(r"[\s>|]*([_*`]{0,3})(.*?)\s*\Z", re.DOTALL)
_NUMBERED = re.compile(r"\s*Event\[\d+\]:?\s*\Z")
_BEGINS = frozenset(("log", "source", "date", "id", "level"))
_NAMES_EVENT = frozenset(("source", "id"))


def read_text(file: FileInput, stream: BinaryIO, host: Host, sink: Sink) -> None:
    """Read every event of a text: headers as Event Viewer or wevtutil write them, then the message up to the next one.

    A text without any header is one event that has only a message. Times are those of the machine that showed them.
    """
    lines = Lines(stream)
    pages, moments = Pages(file, sink), Moments(host)
    for event in _events(_Ahead(lines), moments):
        pages.add(event)
    pages.finish(text_notes(lines, moments))


def text_notes(lines: Lines, moments: Moments) -> list[tuple[NoteKind, int | None, int, str]]:
    """What there is to say of the encoding, of lines that were too long and of dates that can be read in two ways."""
    notes: list[tuple[NoteKind, int | None, int, str]] = []
    if not lines.decoding.is_plain and not lines.decoding.mark:
        notes.append((NoteKind.ENCODING, lines.decoding.first_odd, 1, lines.decoding.chosen))
    if lines.cut:
        notes.append((NoteKind.CUT, lines.cut_line, lines.cut, str(LONGEST_LINE)))
    if moments.is_guess:
        notes.append((NoteKind.TIME, None, 1, "M/D"))
    return notes


class _Ahead:
    """Lines with their numbers, and a look at those that follow."""

    def __init__(self, lines: Lines) -> None:
        self._source = _numbered(lines)
        self._next: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        while self._fill():
            yield self._next.popleft()

    def fields(self) -> set[str]:
        """The fields that the very next lines are headers of, up to the first that is none."""
        self._fill()
        found = (header_of(line) for _, line in self._next)
        return {header[0] for header in takewhile(bool, found) if header is not None}

    def _fill(self) -> bool:
        while len(self._next) < _AHEAD:
            line = next(self._source, None)
            if line is None:
                break
            self._next.append(line)
        return bool(self._next)


def _numbered(lines: Lines) -> Iterator[tuple[int, str]]:
    for block in lines:
        yield from enumerate(block.lines, block.first)


def header_of(line: str) -> tuple[str, str] | None:
    """The field that a header line fills and its value, or None. The marks of a paste do not count."""
    if len(line) > 1000 or (":" not in line and "：" not in line):
        return None
    hit = _LABEL.fullmatch(plain(line))
    field = field_of(hit[1]) if hit is not None else None
    if hit is None or field is None or (field == "id" and number_of(hit[2]) is None):
        return None
    return field, hit[2].lstrip("*_` ").strip()


def plain(line: str) -> str:
    """A line without the marks of a paste: `> `, or emphasis around it."""
    hit = _MARKS.fullmatch(line)
    if hit is None or not hit[1]:
        return line.lstrip(">|") if line[:1] in (">", "|") else line
    return hit[2].removesuffix(hit[1]) if hit[2].endswith(hit[1]) or _LABEL.match(hit[2]) else line


class _Draft:
    """An event that is being read."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.fields: dict[str, str] = {}
        self.lines: list[str] = []
        self.xml: list[str] = []
        self.in_message = False
        self.in_xml = False
        self.size = 0

    def header(self, field: str, value: str) -> None:
        """Take a header line."""
        if field == "text":
            self.in_message = True
            self.say(value)
        elif field == "xml":
            self.in_xml = True
            self.say_xml(value)
        else:
            self.fields.setdefault(field, value)

    def say(self, line: str) -> None:
        """Take a line of the message; blank lines in front of it are none of it."""
        if (line.strip() or self.lines) and self.size <= MESSAGE_LIMIT:
            self.lines.append(line.rstrip())
            self.size += len(line) + 1

    def say_xml(self, line: str) -> None:
        """Take a line of the event's XML, which may follow its text."""
        if self.size < _XML_LIMIT:
            self.xml.append(line)
            self.size += len(line) + 1
        if "</Event>" in line:
            self.in_xml = False

    def is_empty(self) -> bool:
        """Whether there is nothing in it yet."""
        return not self.fields and not self.lines and not self.xml

    def written(self, moments: Moments) -> Written:
        """The event. Its XML knows better than its text when it was."""
        fields = self.fields
        when = " ".join(filter(None, (fields.get("date"), fields.get("clock"))))
        message = "\n".join(self.lines).strip()
        source, number = self._name(message)
        level, computer = level_of(fields.get("level")), fields.get("computer", "")
        event = Written(self.position, moments.read(when), level, source, number, message, computer)
        exact = written_of("\n".join(self.xml), self.position) if self.xml else None
        if exact is None:
            return event
        return exact._replace(message=event.message or exact.message, position=self.position, numbered=False)

    def _name(self, message: str) -> tuple[str, int | None]:
        """Its source and id. A paste without them may have a message that only one event has."""
        source = self.fields.get("source", "")
        if "id" in self.fields:
            return source, number_of(self.fields["id"])
        known = known_event(message)
        if known is None or source.lower() not in ("", known.provider.lower()):
            return source, None
        return known.provider, known.event_id


def _events(lines: _Ahead, moments: Moments) -> Iterator[Written]:
    draft: _Draft | None = None
    for position, line in lines:
        if draft is not None and draft.in_xml:
            draft.say_xml(line)
            continue
        found = header_of(line)
        if draft is None or _is_beginning(draft, line, found, lines):
            if draft is not None and not draft.is_empty():
                yield draft.written(moments)
            draft = _Draft(position)
        if found is not None and (not draft.in_message or found[0] == "xml"):
            draft.header(*found)
        elif not _NUMBERED.match(line):
            text = plain(line)
            blank = not text.strip() or text.strip() == "."
            draft.in_message = draft.in_message or not blank
            draft.say("" if blank else text)
            if draft.is_empty():
                draft = None
    if draft is not None and not draft.is_empty():
        yield draft.written(moments)


def _is_beginning(draft: _Draft, line: str, found: tuple[str, str] | None, lines: _Ahead) -> bool:
    """Whether a line begins another event. Messages hold lines that look like headers, so one alone proves nothing."""
    if found is None:
        return bool(_NUMBERED.match(line)) and not draft.is_empty()
    field = found[0]
    if not draft.in_message:
        return field in draft.fields and field in _BEGINS
    if field == "log":
        return True
    follow = lines.fields() - {field, "text", "xml"}
    return field in _BEGINS and len(follow) >= 2 and not _NAMES_EVENT.isdisjoint(follow | {field})
