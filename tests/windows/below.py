"""The system below Wine, for what a Windows under Wine cannot make itself."""

import ctypes
import os
import subprocess

UNDER_WINE = os.name == "nt" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def unix(*argv):
    """Run a program of the system below Wine."""
    start = ["cmd", "/c", "start", "/wait", "/unix", "/usr/bin/" + argv[0], *argv[1:]]
    subprocess.run(start, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True, timeout=20)


def unix_path(path):
    """Return where a path of this Windows lies in the system below Wine."""
    kernel = ctypes.CDLL("kernel32")
    kernel.wine_get_unix_file_name.restype = ctypes.c_char_p
    return kernel.wine_get_unix_file_name(ctypes.c_wchar_p(str(path))).decode("utf-8")
