"""One bundle while it is judged: its files by evidence, and the few bytes of them that a judgement may read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from saishu.bundle import Bundle, BundleError
from saishu.bundle import Mapping as Sorted
from saishu.bundle.signatures.text import Head
from saishu.check.collected import Collected
from saishu.check.speech import Speech
from saishu.model import Match, Member, MemberKind

HEAD = 64 * 1024
_PICTURE = re.compile(r"\.(?:png|jpe?g|bmp|gif|webp|tiff?|heic)(?:<\d+>)?\Z", re.IGNORECASE)
_PIECES = (".part", ".partial", ".crdownload", ".filepart")


class Case:
    """What judges may ask of a bundle; everything they read is bounded and read once.

    failure_time: when the backup failed, aware, or None when nobody said it.
    """

    def __init__(
        self,
        bundle: Bundle,
        catalogue: Mapping[str, Any],
        sorted_files: Sorted,
        speech: Speech,
        failure_time: datetime | None = None,
    ) -> None:
        self.bundle = bundle
        self.catalogue = catalogue
        self.sorted = sorted_files
        self.speech = speech
        self.collected = Collected.of(bundle)
        self.failure_time = failure_time or self.collected.failure_time
        self._files: dict[str, list[Member]] = {}
        self._heads: dict[str, Head] = {}
        self._locked: dict[str, bool] = {}

    def unit(self, evidence: str) -> Mapping[str, Any]:
        """The evidence unit with an id."""
        unit: Mapping[str, Any] = self.catalogue["evidence"][evidence]
        return unit

    def matches(self, evidence: str) -> list[Match]:
        """What speaks clearly for a unit; a file that only may be it (some picture) is not among it."""
        return [match for match in self.sorted.of(evidence) if not match.weak]

    def files(self, evidence: str) -> list[Member]:
        """The files of a unit, each once, sorted by path."""
        if evidence not in self._files:
            found = {match.member.path: match.member for match in self.sorted.of(evidence) if not match.weak}
            self._files[evidence] = list(found.values())
        return self._files[evidence]

    def parts(self, evidence: str) -> dict[str, list[Member]]:
        """The files of a unit by part; a part without files is not among them."""
        found: dict[str, list[Member]] = {}
        for match in self.matches(evidence):
            if match.part is not None:
                found.setdefault(match.part, []).append(match.member)
        return found

    @cached_property
    def members(self) -> Sequence[Member]:
        """Every file of the bundle."""
        return [member for member in self.bundle.members if member.kind is MemberKind.FILE]

    @cached_property
    def claims(self) -> Mapping[str, frozenset[str]]:
        """Member path to the units that something speaks for clearly."""
        found: dict[str, set[str]] = {}
        for match in self.sorted.matches:
            if not match.weak:
                found.setdefault(match.member.path, set()).add(match.evidence)
        return {path: frozenset(units) for path, units in found.items()}

    @cached_property
    def loose_pictures(self) -> tuple[Member, ...]:
        """Pictures that neither path nor name nor manifest assigns to an item."""
        doubtful = {match.member.path for match in self.sorted.matches if match.weak}
        return tuple(
            member
            for member in self.members
            if member.path not in self.claims and (is_picture(member) or member.path in doubtful)
        )

    def head(self, member: Member, size: int = HEAD) -> Head:
        """The beginning of a file, unpacked and decoded; empty when it cannot be read, and the bundle notes why."""
        known = self._heads.get(member.path)
        if known is None or (len(known.raw) < size and len(known.raw) >= HEAD):
            known = self._heads[member.path] = Head(self._read(member, size), member.name)
        return known

    def is_locked(self, members: Sequence[Member]) -> bool:
        """Whether these files are under a password that we do not have; the first locked one is tried."""
        locked = next((member for member in members if member.encrypted), None)
        if locked is None:
            return False
        if locked.path not in self._locked:
            try:
                self.bundle.head(locked, 1)
                self._locked[locked.path] = False
            except BundleError:
                self._locked[locked.path] = True
        return self._locked[locked.path]

    def _read(self, member: Member, size: int) -> bytes:
        try:
            return self.bundle.text_head(member, size)
        except BundleError as trouble:
            if not member.encrypted:
                self.bundle.add_note(trouble.as_note(member.path))
            return b""


def is_picture(member: Member) -> bool:
    """Whether a file bears the name of a picture."""
    return _PICTURE.search(member.name) is not None


def is_cut(member: Member) -> bool:
    """Whether the name says that the file is a piece: `.part`, or a download that did not end."""
    return member.path.lower().endswith(_PIECES)


def accepts_pictures(unit: Mapping[str, Any]) -> bool:
    """Whether a screenshot answers what the unit asks for."""
    return unit["kind"] == "picture" or any(step["do"] in ("certificates", "disks") for step in unit["collect"])
