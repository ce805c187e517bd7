"""What can be wrong with a bundle: stable codes, whose words stand in the phrases (`error.E3xx.what`, `.next`)."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from saishu.model.bundle import BundleNote


class Code(enum.StrEnum):
    """Every code this room raises or notes; never reused. (E300 to E309 belong to the collector.)"""

    NOT_THERE = "E310"
    NOT_READABLE = "E311"
    DENIED = "E312"
    EMPTY = "E313"
    LOCKED = "E314"
    DEFAULT_PASSWORD = "E315"
    DAMAGED = "E316"
    NEEDS_LIBRARY = "E317"
    BOMB = "E318"
    TOO_MANY = "E319"
    NOT_ENTERED = "E320"
    NAMES_MOVED = "E321"
    NAMES_ESCAPED = "E322"
    NOT_A_FILE = "E323"
    LEFT_OUT = "E324"
    SAME_NAMES = "E325"
    CASE_COLLISION = "E326"
    OVERLAP = "E327"
    SIZE_LIES = "E328"
    MEMBER_DAMAGED = "E329"
    METHOD = "E330"
    PART_DENIED = "E331"
    HEADS_LIMIT = "E332"
    SPLIT = "E333"
    NO_ROOM = "E334"
    SPOOL_LIMIT = "E335"
    LINKS = "E336"
    PASSWORD_FILE = "E337"
    NESTED_UNREADABLE = "E338"
    BAD_MANIFEST = "E339"
    FOREIGN_LOCK = "E340"


class BundleError(Exception):
    """A bundle, or one member of it, that cannot or must not be read.

    code: `E3xx`; values: what fills the placeholders of `error.<code>.what` and `error.<code>.next`.
    """

    def __init__(self, code: str, values: Mapping[str, str] | None = None) -> None:
        self.code = str(code)
        self.values: dict[str, str] = dict(values or {})
        super().__init__(self.code, self.values)

    def as_note(self, path: str | None = None) -> BundleNote:
        """The same trouble as a note, for a bundle that goes on without the part."""
        return note(self.code, path if path is not None else self.values.get("path"), **self.values)


class DamagedData(Exception):  # noqa: N818
    """Packed bytes that end early or make no sense; never leaves this room."""


def error(code: Code, /, **values: object) -> BundleError:
    """A `BundleError` with its values as words."""
    return BundleError(code, {name: str(value) for name, value in values.items()})


def note(code: str, path: str | None = None, /, **values: object) -> BundleNote:
    """A `BundleNote` with its values as sorted words; `path` is always among them when given."""
    words = {name: str(value) for name, value in values.items()}
    if path is not None:
        words["path"] = path
    return BundleNote(str(code), path, tuple(sorted(words.items())))
