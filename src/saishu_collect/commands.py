"""Running one program of the machine: read-only, without a terminal, with a time limit that holds."""

import collections
import os
import shutil
import signal
import subprocess
import threading
import time

from saishu_collect import outcomes
from saishu_collect.windows import jobs, tool_folders

DEFAULT_SECONDS = 30
DEFAULT_BYTES = 16 << 20
_SEARCH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"

Ran = collections.namedtuple("Ran", "outcome reason exit seconds output errors truncated")
"""outcome, reason: of the closed lists. exit: the exit code, None when it never ended. output: bytes of stdout.
errors: the first 4 KiB of stderr as text. truncated: True when the output was cut at its limit."""


def find_program(name):
    """Return the full path of a program in the system's own folders first (on Windows: there only), or None."""
    if os.name == "nt":
        return tool_folders.find_program(name)
    # Never from a relative folder: root would run what somebody laid into the present one.
    more = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    return shutil.which(name, path=os.pathsep.join([_SEARCH] + more))


def run(argv, seconds=DEFAULT_SECONDS, limit=DEFAULT_BYTES, stop=None):
    """Run a program and return what came of it; its whole process group is killed when the time is over.

    stdin is empty, the language is C, no shell is involved. `stop` ends it early.
    """
    program = find_program(argv[0])
    if program is None:
        return Ran(outcomes.MISSING, outcomes.NO_SUCH_PROGRAM, None, 0.0, b"", "", False)
    started = time.monotonic()
    try:
        child, job = _start(program, argv[1:])
    except OSError as error:
        reason = outcomes.NOT_PERMITTED if isinstance(error, PermissionError) else outcomes.IO_ERROR
        return Ran(outcomes.FAILED, reason, None, 0.0, b"", error.strerror or "", False)
    output, errors = _Drain(child.stdout, limit), _Drain(child.stderr, 4096)
    ended = _wait(child, started + seconds, stop, output)
    if not ended or output.full:
        kill_group(child, job)
    output.join(2.0)
    if output.is_alive() and ended:
        # The program has ended, but what it left behind holds its output open.
        kill_group(child, job)
    errors.join(0.5)
    if job is not None:
        job.close()
    spent = time.monotonic() - started
    text = text_of(errors.data())
    return _result(ended, child.poll(), spent, output, text, stop)


def _start(program, arguments):
    """Start a program without a terminal; return (process, job), the job only on Windows."""
    if os.name == "nt":
        return jobs.start(program, arguments)
    child = subprocess.Popen(
        [program] + list(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=_environment(), start_new_session=True, close_fds=True, cwd="/",
    )  # fmt: skip
    return child, None


def text_of(data):
    """Return what a program said as text: UTF-8, else what tools of Windows write (UTF-16, the system's code page)."""
    if os.name == "nt":
        if data[:2] == b"\xff\xfe" or data[1:2] == b"\0":
            return data.decode("utf-16-le", "replace").lstrip("\ufeff")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("oem", "backslashreplace")
    return data.decode("utf-8", "backslashreplace")


def _result(ended, code, spent, output, text, stop):
    data = output.data()
    if not ended:
        reason = outcomes.INTERRUPTED if stop else outcomes.READ_STALLED
        return Ran(outcomes.TIMED_OUT, reason, None, spent, data, text, True)
    if output.full:
        return Ran(outcomes.TRUNCATED, outcomes.OVER_FILE_LIMIT, code, spent, data, text, True)
    if code:
        outcome = outcomes.COLLECTED if data else outcomes.FAILED
        return Ran(outcome, outcomes.EXIT_NOT_ZERO, code, spent, data, text, False)
    return Ran(outcomes.COLLECTED if data else outcomes.EMPTY, None, code, spent, data, text, False)


def _wait(child, deadline, stop, output):
    pause = 0.005
    while time.monotonic() < deadline and not stop and not output.full:
        if child.poll() is not None:
            return True
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return output.full or child.poll() is not None


def kill_group(child, job=None):
    """End a program and everything it started: politely, then not; never waits for one that cannot die."""
    if job is not None:
        job.end()
        child.kill()
        return
    for number, patience in ((signal.SIGTERM, 0.3), (getattr(signal, "SIGKILL", signal.SIGTERM), 1.0)):
        try:
            if hasattr(os, "killpg"):
                os.killpg(child.pid, number)
            else:
                child.terminate()
        except OSError:
            return
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        if number != signal.SIGTERM:
            return


def _environment():
    kept = {name: os.environ[name] for name in ("HOME", "TZ", "SystemRoot", "ComSpec") if name in os.environ}
    kept.update(LC_ALL="C", LANG="C", PATH=_SEARCH, SYSTEMD_PAGER="", SYSTEMD_COLORS="0", TERM="dumb")
    return kept


class _Drain(threading.Thread):
    """Reads a pipe to its end so that the child never blocks; keeps at most `limit` bytes."""

    def __init__(self, pipe, limit):
        threading.Thread.__init__(self, daemon=True)
        self._pipe = pipe
        self._limit = limit
        self._parts = []
        self._size = 0
        self.full = False
        self.start()

    def run(self):
        """Read until the pipe closes."""
        while True:
            try:
                data = os.read(self._pipe.fileno(), 65536)
            except (OSError, ValueError):
                return
            if not data:
                return
            if self._size < self._limit:
                self._parts.append(data[: self._limit - self._size])
            self._size += len(data)
            if self._size > self._limit:
                self.full = True

    def data(self):
        """Return what was kept."""
        return b"".join(list(self._parts))
