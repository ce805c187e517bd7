"""Sizes before anything is copied: how much there is, how much the archive will take, how long it may last."""

import os
import stat
import time

from saishu_collect import outcomes
from saishu_collect import plan as planning

_DAY = 86400.0
AGES = (1, 3, 7, 14, 30)
"""Limits of the age classes in days; what is older than the last one forms the last class."""
_RATIOS = (
    ((".gz", ".xz", ".bz2", ".zst", ".zip", ".7z"), 1.0),
    ((".journal", ".journal~"), 0.30),
    ((".evtx",), 0.09),
    ((".bin", ".db", ".sqlite", ".etl", ".dmp"), 0.35),
)
_OTHER_RATIO = 0.15


class Window:
    """Which files count by age. now: start of the run. since: seconds back, None for all. around: the failure."""

    def __init__(self, now, since=None, around=None):
        self.now = now
        self.since = since
        self.around = around

    def too_old(self, modified):
        """Say whether a file was last written before the window begins."""
        return self.since is not None and modified < self.now - self.since

    def age_class(self, modified):
        """Return 0 for the most wanted files and more for older ones.

        A file last written before the failure cannot hold it: the count starts at the failure when it is known.
        """
        if self.around is not None:
            if modified >= self.around:
                return 0
            days = (self.around - modified) / _DAY
        else:
            days = (self.now - modified) / _DAY
        for index, limit in enumerate(AGES):
            if days <= limit:
                return index
        return len(AGES)


class Survey:
    """Sums over everything a plan reads.

    files, bytes: of ordinary files that will be read. packed: a guess of their size in the archive.
    by_evidence: {id: [files, bytes]}. too_old: [files, bytes] that --since leaves out. other: entries not readable.
    listing: a guess of the bytes that the entries of all of them take in the packed manifest. journal: the same for
    the journal, which is not packed.
    """

    def __init__(self):
        self.files = 0
        self.bytes = 0
        self.packed = 0
        self.by_evidence = {}
        self.too_old = [0, 0]
        self.other = 0
        self.listing = 0
        self.journal = 0
        self.seconds = 0.0


def take_survey(plan, machine, window, stop, clock=time.monotonic):
    """Return the Survey of a plan: walks, reads no content."""
    survey = Survey()
    started = clock()
    for shown, entry in planning.entries_of(plan, machine, stop):
        survey.listing += listing_size(shown)
        survey.journal += 220 + 2 * len(shown)
        if entry.status is None or entry.skipped:
            survey.other += 1
            continue
        size = data_size(entry.status)
        if window.too_old(entry.status.st_mtime):
            survey.too_old[0] += 1
            survey.too_old[1] += size
            continue
        survey.files += 1
        survey.bytes += size
        survey.packed += int(size * ratio_of(shown)) + 300
        for evidence in plan.tags.of(shown):
            sums = survey.by_evidence.setdefault(evidence, [0, 0])
            sums[0] += 1
            sums[1] += size
    survey.seconds = clock() - started
    return survey


def listing_size(shown):
    """Return about how many bytes the entry of a path takes in the packed manifest."""
    return 40 + len(shown.encode("utf-8", "backslashreplace")) // 2


def data_size(status):
    """Return the bytes of a file that are data: a sparse file has fewer than it says."""
    if not stat.S_ISREG(status.st_mode):
        return 0
    return min(status.st_size, getattr(status, "st_blocks", 1 << 60) * 512 or status.st_size)


def ratio_of(shown):
    """Return how small a file is likely to become, by its name."""
    name = shown.lower()
    for endings, ratio in _RATIOS:
        if name.endswith(endings):
            return ratio
    return _OTHER_RATIO


class Disk:
    """The space on the target: free bytes, what we leave untouched, and what a bundle may take.

    folder: need not exist yet.
    """

    def __init__(self, folder):
        folder = os.path.abspath(folder)
        while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
        space = os.statvfs(folder) if hasattr(os, "statvfs") else None
        if space is None:
            import shutil

            total, _, self.free = shutil.disk_usage(folder)
        else:
            total, self.free = space.f_blocks * space.f_frsize, space.f_bavail * space.f_frsize
        self.total = total
        self.kept = min(1 << 30, max(total // 20, min(16 << 20, total // 10)))
        self.budget = max(0, self.free - self.kept)


SMALLEST_BUDGET = 24 * 1024


def archive_limit(disk, max_size):
    """Return (bytes the archive may have, reason of the closed list or None): the person's wish and the disk's room."""
    if max_size is not None and max_size <= disk.budget:
        return max_size, outcomes.OVER_LIMIT
    return disk.budget, outcomes.NO_SPACE
