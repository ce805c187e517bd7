"""What a file is: by its first bytes, or by the name it bears."""

from __future__ import annotations

import re

from saishu.bundle.inflate import packing_of

_MAGICS = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08PK\x03\x04", "zip"),
    (b"PK00PK\x03\x04", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"MSCF\x00\x00\x00\x00", "cab"),
)
_ARCHIVE_NAME = re.compile(
    r"\.(?:(?P<zip>zip)|(?P<tar>tar|t(?:ar\.)?(?:gz|bz2?|xz|zst)|tzst)|(?P<sevenzip>7z)|(?P<rar>rar)|(?P<cab>cab)"
    r"|(?P<lzh>lzh|lha))(?:<\d+>)?(?P<volume>\.0*1)?\Z",
    re.IGNORECASE,
)
_LATER_VOLUME = re.compile(r"\.(?:(?:zip|7z|rar|tar|tgz|gz)\.\d{2,3}|z\d\d|r\d\d|part0*\d+\.rar)\Z", re.IGNORECASE)
OFFICE_NAME = re.compile(r"\.(?:xlsx|xlsm|docx|pptx)(?:<\d+>)?\Z", re.IGNORECASE)
OFFICE_PICTURE = re.compile(r"\A(?:xl|word|ppt)/media/[^/]+\Z")
_PACKED = ("tar", "gz", "tgz", "bz2", "tbz", "tbz2", "xz", "txz", "zst", "tzst")
_OFFICE = ("xlsx", "xlsm", "docx", "pptx")
_ENDINGS = frozenset((*_PACKED, *_OFFICE, "zip", "7z", "rar", "cab", "lzh", "lha"))
_ODD_ENDS = frozenset(">0123456789")
LAST_LETTERS = _ODD_ENDS | {form(ending[-1]) for ending in _ENDINGS for form in (str.lower, str.upper)}
"""The last characters of all these names; a look at one character turns most names away."""

_GUESSES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"ElfFile\x00", "EVTX"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE"),
)


def archive_kind(head: bytes) -> str | None:
    """zip, 7z, rar, cab or lzh by the first bytes; None for anything else (a tar shows itself by its checksum)."""
    for magic, kind in _MAGICS:
        if head.startswith(magic):
            return kind
    return "lzh" if re.match(rb"..-lh[0-9dsz]-", head, re.DOTALL) else None


def named_kind(name: str) -> str | None:
    """The kind of archive that a name promises: zip, tar, 7z, rar, cab, lzh, or None."""
    hit = _ARCHIVE_NAME.search(name)
    if hit is None:
        return None
    kind = next(group for group in ("zip", "tar", "sevenzip", "rar", "cab", "lzh") if hit[group])
    return "7z" if kind == "sevenzip" else kind


def ends_like_archive(name: str) -> bool:
    """A quick look at the last ending, which turns most names away before the expressions are asked."""
    return name[-1:] in _ODD_ENDS or name.rpartition(".")[2].lower() in _ENDINGS


def is_volume(name: str) -> bool:
    """Whether a name is one of a split archive's pieces."""
    return _LATER_VOLUME.search(name) is not None


def guess(head: bytes) -> str:
    """A short technical word for what a file looks like, for a message: HTML, TEXT, PDF, EXE …"""
    for magic, word in _GUESSES:
        if head.startswith(magic):
            return word
    if packing_of(head) is not None:
        return str(packing_of(head))
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "HTML"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "TEXT"
    if b"\0" not in head and _mostly_text(head):
        return "TEXT"
    return "DATA"


def _mostly_text(head: bytes) -> bool:
    odd = sum(value < 32 and value not in (9, 10, 12, 13, 27) for value in head)
    return odd * 50 <= len(head)
