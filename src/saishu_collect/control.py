"""What may end a run early: a signal, a limit, a full disk. One object that every loop asks."""

import os
import signal

from saishu_collect import outcomes
from saishu_collect.windows import process


class Stop:
    """Says whether to go on. The first two signals ask for a tidy end, the third ends the program at once.

    at_question: True while a person is asked something; then a signal ends the program there, nothing having begun.
    """

    def __init__(self):
        self.reason = None
        self.signals = 0
        self.at_question = False

    def __bool__(self):
        return self.reason is not None

    def request(self, reason):
        """Ask the run to end tidily; the first reason stays."""
        if self.reason is None:
            self.reason = reason

    def listen(self):
        """Take SIGINT, SIGTERM, SIGHUP (and Ctrl-Break) as requests to stop; under nohup a hang-up stays ignored."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number is None or (name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN):
                continue
            signal.signal(number, self._on_signal)
        if hasattr(signal, "SIGPIPE"):
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    def _on_signal(self, number, frame):  # noqa: ARG002 - the signature is the system's
        self.signals += 1
        self.request(outcomes.INTERRUPTED)
        if self.at_question:
            raise KeyboardInterrupt
        if self.signals >= 3:
            os._exit(130)


def is_elevated():
    """Say whether we may read everything: root, or an administrator with full rights."""
    return process.is_elevated() if os.name == "nt" else os.geteuid() == 0


def be_gentle():
    """Lower our CPU and I/O priority, on Windows also take the right to read logs; return words for the run log."""
    if os.name == "nt":
        return process.lower_priority() + (["backup privilege"] if process.enable_backup_privilege() else [])
    reached = []
    try:
        os.nice(19)
        reached.append("nice 19")
    except (AttributeError, OSError):
        pass
    if _idle_io():
        reached.append("ionice idle")
    return reached


def _idle_io():
    """Ask Linux for the idle I/O class; quietly not available elsewhere."""
    if not hasattr(os, "uname") or os.uname().sysname != "Linux":
        return False
    number = {"x86_64": 251, "aarch64": 30, "ppc64le": 273, "s390x": 282}.get(os.uname().machine)
    if number is None:
        return False
    try:
        import ctypes

        return ctypes.CDLL(None).syscall(number, 1, 0, 3 << 13) == 0
    except Exception:  # noqa: BLE001 - a courtesy, never a reason to fail
        return False
