"""Gathering: what the plan names is read, run and asked, in the order of its worth, and handed to the packer."""

import json
import os
import re

from saishu_collect import (
    commands,
    masking,
    names,
    network,
    outcomes,
    plan,
    reading,
    search,
    survey,
    walk,
)
from saishu_collect.windows import steps as windows_steps

PLAN_MEMBER = "plan.json"
"""The first member: what the run intended. After a crash it is all that says which scenario this was."""
_OWN_NAME = re.compile(r"saishu_.*\.zip(\.partial|\.journal)?\Z")


def gather_all(run):
    """Pack everything that a run's plan names; `run` is a prepared collect.Collection with its packer."""
    intended = json.dumps(run.intention(), ensure_ascii=False, sort_keys=True, indent=1)
    run.packer.text(PLAN_MEMBER, intended.encode("utf-8", "backslashreplace"), [], run.clock())
    run.bundle.checkpoint()
    for shown, evidence, outcome, reason in run.plan.gaps:
        run.packer.note(shown, evidence, outcome, reason)
    for one in run.plan.folders:
        _list_folder(run, one)
    _run_commands(run)
    windows_steps.perform(run)
    network.pack(run)
    _pack_files(run)
    run.packer.drain()
    _pack_moved(run)
    run.packer.drain()


def _list_folder(run, one):
    text = search.list_folder(one.real, run.machine, one.depth, one.entries)
    member = "listings/{}.txt".format(one.name or names.member_name(one.shown).replace("/", "_"))
    shown = names.text_of(one.shown) + " (listing)"
    run.packer.text(member, text.encode("utf-8", "backslashreplace"), one.evidence, run.clock(), shown)


def _run_commands(run):
    for step, evidence in run.plan.commands:
        if run.stop:
            return
        seconds = step.get("seconds", commands.DEFAULT_SECONDS)
        ran = commands.run(step["argv"], seconds, step.get("bytes", commands.DEFAULT_BYTES), run.stop)
        _keep_output(run, step, evidence, ran)


def _keep_output(run, step, evidence, ran):
    shown = " ".join(step["argv"])
    if ran.reason == outcomes.NO_SUCH_PROGRAM:
        outcome = outcomes.SKIPPED if step.get("optional") else outcomes.MISSING
        run.packer.note(shown, evidence, outcome, ran.reason)
        return
    more = {"av": step["argv"], "ex": ran.exit, "n": round(ran.seconds, 3), "er": ran.errors or None}
    if not ran.output:
        optional = step.get("optional") and ran.outcome != outcomes.TIMED_OUT
        outcome = outcomes.EMPTY if ran.outcome == outcomes.EMPTY or optional else ran.outcome
        run.packer.note(shown, evidence, outcome, ran.reason or outcomes.NO_OUTPUT, **more)
        return
    if ran.outcome != outcomes.COLLECTED:
        more["o"], more["r"] = ran.outcome, ran.reason
    run.packer.text("commands/{}.txt".format(step["name"]), ran.output, evidence, run.clock(), shown, **more)


def _pack_files(run):
    """Walk once per class: what is required first; when it will not all fit, newer files before older ones."""
    ages = range(len(survey.AGES) + 1) if run.limited else (None,)
    packed = set()
    for wanted in (plan.REQUIRED_PASS, plan.OTHER_PASS):
        for age in ages:
            for shown, entry in plan.entries_of(run.plan, run.machine, run.stop):
                evidence = run.plan.tags.of(shown)
                if run.plan.tags.pass_of(evidence) == wanted and not _is_later(run, entry, age, shown, packed):
                    _pack_entry(run, shown, entry, evidence)


def _is_later(run, entry, age, shown, packed):
    """Say whether an entry belongs to another age class, or was packed in an earlier one."""
    if age is None:
        return False
    mine = run.window.age_class(entry.status.st_mtime) if entry.status else 0
    key = hash(shown)
    if mine > age or key in packed:
        return True
    packed.add(key)
    return False


def _pack_entry(run, shown, entry, evidence):
    text, raw = names.text_of(shown), names.raw_hex(shown)
    if entry.status is None or entry.skipped:
        _note_unread(run, text, raw, entry, evidence)
    elif run.bundle.is_own(entry.status) or _OWN_NAME.match(os.path.basename(text)):
        run.packer.note(text, evidence, outcomes.SKIPPED, outcomes.OWN_OUTPUT, fs=entry.status.st_size)
    elif run.window.too_old(entry.status.st_mtime):
        size, modified = entry.status.st_size, entry.status.st_mtime
        run.packer.note(text, evidence, outcomes.SKIPPED, outcomes.OLDER_THAN_SINCE, fs=size, t=modified, ph=raw)
    elif run.plan.masks.of(shown):
        masking.pack(run.packer, entry, text, names.member_name(shown), evidence)
    else:
        run.packer.file(reading.FileJob(entry.path, text, names.member_name(shown), evidence, entry.status, raw=raw))


def _note_unread(run, text, raw, entry, evidence):
    """Record an entry that is not an ordinary file, or of which not even that could be found out."""
    if entry.status is None:
        known = {outcomes.NOT_PERMITTED: outcomes.DENIED, outcomes.NO_SUCH_FILE: outcomes.MISSING}
        outcome = known.get(entry.skipped, outcomes.FAILED)
        gone = outcomes.VANISHED if outcome == outcomes.MISSING else None
        run.packer.note(text, evidence, outcome, entry.skipped, d=entry.detail, c=gone, ph=raw)
        return
    detail = names.text_of(entry.detail) if entry.detail else None
    key = "lk" if entry.skipped == outcomes.SYMLINK else "d"
    run.packer.note(text, evidence, outcomes.SKIPPED, entry.skipped, ph=raw, **{key: detail})


def _pack_moved(run):
    """Take what a rotation moved while we read: the file under its new name, and the new file under the old one."""
    moved, run.packer.moved = run.packer.moved, []
    for place, inode, job in moved:
        path = place if inode is None else find_inode(place, inode)
        if path is None or inode in run.packer.opened or run.stop:
            continue
        entry = walk.entry_of(path)
        if entry.status is None or entry.skipped:
            continue
        name = names.text_of(os.path.basename(path))
        shown = job.shown[: max(job.shown.rfind("/"), job.shown.rfind("\\")) + 1] + name
        member = job.member.rpartition("/")[0] + "/" + names.member_name("/x/" + name).rpartition("/")[2]
        run.log("rotated while read: {}", shown)
        run.packer.file(reading.FileJob(path, shown, names.numbered(member, "new"), job.evidence, entry.status))


def find_inode(folder, inode):
    """Return the path of the file with an inode number in a folder, or None."""
    try:
        with_names = os.listdir(folder)
    except OSError:
        return None
    for name in sorted(with_names):
        path = os.path.join(folder, name)
        try:
            if os.lstat(path).st_ino == inode:
                return path
        except OSError:
            continue
    return None
