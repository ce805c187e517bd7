"""Event logs, and the channel that their first records name."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator

from saishu.bundle.signatures.text import Head

_FILE = b"ElfFile\x00"
_CHUNK = b"ElfChnk\x00"
_RECORD = b"\x2a\x2a\x00\x00"
_FIRST_CHUNK = 4096
_FIRST_RECORD = _FIRST_CHUNK + 512
_ENOUGH = 20
_STRING = 1
_MOST_VALUES = 256


def is_evtx(head: Head) -> bool:
    """The header of an event log file."""
    return head.raw.startswith(_FILE)


def channels(raw: bytes) -> Counter[str]:
    """Strings of the first records' values, counted; the channel is among them in every record.

    A record holds binary XML: a template and an array of values. The values are read without the template, so the
    place of the channel is not known; it is one of the strings, and the commonest that names a channel.
    """
    found: Counter[str] = Counter()
    for number, record in enumerate(_records(raw)):
        if number >= _ENOUGH:
            break
        found.update(set(_strings(record)))
    return found


def _records(raw: bytes) -> Iterator[bytes]:
    """The records of the first chunk, by their own headers; damaged ones are passed over."""
    at = raw.find(_RECORD, _FIRST_RECORD) if raw[_FIRST_CHUNK : _FIRST_CHUNK + 8] == _CHUNK else raw.find(_RECORD)
    while 0 <= at < len(raw) - 28:
        size = struct.unpack_from("<L", raw, at + 4)[0]
        if 28 <= size <= 0x10000:
            yield raw[at + 24 : at + size - 4]
        at = raw.find(_RECORD, at + (size if 28 <= size <= len(raw) else 4))


def _strings(record: bytes) -> Iterator[str]:
    """The string values of one record. Layout: fragment header, template instance, maybe the template, values."""
    if record[:4] != b"\x0f\x01\x01\x00" or record[4:5] != b"\x0c":
        return
    at = 14
    count = struct.unpack_from("<L", record, at)[0] if len(record) >= at + 4 else 0
    if count > _MOST_VALUES or not _fits(record, at, count):
        # The template stands here because this record is the first to use it; the values follow behind it.
        if len(record) < at + 24:
            return
        at += 24 + struct.unpack_from("<L", record, at + 20)[0]
        count = struct.unpack_from("<L", record, at)[0] if len(record) >= at + 4 else 0
    if count > _MOST_VALUES or not _fits(record, at, count):
        return
    value = at + 4 + 4 * count
    for number in range(count):
        size, form = struct.unpack_from("<HB", record, at + 4 + 4 * number)
        if form == _STRING and size % 2 == 0:
            yield record[value : value + size].decode("utf-16-le", "replace").rstrip("\0")
        value += size


def _fits(record: bytes, at: int, count: int) -> bool:
    """Whether `count` value descriptors and their values lie inside the record."""
    table = record[at + 4 : at + 4 + 4 * count]
    if len(table) < 4 * count or count == 0:
        return False
    sizes = sum(size for size, _, _ in struct.iter_unpack("<HBB", table))
    return at + 4 + 4 * count + sizes <= len(record) + 4 and all(
        zero == 0 for _, _, zero in struct.iter_unpack("<HBB", table)
    )


def _is_channel(head: Head, name: str) -> bool:
    if not is_evtx(head):
        return False
    found = channels(head.raw)
    named = [channel for channel in ("System", "Application", "Security", "Setup") if found[channel]]
    return bool(named) and max(named, key=lambda channel: found[channel]) == name


SIGNATURES = {
    "evtx": is_evtx,
    "evtx_system": lambda head: _is_channel(head, "System"),
    "evtx_application": lambda head: _is_channel(head, "Application"),
}
