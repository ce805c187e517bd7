"""Walking folders: every entry is said once, links are not followed, loops and depth are bounded."""

import collections
import os
import re
import stat

from saishu_collect import outcomes
from saishu_collect.windows import files

MAX_DEPTH = 64
SORT_AT_MOST = 50000

Entry = collections.namedtuple("Entry", "path status skipped detail")
"""path: as opened here. status: os.stat_result of the entry itself (lstat), None when it could not be read.
skipped: a reason when the entry is not to be read, else None. detail: link target or error text."""


def glob_regex(pattern):
    """Return a compiled regex for a glob over slash paths: `*` and `?` stay in one folder, `**` crosses folders."""
    out = []
    position = 0
    while position < len(pattern):
        piece, length = _glob_piece(pattern, position)
        out.append(piece)
        position += length
    return re.compile("(?s)" + "".join(out) + r"\Z")


def _glob_piece(pattern, position):
    """Return (regex, length) of the part of a glob that begins at a position."""
    for glob, regex in (("**/", "(?:.*/)?"), ("**", ".*"), ("*", "[^/]*"), ("?", "[^/]")):
        if pattern.startswith(glob, position):
            return regex, len(glob)
    if pattern[position] == "[":
        first = position + (2 if pattern.startswith("!", position + 1) else 1)
        closing = pattern.find("]", first + 1)
        if closing > 0:
            return _glob_set(pattern[position + 1 : closing]), closing + 1 - position
    return re.escape(pattern[position]), 1


def _glob_set(content):
    """Return the regex of `[content]`; a set that means nothing, such as `[b-a]`, stands for its own characters."""
    negated = content.startswith("!")
    body = re.sub(r"([\\\[\]^&~|])", r"\\\1", content[1:] if negated else content)
    text = "[^/" + body + "]" if negated else "[" + body + "]"
    try:
        re.compile(text)
    except re.error:
        return re.escape("[" + content + "]")
    return text


def classify(path, status):
    """Return (reason, detail) why an entry is not read, or (None, None) for an ordinary file."""
    if files.is_link(status):
        try:
            return outcomes.SYMLINK, files.plain(os.readlink(path))
        except OSError as error:
            return outcomes.SYMLINK, error.strerror
    if not stat.S_ISREG(status.st_mode):
        kinds = ((stat.S_ISFIFO, "fifo"), (stat.S_ISSOCK, "socket"), (stat.S_ISCHR, "character device"))
        for test, word in kinds:
            if test(status.st_mode):
                return outcomes.SPECIAL_FILE, word
        return outcomes.SPECIAL_FILE, "block device" if stat.S_ISBLK(status.st_mode) else "special"
    return (outcomes.SPECIAL_FILE, "offline") if files.is_elsewhere(status) else (None, None)


def entry_of(path):
    """Return the Entry of one path, without following it."""
    try:
        status = os.lstat(path)
    except OSError as error:
        return Entry(path, None, reason_of(error), error.strerror)
    reason, detail = classify(path, status)
    return Entry(path, status, reason, detail)


def reason_of(error):
    """Return the reason that an OSError stands for."""
    if isinstance(error, FileNotFoundError):
        return outcomes.NO_SUCH_FILE
    if os.name == "nt" and files.is_locked(error):
        return outcomes.LOCKED
    if isinstance(error, PermissionError):
        return outcomes.NOT_PERMITTED
    return outcomes.IO_ERROR


