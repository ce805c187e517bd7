"""`df`: how full the file systems are, in blocks and in inodes."""

from __future__ import annotations

import re

from saishu.parse.readers.whole import state, whole_lines
from saishu.parse.reading import FileInput, Sink

_ROW = re.compile(
    r"^(?P<source>\S+)\s+(?:(?P<type>[A-Za-z][\w.]*)\s+)?(?P<numbers>[\d.]+[KMGTP]?\s+[\d.]+[KMGTP]?\s+-?[\d.]+[KMGTP]?)\s+(?P<used>\d+|-)%?\s+(?P<mount>/.*)$"
)
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}
_NOT_REAL = ("tmpfs", "devtmpfs", "squashfs", "overlay", "proc", "sysfs", "iso9660", "udev", "none")


def read(file: FileInput, sink: Sink) -> None:
    """A fact fs.usage for every real file system; inodes as fs.inodes."""
    lines = whole_lines(file, sink)
    inodes = any("Inode" in line or "IUse" in line for line in lines[:3])
    scale = 1 if any("1B-blocks" in line for line in lines[:3]) else 1024
    for number, line in enumerate(lines, 1):
        found = _ROW.match(line)
        if found is None or found["used"] == "-" or (found["type"] or found["source"]) in _NOT_REAL:
            continue
        size, _, free = found["numbers"].split()
        values = {
            "mount": found["mount"], "source": found["source"], "used_percent": float(found["used"]),
            "free_bytes": None if inodes else _amount(free, scale),
            "size_bytes": None if inodes else _amount(size, scale),
        }  # fmt: skip
        state(sink, file, "fs.inodes" if inodes else "fs.usage", values, number, line.strip())


def _amount(text: str, scale: int) -> int:
    unit = _UNITS.get(text[-1])
    return int(float(text[:-1]) * unit) if unit else int(float(text) * scale)
