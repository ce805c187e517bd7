"""The folders that Windows names by variables: as the running system has them, or where a disk has them by default."""

import os
import re

_DEFAULTS = {
    "PROGRAMDATA": "C:\\ProgramData",
    "PROGRAMFILES": "C:\\Program Files",
    "PROGRAMFILES(X86)": "C:\\Program Files (x86)",
    "SYSTEMDRIVE": "C:",
    "SYSTEMROOT": "C:\\Windows",
    "WINDIR": "C:\\Windows",
}
_EXACTLY = {"PROGRAMFILES": "PROGRAMW6432"}
"""A 32-bit program sees another folder under the plain name."""


def whole(pattern, live, environ=None):
    r"""Return a path with `%SystemRoot%` and the like put in; other names, as `%registry%`, stay.

    live: ask the running system; else the defaults stand. What would be read as a wildcard stays literal.
    """
    environ = os.environ if environ is None else environ

    def put(match):
        name = match.group(1).upper()
        if name not in _DEFAULTS:
            return match.group(0)
        found = environ.get(_EXACTLY.get(name, name)) or environ.get(name) if live and os.name == "nt" else None
        return literal(found.rstrip("\\")) if found else _DEFAULTS[name]

    return re.sub(r"%([A-Za-z0-9()]+)%", put, pattern)


def literal(folder):
    """Return a folder as a glob that names it alone."""
    return re.sub(r"([\[*?])", r"[\1]", folder)
