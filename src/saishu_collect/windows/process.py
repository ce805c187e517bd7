"""This process on a running Windows: its rights, its privileges, its priority."""

import sys

FIRST_BUILD = 14393
"""Windows Server 2016 and Windows 10 1607: what is older is not supported."""

_BELOW_NORMAL = 0x00004000
_ADJUST = 0x0020 | 0x0008
_ENABLED = 2
_NOT_ALL_ASSIGNED = 1300


def is_elevated():
    """Say whether we run as an administrator with full rights."""
    import ctypes

    try:
        return bool(ctypes.windll.shell32.IsUserAnAdmin())
    except (AttributeError, OSError):
        return False


def windows_build():
    """Return the build number of the running Windows (20348 is Server 2022)."""
    return sys.getwindowsversion().build


def is_too_old(build=None):
    """Say whether this Windows is older than what is supported."""
    return (windows_build() if build is None else build) < FIRST_BUILD


def lower_priority():
    """Lower our priority, which the programs that we start inherit; return the words for the run log.

    Not the background mode of Windows: it holds a process at 32 MB of working set and makes a busy server's disk
    queue wait for us, and the collection would last for hours.
    """
    import ctypes

    kernel = ctypes.windll.kernel32
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    done = kernel.SetPriorityClass(ctypes.c_void_p(kernel.GetCurrentProcess()), _BELOW_NORMAL)
    return ["priority below normal"] if done else []


def enable_backup_privilege():
    """Enable SeBackupPrivilege when this account holds it, so that no access list keeps a log from us; True if so."""
    import ctypes
    from ctypes import wintypes

    class Privilege(ctypes.Structure):
        _pack_ = 4
        _fields_ = [("count", wintypes.DWORD), ("luid", ctypes.c_int64), ("attributes", wintypes.DWORD)]

    advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    advapi.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)]
    advapi.AdjustTokenPrivileges.argtypes = [
        wintypes.HANDLE, wintypes.BOOL, wintypes.LPVOID, wintypes.DWORD, wintypes.LPVOID, wintypes.LPVOID,
    ]  # fmt: skip
    token = wintypes.HANDLE()
    if not advapi.OpenProcessToken(kernel.GetCurrentProcess(), _ADJUST, ctypes.byref(token)):
        return False
    wanted = Privilege(1, 0, _ENABLED)
    luid = ctypes.c_int64()
    try:
        if not advapi.LookupPrivilegeValueW(None, ctypes.c_wchar_p("SeBackupPrivilege"), ctypes.byref(luid)):
            return False
        wanted.luid = luid.value
        done = advapi.AdjustTokenPrivileges(token, False, ctypes.byref(wanted), 0, None, None)
        return bool(done) and ctypes.get_last_error() != _NOT_ALL_ASSIGNED
    finally:
        kernel.CloseHandle(token)
