"""Opening files of a running Windows: shared with whoever writes them, long paths too, each refusal told apart."""

import os
import re
import stat

_GENERIC_READ = 0x80000000
_SHARE_ALL = 7
_OPEN_EXISTING = 3
_BACKUP_SEMANTICS = 0x02000000
_SEQUENTIAL_SCAN = 0x08000000
_TYPE_DISK = 1
_LINK_TAGS = (0xA000000C, 0xA0000003)
"""Symbolic link and junction (or mounted folder)."""
_ELSEWHERE = 0x1000 | 0x400000
"""Attributes of a file whose content lies on another storage: reading it would bring it back."""
_EXTENDED = "\\\\?\\"

ACCESS_DENIED = 5
SHARING_VIOLATION = 32
LOCK_VIOLATION = 33


def extended(path):
    r"""Return an absolute path in the form without a length limit: `\\?\C:\…`, `\\?\UNC\server\…`; dots resolved."""
    if path.startswith(_EXTENDED):
        return path
    path = path.replace("/", "\\")
    if path.startswith("\\\\"):
        return _EXTENDED + "UNC" + _without_dots(path[1:])
    return _EXTENDED + _without_dots(path)


def _without_dots(path):
    drive, _, rest = path.partition("\\")
    parts = []
    for part in rest.split("\\"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return drive + "\\" + "\\".join(parts)


def plain(path):
    r"""Return a path as people write it: without `\\?\`."""
    if path.startswith(_EXTENDED + "UNC\\"):
        return "\\" + path[7:]
    return path[4:] if path.startswith(_EXTENDED) else path


def is_link(status):
    """Say whether a stat result is a symbolic link, a junction or a mounted folder."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) in _LINK_TAGS


def is_elsewhere(status):
    """Say whether a file's content has been moved to another storage, so that only its name is here."""
    return bool(getattr(status, "st_file_attributes", 0) & _ELSEWHERE) and stat.S_ISREG(status.st_mode)


def open_shared(path):
    """Return a descriptor of a regular file for reading; whoever has it open may go on reading, writing and deleting.

    Links are refused. With the backup privilege the file's access list does not count. Raises OSError with
    `winerror`: 32 when somebody has opened it for himself alone, 5 when access is denied, 2 when it is not there.
    """
    import ctypes
    import msvcrt

    if is_link(os.lstat(path)):
        raise OSError(22, "a link")
    system = kernel()
    handle = system.CreateFileW(
        path, _GENERIC_READ, _SHARE_ALL, None, _OPEN_EXISTING, _BACKUP_SEMANTICS | _SEQUENTIAL_SCAN, None
    )
    if handle == ctypes.c_void_p(-1).value:
        raise ctypes.WinError(ctypes.get_last_error())
    if system.GetFileType(handle) != _TYPE_DISK:
        system.CloseHandle(handle)
        raise OSError(22, "not a regular file")
    descriptor = msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(22, "not a regular file")
    return descriptor


def kernel():
    """Return kernel32 with the types of what opens and closes files."""
    import ctypes
    from ctypes import wintypes

    library = ctypes.WinDLL("kernel32", use_last_error=True)
    library.CreateFileW.restype = wintypes.HANDLE
    library.CreateFileW.argtypes = [
        wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID, wintypes.DWORD, wintypes.DWORD,
        wintypes.HANDLE,
    ]  # fmt: skip
    library.GetFileType.argtypes = [wintypes.HANDLE]
    library.CloseHandle.argtypes = [wintypes.HANDLE]
    return library


def is_locked(error):
    """Say whether an OSError means that another program holds the file, as opposed to rights that we lack.

    The C runtime turns a locked range into `permission denied` without a Windows code; opening never goes that way.
    """
    code = getattr(error, "winerror", None)
    if code is None:
        return isinstance(error, PermissionError)
    return code in (SHARING_VIOLATION, LOCK_VIOLATION)


def has_drive(path):
    r"""Say whether a path names its drive or its server: `C:\x`, `\\server\share`."""
    return re.match(r"(?:[A-Za-z]:|\\\\)", path.replace("/", "\\")) is not None
