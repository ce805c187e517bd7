"""Reads events as XML text: Event Viewer's and wevtutil's, whole files or pieces of them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from saishu.model import Certainty, NoteKind, ZoneSource
from saishu.parse.encoding import SAMPLE, Decoding
from saishu.parse.readers.events.data_strings import message_of
from saishu.parse.readers.events.labels import level_of, number_of
from saishu.parse.readers.events.moments import Moment, Moments
from saishu.parse.readers.events.written import NO_MOMENT, Pages, Written
from saishu.parse.reading import FileInput, Host, Sink

_BLOCK = 256 * 1024
_LONGEST = 1024 * 1024
_BEGIN = re.compile(r"<Event[\s>]")
_END = "</Event>"
_ATTRIBUTE = r"""<{element}\b[^>]*?\b{name}\s*=\s*["']([^"'<]{{1,200}})["']"""
_PROVIDER = re.compile(_ATTRIBUTE.format(element="Provider", name="Name"))
_TIME = re.compile(_ATTRIBUTE.format(element="TimeCreated", name="SystemTime"))
_ID = re.compile(r"<EventID\b[^>]*>\s*(\d{1,10})\s*<")
_LEVEL = re.compile(r"<Level\b[^>]*>\s*(\d{1,3})\s*<")
_RECORD = re.compile(r"<EventRecordID\b[^>]*>\s*(\d{1,18})\s*<")
_COMPUTER = re.compile(r"<Computer\b[^>]*>([^<]{1,255})<")
_DATA = re.compile(r"<Data(?:\s+Name\s*=\s*[\"']([^\"'<]{1,100})[\"'])?[^>]*>([^<]*)<")
_UTC = Moments(Host())
_DEPTH = 50


def read_xml(file: FileInput, stream: BinaryIO, _host: Host, sink: Sink) -> None:
    """Read every `<Event>` of a text, whether or not a whole document stands around them. Their times are UTC."""
    pages, cut = Pages(file, sink), 0
    for number, text in enumerate(_pieces(stream), 1):
        event = written_of(text, number) if text else None
        if event is None:
            cut += 1
        else:
            pages.add(event)
    pages.finish([(NoteKind.PARTLY, None, cut, str(pages.total))] if cut else [])


def written_of(text: str, number: int) -> Written | None:
    """One event from its XML, or from what of it can be found where it is no XML any more; None where there is nothing.

    number: its position when it has no record number.
    """
    root = _parsed(text)
    system = _child(root, "System") if root is not None else None
    if root is None or system is None:
        return _torn(text, number)
    parts = {_name(one): one for one in system}
    record = _digits(parts, "EventRecordID")
    moment = _moment(parts["TimeCreated"].get("SystemTime", "")) if "TimeCreated" in parts else NO_MOMENT
    provider = parts["Provider"].get("Name") or parts["Provider"].get("EventSourceName") if "Provider" in parts else ""
    rendered = _child(root, "RenderingInfo")
    shown = _child(rendered, "Message") if rendered is not None else None
    message = "\n".join(filter(None, ((shown.text or "").strip() if shown is not None else "", _data(root))))
    level = _digits(parts, "Level")
    return Written(
        record if record is not None else number,
        moment,
        level_of(level) if level is not None else 0,
        provider or "",
        _event_id(parts),
        message,
        (parts["Computer"].text or "") if "Computer" in parts else "",
        record is not None,
    )


def _pieces(stream: BinaryIO) -> Iterator[str]:
    """The text of each event; an empty one for an event that never ends."""
    head = stream.read(_BLOCK)
    decoding = Decoding(head[:SAMPLE])
    decoder = codecs.getincrementaldecoder(decoding.name)("replace")
    data, rest = head[len(decoding.mark) :], ""
    while data:
        rest += decoder.decode(data)
        while (begin := _BEGIN.search(rest)) is not None:
            end = rest.find(_END, begin.end())
            if end < 0:
                rest = rest[begin.start() :]
                break
            yield rest[begin.start() : end + len(_END)]
            rest = rest[end + len(_END) :]
        else:
            rest = rest[-len(_END) :]
        if len(rest) > _LONGEST:
            yield ""
            rest = rest[len(_END) :][-_BLOCK:]
        data = stream.read(_BLOCK)
    if _BEGIN.search(rest):
        yield rest


def _parsed(text: str) -> Element | None:
    try:
        root = fromstring(text.replace("\0", ""), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        return None
    return root if isinstance(root, Element) else None


def _torn(text: str, number: int) -> Written | None:
    """What can be found of an event whose XML is broken: cut off, or mangled by a mail program."""
    ident, provider = _ID.search(text), _PROVIDER.search(text)
    if ident is None and provider is None:
        return None
    record, time, level, computer = (one.search(text) for one in (_RECORD, _TIME, _LEVEL, _COMPUTER))
    data = [f"{name}: {value.strip()}" if name else value.strip() for name, value in _DATA.findall(text)[:500]]
    return Written(
        int(record[1]) if record else number,
        _moment(time[1]) if time else NO_MOMENT,
        level_of(int(level[1])) if level else 0,
        provider[1] if provider else "",
        number_of(ident[1]) if ident else None,
        "\n".join(filter(None, data)),
        computer[1] if computer else "",
        record is not None,
    )


def _data(root: Element) -> str:
    """The data as lines, the same as those of the binary log."""
    return message_of({_name(one): _tree(one, 0) for one in root if _name(one) in ("EventData", "UserData")})


def _tree(element: Element, depth: int) -> Any:
    """An element as the library of the binary log gives it."""
    out: dict[str, Any] = {}
    attributes = {name: value for name, value in element.attrib.items() if not name.startswith("{")}
    if attributes:
        out["#attributes"] = attributes
    text = (element.text or "").strip()
    if text and not len(element):
        out["#text"] = text
    for one in element if depth < _DEPTH else ():
        name, value = _name(one), _tree(one, depth + 1)
        if name == "Data" and one.get("Name"):
            name, value = str(one.get("Name")), value.get("#text") if isinstance(value, dict) else value
        before = out.get(name)
        if before is None:
            out[name] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            out[name] = [before, value]
    return text if out.keys() <= {"#text"} else out


def _moment(text: str) -> Moment:
    """A time of an event's own, which is UTC whether it says so or not."""
    found = _UTC.read(text)
    return Moment(found.time, Certainty.EXACT, ZoneSource.FORMAT) if found.time is not None else found


def _child(element: Element, name: str) -> Element | None:
    return next((one for one in element if _name(one) == name), None)


def _name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _digits(parts: dict[str, Element], name: str) -> int | None:
    text = (parts[name].text or "").strip() if name in parts else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _event_id(parts: dict[str, Element]) -> int | None:
    found = _digits(parts, "EventID")
    return found & 0xFFFF if found is not None else None
