"""The local drives of a running Windows, in the shape that mounts have on Linux."""

import os

_FIXED = 3
_NO_ERROR_BOXES = 0x0001 | 0x8000


def read_drives():
    """Return [(device, root, file system in lower case)] of the fixed drives, in order of their letters.

    Network drives, CD drives and empty card readers are not touched: asking them may take minutes.
    """
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.SetErrorMode(_NO_ERROR_BOXES)
    present = kernel.GetLogicalDrives()
    drives = []
    for number in range(26):
        root = "{}:\\".format(chr(ord("A") + number))
        if present >> number & 1 and kernel.GetDriveTypeW(ctypes.c_wchar_p(root)) == _FIXED:
            try:
                device = os.stat(root).st_dev
            except OSError:
                continue
            drives.append((device, root, _file_system(kernel, root)))
    return drives


def _file_system(kernel, root):
    import ctypes

    name = ctypes.create_unicode_buffer(64)
    if not kernel.GetVolumeInformationW(ctypes.c_wchar_p(root), None, 0, None, None, None, name, 64):
        return "unknown"
    return name.value.lower()
