"""A zip writer that needs no memory per member and survives a full disk.

The standard library's ZipFile keeps an object per member and cannot take a broken member back. Here a member's local
header is complete before the next begins, the central directory is written from the journal, and a member that did
not fit is cut off again, so that the file is a readable zip at every moment but the last.
Format: PKWARE APPNOTE 6.3.10; deflate or stored only, UTF-8 names (bit 11), ZIP64 where a number demands it.
"""

import struct
import time

STORED = 0
DEFLATED = 8
_LIMIT32 = 0xFFFFFFFF
_ZIP64_FROM = 0xFFF00000
"""A member this large gets a ZIP64 local header, so that its sizes fit whatever deflate makes of it."""
_WRITE_AFTER = 256 * 1024
OPEN = 0xFFFFFFFF
"""CRC in the header of a member still being written: after a crash it tells an open member from an empty one."""


def dos_time(seconds):
    """Return (time, date) of the DOS format in local time, in its range of 1980 to 2107; 1980 for what has no time."""
    if seconds is None:
        return 0, 33
    try:
        parts = time.localtime(seconds)
    except (OverflowError, OSError, ValueError, TypeError):
        return 0, 33
    if not 1980 <= parts.tm_year <= 2107:
        return 0, 33
    clock = parts.tm_hour << 11 | parts.tm_min << 5 | parts.tm_sec // 2
    return clock, (parts.tm_year - 1980) << 9 | parts.tm_mon << 5 | parts.tm_mday


def _time_extra(seconds):
    """Return the extended-timestamp field (UTC) where the time fits it."""
    if seconds is None or not 0 <= seconds <= 0x7FFFFFFF:
        return b""
    return struct.pack("<HHBi", 0x5455, 5, 1, int(seconds))


def local_header(name, modified, method, crc, packed, size, zip64):
    """Return the bytes of a local header."""
    clock, date = dos_time(modified)
    extra = _time_extra(modified)
    shown_packed, shown_size = packed, size
    if zip64:
        extra = struct.pack("<HHQQ", 1, 16, size, packed) + extra
        shown_packed = shown_size = _LIMIT32
    fields = struct.pack(
        "<4s5H3I2H", b"PK\x03\x04", 45 if zip64 else 20, 0x800, method, clock, date, crc, shown_packed, shown_size,
        len(name), len(extra),
    )  # fmt: skip
    return fields + name + extra


def central_header(record):
    """Return the central-directory entry for a journal record (keys m, me, t, crc, k, s, off)."""
    name = record["m"].encode("utf-8")
    clock, date = dos_time(record.get("t"))
    packed, size, offset = record["k"], record["s"], record["off"]
    wide = [value for value in (size, packed, offset) if value >= _LIMIT32]
    zip64 = struct.pack("<HH{}Q".format(len(wide)), 1, 8 * len(wide), *wide) if wide else b""
    extra = zip64 + _time_extra(record.get("t"))
    version = 45 if wide or size >= _ZIP64_FROM else 20
    fields = struct.pack(
        "<4s6H3I5H2I", b"PK\x01\x02", 3 << 8 | version, version, 0x800, record["me"], clock, date, record["crc"],
        min(packed, _LIMIT32), min(size, _LIMIT32), len(name), len(extra), 0, 0, 0, 0o100644 << 16,
        min(offset, _LIMIT32),
    )  # fmt: skip
    return fields + name + extra


class Archive:
    """Writes members one after another into a file object opened unbuffered for reading and writing.

    Every method may raise OSError (a full disk); `cut` then takes the unfinished member back.
    """

    def __init__(self, file):
        self._file = file
        self._pending = bytearray()
        self.position = 0
        self._begun = None

    def _write(self, data):
        self._pending += data
        self.position += len(data)
        if len(self._pending) >= _WRITE_AFTER:
            self.flush()

    def flush(self):
        """Hand everything written so far to the system."""
        view = memoryview(self._pending)
        done = 0
        try:
            while done < len(view):
                rest = view[done:]
                try:
                    done += self._file.write(rest)
                finally:
                    rest.release()
        finally:
            view.release()
            del self._pending[:done]

    def add(self, name, modified, method, crc, size, payload):
        """Write a whole member at once; return (offset, packed size)."""
        offset = self.position
        zip64 = size >= _ZIP64_FROM
        self._write(local_header(name.encode("utf-8"), modified, method, crc, len(payload), size, zip64) + payload)
        return offset, len(payload)

    def begin(self, name, modified, method, expected):
        """Begin a member whose sizes are not known yet; `expected` is its size in bytes, at least roughly."""
        encoded = name.encode("utf-8")
        zip64 = expected >= _ZIP64_FROM
        header = local_header(encoded, modified, method, OPEN, 0, 0, zip64)
        self._begun = (self.position, encoded, modified, method, zip64, len(header))
        self._write(header)

    def extend(self, payload):
        """Write the next bytes of the begun member."""
        self._write(payload)

    @property
    def begun_size(self):
        """Bytes written of the begun member, without its header."""
        return self.position - self._begun[0] - self._begun[5]

    def end(self, crc, size):
        """Complete the begun member's header; return (offset, packed size)."""
        offset, name, modified, method, zip64, length = self._begun
        packed = self.position - offset - length
        header = local_header(name, modified, method, crc, packed, size, zip64)
        in_memory = offset - (self.position - len(self._pending))
        if in_memory >= 0:
            self._pending[in_memory : in_memory + length] = header
        else:
            self.flush()
            self._file.seek(offset)
            self._file.write(header)
            self._file.seek(self.position)
        self._begun = None
        return offset, packed

    def cut(self, offset=None):
        """Take everything from `offset` on back (default: the begun member), on disk too."""
        if offset is None:
            offset = self._begun[0]
        self._begun = None
        written = self.position - len(self._pending)
        if offset >= written:
            del self._pending[offset - written :]
        else:
            self._pending = bytearray()
            self._file.truncate(offset)
            self._file.seek(offset)
        self.position = offset

    def drop_pending(self):
        """Forget what could not be written; `cut` must follow with an offset that is on disk."""
        self.position -= len(self._pending)
        self._pending = bytearray()
        self._begun = None

    def finish(self, records):
        """Write the central directory for the records that are members; return the number of members."""
        start = self.position
        count = 0
        for record in records:
            self._write(central_header(record))
            count += 1
        size = self.position - start
        if count >= 0xFFFF or start >= _LIMIT32 or size >= _LIMIT32:
            self._write(
                struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
                + struct.pack("<4sIQI", b"PK\x06\x07", 0, start + size, 1)
            )
        few = min(count, 0xFFFF)
        place = (min(size, _LIMIT32), min(start, _LIMIT32))
        self._write(struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, few, few, place[0], place[1], 0))
        self.flush()
        return count
