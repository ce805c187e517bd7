"""One module for each kind of container, and the shape they share."""

from __future__ import annotations

from typing import Protocol

from saishu.bundle.sources import Source
from saishu.bundle.streams import Opened
from saishu.model.bundle import BundleNote, Member


class Container(Protocol):
    """A folder, an archive or a single file, opened and listed.

    members: in the container's own order, paths safe and unique.
    notes: what was found out while listing; paths are relative to the container.
    """

    kind: str
    members: list[Member]
    notes: list[BundleNote]

    def open(self, number: int, /) -> Opened:
        """The bytes of the `number`-th member; raises `BundleError` or `DamagedData`."""
        ...

    def stored(self, number: int, /) -> Source | None:
        """The member as random access without unpacking, where the container allows it."""
        ...

    def close(self) -> None:
        """Give back what is held open."""
        ...
