"""Threads that read, hash and deflate while the main thread writes; none of them can hold the run up for good."""

import hashlib
import os
import queue
import threading
import time

from saishu_collect import archive, deflate, outcomes, reading, walk

SMALL = 256 * 1024
BATCH_BYTES = 1 << 20
BATCH_FILES = 64
STALLED_AFTER_S = 60.0


class Small:
    """What became of one small file: ready to be written. `payload` is None when there is nothing to write.

    outgrown: True when the file is large by now and has to be read as one.
    """

    __slots__ = (
        "consistency", "crc", "digest", "error", "job", "method", "outgrown", "payload", "size", "size_after", "status",
    )  # fmt: skip

    def __init__(self, job):
        self.job = job
        self.payload = None
        self.error = None
        self.consistency = None
        self.size = self.size_after = self.crc = 0
        self.digest = None
        self.outgrown = False
        self.method = archive.STORED
        self.status = None


class Batch:
    """Small files that one worker handles in one go; `finished` grows as it goes on."""

    def __init__(self):
        self.jobs = []
        self.bytes = 0
        self.finished = []
        self.done = threading.Event()
        self.abandoned = False
        self.touched = time.monotonic()

    def add(self, job):
        """Take one more file."""
        self.jobs.append(job)
        self.bytes += job.listed.st_size

    @property
    def full(self):
        """True when the batch should be sent off."""
        return self.bytes >= BATCH_BYTES or len(self.jobs) >= BATCH_FILES

    def run(self, engine):
        """Handle every file; called on a worker thread."""
        for job in self.jobs:
            if self.abandoned:
                return
            self.touched = time.monotonic()
            self.finished.append(pack_small(job, engine))
        self.done.set()


def pack_small(job, engine):
    """Return the Small for one job: read, summed, deflated or stored; every error becomes part of it."""
    result = Small(job)
    try:
        read = reading.read_small(job.path, job.listed)
    except OSError as error:
        result.error = (walk.reason_of(error), error.strerror)
        return result
    except reading.Outgrown as grown:
        result.outgrown, result.status = True, grown.status
        return result
    data = read.data
    result.status, result.consistency, result.size_after = read.before, read.consistency, read.size_after
    result.size = len(data)
    result.crc = engine.crc32(data)
    result.digest = hashlib.sha256(data).hexdigest()
    result.payload = data
    if data and not deflate.looks_packed(job.path, data[:16]):
        packed = engine.whole(data)
        if len(packed) < len(data):
            result.payload, result.method = packed, archive.DEFLATED
    return result


class Piece:
    """One piece of a large file on its way: raw bytes, then packed bytes too.

    crc, digest: of the file up to the end of this piece, so that a member may end behind any of them.
    """

    __slots__ = ("crc", "data", "dictionary", "digest", "done", "packed")

    def __init__(self, data, dictionary):
        self.data = data
        self.dictionary = dictionary
        self.packed = None
        self.crc = 0
        self.digest = None
        self.done = threading.Event()

    def run(self, engine):
        """Deflate; called on a worker thread."""
        self.packed = engine.piece(self.data, self.dictionary)
        self.done.set()


class Large:
    """A file too large for memory: the reader thread feeds `parts`, the main thread takes them in order.

    parts holds ("begin", method, start, extents, is_text), then ("piece", Piece) …, then ("end", consistency,
    size_after) or ("error", reason, text).
    """

    def __init__(self, job):
        self.job = job
        self.parts = queue.Queue()
        self.cancelled = False
        self.ended = False
        self.status = None
        self.touched = time.monotonic()