def walk(top, machine, stopped=lambda: False, keep_folder=None, same_device=False, max_depth=MAX_DEPTH):
    """Yield an Entry for every non-folder below `top`, folder by folder, names sorted.

    A folder that cannot be read, leads to a network or pseudo file system, is its own ancestor or lies too deep is
    yielded as one skipped entry. A mounted local file system is walked (hardened systems mount /var/log/audit apart)
    unless same_device. keep_folder(path) may refuse a folder. Memory is that of one folder's names.
    """
    try:
        status = os.stat(top)
    except OSError as error:
        yield Entry(top, None, reason_of(error), error.strerror)
        return
    stack = [(top, status, ((status.st_dev, status.st_ino),))]
    while stack and not stopped():
        folder, status, ancestors = stack.pop()
        below = []
        for entry in _listed(folder):
            if entry.status is None or entry.skipped:
                yield entry
            elif not stat.S_ISDIR(entry.status.st_mode) or files.is_link(entry.status):
                reason, detail = classify(entry.path, entry.status)
                yield Entry(entry.path, entry.status, reason, detail)
            elif keep_folder is None or keep_folder(entry.path):
                refusal = _refusal(entry, status, ancestors, machine, same_device, max_depth)
                if refusal:
                    yield Entry(entry.path, entry.status, refusal[0], refusal[1])
                else:
                    key = (entry.status.st_dev, entry.status.st_ino)
                    below.append((entry.path, entry.status, ancestors + (key,)))
            if stopped():
                return
        stack.extend(reversed(below))


def _refusal(entry, parent, ancestors, machine, same_device, max_depth):
    if (entry.status.st_dev, entry.status.st_ino) in ancestors and entry.status.st_ino:
        return outcomes.LOOP, None
    if len(ancestors) >= max_depth:
        return outcomes.TOO_DEEP, None
    if entry.status.st_dev != parent.st_dev and (same_device or machine.is_foreign(entry.status.st_dev)):
        mount = machine.mounts.get(entry.status.st_dev)
        return outcomes.OTHER_FILE_SYSTEM, mount.kind if mount else None
    return None


def _listed(folder):
    """Yield an Entry for each name in a folder; sorted unless the folder is enormous."""
    try:
        with_handle = os.scandir(folder)
    except OSError as error:
        yield Entry(folder, None, reason_of(error), error.strerror)
        return
    batch = []
    try:
        for item in with_handle:
            batch.append(item)
            if len(batch) >= SORT_AT_MOST:
                for entry in _stated(batch):
                    yield entry
                batch = []
    except OSError as error:
        yield Entry(folder, None, reason_of(error), error.strerror)
    for entry in _stated(batch):
        yield entry


def _stated(items):
    items.sort(key=lambda item: item.name)
    for item in items:
        try:
            yield Entry(item.path, _stat(item), None, None)
        except OSError as error:
            yield Entry(item.path, None, reason_of(error), error.strerror)


def _stat(item):
    """Return the stat of a directory entry. On Windows the folder knows neither inode nor the size of an open file."""
    return os.lstat(item.path) if os.name == "nt" else item.stat(follow_symlinks=False)


def expand(pattern, machine):
    """Return the paths of that machine (as opened here) that an absolute glob names, sorted; links are not followed
    at the end of the path, folders on the way are."""
    plain = pattern.replace("\\", "/")
    drive = re.match(r"^([A-Za-z]:)?/", plain)
    parts = plain[drive.end() if drive else 0 :].split("/")
    start = (drive.group(1) or "") + "/" if drive else "/"
    found = [start]
    for index, part in enumerate(parts):
        following = []
        for base in found:
            following.extend(_matching(base, part, machine, last=index == len(parts) - 1))
        found = following
    return sorted({machine.real(path) for path in found})


def _matching(base, part, machine, last):
    if not any(mark in part for mark in "*?["):
        path = base.rstrip("/") + "/" + part
        return [path] if machine.exists(path) else []
    test = glob_regex(part.lower() if machine.platform == "windows" else part)
    real = machine.follow(machine.real(base))
    try:
        names = sorted(os.listdir(real))
    except OSError:
        return []
    return [
        base.rstrip("/") + "/" + name
        for name in names
        if test.match(name.lower() if machine.platform == "windows" else name)
        and (last or os.path.isdir(machine.follow(os.path.join(real, name))))
    ]
