"""Runs one reader over one file. Whatever happens in it, the other files are still read."""

from __future__ import annotations

from saishu.bundle import BundleError
from saishu.model import NoteKind, ReadNote
from saishu.parse.reading import FileInput, Host, Reader, Sink


def run_reader(reader: Reader, file: FileInput, host: Host, sink: Sink) -> None:
    """Read a file; what goes wrong becomes a note."""
    try:
        reader(file, host, sink)
    except BundleError as trouble:
        sink.note(ReadNote(NoteKind.UNREADABLE, file.path, file.format, detail=trouble.code))
    except Exception as trouble:  # noqa: BLE001 - the one place where a defect in a reader is caught
        sink.note(ReadNote(NoteKind.UNREADABLE, file.path, file.format, detail=f"E500 {type(trouble).__name__}"))