class Crew:
    """The worker threads of one run.

    threads: how many deflate. They are daemons: one that hangs in a dead file system is left behind.
    """

    def __init__(self, engine, threads):
        self.engine = engine
        self.threads = threads
        self.window = 2 * threads + 2
        self._piece = deflate.PIECE if threads <= 2 else deflate.PIECE // 3
        self._tasks = queue.Queue()
        self._reads = queue.Queue()
        self.permits = threading.Semaphore(self.window)
        for _ in range(threads):
            self._start(self._work, self._tasks)
        self._start(self._read_on, self._reads, self.permits)

    @staticmethod
    def _start(function, *arguments):
        threading.Thread(target=function, args=arguments, daemon=True).start()

    def _work(self, tasks):
        while True:
            task = tasks.get()
            if task is None:
                return
            task.run(self.engine)
            if isinstance(task, Batch) and task.abandoned:
                return

    def _read_on(self, reads, permits):
        while True:
            large = reads.get()
            if large is None:
                return
            self._read_large(large, permits)

    def send(self, task):
        """Queue a Batch for the workers or a Large for the reader."""
        (self._reads if isinstance(task, Large) else self._tasks).put(task)

    def replace_worker(self):
        """Start a worker in the place of one that hangs."""
        self._start(self._work, self._tasks)

    def replace_reader(self):
        """Start a reader in the place of one that hangs; what it has queued goes to the new one."""
        old, self._reads = self._reads, queue.Queue()
        self.permits = threading.Semaphore(self.window)
        while True:
            try:
                self._reads.put(old.get_nowait())
            except queue.Empty:
                break
        old.put(None)
        self._start(self._read_on, self._reads, self.permits)

    def stop(self):
        """Let the threads go; does not wait for one that hangs."""
        for _ in range(self.threads):
            self._tasks.put(None)
        self._reads.put(None)

    def _read_large(self, large, permits):
        if large.cancelled:
            large.parts.put(("error", outcomes.READ_STALLED, None))
            return
        try:
            descriptor = reading.open_file(large.job.path)
        except OSError as error:
            large.parts.put(("error", walk.reason_of(error), error.strerror))
            return
        try:
            self._feed(large, descriptor, permits)
        except OSError as error:
            reason = outcomes.LOCKED if walk.reason_of(error) == outcomes.LOCKED else outcomes.IO_ERROR
            large.parts.put(("error", reason, error.strerror))
        finally:
            os.close(descriptor)

    def _feed(self, large, descriptor, permits):
        job = large.job
        before = os.fstat(descriptor)
        large.status = before
        extents = None
        if not job.start:
            extents = reading.data_extents(descriptor, before.st_size, getattr(before, "st_blocks", 1 << 60))
        resident = was_cached(descriptor)
        taken = expected = 0
        dictionary = b""
        method = None
        crc, digest = 0, hashlib.sha256()
        for offset, length in extents if extents is not None else [(job.start, max(0, before.st_size - job.start))]:
            os.lseek(descriptor, offset, os.SEEK_SET)
            expected += length
            left = length
            while left > 0 and not large.cancelled:
                permits.acquire()
                large.touched = time.monotonic()
                data = reading.read_exactly(descriptor, min(left, self._piece))
                if not data:
                    permits.release()
                    break
                left -= len(data)
                taken += len(data)
                if method is None:
                    begin, data = self._begin(job, data, extents)
                    method = begin[1]
                    large.parts.put(begin)
                piece = Piece(data, dictionary)
                if method == archive.DEFLATED:
                    dictionary = data[-deflate.WINDOW :]
                    self._tasks.put(piece)
                else:
                    piece.packed = data
                    piece.done.set()
                crc = self.engine.crc32(data, crc)
                digest.update(data)
                piece.crc, piece.digest = crc, digest.copy()
                large.parts.put(("piece", piece))
        if method is None:
            large.parts.put(("begin", archive.STORED, job.start, extents, True))
        if not resident:
            forget_cached(descriptor)
        large.parts.put(("end",) + reading.judge_consistency(job.listed, before, descriptor, job.path, taken, expected))

    def _begin(self, job, data, extents):
        """Return the begin part and the first data, moved to a line start when the file's head is left out."""
        start = job.start
        text = reading.looks_text(data)
        if start:
            skip = reading.line_start(data)
            start, data = start + skip, data[skip:]
        method = archive.STORED
        if not deflate.looks_packed(job.path, data[:16]):
            sample = data[:65536]
            if len(self.engine.whole(sample)) < 0.97 * len(sample):
                method = archive.DEFLATED
        return ("begin", method, start, extents, text), data


def was_cached(descriptor):
    """Say whether the start of a file was in the page cache already (True also when that cannot be known cheaply)."""
    if not hasattr(os, "RWF_NOWAIT") or not hasattr(os, "preadv"):
        return not hasattr(os, "posix_fadvise")
    try:
        os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT)  # novermin - asked for above; from Python 3.7 on
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def forget_cached(descriptor):
    """Drop the pages that our reading brought in: the page cache belongs to the machine's own work."""
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    except (AttributeError, OSError):
        pass
