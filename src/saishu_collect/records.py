"""The journal of a collection: one line of JSON per file, in memory while small, then in a file beside the archive.

It keeps memory independent of the number of files, and after a crash it is what `recover` reads.
"""

import json
import os

KEEP_IN_MEMORY = 512 * 1024
FLUSH_AFTER = 64 * 1024
_ENCODE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode


class Records:
    """Appends records and reads them back in order.

    path: where the journal goes when it outgrows memory, or at once with eager (so that a crash can be recovered).
    A journal that cannot be written stays in memory: the run goes on, only a crash would lose it. The same with
    on_disk switched off, where the archive needs the room.
    """

    def __init__(self, path, keep_in_memory=KEEP_IN_MEMORY):
        self.path = path
        self.count = 0
        self._keep = keep_in_memory
        self._lines = []
        self._held = 0
        self._spilled = False
        self._file = None
        self.on_disk = True

    def add(self, record):
        """Append one record (a flat dict of JSON values)."""
        line = _ENCODE(record)
        self._lines.append(line)
        self._held += len(line) + 1
        self.count += 1
        if self._held > (FLUSH_AFTER if self._spilled else self._keep):
            self.flush()

    def flush(self):
        """Write what is held to the journal file; keeps it in memory when the disk is full."""
        if not self._lines or not self.on_disk:
            return
        try:
            if self._file is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
                self._file = os.fdopen(os.open(self.path, flags | getattr(os, "O_BINARY", 0), 0o600), "ab", buffering=0)
            self._write(("\n".join(self._lines) + "\n").encode("ascii"))
        except OSError:
            return
        self._spilled = True
        self._lines, self._held = [], 0

    def _write(self, data):
        start = self._file.seek(0, os.SEEK_END)
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            self._file.truncate(start)
            raise

    def read(self):
        """Yield every record, oldest first."""
        if self._spilled:
            with open(self.path, "rb") as lines:
                for line in lines:
                    yield json.loads(line.decode("ascii"))
        for line in self._lines:
            yield json.loads(line)

    def remove(self):
        """Close the journal and delete its file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        try:
            os.unlink(self.path)
        except OSError:
            pass


def read_journal(path):
    """Yield the whole records of a journal that a crash left; a torn last line is left out."""
    with open(path, "rb") as lines:
        for line in lines:
            try:
                record = json.loads(line.decode("ascii"))
            except ValueError:
                return
            if isinstance(record, dict):
                yield record
