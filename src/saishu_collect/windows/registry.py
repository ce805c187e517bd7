"""The step `registry`: keys with their values, types and last change, as text that people and programs read."""

import datetime
import re

from saishu_collect import outcomes
from saishu_collect.windows import pieces

MOST_KEYS = 20000
MOST_CHARACTERS = 8 << 20
MOST_BINARY = 2048
MOST_TEXT = 32768
_TYPES = (
    "REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_LINK",
    "REG_MULTI_SZ", "REG_RESOURCE_LIST", "REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD",
)  # fmt: skip
_UNSAFE = re.compile("[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)


def perform(step, context):
    """Return the Piece registry/<name>.txt of a registry step."""
    hive = context.hive()
    listing = Listing(hive, step, context.bounds)
    for key in step["keys"]:
        listing.add(key)
    member = "registry/{}.txt".format(step.get("name", "registry"))
    return [pieces.text(member, listing.text(), "; ".join(step["keys"]), listing.cut)]


class Listing:
    """The text of some keys. hive: how the registry is read. cut: the reason why it ended early, else None."""

    def __init__(self, hive, step, bounds):
        self._hive = hive
        self._values = [name_test(one) for one in step["values"]] if "values" in step else None
        self._withhold = [name_test(one) for one in step.get("withhold", ())]
        self._depth = step.get("depth")
        self._bounds = bounds
        self._lines = []
        self._size = 0
        self._keys = 0
        self.cut = None

    def text(self):
        """Return everything that was added; a cut listing says so at its end."""
        end = ["; cut: " + self.cut, ""] if self.cut else []
        return "\n".join(self._lines + end)

    def add(self, key):
        """Add a key and what lies below it; with `*` every key that fits. A key that is not there is said."""
        found = find_keys(self._hive, key)
        for name in found or [key]:
            wide = self._block(name, 64)
            self._put(wide)
            if self._cut():
                return
            if has_two_views(name):
                narrow = self._block(name, 32)
                if not _is_absent(narrow) and [one.replace("32-bit", "64-bit") for one in narrow] != wide:
                    self._put(narrow)

    def _put(self, lines):
        self._lines.extend(lines)
        self._size += sum(len(line) for line in lines)

    def _cut(self):
        if self._size > MOST_CHARACTERS or self._keys > MOST_KEYS:
            self.cut = outcomes.OVER_FILE_LIMIT
        elif self._bounds.over():
            self.cut = outcomes.READ_STALLED
        return self.cut is not None

    def _block(self, key, view):
        """Return the lines of a key and its subkeys, depth first, names sorted."""
        lines, size = [], 0
        queue = [(key, 0)]
        while queue:
            name, level = queue.pop()
            own, subkeys = self._one(name, view)
            lines.extend(own)
            self._keys += 1
            size += sum(len(line) for line in own)
            if self._cut() or size > MOST_CHARACTERS:
                self.cut = self.cut or outcomes.OVER_FILE_LIMIT
                break
            if self._depth is None or level < self._depth:
                queue.extend((name + "\\" + one, level + 1) for one in sorted(subkeys, key=str.lower, reverse=True))
        return lines

    def _one(self, key, view):
        """Return (lines of one key, names of its subkeys)."""
        head = "[{}]".format(plain(key))
        try:
            values, subkeys, written = self._hive.read(key, view)
        except OSError as error:
            return [head, "; " + _trouble(error), ""], []
        lines = [head, "; last written {}, {}-bit view".format(stamp(written), view)]
        for name, data, kind in sorted(values, key=lambda one: (one[0] or "").lower()):
            if self._values is None or any(test(name) for test in self._values):
                lines.append(self._value(name, data, kind))
        return lines + [""], subkeys

    def _value(self, name, data, kind):
        shown = '"{}"'.format(plain(name)) if name else "(default)"
        if any(test(name) for test in self._withhold):
            return "{} {} withheld, {} bytes".format(shown, type_name(kind), size_of(data))
        return "{} {} {}".format(shown, type_name(kind), value_text(data, kind))


def _trouble(error):
    number = getattr(error, "winerror", None) or error.errno
    outcome, _ = pieces.judge(number)
    if outcome == outcomes.MISSING:
        return "absent"
    return "denied" if outcome == outcomes.DENIED else "error {}".format(number)


def _is_absent(lines):
    return lines[1:2] == ["; absent"]


def has_two_views(key):
    """Say whether 32-bit programs may see another key under this name."""
    name = key.lower() + "\\"
    return name.startswith(("hklm\\software\\", "hkcr\\")) and "\\wow6432node\\" not in name


def name_test(pattern):
    """Return a test for names without regard to case; `*` stands for anything."""
    body = ".*".join(re.escape(part) for part in pattern.split("*"))
    test = re.compile("(?is)" + body + r"\Z")
    return lambda name: test.match(name or "") is not None


def find_keys(hive, key, view=64):
    """Return the keys that a name with `*` in it stands for, sorted; the name itself when it has none."""
    found = [""]
    for part in key.split("\\"):
        if "*" not in part:
            found = [base + "\\" + part if base else part for base in found]
            continue
        test = name_test(part)
        found = [base + "\\" + one for base in found for one in _subkeys(hive, base, view) if test(one)]
    return sorted(found, key=str.lower)


def _subkeys(hive, key, view):
    try:
        return hive.read(key, view)[1]
    except OSError:
        return []


def type_name(kind):
    """Return the name of a value's type: REG_SZ, or its number in hex when it has none."""
    return _TYPES[kind] if 0 <= kind < len(_TYPES) else "REG_0x{:X}".format(kind & 0xFFFFFFFF)


def size_of(data):
    """Return how many bytes a value takes in the registry."""
    if isinstance(data, str):
        return 2 * len(data) + 2
    if isinstance(data, (list, tuple)):
        return sum(2 * len(one) + 2 for one in data) + 2
    if isinstance(data, int):
        return 4 if data < 1 << 32 else 8
    return len(data or b"")


def value_text(data, kind):
    """Return a value as text: strings in quotes, numbers in hex and decimal, bytes in hex."""
    if isinstance(data, int):
        return "0x{:0{}X} ({})".format(data, 16 if type_name(kind) == "REG_QWORD" else 8, data)
    if isinstance(data, str):
        return '"{}"'.format(_short(data))
    if isinstance(data, (list, tuple)):
        return ", ".join('"{}"'.format(_short(one)) for one in data) or "(none)"
    data = data or b""
    shown = " ".join("{:02X}".format(byte) for byte in data[:MOST_BINARY])
    return "{} bytes{}{}".format(len(data), ": " + shown if shown else "", " ..." if len(data) > MOST_BINARY else "")


def _short(data):
    data = data.rstrip("\0")
    return plain(data[:MOST_TEXT]) + (" ... ({} characters)".format(len(data)) if len(data) > MOST_TEXT else "")


def plain(text):
    """Return a text whose control characters are written as escapes: one value stays on one line."""
    return _UNSAFE.sub(lambda m: "\\x{:02x}".format(ord(m.group())) if m.group() < "\x80" else _long(m.group()), text)


def _long(character):
    return "\\u{:04x}".format(ord(character))


def stamp(ticks):
    """Return a time in 100 ns since 1601 as ISO 8601 in UTC; `unknown` for none."""
    try:
        moment = _EPOCH + datetime.timedelta(microseconds=ticks // 10)
    except (OverflowError, TypeError):
        return "unknown"
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if ticks else "unknown"
