"""The step `command` with `file`: a program that writes a file itself, and is only believed when the file is there."""

import os
import time

from saishu_collect import outcomes
from saishu_collect.windows import pieces

_SETTLE_S = 2.0


def perform(step, context):
    """Return the Piece commands/<file> of a program that was told to write it; exit code 0 alone is no success.

    `{file}` in argv stands for a new file in the work folder.
    """
    target = context.work_file(step["file"])
    argv = [part.replace("{file}", target) for part in step["argv"]]
    shown = " ".join(step["argv"])
    ran = context.run([context.program(argv[0])] + argv[1:], min(step["seconds"], context.bounds.left))
    more = {"av": step["argv"], "ex": ran.exit, "n": round(ran.seconds, 3), "er": ran.errors or None}
    if ran.reason == outcomes.NO_SUCH_PROGRAM:
        outcome = outcomes.SKIPPED if step.get("optional") else outcomes.MISSING
        return [pieces.note(shown, outcome, ran.reason)]
    if ran.exit is None and ran.outcome != outcomes.TIMED_OUT:
        return [pieces.note(shown, ran.outcome, ran.reason, ran.errors or None)]
    size = _settled_size(target) if ran.outcome != outcomes.TIMED_OUT else _size(target)
    if ran.outcome == outcomes.TIMED_OUT:
        # A file that its writer has not finished is of no use to its reader.
        return [pieces.note(shown, outcomes.TIMED_OUT, ran.reason, "{} bytes were written".format(size), **more)]
    if size:
        return [pieces.file("commands/" + step["file"], target, shown, **more)]
    detail = "exit code {}, {}".format(ran.exit, "no file" if size is None else "an empty file")
    reason = outcomes.EXIT_NOT_ZERO if ran.exit else outcomes.NO_OUTPUT
    return [pieces.note(shown, outcomes.FAILED, reason, detail, **more)]


def _size(path):
    try:
        return os.path.getsize(path)
    except OSError:
        return None


def _settled_size(path):
    """Return the size once it stands still for a moment: some programs leave the writing to a child."""
    size, deadline = _size(path), time.monotonic() + _SETTLE_S
    while not size and time.monotonic() < deadline:
        time.sleep(0.1)
        size = _size(path)
    return size
