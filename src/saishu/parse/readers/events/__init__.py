"""Windows events in whatever form they were sent: .evtx, the exports of Event Viewer, pasted text, XML, JSON."""

from __future__ import annotations

from saishu.bundle.errors import BundleError
from saishu.bundle.signatures.text import Head
from saishu.model import NoteKind, ReadNote
from saishu.parse.readers.events.event_csv import read_csv
from saishu.parse.readers.events.event_json import read_json
from saishu.parse.readers.events.event_text import read_text
from saishu.parse.readers.events.event_xml import read_xml
from saishu.parse.readers.events.evtx_file import read_evtx
from saishu.parse.readers.events.forms import Form, form_of, looks_like_events
from saishu.parse.reading import FileInput, Host, Sink

__all__ = ["looks_like_events", "read"]

_HEAD = 64 * 1024


def read(file: FileInput, host: Host, sink: Sink) -> None:
    """Read a file of Windows events by what it holds, whatever its name says."""
    try:
        with file.open() as stream:
            head = Head(stream.read(_HEAD), file.path.rsplit("/", 1)[-1])
        form = form_of(head)
        if form.unreadable is not None:
            _refuse(file, sink, form.unreadable)
            return
        with file.open() as stream:
            if form is Form.EVTX:
                read_evtx(file, stream, sink)
            else:
                _TEXTS[form](file, stream, host, sink)
    except BundleError as trouble:
        _refuse(file, sink, trouble.code)


def _refuse(file: FileInput, sink: Sink, detail: str) -> None:
    sink.note(ReadNote(NoteKind.UNREADABLE, file.path, file.format, None, 1, detail))


_TEXTS = {Form.CSV: read_csv, Form.XML: read_xml, Form.JSON: read_json, Form.TEXT: read_text}
