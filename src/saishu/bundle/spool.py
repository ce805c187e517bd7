"""The one place where unpacked bytes touch a disk: a nameless file in a private folder, bounded."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO

from saishu.bundle.errors import BundleError, Code, error
from saishu.bundle.limits import MIB, Limits
from saishu.bundle.sources import CHUNK, FileSource, Pull, Stretch

_CHECK_EVERY = 64 * MIB


class Region:
    """A stretch of the spool while it is written. Only one is open at a time; `finish` or `abandon` ends it."""

    def __init__(self, spool: Spool, start: int) -> None:
        self._spool = spool
        self.start = start
        self.length = 0
        self.kept = 0

    def write(self, data: bytes) -> None:
        """Append within the budget; runs of zeros become holes and cost nothing."""
        if data.count(0) != len(data):
            self._spool.put(self.start + self.length, data)
            self.kept += len(data)
        self.length += len(data)

    def finish(self) -> Stretch:
        """All that was written, with random access."""
        return self._spool.keep(self)

    def abandon(self) -> None:
        """Give the room back; what was written is not needed."""
        self._spool.drop(self)


class Spool:
    """The private temporary file of one bundle.

    It lies in a folder that only its owner may enter (0700). Where the system allows it, file and folder lose their
    names as soon as the file is open, so that nothing stays behind even after `kill -9`; elsewhere they go when the
    spool is closed or the process ends. One file serves for everything, because a bundle may hold more archives than
    a process may hold files open.
    """

    def __init__(self, limits: Limits, where: Path | None = None) -> None:
        self._limits = limits
        self._where = where
        self._folder: str | None = None
        self._file: BinaryIO | None = None
        self._source: FileSource | None = None
        self._end = 0
        self._used = 0
        self._checked = -_CHECK_EVERY
        self._turn = threading.Lock()

    def begin(self) -> Region:
        """A new region at the end of the file; waits while another thread writes one."""
        self._turn.acquire()
        try:
            if self._file is None:
                self._create()
        except BaseException:
            self._turn.release()
            raise
        return Region(self, self._end)

    def store(self, pull: Pull) -> Stretch:
        """Everything a pull gives, as a source with random access."""
        region = self.begin()
        try:
            while data := pull.read(CHUNK):
                region.write(data)
        except BaseException:
            region.abandon()
            raise
        return region.finish()

    def put(self, offset: int, data: bytes) -> None:
        """Write bytes of the open region. Raises `BundleError` when the budget or the disk is at its end."""
        assert self._source is not None
        self._used += len(data)
        if self._used > self._limits.spool_bytes:
            raise error(Code.SPOOL_LIMIT, bytes=self._limits.spool_bytes)
        self._check_room()
        try:
            self._source.write_at(offset, data)
        except OSError as trouble:
            raise self._no_room(trouble) from trouble

    def keep(self, region: Region) -> Stretch:
        """End a region; holes at its end become real."""
        assert self._file is not None
        assert self._source is not None
        self._end = region.start + region.length
        self._file.truncate(self._end)
        self._turn.release()
        return Stretch(self._source, region.start, region.length)

    def drop(self, region: Region) -> None:
        """End a region whose bytes are not needed."""
        self._used -= region.kept
        if self._file is not None:
            self._file.truncate(region.start)
        self._turn.release()

    def close(self) -> None:
        """Close the file and remove what still has a name."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        self._drop_folder()

    def _create(self) -> None:
        try:
            self._folder = tempfile.mkdtemp(prefix="saishu-", dir=self._where)
            file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
        except OSError as trouble:
            raise self._no_room(trouble) from trouble
        self._file = file
        self._source = FileSource(file, sys.maxsize)
        if os.name == "posix":
            self._drop_folder()

    def _check_room(self) -> None:
        if self._used - self._checked < _CHECK_EVERY:
            return
        self._checked = self._used
        if shutil.disk_usage(self._where or tempfile.gettempdir()).free < self._limits.free_bytes:
            raise self._no_room(None)

    def _no_room(self, trouble: OSError | None) -> BundleError:
        reason = trouble.strerror if trouble is not None else ""
        return error(Code.NO_ROOM, path=self._where or tempfile.gettempdir(), reason=reason or "")

    def _drop_folder(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
