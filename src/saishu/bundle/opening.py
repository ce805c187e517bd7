"""From a path or a nested member to an opened container."""

from __future__ import annotations

import os
from pathlib import Path

from saishu.bundle.errors import BundleError, Code, DamagedData, error
from saishu.bundle.inflate import packing_of, unpacked
from saishu.bundle.kinds import archive_kind, guess, is_volume, named_kind
from saishu.bundle.limits import Limits
from saishu.bundle.openers import Container
from saishu.bundle.openers.file import FileContainer, open_source
from saishu.bundle.openers.folder import FolderContainer
from saishu.bundle.openers.libarchive import ForeignContainer
from saishu.bundle.openers.tar import TarContainer
from saishu.bundle.openers.tar_headers import BLOCK, looks_like_tar
from saishu.bundle.openers.zip import ZipContainer
from saishu.bundle.openers.zip_directory import find_directory
from saishu.bundle.passwords import Passwords
from saishu.bundle.sources import Reader, Source
from saishu.bundle.spool import Spool

_HEAD = 4096


class Opener:
    """Opens what it is given, with the limits, passwords and temporary files of one bundle."""

    def __init__(self, limits: Limits, passwords: Passwords, spool: Spool) -> None:
        self.limits = limits
        self.passwords = passwords
        self.spool = spool

    def open_path(self, path: Path) -> Container:
        """The container at a path. Raises `BundleError` when there is nothing that can be read."""
        try:
            if path.is_dir():
                return self._folder(path)
            if not path.exists():
                raise error(Code.NOT_THERE, path=path)
            if not path.is_file():
                raise error(Code.NOT_READABLE, path=path, kind="DEVICE")
            source = open_source(path)
        except PermissionError as trouble:
            raise error(Code.DENIED, path=path) from trouble
        except OSError as trouble:
            raise error(Code.NOT_THERE, path=path) from trouble
        return self._closing(source, path)

    def _folder(self, path: Path) -> Container:
        if not os.access(path, os.R_OK | os.X_OK):
            raise error(Code.DENIED, path=path)
        return FolderContainer(path.absolute(), self.limits)

    def _closing(self, source: Source, path: Path) -> Container:
        try:
            return self._file(source, path)
        except BundleError as trouble:
            source.close()
            trouble.values.setdefault("path", str(path))
            raise
        except (DamagedData, OSError) as trouble:
            source.close()
            raise error(Code.NOT_READABLE, path=path, kind="DATA") from trouble
        except BaseException:
            source.close()
            raise

    def _file(self, source: Source, path: Path) -> Container:
        if source.size == 0:
            raise error(Code.EMPTY, path=path)
        promised = named_kind(path.name)
        container = self.open_source(source, promised)
        if container is not None:
            return container
        head = source.read_at(0, _HEAD)
        if promised is not None or is_volume(path.name):
            code = Code.SPLIT if is_volume(path.name) else Code.NOT_READABLE
            raise error(code, path=path, kind=guess(head))
        return FileContainer(source, path, self.limits)

    def open_source(self, source: Source, promised: str | None) -> Container | None:
        """The archive in a source, by what it holds; None when it is no archive.

        promised: the kind its name tells; a zip with something in front (a self-extractor, a mail header) and a tar
        whose packing hides it are only looked for when the name says so or the first bytes do.
        """
        head = source.read_at(0, _HEAD)
        kind = archive_kind(head)
        if kind is None and promised == "zip" and find_directory(source, self.limits) is not None:
            kind = "zip"
        if kind == "zip":
            return ZipContainer(source, self.limits, self.passwords)
        if kind is not None:
            return ForeignContainer(source, kind, self.limits, self.spool)
        packing = packing_of(head)
        if packing is not None and not _holds_tar(source, packing):
            return None
        if packing is not None or looks_like_tar(head):
            return TarContainer(source, packing, self.limits, self.spool)
        if promised == "tar" and not any(head):
            raise error(Code.EMPTY)
        return None


def _holds_tar(source: Source, packing: str) -> bool:
    pull = unpacked(Reader(source), packing)
    head = b""
    try:
        while len(head) < BLOCK and (data := pull.read(BLOCK - len(head))):
            head += data
    except DamagedData:
        return False
    return looks_like_tar(head)
