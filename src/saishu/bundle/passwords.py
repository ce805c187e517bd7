"""Passwords for locked archives: given in a file, or the one that Microsoft publishes with its own tool."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from saishu.bundle.errors import Code, error

PUBLISHED = b"AzureBackup"
"""The password of WABDiag.zip, printed in the support article; no secret."""
_LONGEST_FILE = 64 * 1024


class Passwords:
    """The passwords to try in turn; one that has fitted is tried first from then on."""

    def __init__(self, given: Sequence[bytes] = ()) -> None:
        self.only_published = not given
        self._in_turn = list(dict.fromkeys(given)) if given else [PUBLISHED]

    def in_turn(self) -> tuple[bytes, ...]:
        """All candidates, the likeliest first."""
        return tuple(self._in_turn)

    def fitted(self, password: bytes) -> None:
        """Remember that this one opened something."""
        self._in_turn.remove(password)
        self._in_turn.insert(0, password)


def read_password_file(path: Path) -> tuple[bytes, ...]:
    """The passwords in a file, one a line; blank lines are none.

    A password that is not plain ASCII is given in UTF-8 and in cp932, because archives made on Japanese Windows use
    either. Raises `BundleError` E328 when the file cannot be read or holds nothing.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LONGEST_FILE)
    except OSError as trouble:
        raise error(Code.PASSWORD_FILE, path=path, reason=trouble.strerror) from trouble
    found = [candidate for line in _text(raw).splitlines() if line for candidate in _forms(line)]
    if not found:
        raise error(Code.PASSWORD_FILE, path=path, reason="empty")
    return tuple(dict.fromkeys(found))


def _text(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _forms(password: str) -> list[bytes]:
    forms = [password.encode("utf-8")]
    if not password.isascii():
        forms.append(password.encode("cp932", "ignore"))
    return [form for form in forms if form]
