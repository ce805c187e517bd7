"""Reading one file without harming it, chasing its end or believing that it stood still."""

import collections
import os
import stat
import time

from saishu_collect import outcomes
from saishu_collect.windows import files

HOLES_WORTH_SKIPPING = 64 * 1024 * 1024
SMALLEST_HOLE = 64 * 1024
OUTGROWN = 4 * 1024 * 1024
"""A file that was small when it was listed and has more bytes than this when it is opened is read piece by piece."""
_RETRY_PAUSE_S = 0.02


class FileJob:
    """One file to pack.

    path: as opened here. shown: as the machine itself calls it. member: its name in the archive. evidence: unit ids.
    listed: its stat when it was found. start: first byte to take (a cut file keeps its end). link: where a link led.
    part_name: its name in the archive when it is not taken as it lies on disk. raw: the bytes of what it is called, in
    hex, where they are no UTF-8.
    """

    __slots__ = ("evidence", "link", "listed", "member", "part_name", "path", "raw", "shown", "start", "tries")

    def __init__(self, path, shown, member, evidence, listed, start=0, link=None, raw=None):
        self.path = path
        self.shown = shown
        self.member = member
        self.evidence = evidence
        self.listed = listed
        self.start = start
        self.link = link
        self.tries = 0
        self.part_name = None
        self.raw = raw


class Outgrown(Exception):  # noqa: N818 - reads as what it says
    """A file is too large by now to be read at once; `status` is the present one."""

    def __init__(self, status):
        Exception.__init__(self)
        self.status = status


Read = collections.namedtuple("Read", "data before consistency size_after")


def open_file(path):
    """Return a descriptor of a regular file for reading: never waits on a FIFO, never follows a link, and leaves the
    access time alone where the system allows it. Raises OSError."""
    if os.name == "nt":
        return files.open_shared(path)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_NOATIME", 0))
    except PermissionError:
        descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(22, "not a regular file any more")
    return descriptor


def judge_consistency(listed, before, descriptor, path, taken, expected):
    """Return (consistency, size afterwards) by comparing a file before, after and by its name."""
    after = os.fstat(descriptor)
    if taken < expected or after.st_size < before.st_size:
        return outcomes.SHRANK, after.st_size
    try:
        named = os.lstat(path)
    except OSError:
        return outcomes.VANISHED, after.st_size
    # Some file systems of Windows number no files: 0 says nothing.
    if before.st_ino and (named.st_ino != before.st_ino or listed.st_ino != before.st_ino):
        return outcomes.REPLACED, after.st_size
    if after.st_size > before.st_size:
        return outcomes.GREW, after.st_size
    changed = after.st_mtime_ns != before.st_mtime_ns
    return (outcomes.MODIFIED if changed else outcomes.STABLE), after.st_size


def read_exactly(descriptor, count):
    """Return up to `count` bytes; fewer only at the end of the file."""
    data = os.read(descriptor, count)
    if len(data) == count or not data:
        return data
    parts = [data]
    left = count - len(data)
    while left > 0:
        data = os.read(descriptor, left)
        if not data:
            break
        parts.append(data)
        left -= len(data)
    return b"".join(parts)


def read_small(path, listed):
    """Return the Read of a small file; one that shrinks meanwhile is read once more. Raises OSError, Outgrown."""
    descriptor = open_file(path)
    try:
        for attempt in (1, 2):
            before = os.fstat(descriptor)
            if before.st_size > OUTGROWN:
                raise Outgrown(before)
            data = read_exactly(descriptor, before.st_size)
            consistency, after = judge_consistency(listed, before, descriptor, path, len(data), before.st_size)
            if len(data) == before.st_size or attempt == 2:
                return Read(data, before, consistency, after)
            time.sleep(_RETRY_PAUSE_S)
            os.lseek(descriptor, 0, os.SEEK_SET)
        raise AssertionError("unreachable")
    finally:
        os.close(descriptor)


def data_extents(descriptor, size, blocks):
    """Return [(offset, length)] of the data of a sparse file, or None when it is to be read as a whole.

    Only files with more than 64 MiB of holes are treated so; a file system that packs by itself counts few blocks and
    has no holes. Holes below 64 KiB count as data. Raises OSError when the file system cannot tell.
    """
    holes = size - blocks * 512
    if holes < HOLES_WORTH_SKIPPING or not hasattr(os, "SEEK_DATA"):
        return None
    extents = []
    offset = 0
    while offset < size:
        try:
            begin = os.lseek(descriptor, offset, os.SEEK_DATA)
        except OSError as error:
            if error.errno == 6:  # ENXIO: no data after this offset
                break
            raise
        offset = min(os.lseek(descriptor, begin, os.SEEK_HOLE), size)
        if extents and begin - sum(extents[-1]) < SMALLEST_HOLE:
            begin = extents.pop()[0]
        extents.append((begin, offset - begin))
    return None if extents == [(0, size)] else extents


def line_start(data):
    """Return how many bytes to leave out so that data begins at a line; 0 when it has no newline near."""
    newline = data.find(b"\n", 0, 65536)
    return newline + 1 if newline >= 0 else 0


def looks_text(start):
    """Say whether a file reads as text, so that its end alone still makes sense (a cut binary does not)."""
    sample = start[:4096]
    if not sample:
        return True
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    return b"\0" not in sample
