"""Names: what a path is called for people, and what it may be called inside a zip that Windows opens."""

import hashlib
import os
import re
import unicodedata

LONGEST_MEMBER = 200
LONGEST_COMPONENT = 120
_FILTER_BITS = 1 << 25
_FILTER_PROBES = 4
_ILLEGAL = re.compile('[\x00-\x1f<>:"|?*\\\\\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$")


def text_of(path):
    """Return the path as text: UTF-8 where it is, every other byte as `\\xNN`."""
    if os.name == "nt":
        return path.encode("utf-8", "backslashreplace").decode("utf-8")
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def raw_hex(path):
    """Return the raw bytes of a path in hex when they are not UTF-8, else None."""
    if os.name == "nt":
        return None
    raw = os.fsencode(path)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.hex()
    return None


def _percent(match):
    return "".join("%{:02X}".format(byte) for byte in match.group(0).encode("utf-8"))


def _component(raw):
    """Return one path component that Windows accepts; odd bytes and characters become %XX."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = re.sub(r"\\x([0-9a-f]{2})", lambda m: "%" + m.group(1).upper(), raw.decode("utf-8", "backslashreplace"))
    text = _ILLEGAL.sub(_percent, text)
    if text[-1:] in (".", " ") and text not in (".", ".."):
        text = text[:-1] + "%{:02X}".format(ord(text[-1]))
    if _RESERVED.match(text):
        text = "_" + text
    if len(text) > LONGEST_COMPONENT:
        text = _shorten(text, LONGEST_COMPONENT)
    return text


def _shorten(text, limit):
    """Return text cut in the middle, unique by a hash of the whole, its ending kept."""
    mark = "~" + hashlib.sha1(text.encode("utf-8")).hexdigest()[:10]
    tail = text[-24:]
    return text[: limit - len(mark) - len(tail)] + mark + tail


def member_name(path):
    """Return the member name of an absolute path: no leading slash, drive `C:` as `C`, at most 200 characters."""
    raw = os.fsencode(path) if os.name != "nt" else path.encode("utf-8", "surrogatepass")
    if os.name == "nt" or re.match(r"^[A-Za-z]:\\", path):
        raw = raw.replace(b"\\", b"/")
    drive = re.match(rb"^([A-Za-z]):/", raw)
    if drive:
        raw = drive.group(1).upper() + raw[2:]
    parts = [_component(part) for part in raw.split(b"/") if part not in (b"", b".", b"..")]
    name = "/".join(parts)
    if len(name) <= LONGEST_MEMBER:
        return name
    folder, _, last = name.rpartition("/")
    room = LONGEST_MEMBER - len(last) - 1
    if room < 40:
        return _shorten(name.replace("/", "_"), LONGEST_MEMBER)
    return _shorten(folder, room).replace("//", "/_") + "/" + last


class Taken:
    """Makes member names unique without regard to case and Unicode form, as Windows and macOS see them.

    A Bloom filter of fixed size remembers them: a collection of any number of files needs 4 MiB for it. A name that it
    takes for a known one by mistake (one in ten thousand when there are a million files) only gets a number.
    """

    def __init__(self):
        self._bits = bytearray(_FILTER_BITS // 8)

    def unique(self, name):
        """Return the name, or the name with `~2`, `~3` … before its ending when it is taken."""
        candidate, count = name, 1
        while self._take(candidate):
            count += 1
            candidate = numbered(name, count)
        return candidate

    def _take(self, name):
        """Remember a name; say whether it was known."""
        digest = hashlib.sha1(unicodedata.normalize("NFC", name).lower().encode("utf-8")).digest()
        known = True
        for start in range(0, 4 * _FILTER_PROBES, 4):
            byte, bit = divmod(int.from_bytes(digest[start : start + 4], "little") % _FILTER_BITS, 8)
            known = known and bool(self._bits[byte] >> bit & 1)
            self._bits[byte] |= 1 << bit
        return known


def numbered(name, count):
    """Return a member name with `~2`, `~3` … before its ending."""
    folder, slash, last = name.rpartition("/")
    stem, dot, ending = last.rpartition(".")
    return folder + slash + ("{}~{}{}{}".format(stem, count, dot, ending) if stem else "{}~{}".format(last, count))
