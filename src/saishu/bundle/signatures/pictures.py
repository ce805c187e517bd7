"""Pictures: screenshots, whatever they show."""

from __future__ import annotations

from saishu.bundle.signatures.text import Head

_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_BITMAP_HEADERS = frozenset((12, 40, 52, 56, 108, 124))


def is_picture(head: Head) -> bool:
    """PNG, JPEG, GIF, BMP or WebP by its first bytes."""
    raw = head.raw
    if raw.startswith(_BEGINNINGS):
        return True
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return True
    return raw.startswith(b"BM") and int.from_bytes(raw[14:18], "little") in _BITMAP_HEADERS and raw[6:10] == bytes(4)


SIGNATURES = {"picture": is_picture}
