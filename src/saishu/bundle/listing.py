"""The list of a container's members while it is made: safe, unique, counted, light."""

from __future__ import annotations

import functools
from array import array
from collections import Counter
from dataclasses import replace
from datetime import datetime

from saishu.bundle.errors import Code, error, note
from saishu.bundle.limits import Limits
from saishu.bundle.names import ESCAPED, MOVED, UNNAMED, twin
from saishu.model.bundle import BundleNote, Member, MemberKind

_MAC_FOLDER = "__MACOSX"
_MAC_FILE = ".DS_Store"
_NEVER_READ = (MemberKind.LINK, MemberKind.SPECIAL)
_REPORTED = (
    (MOVED, Code.NAMES_MOVED),
    (ESCAPED, Code.NAMES_ESCAPED),
)


class Listing:
    """Members in the container's order, each with a number that its opener understands (an offset, an index)."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.members
        self.members: list[Member] = []
        self.where = array("Q")
        self._seen: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def add(self, member: Member, where: int, flags: int = 0) -> None:
        """Take one member in, or leave it out when it is litter of macOS; refuses more than the limit."""
        if len(self.members) >= self._most:
            raise error(Code.TOO_MANY, limit=self._most)
        path = member.path
        if flags:
            self._remember(flags, path)
        if _MAC_FOLDER in path or _MAC_FILE in path:
            parts = path.split("/")
            if _MAC_FOLDER in parts or parts[-1] == _MAC_FILE:
                self._count(Code.LEFT_OUT, path)
                return
        if not path:
            if member.kind is MemberKind.FOLDER:
                return
            member = replace(member, path=UNNAMED)
        if member.kind in _NEVER_READ:
            self._count(Code.LINKS, path)
        self.members.append(member)
        self.where.append(where)

    def _remember(self, flags: int, path: str) -> None:
        for flag, code in _REPORTED:
            if flags & flag:
                self._count(code, path)

    def _count(self, code: Code, path: str) -> None:
        self._seen[code] += 1
        self._examples.setdefault(code, path)

    def finish(self) -> list[BundleNote]:
        """Tell twins apart, drop repeated folders, and say what was unusual: one note for each kind of trouble."""
        folded = len({member.path.lower() for member in self.members})
        if folded != len(self.members):
            self._part_twins()
            folded = len({member.path.lower() for member in self.members})
            if folded != len(self.members):
                self._find_collision(len(self.members) - folded)
        return [
            note(code, None, count=count, example=self._examples[code]) for code, count in sorted(self._seen.items())
        ]

    def _part_twins(self) -> None:
        taken: set[str] = set()
        numbers: Counter[str] = Counter()
        kept: list[Member] = []
        where = array("Q")
        for member, place in zip(self.members, self.where, strict=True):
            path = member.path
            if path in taken and member.kind is MemberKind.FOLDER:
                continue
            while path in taken:
                numbers[member.path] += 1
                path = twin(member.path, numbers[member.path] + 1)
            if path != member.path:
                self._count(Code.SAME_NAMES, member.path)
            taken.add(path)
            kept.append(member if path == member.path else replace(member, path=path))
            where.append(place)
        self.members, self.where = kept, where

    def _find_collision(self, count: int) -> None:
        seen: set[str] = set()
        for member in self.members:
            folded = member.path.lower()
            if folded in seen:
                self._seen[Code.CASE_COLLISION] = count
                self._examples[Code.CASE_COLLISION] = member.path
                return
            seen.add(folded)


@functools.lru_cache(4096)
def zip_time(date: int, time: int) -> datetime | None:
    """The naive local time of a zip entry; None for an impossible one."""
    try:
        return datetime(  # noqa: DTZ001
            (date >> 9) + 1980, date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, min((time & 31) * 2, 59)
        )
    except ValueError:
        return None
