"""Where the programs of Windows lie: in its own folders and nowhere else, whatever PATH says."""

import os

_ENDINGS = (".exe", ".com")


def system_root():
    r"""Return the folder of Windows, usually C:\Windows."""
    return os.environ.get("SYSTEMROOT") or "C:\\Windows"


def folders():
    """Return the folders of Windows that hold programs."""
    root = system_root()
    inner = ("System32", "", "System32\\Wbem", "System32\\WindowsPowerShell\\v1.0")
    return [(root + "\\" + one).rstrip("\\") for one in inner]


def find_program(name):
    """Return the full path of a program of Windows, or None; a full path is taken as it is.

    The current folder is never searched: what lies beside a log could be anything.
    """
    if os.path.isabs(name):
        return name if os.path.isfile(name) else None
    if "\\" in name or "/" in name or ":" in name:
        return None
    for folder in folders():
        for ending in ("",) if name.lower().endswith(_ENDINGS) else _ENDINGS:
            path = folder + "\\" + name + ending
            if os.path.isfile(path):
                return path
    return None
