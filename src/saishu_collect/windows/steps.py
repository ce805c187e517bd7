"""Doing the steps that only a running Windows can answer: guarded, with a time limit, with a record."""

import json
import os
import threading

from saishu_collect import outcomes, reading
from saishu_collect.windows import (
    certificates,
    context,
    disks,
    event_log,
    pieces,
    registry,
    services,
    tool_file,
    traces,
)

KINDS = {
    "certificates": (certificates.perform, 60),
    "command": (tool_file.perform, 300),
    "disks": (disks.perform, 90),
    "event_log": (event_log.perform, 900),
    "guided_trace": (traces.perform, 60),
    "registry": (registry.perform, 120),
    "services": (services.perform, 60),
}
"""Step kind to (function, seconds). A function takes (step, context) and returns Pieces."""
_GRACE_S = 5.0
_WHOLE = 32 << 20
"""A file up to this size is packed with what is said of it; a larger one is streamed."""
_LOOK_S = 0.2


def plan_step(plan, step, evidence):
    """Put a step into `plan.system_steps`; one that another unit asks for too is done once."""
    key = {name: value for name, value in step.items() if name != "when"}
    for known, ids in plan.system_steps:
        if known == key:
            if evidence not in ids:
                ids.append(evidence)
            return
    plan.system_steps.append((key, [evidence]))


def perform(run):
    """Do the system steps of a collection and pack what they give; the work folder is gone afterwards."""
    if not run.plan.system_steps:
        return
    around = context.Context(run.options.out, run.clock(), run.stop, getattr(run.options, "tss", None))
    try:
        for step, evidence in run.plan.system_steps:
            if run.stop:
                break
            for piece in guarded(step, around):
                pack(run, piece, evidence)
            # What lies in the work folder has to be in the archive before the folder goes.
            run.packer.drain()
    finally:
        left = around.clean()
        if left:
            run.log("this folder is still in use by a program and was not deleted: {}", left)


def guarded(step, around):
    """Return the Pieces of a step; an exception or the end of its time become a note and never end the run."""
    function, seconds = KINDS[step["do"]]
    seconds = step.get("seconds", seconds)
    around.begin(seconds)
    box = []
    thread = threading.Thread(target=_try, args=(function, step, around, box), daemon=True)
    thread.start()
    patience = around.bounds_of(seconds + _GRACE_S)
    while thread.is_alive() and not patience.over():
        thread.join(_LOOK_S)
    if not box and thread.is_alive() and around.stop:
        thread.join(_GRACE_S)
    if box:
        return box[0]
    reason = outcomes.INTERRUPTED if around.stop else outcomes.READ_STALLED
    return [pieces.note(title(step), outcomes.TIMED_OUT, reason)]


def _try(function, step, around, box):
    try:
        box.append(function(step, around))
    except pieces.StepError as error:
        box.append([pieces.note(title(step), error.outcome, error.reason, str(error))])
    except OSError as error:
        number = getattr(error, "winerror", None) or error.errno or 0
        outcome, reason = pieces.judge(number)
        box.append([pieces.note(title(step), outcome, reason, "{} ({})".format(error.strerror or error, number))])
    except Exception as error:  # noqa: BLE001 - the guard of the system steps: what fails is recorded and the run goes on
        detail = "{}: {}".format(type(error).__name__, error)
        box.append([pieces.note(title(step), outcomes.FAILED, outcomes.IO_ERROR, detail)])


def title(step):
    """Return what a step is called in the record of a failure."""
    if step.get("argv"):
        return " ".join(step["argv"])
    names = [step[key] for key in ("name", "channel", "store", "guide") if key in step]
    return " ".join([step["do"]] + names) or json.dumps(step, sort_keys=True)


def pack(run, piece, evidence):
    """Put a Piece into the archive or into the journal; the run log says how a file was had."""
    more = {name: value for name, value in dict(piece.more, d=piece.detail).items() if value is not None}
    if piece.member is None:
        run.packer.note(piece.shown, evidence, piece.outcome, piece.reason, **more)
        return
    if piece.detail:
        run.log("{}: {}", piece.shown, piece.detail)
    if piece.outcome is not None:
        more.update(o=piece.outcome, r=piece.reason)
    data = piece.data
    if data is None and os.path.getsize(piece.path) <= _WHOLE:
        with open(piece.path, "rb") as source:
            data = source.read()
    if data is not None:
        run.packer.text(piece.member, data, evidence, run.clock(), piece.shown, **more)
    else:
        job = reading.FileJob(piece.path, piece.shown, piece.member, evidence, os.lstat(piece.path))
        run.packer.file(job)
