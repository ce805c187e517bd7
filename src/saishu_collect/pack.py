"""Packing: files and texts become members of the archive, in the order they were given, each with its record."""

import collections
import hashlib
import os
import time

from saishu_collect import archive, large, names, outcomes, survey, workers

SHARE_OF_MEMBER = 100
"""Bytes that a member takes in the directory and, for its sums, in the manifest; its name comes on top (measured)."""
WAIT_S = 0.2
MOVED_AT_MOST = 1000
STALLS_AT_MOST = 2
"""After so many reads that hang, a file system is taken for dead: its other files are not tried one by one."""
IMPATIENT_S = 1.0


def ignore(_):
    """Do nothing with what is told."""


class Bounds:
    """How much may be written.

    archive: bytes the archive may have in the end. file: bytes taken of one file. tail: bytes kept for the summaries
    and the frame of the manifest. listing: bytes that the manifest's entries will take; each file has one, packed or
    not.
    """

    def __init__(self, archive_bytes=None, file_bytes=4 << 30, tail=24 * 1024, listing=0):
        self.archive = archive_bytes
        self.file = file_bytes
        self.tail = tail
        self.listing = listing

    def room(self, position, owed, listed):
        """Return the bytes that may still be written for evidence; None without a limit.

        owed: bytes that the members so far take in directory and manifest. listed: bytes of the entries so far.
        """
        if self.archive is None:
            return None
        left = self.archive - self.tail
        # Where the list alone would leave no room, evidence still gets half of it.
        return max(0, left - position - owed - max(listed, min(self.listing, left // 2)))


class Packer:
    """Takes files in, writes members out; the only one that touches the archive and the journal while it runs.

    on_record(record) is called for every record after it was added, on_bytes(count) while large files are read.
    """

    def __init__(self, target, records, crew, bounds, stop, on_record=None, on_bytes=None, stalled_after_s=None):
        self.target = target
        self.records = records
        self.crew = crew
        self.bounds = bounds
        self.stop = stop
        self.full = False
        self.on_bytes = on_bytes or ignore
        self.stalled_after = stalled_after_s or workers.STALLED_AFTER_S
        self._on_record = on_record or ignore
        self._queue = collections.deque()
        self._batch = workers.Batch()
        self._taken = names.Taken()
        self._owed = self._listed = 0
        self._stalls = {}
        self.moved = []
        self.opened = set()

    # ---- taking in

    def unique(self, member):
        """Return a member name that no other member has."""
        return self._taken.unique(member)

    def file(self, job):
        """Queue one file; may write what is ready meanwhile."""
        job.member = self.unique(job.member)
        if self.is_dead(job):
            self.fail(job, outcomes.READ_STALLED, None)
            return
        if job.listed.st_size > workers.SMALL:
            self._send_batch()
            self._cap(job)
            self.send(workers.Large(job))
            return
        self._batch.add(job)
        if self._batch.full:
            self._send_batch()

    def _send_batch(self):
        if self._batch.jobs:
            batch, self._batch = self._batch, workers.Batch()
            self.send(batch)

    def send(self, task):
        """Queue a Batch or a Large and write out what is over the window; in order, so that nothing waits in a ring."""
        self._queue.append(task)
        self.crew.send(task)
        while len(self._queue) > self.crew.window:
            self._write_next()

    def again(self, task):
        """Queue a task once more, behind what is queued already (the reader works in this order)."""
        self._queue.append(task)
        self.crew.send(task)

    def _cap(self, job):
        """Leave the head of an enormous file out; only its end is taken (a binary is refused when it is read)."""
        over = job.listed.st_size - self.bounds.file
        sparse = getattr(job.listed, "st_blocks", 1 << 60) * 512 < job.listed.st_size // 2
        if over > 0 and not job.start and not sparse:
            job.start = over

    def note(self, shown, evidence, outcome, reason=None, **more):
        """Record an entry that is not in the archive: skipped, denied, missing, failed."""
        record = {"p": shown, "e": list(evidence), "o": outcome}
        if reason:
            record["r"] = reason
        record.update((key, value) for key, value in more.items() if value is not None)
        self.add(record)

    def text(self, member, data, evidence, modified, shown=None, **more):
        """Write bytes that we made ourselves (a command's output, a listing) as a member; return its record."""
        self.drain()
        engine = self.crew.engine
        packed = engine.whole(data)
        method = archive.DEFLATED if len(packed) < len(data) else archive.STORED
        record = {
            "p": shown or member, "m": self.unique(member), "e": list(evidence), "t": modified,
            "o": outcomes.COLLECTED if data else outcomes.EMPTY, "h": hashlib.sha256(data).hexdigest(), "fs": len(data),
        }  # fmt: skip
        record.update((key, value) for key, value in more.items() if value is not None)
        self._write_whole(record, method, engine.crc32(data), len(data), packed if method else data)
        return record

    def drain(self):
        """Write everything that is queued."""
        self._send_batch()
        while self._queue:
            self._write_next()

    # ---- writing out

    def add(self, record):
        """Add a record to the journal and tell who listens."""
        self.records.add(record)
        self._listed += survey.listing_size(record["p"])
        if "off" in record:
            self._owed += SHARE_OF_MEMBER + len(record["m"].encode("utf-8"))
        self._on_record(record)

    def room(self):
        """Return the bytes that evidence may still take in the archive; None without a limit."""
        return self.bounds.room(self.target.position, self._owed, self._listed)

    def _write_next(self):
        task = self._queue.popleft()
        task.touched = time.monotonic()
        if isinstance(task, workers.Batch):
            self._write_batch(task)
        else:
            large.write(self, task)

    def is_dead(self, job):
        """Say whether a file lies on a file system that has stopped to answer."""
        return self._stalls.get(job.listed.st_dev, 0) >= STALLS_AT_MOST

    def count_stall(self, job):
        """Remember that a read of a file hangs."""
        self._stalls[job.listed.st_dev] = self._stalls.get(job.listed.st_dev, 0) + 1

    def patience(self, job):
        """Return the seconds to wait for a read of a file."""
        hurried = self.stop or self.is_dead(job)
        return min(IMPATIENT_S, self.stalled_after) if hurried else self.stalled_after

    def _write_batch(self, batch):
        while not batch.done.wait(WAIT_S):
            current = batch.jobs[min(len(batch.finished), len(batch.jobs) - 1)]
            if time.monotonic() - batch.touched > self.patience(current):
                self._leave_stalled(batch)
                return
        self._write_finished(batch.finished)

    def _write_finished(self, results):
        for result in results:
            if result.outgrown:
                result.job.listed = result.status
                self._cap(result.job)
                self.again(workers.Large(result.job))
            else:
                self._write_small(result)

    def _leave_stalled(self, batch):
        """One file of a batch hangs: say so, give its thread up and queue the rest again."""
        batch.abandoned = True
        finished = list(batch.finished)
        self._write_finished(finished)
        self.crew.replace_worker()
        remaining = workers.Batch()
        for job in batch.jobs[len(finished) :]:
            if job is batch.jobs[len(finished)]:
                self.count_stall(job)
                self.fail(job, outcomes.READ_STALLED, None)
            elif self.is_dead(job):
                self.fail(job, outcomes.READ_STALLED, None)
            else:
                remaining.add(job)
        if remaining.jobs:
            self.again(remaining)

    def _write_small(self, result):
        job = result.job
        if result.payload is None:
            self.fail(job, *result.error)
            return
        record = record_of(job, result.status)
        record.update(o=outcomes.COLLECTED if result.size else outcomes.EMPTY, h=result.digest)
        say_consistency(record, result.consistency, result.size, result.size_after)
        self.remember_moved(job, result.status, result.consistency)
        self.on_bytes(result.size)
        self._write_whole(record, result.method, result.crc, result.size, result.payload)

    def _write_whole(self, record, method, crc, size, payload):
        room = self.room()
        if self.full or (room is not None and len(payload) + len(record["m"]) > room):
            self.give_up(record, outcomes.NO_SPACE if self.full else outcomes.OVER_LIMIT)
            return
        start = self.target.position
        try:
            offset, packed = self.target.add(record["m"], record["t"], method, crc, size, payload)
        except OSError as error:
            self.disk_is_full(start, record, error)
            return
        record.update(s=size, k=packed, me=method, off=offset, crc=crc)
        self.add(record)

    def remember_moved(self, job, status, consistency):
        """Keep in mind what a rotation moved away from us, so that it can be looked for once more at the end.

        moved: (folder, inode, evidence) of a file that lay under the name when it was listed and had gone when it was
        opened, or (path, None, evidence) of a name that holds a new file since. opened: inodes that were read.
        """
        if consistency != outcomes.REPLACED or len(self.moved) >= MOVED_AT_MOST:
            return
        self.opened.add(status.st_ino)
        if status.st_ino != job.listed.st_ino:
            self.moved.append((os.path.dirname(job.path), job.listed.st_ino, job))
        else:
            self.moved.append((job.path, None, job))

    def give_up(self, record, reason):
        """Record a file that was read but may not be in the archive."""
        record.update(o=outcomes.SKIPPED, r=reason)
        for key in ("m", "h", "c", "s"):
            record.pop(key, None)
        self.add(record)

    def disk_is_full(self, start, record, error):
        """Take the member back and write no more evidence: what is left of the disk is for the manifest."""
        try:
            self.target.cut(start)
        except OSError:
            pass
        self.full = True
        self.stop.request(outcomes.NO_SPACE if error.errno in (28, 122) else outcomes.IO_ERROR)
        record["d"] = error.strerror
        self.give_up(record, outcomes.NO_SPACE)

    def fail(self, job, reason, detail):
        """Record a file that could not be read."""
        outcome = {
            outcomes.NOT_PERMITTED: outcomes.DENIED,
            outcomes.NO_SUCH_FILE: outcomes.MISSING,
            outcomes.INTERRUPTED: outcomes.SKIPPED,
            outcomes.NO_SPACE: outcomes.SKIPPED,
            outcomes.READ_STALLED: outcomes.TIMED_OUT,
        }.get(reason, outcomes.FAILED)
        vanished = outcomes.VANISHED if reason == outcomes.NO_SUCH_FILE else None
        self.note(job.shown, job.evidence, outcome, reason, d=detail, c=vanished, ph=job.raw)


def record_of(job, status):
    """Return the beginnings of a file's record: names, evidence, size and times when it was opened."""
    record = {
        "p": job.shown, "m": job.member, "e": list(job.evidence), "fs": status.st_size,
        "t": status.st_mtime, "md": "{:04o}".format(status.st_mode & 0o7777),
    }  # fmt: skip
    if job.raw:
        record["ph"] = job.raw
    if job.link:
        record["lk"] = job.link
    return record


def say_consistency(record, consistency, taken, size_after):
    """Write into a record how the file behaved while it was read."""
    record["c"] = consistency
    if size_after != record["fs"]:
        record["fa"] = size_after
    if consistency == outcomes.SHRANK and "x" not in record and taken < record["fs"] - record.get("st", 0):
        record.update(o=outcomes.TRUNCATED if taken else outcomes.EMPTY, r=outcomes.SHRANK_WHILE_READ)
