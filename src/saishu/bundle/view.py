"""A bundle, open: what the rest of the product sees of anything a customer sends."""

from __future__ import annotations

import contextlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from saishu.bundle.errors import BundleError, Code, DamagedData, error, note
from saishu.bundle.inflate import packing_of, unpacked
from saishu.bundle.limits import Limits
from saishu.bundle.manifest import Manifest, find_manifests
from saishu.bundle.nesting import INSIDE, Nest
from saishu.bundle.opening import Opener
from saishu.bundle.passwords import Passwords
from saishu.bundle.sources import CHUNK, BytesSource, Reader
from saishu.bundle.spool import Spool
from saishu.bundle.streams import GuardedStream, Opened, Report, buffered
from saishu.model.bundle import BundleNote, Member, MemberKind

HEAD = 64 * 1024
_PATH = attrgetter("path")


class Bundle:
    """A read-only view of a folder, a file or an archive with all archives in it.

    kind: "zip", "tar", "folder", "file", "7z", "rar", "cab" or "lzh". Closing it removes every temporary file.
    """

    def __init__(self, path: Path, passwords: Sequence[bytes], limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self._spool = Spool(limits)
        opener = Opener(limits, Passwords(passwords), self._spool)
        with contextlib.ExitStack() as undo:
            undo.callback(self._spool.close)
            root = opener.open_path(path)
            undo.callback(root.close)
            self.kind = root.kind
            self._nest = Nest(opener, root, path.name)
            undo.pop_all()
        self._notes = dict.fromkeys(self._nest.notes)
        self._manifests: tuple[Manifest, ...] | None = None

    @property
    def members(self) -> Sequence[Member]:
        """Every member, those of nested archives included, sorted by path."""
        return self._nest.members

    @property
    def notes(self) -> Sequence[BundleNote]:
        """What is to be known about the bundle itself, sorted; grows when reading finds damage."""
        return sorted(self._notes, key=lambda item: (item.code, item.path or "", item.values))

    @property
    def manifests(self) -> Sequence[Manifest]:
        """Every manifest of our own collector with the folder it speaks of, the shallowest first."""
        if self._manifests is None:
            self._manifests = find_manifests(self)
        return self._manifests

    @property
    def manifest(self) -> Mapping[str, Any] | None:
        """Our collector's manifest.json at the root or under one folder; None for bundles made by hand."""
        near = [found.content for found in self.manifests if found.folder.count("/") <= 1]
        return near[0] if near else None

    @property
    def opened_archives(self) -> frozenset[str]:
        """Paths of the nested archives whose contents are members too."""
        return frozenset(part.prefix.removesuffix(INSIDE) for part in self._nest.parts if part.prefix)

    def find(self, path: str) -> Member | None:
        """The member with exactly this path."""
        at = bisect_left(self._nest.members, path, key=_PATH)
        found = self._nest.members[at] if at < len(self._nest.members) else None
        return found if found is not None and found.path == path else None

    def open(self, member: Member, limit: int | None = None) -> BinaryIO:
        """The bytes of one file, at most `limit` of them.

        Never gives more than the container promised; where the data is damaged it ends and a note is added. Raises
        `BundleError` for what cannot be read at all, and while reading when the member is a bomb.
        """
        return buffered(self._guarded(member, limit))

    def head(self, member: Member, size: int = HEAD) -> bytes:
        """The first `size` bytes of one file."""
        return self._guarded(member, size).readall()

    def open_text_bytes(self, member: Member, limit: int | None = None) -> BinaryIO:
        """The bytes of one file, inflated when it is a packed single file (`waagent.log-….gz`), else as they are."""
        outer = self.open(member)
        packing = packing_of(outer.peek(8)[:8])  # type: ignore[attr-defined]
        if packing is None:
            if limit is None:
                return outer
            outer.close()
            return self.open(member, limit)
        taken = _Counted(outer)
        opened = Opened(unpacked(taken, packing), None, lambda: taken.taken, None, outer.close)
        return buffered(GuardedStream(opened, member.path, self.limits, self._report(member.path), limit))

    def text_head(self, member: Member, size: int = HEAD) -> bytes:
        """The first `size` bytes of one file, inflated when it is a packed single file."""
        raw = self.head(member, size + 4096)
        packing = packing_of(raw)
        if packing is None:
            return raw[:size]
        pull, pieces, left = unpacked(Reader(BytesSource(raw)), packing), [], size
        with contextlib.suppress(DamagedData):
            while left > 0 and (piece := pull.read(left)):
                pieces.append(piece)
                left -= len(piece)
        return b"".join(pieces)

    def add_note(self, item: BundleNote) -> None:
        """Keep a note; the same one is kept once."""
        self._notes.setdefault(item)

    def close(self) -> None:
        """Close every container and drop every temporary file."""
        self._nest.close()
        self._spool.close()

    def __enter__(self) -> Bundle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _guarded(self, member: Member, limit: int | None) -> GuardedStream:
        if member.kind is not MemberKind.FILE:
            raise error(Code.NOT_A_FILE, path=member.path, kind=member.kind)
        at = bisect_left(self._nest.members, member.path, key=_PATH)
        if at >= len(self._nest.members) or self._nest.members[at].path != member.path:
            raise error(Code.NOT_THERE, path=member.path)
        part, number = self._nest.place(at)
        report = self._report(member.path)
        try:
            opened = part.container.open(number)
        except BundleError as trouble:
            trouble.values["path"] = member.path
            raise
        except DamagedData:
            report(Code.MEMBER_DAMAGED, bytes=0)
            opened = Opened(_Nothing(), None)
        return GuardedStream(opened, member.path, self.limits, report, limit)

    def _report(self, path: str) -> Report:
        def report(code: str, **values: object) -> None:
            self.add_note(note(code, path, **values))

        return report


class _Counted:
    """A stream that remembers how many bytes it gave."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        data = self._inner.read(min(size, CHUNK))
        self.taken += len(data)
        return data


class _Nothing:
    """No bytes at all."""

    def read(self, _size: int, /) -> bytes:
        return b""
