"""Runs one reader over one file. Whatever happens in it, the other files are still read."""

from __future__ import annotations

from saishu.bundle import BundleError
from saishu.model import NoteKind, ReadNote
from saishu.parse.reading import FileInput, Host, Reader, Sink
from saishu.timeline.parts import StoreError


def run_reader(reader: Reader, file: FileInput, host: Host, sink: Sink) -> None:
    """Read a file; what goes wrong becomes a note. Raises `StoreError`: without a store nothing can be read."""
    try:
        reader(file, host, sink)
    except BundleError as trouble:
        sink.note(ReadNote(NoteKind.UNREADABLE, file.path, file.format, detail=trouble.code))
    except StoreError:
        raise
    except BaseException as trouble:  # the one place where a defect in a reader is caught
        # A library written in Rust panics with an exception that is no `Exception`.
        if not isinstance(trouble, Exception) and type(trouble).__name__ != "PanicException":
            raise
        sink.note(ReadNote(NoteKind.UNREADABLE, file.path, file.format, detail=f"E500 {type(trouble).__name__}"))
