"""The self-test: what this program can do on this very machine, as a table. It reads, and leaves nothing behind."""

import json
import os
import shutil
import sys
import tempfile
import time
import zipfile

from saishu_collect import __version__, collect, commands, control, machine, outcomes, survey
from saishu_collect.windows import files, self_checks
from saishu_collect.words import pad, size_text

SCHEMA = "saishu/selftest/1"
OK = "ok"
FAILED = "failed"
NOT_HERE = "not_here"
_LIMIT_S = 1.0
_JAPANESE = "採取テスト.log"


def add_arguments(parser, say):
    """Declare the arguments of the verb."""
    parser.add_argument("--json", action="store_true", help=say.say("cli.collect.json"))


def run(args, say, catalogue, out):
    """Do every check and write the table to `out`; 0 when all that this system knows works, else 1."""
    folder = tempfile.mkdtemp(prefix="saishu_selftest_")
    rows = []
    try:
        for name, check in checks():
            started = time.monotonic()
            state, detail = guarded(check, catalogue, folder)
            rows.append({"id": name, "state": state, "detail": detail, "seconds": time.monotonic() - started})
            if not args.json:
                out.write(line(say, rows[-1]) + "\n")
                out.flush()
    finally:
        shutil.rmtree(files.extended(folder) if os.name == "nt" else folder, ignore_errors=True)
    failed = [row for row in rows if row["state"] == FAILED]
    if args.json:
        document = {"schema": SCHEMA, "version": __version__, "ok": not failed, "checks": rows}
        out.write(json.dumps(document, ensure_ascii=True, indent=1, sort_keys=True) + "\n")
    else:
        key = "selftest.failed" if failed else "selftest.passed"
        out.write("\n" + say.say(key, count=len(failed), checks=len(rows)) + "\n")
    return 1 if failed else 0


def line(say, row):
    """Return a row of the table as text."""
    state = pad(say.say("selftest.state_" + row["state"]), 8)
    title = pad(say.say("selftest." + row["id"]), 44)
    return "{}{} {:5.1f} s  {}".format(state, title, row["seconds"], row["detail"])


def checks():
    """Return [(id, function)]; a function takes (catalogue, folder) and returns (state, detail)."""
    own = [
        ("system", _system), ("catalogue", _catalogue), ("disk", _disk), ("archive", _archive),
        ("program", _program), ("time_limit", _time_limit), ("nothing_found", _nothing_found),
    ]  # fmt: skip
    return own + [(name, _on_windows(check)) for name, check in self_checks.CHECKS]


def _on_windows(check):
    return check if os.name == "nt" else lambda catalogue, folder: (NOT_HERE, "")  # noqa: ARG005 - one signature


def guarded(check, catalogue, folder):
    """Return the (state, detail) of a check; whatever goes wrong in it is its result."""
    try:
        return check(catalogue, folder)
    except Exception as error:  # noqa: BLE001 - a self-test that stops at the first fault tells nothing
        return FAILED, "{}: {}".format(type(error).__name__, error)


def _system(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    parts = [
        "saishu " + __version__, "Python {}.{}.{}".format(*sys.version_info[:3]), sys.platform,
        "elevated" if control.is_elevated() else "not elevated", "stdout " + str(getattr(sys.stdout, "encoding", None)),
    ]  # fmt: skip
    return OK, ", ".join(parts)


def _catalogue(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    return OK, "{}: {} evidence items, {} scenarios".format(
        catalogue["version"], len(catalogue["evidence"]), len(catalogue["scenarios"])
    )


def _disk(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    disk = survey.Disk(folder)
    return (OK if disk.budget > survey.SMALLEST_BUDGET else FAILED), "{} free in {}".format(
        size_text(disk.free), folder
    )


def _archive(catalogue, folder):
    """Collect a small tree with a Japanese name and a path that is too long for old programs; read it back."""
    root = machine.absolute(os.path.join(folder, "tree"))
    logs = os.path.join(root, "var", "log", "azure") if os.name != "nt" else os.path.join(root, "WindowsAzure", "Logs")
    deep = os.path.join(logs, *["d" * 100] * 3)
    os.makedirs(deep)
    if os.name == "nt":
        os.makedirs(os.path.join(root, "Windows"))
    content = os.urandom(1000)
    for place in (logs, deep):
        with open(os.path.join(place, _JAPANESE), "wb") as made:
            made.write(content)
    options = collect.Options(scenarios=["azure-vm"], out=folder, root=root, offline=True, threads=1)
    once = collect.Collection(catalogue, machine.Machine(root), options, control.Stop())
    once.prepare()
    result = once.collect()
    with zipfile.ZipFile(result.path) as archive:
        same = [name for name in archive.namelist() if name.endswith(".log") and archive.read(name) == content]
    os.unlink(result.path)
    return (OK if len(same) == 2 else FAILED), "{} members, {} of 2 files as they were".format(
        result.members, len(same)
    )


def _speaker():
    return ["cmd", "/d", "/c", "ver"] if os.name == "nt" else ["sh", "-c", "echo 1"]


def _sleeper():
    """Return a program that starts another one, which sleeps."""
    return ["cmd", "/d", "/c", "ping -n 30 127.0.0.1"] if os.name == "nt" else ["sh", "-c", "sleep 30; true"]


def _program(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    ran = commands.run(_speaker(), seconds=20)
    works = ran.outcome == outcomes.COLLECTED
    return (OK if works else FAILED), commands.text_of(ran.output).strip() or str(ran.reason)


def _time_limit(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    started = time.monotonic()
    ran = commands.run(_sleeper(), seconds=_LIMIT_S)
    spent = time.monotonic() - started
    ended = ran.outcome == outcomes.TIMED_OUT and spent < _LIMIT_S + 5
    return (OK if ended else FAILED), "{}, ended after {:.1f} s".format(ran.outcome, spent)


def _nothing_found(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    ran = commands.run(["saishu-no-such-program"], seconds=5)
    return (OK if ran.reason == outcomes.NO_SUCH_PROGRAM else FAILED), ran.outcome
