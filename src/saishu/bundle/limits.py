"""How much a bundle may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a bundle may make us do; listing is cheap and wide, reading is narrow.

    members: entries in all containers together.
    member_bytes: bytes that reading one member may give.
    ratio, ratio_floor: a stream that gave more than `ratio_floor` bytes and more than `ratio` bytes for each packed
        byte is refused as a bomb.
    spool_bytes: bytes kept in the private temporary files of one bundle.
    stream_bytes: bytes that a packed tar or a solid archive may give while it is listed.
    depth, nested: how deep and how many archives inside archives are opened.
    free_bytes: room that must stay free on the temporary disk.
    heads: files whose first bytes may be read to recognise them by content.
    """

    members: int = 400_000
    member_bytes: int = 32 * GIB
    ratio: int = 1000
    ratio_floor: int = 64 * MIB
    spool_bytes: int = 32 * GIB
    stream_bytes: int = 128 * GIB
    depth: int = 4
    nested: int = 1000
    free_bytes: int = 512 * MIB
    heads: int = 2000
