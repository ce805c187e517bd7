"""Searching local file systems for what lies where nobody expected it: bounded in time, entries and depth."""

import os
import re
import stat
import time

from saishu_collect import manifest, outcomes, walk
from saishu_collect.windows.files import is_link, plain

SECONDS = 60
ENTRIES = 3000000
DEPTH = 24
_NEVER = frozenset(["/proc", "/sys", "/dev", "/run", "/var/lib/docker", "/var/lib/containers", "/snap"])


class Search:
    """What a search found and whether it saw everything."""

    def __init__(self):
        self.found = []
        self.entries = 0
        self.seconds = 0.0
        self.cut = None


def _bounded(result, seconds, entries, stop, clock):
    """Return a function that says, and remembers, when the search is over."""
    started = clock()

    def over():
        result.seconds = clock() - started
        if stop:
            result.cut = outcomes.INTERRUPTED
        elif result.entries >= entries or result.seconds >= seconds:
            result.cut = outcomes.SEARCH_LIMIT
        return result.cut is not None

    return over


def find_names(step, machine, stop=False, clock=time.monotonic):
    """Return a Search with the files that a `search` step names (globs), on every local file system."""
    tests = [walk.glob_regex(name) for name in step["names"]]
    skipped = re.compile(step["skip_folders"] + r"\Z") if step.get("skip_folders") else None
    result = Search()
    over = _bounded(result, step.get("seconds", SECONDS), step.get("entries", ENTRIES), stop, clock)
    top = machine.real("/")

    def keep(folder):
        if skipped is not None and skipped.match(os.path.basename(folder)):
            return False
        return machine.shown(folder) not in _NEVER

    for entry in walk.walk(top, machine, over, keep, max_depth=DEPTH):
        result.entries += 1
        if entry.status is None or entry.skipped:
            continue
        name = os.path.basename(entry.path)
        if any(test.match(name) for test in tests):
            result.found.append(entry.path)
    over()
    result.found.sort()
    return result


def find_folders(step, machine, stop=False, clock=time.monotonic):
    """Return a Search with the folders that a `search_folder` step describes.

    A folder counts when its name fits and at least one thing it must contain is there. Folders are looked for below
    the places of the step, no deeper than its depth, on local file systems; what a match holds is not entered, since
    recovery volumes, which are somebody's data, are mounted inside.
    """
    test = re.compile("(?:" + step["folder"] + r")\Z")
    result = Search()
    over = _bounded(result, step.get("seconds", SECONDS), step.get("entries", ENTRIES), stop, clock)
    seen = set()
    for place in step["where"]:
        if (place[1:2] == ":") != (machine.platform == "windows"):
            continue
        for start in map(machine.follow, walk.expand(place, machine)):
            _look_below(
                machine.follow(start), step.get("depth", 4), test, step["contains"], machine, result, over, seen
            )
    over()
    result.found.sort()
    return result


def _look_below(start, depth, test, contains, machine, result, over, seen):
    queue = [(start, depth)]
    device = None
    while queue and not over():
        folder, left = queue.pop()
        try:
            status = os.stat(folder)
            listed = sorted(os.listdir(folder)) if stat.S_ISDIR(status.st_mode) else []
        except OSError:
            continue
        device = status.st_dev if device is None else device
        if (status.st_dev, status.st_ino) in seen or status.st_dev != device or machine.is_foreign(status.st_dev):
            continue
        if left < depth:
            seen.add((status.st_dev, status.st_ino))
        result.entries += len(listed)
        for name in listed:
            path = os.path.join(folder, name)
            if test.match(name) and _is_folder(path):
                if _holds(path, contains) and path not in result.found:
                    result.found.append(path)
            elif left > 0 and _is_folder(path) and machine.shown(path) not in _NEVER:
                queue.append((path, left - 1))


def _holds(folder, wanted):
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    tests = [walk.glob_regex(pattern) for pattern in wanted]
    return any(test.match(name) for test in tests for name in names)


def _is_folder(path):
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and not is_link(status)


def list_folder(top, machine, depth=None, limit=None):
    """Return the text of a listing of a folder (like `ls -alR`), without entering other file systems.

    depth: levels below the folder, None for all. limit: lines, after which the listing ends and says so.
    """
    lines = []
    limit = limit or 20000
    try:
        device = os.lstat(top).st_dev
    except OSError as error:
        return "{}: {}\n".format(machine.shown(top), error.strerror)
    for folder, folders, files in os.walk(top):
        lines.append("{}:".format(_text(machine.shown(folder))))
        for name in sorted(folders + files):
            lines.append(_line(os.path.join(folder, name), name))
        deeper = folder[len(top) :].count(os.sep) < (walk.MAX_DEPTH if depth is None else depth)
        folders[:] = sorted(name for name in folders if deeper and _device(os.path.join(folder, name)) == device)
        lines.append("")
        if len(lines) > limit:
            lines.append("(listing cut after {} lines)".format(limit))
            break
    return "\n".join(lines) + "\n"


def _text(path):
    """Return a name on one line, whatever is in it."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return re.sub("[\x00-\x1f\x7f]", lambda match: "\\x{:02x}".format(ord(match.group(0))), text)


def _device(path):
    """Return the device of a folder that may be entered, else None."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return None if is_link(status) else status.st_dev


def _line(path, name):
    try:
        status = os.lstat(path)
        target = " -> " + _text(plain(os.readlink(path))) if is_link(status) else ""
    except OSError as error:
        return "?          {}: {}".format(_text(name), error.strerror)
    return "{} {:>3} {:>6} {:>6} {:>12} {} {}{}".format(
        stat.filemode(status.st_mode), status.st_nlink, status.st_uid, status.st_gid, status.st_size,
        manifest.utc_text(status.st_mtime) or "?", _text(name), target,
    )  # fmt: skip
