"""Member names: bytes of any origin in, a safe and readable path out."""

from __future__ import annotations

import re
import unicodedata
import zlib
from struct import unpack_from

UNNAMED = "<unnamed>"
MOVED = 1
"""Flag: the name was absolute, climbed with `..`, or named a drive or a server."""
ESCAPED = 2
"""Flag: the name held control, direction or invisible characters."""

WINDOWS_HOSTS = frozenset({0, 6, 10, 11, 14})
"""`version made by` of archives made on DOS, OS/2 and Windows (NTFS 10 by APPNOTE, 11 in practice, VFAT 14)."""
_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075

_PLAIN = bytes(value for value in range(32, 127) if value not in b"\\:")
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uff01-\uff5e\u3005\u3000-\u3002]")
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_DRIVE = re.compile(r"([A-Za-z]):(.*)", re.DOTALL)
_TWIN = re.compile(r"<\d+>\Z")


def is_plain(raw: bytes) -> bool:
    """Whether a raw name is already a safe path: printable ASCII, relative, no dot folders, no drive."""
    if raw.translate(None, _PLAIN) or raw[:1] == b"/" or raw[-1:] == b".":
        return False
    return b"//" not in raw and b"./" not in raw


def unicode_path(raw: bytes, extra: bytes) -> str | None:
    """The name in the Info-ZIP Unicode Path field (0x7075), if there is one and it belongs to this raw name."""
    at = 0
    while at + 4 <= len(extra):
        tag, size = unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if tag == _UNICODE_PATH and size > 5 and field[0] == 1:
            if unpack_from("<L", field, 1)[0] != zlib.crc32(raw):
                return None
            return _utf8(field[5:])
        at += 4 + size
    return None


def decode_zip_name(raw: bytes, *, flags: int = 0, host: int = 0, extra: bytes = b"") -> str:
    """The text of a zip member name; never fails.

    Order: the Unicode Path field, the UTF-8 flag, plain ASCII, UTF-8 without the flag (macOS, Info-ZIP), cp932 when the
    archive was made on Windows or the text looks Japanese, cp437.
    """
    declared = unicode_path(raw, extra)
    if declared is not None:
        return declared
    if raw.isascii():
        return raw.decode("ascii")
    return _undeclared(raw, windows=host in WINDOWS_HOSTS and not flags & _UTF8_FLAG)


def decode_name(raw: bytes) -> str:
    """The text of a name from a tar or a Unix folder: UTF-8, else Japanese cp932 or EUC-JP, else latin-1."""
    return _undeclared(raw, windows=False)


def _undeclared(raw: bytes, *, windows: bool) -> str:
    utf8 = _utf8(raw)
    japanese = _japanese(raw, "cp932")
    if utf8 is not None:
        # Two-byte UTF-8 and half-width katakana share bytes; a Windows archive that reads as katakana is meant so.
        katakana = windows and japanese is not None and not _JAPANESE.search(utf8) and _only_half_width(japanese)
        return japanese if katakana and japanese is not None else utf8
    euc = None if windows else _japanese(raw, "euc_jp")
    if euc is not None and _JAPANESE.search(euc) and (japanese is None or _HALF_WIDTH.search(japanese)):
        return euc
    if japanese is not None and (windows or _JAPANESE.search(japanese)):
        return japanese
    return raw.decode("cp437" if windows else "latin-1")


def _utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _japanese(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _only_half_width(text: str) -> bool:
    return _HALF_WIDTH.search(text) is not None and all(c.isascii() or _HALF_WIDTH.match(c) for c in text)


def safe_path(text: str, *, backslash: bool = True) -> tuple[str, int]:
    """A relative path that climbs nowhere and shows what it is, and flags that say what had to change.

    backslash: whether `\\` separates folders (archives made on Windows). Drives become folders (`C:\\x` is `C/x`),
    servers too (`\\\\host\\share\\x` is `host/share/x`), `.` and `..` are dropped, text is NFC, and what cannot be
    seen is written out (`<U+202E>`). Idempotent.
    """
    escaped = _HIDDEN.sub(lambda hit: f"<U+{ord(hit[0]):04X}>", text)
    flags = ESCAPED if escaped != text else 0
    joined = unicodedata.normalize("NFC", escaped)
    if backslash:
        joined = joined.replace("\\", "/")
    if joined.startswith("/"):
        flags |= MOVED
    parts = [part for part in joined.split("/") if part not in ("", ".")]
    kept = [part for part in parts if part != ".."]
    if len(kept) != len(parts):
        flags |= MOVED
    if joined.startswith("//") and kept[:1] == ["?"]:
        del kept[0]
    drive = _DRIVE.fullmatch(kept[0]) if kept else None
    if drive is not None:
        flags |= MOVED
        kept[:1] = [drive[1]] + [drive[2]] * (drive[2] not in ("", ".", ".."))
    return "/".join(kept), flags


def twin(path: str, number: int) -> str:
    """The path of the `number`-th member of the same name: `System.evtx<2>`."""
    return f"{path}<{number}>"


def without_twin(path: str) -> str:
    """The path as the archive had it, without the mark that tells twins apart."""
    return _TWIN.sub("", path)
