"""A single file as a bundle of one member, and split archives put together again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from saishu.bundle.limits import Limits
from saishu.bundle.listing import Listing
from saishu.bundle.names import safe_path
from saishu.bundle.sources import FileSource, Joined, Reader, Source
from saishu.bundle.streams import Opened
from saishu.model.bundle import BundleNote, Member, MemberKind

_FIRST_VOLUME = re.compile(r"\.(zip|7z|tar|tgz|gz|rar)\.0*1\Z", re.IGNORECASE)


class FileContainer:
    """One file, as it is; packed text inside is inflated by whoever reads it."""

    kind = "file"

    def __init__(self, source: Source, path: Path, limits: Limits) -> None:
        self._source = source
        listing = Listing(limits)
        name, flags = safe_path(path.name)
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        listing.add(Member(name, MemberKind.FILE, source.size, None, modified), 0, flags)
        self.notes: list[BundleNote] = listing.finish()
        self.members = listing.members

    def open(self, number: int) -> Opened:
        return Opened(Reader(self._source), self.members[number].size)

    def stored(self, _number: int, /) -> Source | None:
        return self._source

    def close(self) -> None:
        self._source.close()


def open_source(path: Path) -> Source:
    """The bytes of a file; for the first volume of a split archive (`x.zip.001`) all volumes that lie beside it."""
    first = FileSource(path.open("rb", buffering=0))
    if _FIRST_VOLUME.search(path.name) is None:
        return first
    digits = path.suffix[1:]
    volumes: list[Source] = [first]
    while True:
        following = path.with_suffix("." + str(len(volumes) + 1).zfill(len(digits)))
        if not following.is_file():
            return Joined(volumes)
        volumes.append(FileSource(following.open("rb", buffering=0)))
