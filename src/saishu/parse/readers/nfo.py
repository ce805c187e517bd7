"""System information of msinfo32 (`.nfo`): by position, since its labels are in the language of the system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from saishu.bundle.errors import BundleError
from saishu.model import NoteKind, ReadNote
from saishu.parse.encoding import Decoding
from saishu.parse.readers.whole import state
from saishu.parse.reading import FileInput, Host, Sink

_MOST = 256 * 1024 * 1024
_PIECE = 1 << 20
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_LABELS = {
    "os_name": ("os name", "os 名"),
    "version": ("version", "バージョン"),
    "host": ("system name", "システム名"),
    "model": ("system model", "システム モデル"),
    "zone": ("time zone", "タイム ゾーン"),
}
"""Labels of the summary; where none fits, its order says what is what: name and version of the system come first."""


def read(file: FileInput, host: Host, sink: Sink) -> None:  # noqa: ARG001 - one signature for all readers
    """Facts os, host and zone from the summary."""
    try:
        root = _tree(file, sink)
    except BundleError as trouble:
        sink.note(ReadNote(NoteKind.DAMAGED, file.path, file.format, detail=trouble.code))
        return
    if root is None:
        return
    categories = [element for element in root.iter() if element.tag.lower() == "category" or element.get("name")]
    if not categories:
        sink.note(ReadNote(NoteKind.UNREADABLE, file.path, file.format, detail="msinfo32"))
        return
    _summary(file, sink, list(_pairs(categories[0])))


def _tree(file: FileInput, sink: Sink) -> Element | None:
    """The tree as far as it goes: msinfo32 writes control characters, and a file may have been sent unfinished."""
    with file.open() as stream:
        raw = stream.read(_MOST)
    decoding = Decoding(raw)
    text = _CONTROL.sub(" ", decoding.text(raw[len(decoding.mark) :], 1))
    parser = DefusedXMLParser(forbid_dtd=True)
    text = _DECLARATION.sub("", text.lstrip("\ufeff"))
    try:
        for start in range(0, len(text), _PIECE):
            parser.feed(text[start : start + _PIECE])
        return parser.close()  # type: ignore[no-any-return]
    except (ParseError, DefusedXmlException, ValueError) as trouble:
        line = getattr(trouble, "position", (None,))[0]
        sink.note(ReadNote(NoteKind.PARTLY, file.path, file.format, position=line, detail="XML"))
        return _left(text)


def _left(text: str) -> Element | None:
    """The summary alone, when the whole is not well-formed: it stands at the beginning."""
    end = text.find("</Data>\n<Category")
    summary = re.search(r"<Category\b[^>]*>(?:\s*<Data>.*?</Data>)+", text[: end if end > 0 else 2 << 20], re.DOTALL)
    if summary is None:
        return None
    parser = DefusedXMLParser(forbid_dtd=True)
    try:
        parser.feed("<MsInfo>" + summary[0] + "</Category></MsInfo>")
        return parser.close()  # type: ignore[no-any-return]
    except (ParseError, DefusedXmlException, ValueError):
        return None


def _pairs(category: Element) -> Iterator[tuple[str, str]]:
    """(item, value) of a category's own rows: the first two elements of each."""
    for row in category:
        parts = list(row)
        if len(parts) >= 2 and not row.get("name"):
            yield (parts[0].text or "").strip(), (parts[1].text or "").strip()


def _summary(file: FileInput, sink: Sink, pairs: list[tuple[str, str]]) -> None:
    found: dict[str, str] = {}
    for label, value in pairs:
        for name, labels in _LABELS.items():
            if label.lower() in labels and value:
                found.setdefault(name, value)
    values = [value for _, value in pairs]
    name = found.get("os_name") or (values[0] if values else "")
    version = found.get("version") or (values[1] if len(values) > 1 else "")
    if name:
        state(sink, file, "os", {"name": name, "version": version}, None, f"{name} {version}")
    if "host" in found:
        state(sink, file, "host", {"name": found["host"]}, None, found["host"])
    if "zone" in found:
        state(sink, file, "zone", {"name": found["zone"]}, None, found["zone"])
    if "model" in found:
        state(sink, file, "machine", {"model": found["model"]}, None, found["model"])
