"""The bundle on disk: opened beside its journal, closed with manifest and directory whatever happened, verified."""

import os
import time

from saishu_collect import archive, manifest, outcomes, records, verify

PARTIAL_ENDING = ".partial"
JOURNAL_ENDING = ".journal"
_FIRST_CUT = 16 * 1024


class BundleFile:
    """One output archive.

    path: where the finished zip will lie. While it is written it is called `<path>.partial`, its journal
    `<path>.journal`; both have mode 0600.
    """

    def __init__(self, path, engine):
        self.path = path
        self.engine = engine
        self.partial = path + PARTIAL_ENDING
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.fdopen(os.open(self.partial, flags, 0o600), "r+b", buffering=0)
        self.archive = archive.Archive(self._file)
        self.records = records.Records(path + JOURNAL_ENDING)
        self._cut_from = None
        self.own = [identity(self.partial)]

    def checkpoint(self):
        """Make what was packed so far recoverable after a crash: archive first, then its journal."""
        self.archive.flush()
        self.records.flush()
        self.own = [identity(self.partial), identity(self.records.path)]

    def is_own(self, status):
        """Say whether a file that was found is our own output."""
        return (status.st_dev, status.st_ino) in self.own

    def in_archive(self, record):
        """Say whether a journal record is a member of the archive as it stands."""
        return "off" in record and (self._cut_from is None or record["off"] < self._cut_from)

    def finish(self, make_tail):
        """Write the members that make_tail(bundle) yields as (name, pieces), then the directory.

        When the disk has no room for them, evidence is cut off from the end until they fit: a bundle without a
        manifest would be worth less. Returns the number of members. Raises OSError when even that fails.
        """
        end = self.archive.position
        cut = _FIRST_CUT
        while True:
            try:
                count = self._write_tail(make_tail)
                os.fsync(self._file.fileno())
                return count
            except OSError:
                # What had not reached the disk is lost with the failed write: members end where the file does.
                end = self._last_members_from(min(end, self.archive.position), cut)
                if end is None:
                    raise
                self._cut_from = end
                self.archive.cut(end)
                cut *= 2

    def _last_members_from(self, end, wanted):
        """Return the offset from which on members must go so that at least `wanted` bytes come free; None if none."""
        offset = None
        for record in self.records.read():
            if "off" in record and record["off"] < end and (offset is None or record["off"] <= max(0, end - wanted)):
                offset = record["off"]
        return offset

    def _write_tail(self, make_tail):
        now = time.time()
        try:
            tail = [
                manifest.write_stream(self.archive, self.engine, name, now, pieces) for name, pieces in make_tail(self)
            ]
            members = (record for record in self.records.read() if self.in_archive(record))
            return self.archive.finish(_chained(members, tail))
        except OSError:
            self.archive.drop_pending()
            raise

    def conclude(self, threads, on_bytes=None):
        """Verify the archive by reading it back, give it its final name; return (members, sha256, size).

        Raises verify.Damaged or OSError; the file then keeps its `.partial` name.
        """
        self._file.close()
        members, digest = verify.verify(self.partial, self.engine, threads, on_bytes)
        os.rename(self.partial, self.path)
        self.records.remove()
        return members, digest, os.path.getsize(self.path)

    def abandon(self):
        """Close without finishing and leave what there is for `recover`."""
        try:
            self.records.flush()
            self._file.close()
        except OSError:
            pass


def _chained(first, second):
    for record in first:
        yield record
    for record in second:
        yield record


def identity(path):
    """Return (device, inode) of a path, or None."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def begin(folder, host, scenarios, moment, engine):
    """Return (BundleFile, number): opened under the first name that no bundle of the same second has."""
    number = 0
    while True:
        number += 1
        name = name_of(host, scenarios, moment, outcomes.RUN_COMPLETE, number)
        if any(other.startswith((name, name[:-4] + "_")) for other in os.listdir(folder)):
            continue
        try:
            return BundleFile(os.path.join(folder, name), engine), number
        except FileExistsError:
            continue


def name_of(host, scenarios, moment, state, number=1):
    """Return the file name of a bundle: `saishu_<host>_<scenarios>_<UTC time>[-2][_interrupted].zip`, plain ASCII."""
    plain = "".join(character if character.isalnum() and ord(character) < 128 else "-" for character in host)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
    ending = "-{}".format(number) if number > 1 else ""
    ending += "" if state in (outcomes.RUN_COMPLETE, outcomes.RUN_PARTIAL) else "_" + state
    return "saishu_{}_{}_{}{}.zip".format(plain.strip("-")[:40] or "host", "+".join(scenarios)[:60], stamp, ending)
