"""The console of a running Windows: whether it is ours alone, as after a double-click, and where to write then."""

import os
import sys

from saishu_collect.windows import tool_folders


def console_processes():
    """Return how many processes share our console; 0 without one."""
    import ctypes

    room = (ctypes.c_uint32 * 16)()
    try:
        return ctypes.windll.kernel32.GetConsoleProcessList(room, 16)
    except (AttributeError, OSError):
        return 0


def is_ours_alone(processes=None, frozen=None):
    """Say whether nobody else uses this console, so that it closes when we end: a double-click opened it.

    A single-file EXE is two processes: the one that unpacks and the one that runs.
    """
    frozen = getattr(sys, "frozen", False) if frozen is None else frozen
    processes = console_processes() if processes is None else processes
    return 1 <= processes <= (2 if frozen else 1)


def hold_open(argv, say, run):
    """Run a command line and return its exit code; in a window that closes with us, wait for Enter at the end.

    Without arguments such a window was opened by a double-click: the person is led through a collection.
    """
    if not (is_ours_alone() and sys.stdin is not None and sys.stdin.isatty()):
        return run(argv)
    if not argv:
        sys.stderr.write(say.say("windows.welcome") + "\n\n")
        argv = ["collect", "-o", output_folder()]
    try:
        return run(argv)
    finally:
        if not {"--yes", "-y", "--json"}.intersection(argv):
            wait_for_enter("\n" + say.say("windows.press_enter"))


def output_folder():
    """Return where the bundle goes after a double-click: beside the program; on the desktop when that is read-only."""
    program = os.path.abspath(sys.executable if getattr(sys, "frozen", False) else sys.argv[0])
    for folder in (os.path.dirname(program), os.path.join(os.path.expanduser("~"), "Desktop"), os.getcwd()):
        if is_writable(folder):
            return folder
    return "."


def is_writable(folder):
    """Say whether a file can be made in a folder that is not one of Windows' own: by making one, no flag tells."""
    if not os.path.isdir(folder) or folder.lower().startswith(tool_folders.system_root().lower()):
        return False
    path = os.path.join(folder, "saishu_{}.tmp".format(os.getpid()))
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.unlink(path)
    except OSError:
        return False
    return True


def wait_for_enter(prompt):
    """Keep the window open until the person has read it."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    try:
        sys.stdin.readline()
    except (OSError, ValueError, KeyboardInterrupt):
        pass
