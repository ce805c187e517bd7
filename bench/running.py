"""Runs one command and measures it: wall, CPU, memory, bytes written, and how it ended."""

import contextlib
import ctypes
import os
import resource
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

SAMPLE_S = 0.05
GRACE_S = 10.0
IDLE_SAMPLE_S, IDLE_SHARE = 1.0, 0.1
_PR_SET_CHILD_SUBREAPER = 36
_KEPT_OUTPUT = 8000


class Run(NamedTuple):
    """One measured run.

    exit_code: as the shell counts it (128 + signal). ended: exited, killed (over the limit) or deaf (went on after
    SIGINT until killed). peak: bytes of the largest process. written: bytes the process tree handed to block devices'
    page cache. stopped_in: seconds from SIGINT to the end. others: share of the machine's CPU that somebody else used.
    """

    exit_code: int
    ended: str
    wall: float
    cpu: float
    peak: int
    written: int
    stopped_in: float | None
    others: float
    output: str


def adopt_orphans() -> None:
    """Make processes that lose their parent ours, so that nothing escapes the account or survives the bench."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # A background shell leaves it ignored, for children too.


def processes_below(pid: int) -> list[int]:
    """Return the pids of all descendants of a process."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{waiting.pop()}/task"):
                children = Path(f"/proc/{task}/task/{task}/children").read_text().split()
                found += map(int, children)
                waiting += map(int, children)
    return found


def _peak_of(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _written_so_far() -> int:
    """Return the bytes that this process and all its ended descendants wrote to block devices (0 where unknown)."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/io").read_text().splitlines():
            if line.startswith("write_bytes:"):
                return int(line.split()[1])
    return 0


def _busy_seconds() -> float:
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def wait_until_idle(patience: float) -> None:
    """Wait, `patience` seconds at most, until others use less than a tenth of one core for a second."""
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        busy, begun = _busy_seconds(), time.monotonic()
        time.sleep(IDLE_SAMPLE_S)
        if _busy_seconds() - busy < IDLE_SHARE * (time.monotonic() - begun):
            return


class _Watch:
    """Follows one running process until it has ended."""

    def __init__(self, process: subprocess.Popen[bytes], begun: float) -> None:
        self.process = process
        self.begun = begun
        self.peak = 0
        self.ended = "exited"
        self.interrupted: float | None = None
        self._pidfd = os.pidfd_open(process.pid)

    def follow(self, limit: float, interrupt_after: float | None) -> None:
        """Sample memory, send SIGINT when it is due, kill when the limit is reached."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        while not poll.poll(SAMPLE_S * 1000):
            self.peak = max([self.peak, *(_peak_of(p) for p in (self.process.pid, *processes_below(self.process.pid)))])
            now = time.monotonic()
            if interrupt_after is not None and self.interrupted is None and now - self.begun >= interrupt_after:
                self.interrupted = now
                os.killpg(self.process.pid, signal.SIGINT)
            if self.interrupted is not None and now - self.interrupted > GRACE_S:
                self.kill("deaf")
            elif now - self.begun > limit:
                self.kill("killed")
        os.close(self._pidfd)

    def kill(self, word: str) -> None:
        """End the whole process tree and remember why."""
        self.ended = word
        for pid in (self.process.pid, *processes_below(self.process.pid)):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _reap_orphans(keep: frozenset[int]) -> None:
    for pid in processes_below(os.getpid()):
        if pid not in keep:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)


def run_measured(
    command: list[str],
    folder: Path,
    log: Path,
    limit: float = 900.0,
    interrupt_after: float | None = None,
    keep: frozenset[int] = frozenset(),
) -> Run:
    """Run a command in a folder, its talk going to `log`; `keep` are pids below us that are not to be ended."""
    os.sync()
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    written, busy, begun = _written_so_far(), _busy_seconds(), time.monotonic()
    with log.open("wb") as talk:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=talk, stderr=subprocess.STDOUT, start_new_session=True
        )
        watch = _Watch(process, begun)
        try:
            watch.follow(limit, interrupt_after)
        except BaseException:
            watch.kill("killed")
            raise
    _, status, usage = os.wait4(process.pid, 0)
    ended = time.monotonic()
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    _reap_orphans(keep)
    cpu, exact = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
    others = max(0.0, _busy_seconds() - busy - cpu) / ((ended - begun) * (os.cpu_count() or 1))
    return Run(
        exit_code=code if code >= 0 else 128 - code,
        ended=watch.ended,
        wall=ended - begun,
        cpu=cpu,
        # Between fork and exec a child has our own size: below that only the samples say anything.
        peak=exact if exact > floor + 1024 * 1024 else watch.peak,
        written=_written_so_far() - written,
        stopped_in=ended - watch.interrupted if watch.interrupted is not None else None,
        others=others,
        output=log.read_bytes()[-_KEPT_OUTPUT:].decode("utf-8", "replace"),
    )
