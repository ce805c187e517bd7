"""The checks of the self-test that only a running Windows knows: locked files, rights, and one step of every kind."""

import os

from saishu_collect import outcomes, reading, walk
from saishu_collect.windows import console, context, drives, files, process, steps

_KINDS = ("registry", "services", "certificates", "event_log", "disks")
_SECONDS = 60


def _locked(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    import ctypes

    path = os.path.join(folder, "held.log")
    with open(path, "wb") as made:
        made.write(b"held")
    kernel = files.kernel()
    handle = kernel.CreateFileW(path, 0xC0000000, 0, None, 3, 0, None)
    if handle == ctypes.c_void_p(-1).value:
        return "failed", "error {}".format(ctypes.get_last_error())
    try:
        os.close(reading.open_file(path))
    except OSError as error:
        reason = walk.reason_of(error)
        return ("ok" if reason == outcomes.LOCKED else "failed"), "{} ({})".format(reason, error.winerror)
    finally:
        kernel.CloseHandle(handle)
    return "failed", "a file that is held could be opened"


def _shared(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    path = os.path.join(folder, "growing.log")
    with open(path, "wb") as writer:
        writer.write(b"so far")
        writer.flush()
        data = reading.read_small(path, os.lstat(path)).data
    return ("ok" if data == b"so far" else "failed"), "{} bytes beside a writer".format(len(data))


def _event_files(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    logs = files.extended(os.path.join(os.environ.get("SYSTEMROOT", "C:\\Windows"), "System32", "winevt", "Logs"))
    names = sorted(name for name in os.listdir(logs) if name.lower().endswith(".evtx"))
    read, troubles = 0, {}
    for name in names:
        try:
            descriptor = reading.open_file(os.path.join(logs, name))
            read += os.read(descriptor, 8) == b"ElfFile\0"
            os.close(descriptor)
        except OSError as error:
            reason = walk.reason_of(error)
            troubles[reason] = troubles.get(reason, 0) + 1
    detail = "{} of {} readable".format(read, len(names))
    detail += "".join(", {}: {}".format(reason, troubles[reason]) for reason in sorted(troubles))
    return ("ok" if read == len(names) else "failed"), detail


def _rights(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    elevated, privilege = process.is_elevated(), process.enable_backup_privilege()
    detail = "administrator: {}, SeBackupPrivilege: {}".format(
        *("yes" if one else "no" for one in (elevated, privilege))
    )
    return ("ok" if elevated else "failed"), detail


def _window(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    return "ok", "build {}, {} processes at the console, ours alone: {}".format(
        process.windows_build(), console.console_processes(), "yes" if console.is_ours_alone() else "no"
    )


def _drives(catalogue, folder):  # noqa: ARG001 - one signature for all checks
    found = drives.read_drives()
    return ("ok" if found else "failed"), ", ".join("{} {}".format(root, kind) for _, root, kind in found)


def _step(kind):
    def check(catalogue, folder):
        step = _first_step(catalogue, kind)
        around = context.Context(folder, 0)
        try:
            pieces = steps.guarded(dict(step, seconds=_SECONDS), around)
        finally:
            around.clean()
        had = [piece for piece in pieces if piece.member is not None]
        reasons = sorted({str(piece.reason or piece.outcome) for piece in pieces if piece.member is None})
        detail = "{}: {}".format(steps.title(step), ", ".join([piece.member for piece in had] + reasons))
        return ("ok" if had else "failed"), detail

    return check


def _first_step(catalogue, kind):
    """Return a step of a kind; of the event logs one that every Windows has."""
    for _, unit in sorted(catalogue["evidence"].items()):
        for step in unit["collect"]:
            if step["do"] == kind and unit["platform"] != "linux" and step.get("channel", "System") == "System":
                return {name: value for name, value in step.items() if name != "when"}
    raise LookupError(kind)


CHECKS = [
    ("rights", _rights), ("window", _window), ("drives", _drives), ("locked", _locked), ("shared", _shared),
    ("event_files", _event_files),
] + [("step_" + kind, _step(kind)) for kind in _KINDS]  # fmt: skip
"""[(id, function)]; a function takes (catalogue, folder) and returns (state, detail)."""
