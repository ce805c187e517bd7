"""What a bundle holds, whatever it came as."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class MemberKind(enum.StrEnum):
    """What a member of a bundle is; only files are ever read."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a bundle.

    path: decoded, NFC, forward slashes, no leading slash, no `..`, no invisible character (`<U+202E>` stands for one);
    the second of two members with one name ends in `<2>`; a member of a nested archive carries the path of its
    archive in front: `case.zip!/Logs.ZIP!/Temp/CBEngineCurr.errlog` is `Logs.ZIP!/Temp/CBEngineCurr.errlog`.
    size: bytes when read, None where the container does not say before reading (a compressed single file).
    packed: bytes inside the container, None where that means nothing (a folder on disk).
    modified: as the container says; a zip time without a zone in its extra fields is naive, all others are UTC.
    """

    path: str
    kind: MemberKind
    size: int | None
    packed: int | None = None
    modified: datetime | None = None
    encrypted: bool = False

    @property
    def name(self) -> str:
        """The bare file name, without folders and without the nested-archive prefix."""
        return self.path.rsplit("/", 1)[-1]


class MatchedBy(enum.StrEnum):
    """How a file was recognised, strongest first."""

    MANIFEST = "manifest"
    PATH = "path"
    NAME = "name"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Match:
    """One member is evidence for one unit (and, where the unit has parts, for one part of it).

    weak: only its kind speaks for it (a picture, a program): it may be the evidence, nothing says that it is.
    """

    member: Member
    evidence: str
    by: MatchedBy
    part: str | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class BundleNote:
    """Something a reader must know about the bundle itself: refused, damaged, encrypted, not readable here.

    code: a stable error code (`E3xx`) whose words stand in the phrases; values fill its placeholders.
    """

    code: str
    path: str | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a claim comes from: member path with line (1-based) or record number."""

    path: str
    line: int | None = None
    record: int | None = None
    evidence: str | None = None
