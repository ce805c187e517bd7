"""The one place where unpacked bytes touch a disk: nameless files in a private folder, bounded together."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from saishu.bundle.errors import Code, error
from saishu.bundle.limits import MIB, Limits
from saishu.bundle.sources import CHUNK, FileSource, Pull

_CHECK_EVERY = 64 * MIB


class Spool:
    """Private temporary files of one bundle.

    Each file lies in a folder that only its owner may enter (0700). Where the system allows it, file and folder lose
    their names as soon as the file is open, so that nothing stays behind even after `kill -9`; elsewhere they go when
    the spool is closed or the process ends.
    """

    def __init__(self, limits: Limits, where: Path | None = None) -> None:
        self._limits = limits
        self._where = where
        self._folders: list[str] = []
        self._files: list[BinaryIO] = []
        self._used = 0
        self._checked = 0

    def new_file(self) -> BinaryIO:
        """An empty nameless file, open for writing and reading; it lives until the spool closes."""
        try:
            folder = tempfile.mkdtemp(prefix="saishu-", dir=self._where)
            self._folders.append(folder)
            file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        except OSError as trouble:
            raise error(Code.NO_ROOM, path=self._where or tempfile.gettempdir(), reason=trouble.strerror) from trouble
        self._files.append(file)
        if os.name == "posix":
            self._drop_folders()
        return file

    def write(self, file: BinaryIO, data: bytes) -> None:
        """Append to a spool file within the budget; runs of zeros become holes and cost nothing."""
        if data.count(0) == len(data):
            file.seek(len(data), os.SEEK_CUR)
            return
        self._used += len(data)
        if self._used > self._limits.spool_bytes:
            raise error(Code.SPOOL_LIMIT, bytes=self._limits.spool_bytes)
        self._check_room()
        try:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
        except OSError as trouble:
            raise self._no_room(trouble.strerror) from trouble

    def store(self, pull: Pull) -> FileSource:
        """Everything a pull gives, as a source with random access."""
        file = self.new_file()
        before = self._used
        try:
            while data := pull.read(CHUNK):
                self.write(file, data)
        except BaseException:
            file.close()
            self._used = before
            raise
        return finished(file)

    def close(self) -> None:
        """Close every file and remove what still has a name."""
        for file in self._files:
            with contextlib.suppress(OSError):
                file.close()
        self._files.clear()
        self._drop_folders()

    def _check_room(self) -> None:
        if self._used - self._checked < _CHECK_EVERY and self._checked:
            return
        self._checked = max(self._used, 1)
        if shutil.disk_usage(self._where or tempfile.gettempdir()).free < self._limits.free_bytes:
            raise self._no_room("")

    def _no_room(self, reason: str | None) -> Exception:
        return error(Code.NO_ROOM, path=self._where or tempfile.gettempdir(), reason=reason or "")

    def _drop_folders(self) -> None:
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        self._folders.clear()


def finished(file: BinaryIO) -> FileSource:
    """A spool file that is complete: holes at its end are made real and it becomes a source."""
    size = file.tell()
    file.truncate(size)
    return FileSource(file, size)
