"""Opens anything a customer sends, safely, and says which file is which evidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from saishu.bundle.errors import BundleError, Code
from saishu.bundle.limits import Limits
from saishu.bundle.mapping import Mapping, map_members
from saishu.bundle.passwords import read_password_file
from saishu.bundle.view import Bundle

__all__ = ["Bundle", "BundleError", "Code", "Limits", "Mapping", "map_members", "open_bundle", "read_password_file"]

_DEFAULT = Limits()


def open_bundle(path: Path, *, passwords: Sequence[bytes] = (), limits: Limits = _DEFAULT) -> Bundle:
    """A bundle open for reading, to be used in a `with` statement.

    path: a zip, tar, 7z, RAR, CAB, a folder, or one file. passwords: tried in turn on locked members; when none is
    given the published password of WABDiag is tried. Raises `BundleError` when nothing can be read.
    """
    return Bundle(path, passwords, limits)
