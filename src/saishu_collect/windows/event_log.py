"""The step `event_log`: a channel as .evtx by the first way that really gives a file, and as .csv with its messages."""

import os
import shutil

from saishu_collect import outcomes
from saishu_collect.windows import event_csv, pieces

MAGIC = b"ElfFile\x00"
MISSING_CHANNEL = 15007
_EXPORT_SECONDS = 300
_PIECE = 1 << 20


def perform(step, context):
    """Return the Pieces eventlogs/<channel>.evtx and .csv of an event_log step."""
    channel = step["channel"]
    found = []
    if "evtx" in step["formats"]:
        found.append(export(channel, context))
    if "csv" in step["formats"]:
        found.extend(_table(channel, context, found[0] if found else None))
    return found


def member_of(channel, ending):
    """Return the member name of a channel: a slash is written as %4, as Windows does in its own file names."""
    return "eventlogs/{}.{}".format(channel.replace("/", "%4"), ending)


def log_file(channel, system_root):
    """Return where Windows keeps the file of a channel."""
    return "\\".join((system_root, "System32", "winevt", "Logs", channel.replace("/", "%4") + ".evtx"))


def export(channel, context):
    """Return the Piece of the .evtx: by the event log service, by wevtutil, by a copy of the live file.

    What a way claims is not believed: only a file that begins like an event log counts.
    """
    target = context.work_file(os.path.basename(member_of(channel, "evtx")))
    tried, verdicts = [], []
    for name, way in (("EvtExportLog", _by_service), ("wevtutil", _by_tool), ("copy", _by_copy)):
        if context.bounds.over():
            tried.append("{}: no time left".format(name))
            continue
        trouble, number = way(channel, target, context)
        trouble = trouble or file_trouble(target)
        if trouble is None:
            return pieces.file(member_of(channel, "evtx"), target, channel, detail="; ".join(tried + [name]))
        tried.append("{}: {}".format(name, trouble))
        verdicts.append(pieces.judge(number))
        _remove(target)
    outcome, reason = _worst(verdicts)
    return pieces.note(channel, outcome, reason, "; ".join(tried))


def file_trouble(path):
    """Return what is wrong with an exported file, or None for an event log with something in it."""
    try:
        with open(path, "rb") as source:
            start = source.read(len(MAGIC))
    except FileNotFoundError:
        return "no file"
    except OSError as error:
        return "the file cannot be read: {}".format(error.strerror)
    if not start:
        return "an empty file"
    return None if start == MAGIC else "a file that is no event log"


def _worst(verdicts):
    """Return what to say of a channel that no way gave: denied when any was; missing when the service says so, which
    alone knows; that no file lies where files usually lie proves nothing."""
    denied = [one for one in verdicts if one[0] == outcomes.DENIED]
    if denied or not verdicts:
        return denied[0] if denied else (outcomes.TIMED_OUT, outcomes.READ_STALLED)
    return verdicts[0] if verdicts[0][0] == outcomes.MISSING else (outcomes.FAILED, outcomes.IO_ERROR)


def _by_service(channel, target, context):
    """Return (trouble, error number), (None, 0) when the service says that it has written the file."""
    number = context.events().export(channel, target)
    return ("error {}".format(number), number) if number else (None, 0)


def _by_tool(channel, target, context):
    seconds = min(_EXPORT_SECONDS, context.bounds.left)
    ran = context.run([context.system32("wevtutil.exe"), "epl", channel, target], seconds)
    if ran.reason == outcomes.NO_SUCH_PROGRAM:
        return "not on this machine", 0
    if ran.outcome == outcomes.TIMED_OUT:
        return "no answer within {:.0f} s".format(seconds), 0
    if ran.exit is None:
        return ran.errors or "did not start", 0
    if ran.exit:
        return "exit code {}".format(ran.exit), ran.exit
    return None, 0


def _by_copy(channel, target, context):
    """Copy the live file with full sharing; Windows keeps it readable, the last chunk may be unfinished."""
    try:
        copy_file(log_file(channel, context.system_root), target, context.bounds)
    except OSError as error:
        number = getattr(error, "winerror", None) or error.errno
        return "{} ({})".format(error.strerror, number), number
    return None, 0


def copy_file(source, target, bounds):
    """Copy a file in pieces; TimeoutError when the time is over. Raises OSError."""
    with open(source, "rb") as reader, open(target, "wb") as writer:
        while True:
            if bounds.over():
                raise TimeoutError(110, "no time left")
            data = reader.read(_PIECE)
            if not data:
                break
            writer.write(data)


def _remove(path):
    try:
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)
    except OSError:
        pass


def _table(channel, context, evtx):
    """Return the Pieces of the .csv; without an answer of the service a note: `check` makes it from the .evtx.

    evtx: the Piece of the .evtx, None when nobody asked for one.
    """
    with_events = evtx is not None and evtx.path is not None
    target = context.work_file(os.path.basename(member_of(channel, "csv")))
    shown = channel + " (csv)"
    trouble, rows, more = event_csv.write_table(channel, target, context)
    if rows or (trouble is None and not with_events):
        found = [pieces.file(member_of(channel, "csv"), target, shown)]
        if more:
            detail = trouble or "the newest {} events are there".format(rows)
            found.append(pieces.note(shown + ", older events", outcomes.SKIPPED, outcomes.OVER_LIMIT, detail))
        return found
    _remove(target)
    if not with_events:
        outcome, reason = (evtx.outcome, evtx.reason) if evtx else (outcomes.FAILED, outcomes.IO_ERROR)
        return [pieces.note(shown, outcome, reason, trouble)]
    return [pieces.note(shown, outcomes.SKIPPED, outcomes.FROM_EVTX, trouble or "no events")]
