"""A folder on disk: listed without following links, read without leaving it."""

from __future__ import annotations

import contextlib
import functools
import os
import stat
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from saishu.bundle.errors import Code, DamagedData, error, note
from saishu.bundle.limits import Limits
from saishu.bundle.listing import Listing
from saishu.bundle.names import decode_name, safe_path
from saishu.bundle.sources import FileSource, Source
from saishu.bundle.streams import Opened
from saishu.model.bundle import BundleNote, Member, MemberKind

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_MOST_OPEN = 64
_TURN = threading.Lock()
_CAN_WALK = os.open in os.supports_dir_fd and _NO_FOLLOW != 0


class FolderContainer:
    """A folder tree. Links and devices are listed, never entered or read."""

    kind = "folder"

    def __init__(self, root: Path, limits: Limits) -> None:
        self._root = root.absolute()
        self._denied: Counter[str] = Counter()
        self._held: dict[int, FileSource] = {}
        listing = Listing(limits)
        self._real: list[str] = []
        try:
            for real, member, flags in self._walk():
                before = len(listing.members)
                listing.add(member, len(self._real), flags)
                if len(listing.members) > before:
                    self._real.append(real)
        except PermissionError as trouble:
            raise error(Code.DENIED, path=root) from trouble
        self.notes: list[BundleNote] = listing.finish()
        self.members, self._where = listing.members, listing.where
        if self._denied:
            example = min(self._denied)
            self.notes.append(note(Code.PART_DENIED, None, count=len(self._denied), example=example))

    def _walk(self) -> Iterator[tuple[str, Member, int]]:
        """Relative real path, member and name flags of everything below the root, depth first."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(self._root / folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as trouble:
                if not folder:
                    raise
                self._denied[_shown(folder)[0]] += 1
                del trouble
                continue
            for entry in found:
                real = f"{folder}/{entry.name}" if folder else entry.name
                with contextlib.suppress(OSError):
                    path, flags = _shown(real)
                    member = _member(path, entry.stat(follow_symlinks=False))
                    yield real, member, flags
                    if member.kind is MemberKind.FOLDER:
                        waiting.append(real)

    def open(self, number: int) -> Opened:
        real = self._real[self._where[number]]
        try:
            descriptor = _open_beneath(self._root, real)
        except PermissionError as trouble:
            raise error(Code.DENIED, path=self.members[number].path) from trouble
        except OSError as trouble:
            raise error(Code.NOT_THERE, path=self.members[number].path) from trouble
        file = os.fdopen(descriptor, "rb", buffering=0)
        return Opened(file, os.fstat(descriptor).st_size, close=file.close)

    def stored(self, number: int) -> Source | None:
        real = self._real[self._where[number]]
        return Reopened(functools.partial(_open_beneath, self._root, real), self._held, self.members[number].size or 0)

    def close(self) -> None:
        for source in self._held.values():
            source.close()
        self._held.clear()


class Reopened:
    """A file that is opened when it is read; only a few of all in a folder are open at a time."""

    def __init__(self, opener: Callable[[], int], held: dict[int, FileSource], size: int) -> None:
        self._opener = opener
        self._held = held
        self.size = size

    def read_at(self, offset: int, length: int) -> bytes:
        with _TURN:
            source = self._held.pop(id(self), None) or self._opened()
            self._held[id(self)] = source
            if len(self._held) > _MOST_OPEN:
                self._held.pop(next(iter(self._held))).close()
            return source.read_at(offset, min(length, self.size - offset))

    def close(self) -> None:
        with _TURN:
            source = self._held.pop(id(self), None)
        if source is not None:
            source.close()

    def _opened(self) -> FileSource:
        try:
            return FileSource(os.fdopen(self._opener(), "rb", buffering=0))
        except OSError as trouble:
            raise DamagedData("gone since it was listed") from trouble


def _shown(real: str) -> tuple[str, int]:
    if real.isascii():
        return safe_path(real, backslash=False)
    return safe_path(decode_name(os.fsencode(real)), backslash=False)


def _member(path: str, status: os.stat_result) -> Member:
    form = status.st_mode
    if stat.S_ISDIR(form):
        kind = MemberKind.FOLDER
    elif stat.S_ISREG(form):
        kind = MemberKind.FILE
    else:
        kind = MemberKind.LINK if stat.S_ISLNK(form) else MemberKind.SPECIAL
    if getattr(status, "st_reparse_tag", 0) == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1):
        kind = MemberKind.LINK
    size = status.st_size if kind is MemberKind.FILE else 0
    return Member(path, kind, size, None, datetime.fromtimestamp(status.st_mtime, UTC))


def _open_beneath(root: Path, real: str) -> int:
    """A descriptor of a plain file below the root, reached without passing any link, even one made since the listing.

    Raises `OSError` when something else stands there now.
    """
    flags = os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not _CAN_WALK:
        return _open_checked(root, real, flags)
    *folders, name = real.split("/")
    held = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _NO_FOLLOW, dir_fd=held)
            os.close(held)
            held = below
        descriptor = os.open(name, flags, dir_fd=held)
    finally:
        os.close(held)
    return _only_plain(descriptor)


def _open_checked(root: Path, real: str, flags: int) -> int:
    """The same where the system cannot open relative to a folder (Windows): the resolved path must stay inside."""
    target = Path(os.path.realpath(root / real))
    if not target.is_relative_to(os.path.realpath(root)):
        raise OSError("outside the folder")
    return _only_plain(os.open(target, flags))


def _only_plain(descriptor: int) -> int:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a plain file")
    return descriptor
