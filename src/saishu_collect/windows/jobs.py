"""Child processes of a running Windows: kept in a job, so that they end with everything that they started."""

import os
import subprocess

from saishu_collect.windows import tool_folders

_KILL_ON_CLOSE = 0x2000
_EXTENDED_LIMITS = 9
_NO_WINDOW = 0x08000000


class Job:
    """A job object; whatever a process in it starts is in it too. When we end, in whatever way, it ends."""

    def __init__(self):
        self._kernel = _kernel()
        self._handle = self._kernel.CreateJobObjectW(None, None)
        if self._handle:
            limits = _limits()
            limits.basic.flags = _KILL_ON_CLOSE
            self._set(limits)

    def _set(self, limits):
        import ctypes

        self._kernel.SetInformationJobObject(
            self._handle, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
        )

    def take(self, child):
        """Put a process into the job; False when the system refuses (the process itself can still be ended)."""
        return bool(self._handle and self._kernel.AssignProcessToJobObject(self._handle, int(child._handle)))

    def end(self):
        """End every process of the job."""
        if self._handle:
            self._kernel.TerminateJobObject(self._handle, 1)

    def close(self):
        """Let the job go; what still runs in it ends."""
        if self._handle:
            self._kernel.CloseHandle(self._handle)
            self._handle = None


def _kernel():
    import ctypes
    from ctypes import wintypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    kernel.CreateJobObjectW.argtypes = [wintypes.LPVOID, wintypes.LPCWSTR]
    kernel.SetInformationJobObject.argtypes = [wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD]
    kernel.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
    kernel.TerminateJobObject.argtypes = [wintypes.HANDLE, wintypes.UINT]
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    return kernel


def _limits():
    import ctypes
    from ctypes import wintypes

    class Basic(ctypes.Structure):
        _fields_ = [
            ("process_time", ctypes.c_int64), ("job_time", ctypes.c_int64), ("flags", wintypes.DWORD),
            ("smallest_set", ctypes.c_size_t), ("largest_set", ctypes.c_size_t), ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t), ("priority", wintypes.DWORD), ("scheduling", wintypes.DWORD),
        ]  # fmt: skip

    class Extended(ctypes.Structure):
        _fields_ = [("basic", Basic), ("io", ctypes.c_uint64 * 6), ("memory", ctypes.c_size_t * 4)]

    return Extended()


def start(program, arguments):
    """Start a program without a window, in a job of its own; return (process, Job). Raises OSError.

    It is put into the job right after it began, not before: what it starts within the first microseconds would escape.
    """
    job = Job()
    try:
        child = subprocess.Popen(
            [program] + list(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(), close_fds=True, cwd=tool_folders.system_root(), creationflags=_NO_WINDOW,
        )  # fmt: skip
    except OSError:
        job.close()
        raise
    job.take(child)
    return child, job


_KEPT = (
    "SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "COMSPEC", "TEMP", "TMP", "PROGRAMDATA", "PROGRAMFILES", "USERPROFILE",
    "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "OS", "TZ",
)  # fmt: skip


def environment():
    """Return what a tool of Windows needs to run, and nothing that could lead it to another program."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    kept["PATH"] = ";".join(tool_folders.folders())
    kept["PATHEXT"] = ".COM;.EXE"
    return kept
