"""Which file is which evidence: by our manifest, by path, by name, by content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from saishu.bundle.errors import BundleError, Code, note
from saishu.bundle.globs import NameGlobs, PathGlobs
from saishu.bundle.kinds import OFFICE_NAME, named_kind
from saishu.bundle.manifest import NAME as MANIFEST
from saishu.bundle.names import safe_path, without_twin
from saishu.bundle.nesting import INSIDE
from saishu.bundle.roots import Roots
from saishu.bundle.signatures import WEAK, recognise
from saishu.bundle.view import Bundle
from saishu.model.bundle import BundleNote, Match, MatchedBy, Member, MemberKind

Catalogue = ReadOnly[str, Any]
_LONGEST_PATH = 4096
OURS = frozenset(
    (MANIFEST, "plan.json", "environment.json", "run.log", "summary.ja.txt", "summary.en.txt", "summary.html")
)
_ARCHIVE = re.compile(r"(?:\.tar)?(?:\.\w{2,5})?(?:<\d+>)?!/")
_PART = re.compile(r"\.part\Z", re.IGNORECASE)
_TELLING = re.compile(
    r"\.(?:(?:err)?log|txt|evtx|csv|nfo|png|jpe?g|bmp|gif|webp|exe|py|xml|gz|out|\d+)\Z", re.IGNORECASE
)


class Claim(NamedTuple):
    """A unit, or one part of it."""

    evidence: str
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """The files of a bundle sorted into evidence.

    matches: sorted by path, then evidence; a file may serve several units. unmapped: files that belong to no unit,
    sorted by path. notes: what limited the recognition.
    """

    matches: tuple[Match, ...]
    unmapped: tuple[Member, ...]
    notes: tuple[BundleNote, ...] = ()
    _by_evidence: dict[str, tuple[Match, ...]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, evidence: str) -> tuple[Match, ...]:
        """The matches of one unit, sorted by path."""
        if not self._by_evidence:
            grouped: dict[str, list[Match]] = {}
            for match in self.matches:
                grouped.setdefault(match.evidence, []).append(match)
            self._by_evidence.update((unit, tuple(found)) for unit, found in grouped.items())
        return self._by_evidence.get(evidence, ())


class Recogniser:
    """The catalogue's `recognise` blocks, compiled."""

    def __init__(self, catalogue: Catalogue) -> None:
        blocks = list(_blocks(catalogue))
        paths = [(glob, claim) for claim, block in blocks for glob in block.get("path", ())]
        self.path_globs = [glob for glob, _ in paths]
        self.paths = PathGlobs(paths)
        self.names = NameGlobs([(glob, claim) for claim, block in blocks for glob in block.get("name", ())])
        self.named_parts = frozenset(claim.evidence for claim, block in blocks if claim.part and "name" in block)
        """Units with parts, of which a name may say which part a file is."""
        self.contents: dict[str, list[Claim]] = {}
        for claim, block in blocks:
            for signature in block.get("content", ()):
                self.contents.setdefault(signature, []).append(claim)

    def by_content(self, signatures: Iterable[str]) -> tuple[list[Claim], bool]:
        """The claims on a file with these signatures, and whether only weak ones speak for them."""
        found = set(signatures)
        strong = [claim for name in sorted(found - WEAK) for claim in self.contents.get(name, ())]
        if strong:
            return strong, False
        return [claim for name in sorted(found & WEAK) for claim in self.contents.get(name, ())], True


def _blocks(catalogue: Catalogue) -> Iterator[tuple[Claim, ReadOnly[str, Any]]]:
    for evidence, unit in sorted(catalogue.get("evidence", {}).items()):
        for part in unit.get("parts", ()):
            yield Claim(evidence, part["id"]), part["recognise"]
        if "recognise" in unit:
            yield Claim(evidence), unit["recognise"]


def map_members(bundle: Bundle, catalogue: Catalogue) -> Mapping:
    """Sort every file of a bundle into the units of a catalogue.

    A file named by our manifest keeps what it says there, and what its path says besides. Without that the path
    decides, then the name, then (for at most `Limits.heads` files) the first bytes.
    """
    recogniser = Recogniser(catalogue)
    listed = _listed(bundle)
    ours = {found.folder + name for found in bundle.manifests for name in OURS}
    files = [member for member in bundle.members if member.kind is MemberKind.FILE and member.path not in ours]
    matches, strangers = _Words(recogniser, listed, _front(bundle)).sort(files)
    by_content, unmapped, notes = _by_content(bundle, strangers, recogniser)
    matches += by_content
    matches.sort(key=lambda match: (match.member.path, match.evidence, match.part or ""))
    opened = bundle.opened_archives
    return Mapping(tuple(matches), tuple(member for member in unmapped if member.path not in opened), tuple(notes))


def _listed(bundle: Bundle) -> dict[str, list[str]]:
    """Lower-case member path to the units that a manifest of ours names for it."""
    found: dict[str, list[str]] = {}
    for manifest in bundle.manifests:
        for entry in manifest.content.get("files", ()):
            member = entry.get("member") if isinstance(entry, dict) else None
            evidence = entry.get("evidence") if isinstance(member, str) else None
            if isinstance(member, str) and isinstance(evidence, list):
                path = (manifest.folder + safe_path(member)[0]).lower()
                found[path] = [unit for unit in evidence if isinstance(unit, str)]
    return found


class _Words:
    """What manifest, path and name say about the files of one bundle, worked out once for each set of claims."""

    def __init__(self, recogniser: Recogniser, listed: dict[str, list[str]], front: str) -> None:
        self._front = front
        self._paths, self._names = recogniser.paths, recogniser.names
        self._named_parts = recogniser.named_parts
        self._globs = recogniser.path_globs
        self._listed = listed
        self._plans: dict[tuple[Claim, ...], tuple[Claim, ...]] = {}

    def sort(self, files: list[Member]) -> tuple[list[Match], list[Member]]:
        """The matches of every file that something speaks for, and the files that nothing speaks for."""
        matches: list[Match] = []
        strangers: list[Member] = []
        known = [(member, bare, self._claims(bare)) for member, bare in ((m, bare_path(m.path)) for m in files)]
        roots = self._roots(known)
        for member, bare, natural in known:
            whole = roots.whole(bare) if roots else bare
            claims = natural if whole is bare else [*natural, *self._paths.claims(whole)]
            units = self._listed.get(member.path.lower()) if self._listed else None
            if units:
                found = self._told(member, bare, units, claims)
            elif claims:
                found = self._pathed(member, bare, claims)
            else:
                found = self._named(member, bare)
            matches += found
            if not found:
                strangers.append(member)
        return matches, strangers

    def _claims(self, bare: str) -> list[Claim]:
        """What a path says; where it says nothing, the bundle's own name may be the folder that is missing."""
        return self._paths.claims(bare) or (self._paths.claims(self._front + bare) if self._front else [])

    def _roots(self, known: list[tuple[Member, str, list[Claim]]]) -> Roots:
        """Where trees of this bundle were cut off; only asked when there are files that no path speaks for."""
        lost = [bare for _, bare, claims in known if not claims]
        return Roots.of(self._paths.folders(), lost, self._globs) if lost and not self._listed else Roots({})

    def _named(self, member: Member, bare: str) -> list[Match]:
        claims = _parted(self._names.claims(_name(bare)), ())
        return [Match(member, claim.evidence, MatchedBy.NAME, claim.part) for claim in claims]

    def _pathed(self, member: Member, bare: str, claims: list[Claim]) -> list[Match]:
        plan = self._plans.get(tuple(claims))
        if plan is None:
            plan = self._plans[tuple(claims)] = tuple(_parted(claims, ()))
        if any(claim.part is None and claim.evidence in self._named_parts for claim in plan):
            plan = tuple(_parted(claims, self._names.claims(_name(bare))))
        return [Match(member, claim.evidence, MatchedBy.PATH, claim.part) for claim in plan]

    def _told(self, member: Member, bare: str, units: list[str], claims: list[Claim]) -> list[Match]:
        hints = [*claims, *self._names.claims(_name(bare))]
        told = _parted([Claim(unit) for unit in units], hints)
        found = [Match(member, claim.evidence, MatchedBy.MANIFEST, claim.part) for claim in told]
        return found + [match for match in self._pathed(member, bare, claims) if match.evidence not in units]


def _front(bundle: Bundle) -> str:
    """The bundle's own name as a folder: `WindowsAzure.zip` and the folder `winevt` say where their files come from."""
    name = bundle.path.absolute().name
    if bundle.kind == "file":
        return ""
    return name.lower() + "/" if bundle.kind == "folder" else bare_path(name + INSIDE)


def bare_path(path: str) -> str:
    """A path as globs see it: lower case, without our mark for twins and the mark of a file that was cut; a nested
    archive counts as a folder of its name (`msawb.zip!/var` is `msawb/var`)."""
    lowered = path.lower()
    if INSIDE in lowered:
        lowered = _ARCHIVE.sub("/", lowered)
    if lowered.endswith((">", ".part")):
        lowered = _PART.sub("", without_twin(lowered))
    return lowered if len(lowered) <= _LONGEST_PATH else ""


def _name(bare: str) -> str:
    return bare.rpartition("/")[2]


def _parted(claims: Iterable[Claim], hints: Iterable[Claim]) -> list[Claim]:
    """One claim for each unit or part: a claim on a whole unit gives way to one on a part of it, found here or in
    the hints."""
    unique = dict.fromkeys(claims)
    parts: dict[str, dict[Claim, None]] = {}
    for claim in [*unique, *hints]:
        if claim.part is not None:
            parts.setdefault(claim.evidence, {})[claim] = None
    out: dict[Claim, None] = {}
    for claim in unique:
        out.update(dict.fromkeys(parts.get(claim.evidence, {claim: None})))
    return list(out)


def _by_content(
    bundle: Bundle, strangers: list[Member], recogniser: Recogniser
) -> tuple[list[Match], list[Member], list[BundleNote]]:
    """What the first bytes say about files that nothing else speaks for."""
    candidates = [member for member in strangers if member.size != 0 and not _is_container(member)]
    candidates.sort(key=lambda member: (_TELLING.search(without_twin(member.path)) is None, member.path))
    matches: list[Match] = []
    known: set[str] = set()
    for member in candidates[: bundle.limits.heads]:
        claims, weak = recogniser.by_content(_signatures(bundle, member))
        found = [Match(member, c.evidence, MatchedBy.CONTENT, c.part, weak) for c in _parted(claims, ())]
        if found:
            matches += found
            known.add(member.path)
    notes = []
    if len(candidates) > bundle.limits.heads:
        unread = len(candidates) - bundle.limits.heads
        notes.append(note(Code.HEADS_LIMIT, bundle.path.name, count=unread, limit=bundle.limits.heads))
    return matches, [member for member in strangers if member.path not in known], notes


def _is_container(member: Member) -> bool:
    return named_kind(member.path) is not None or OFFICE_NAME.search(member.path) is not None


def _signatures(bundle: Bundle, member: Member) -> frozenset[str]:
    try:
        return recognise(bundle.text_head(member), member.name)
    except BundleError as trouble:
        # Locked and unsupported members are noted once for their archive; the rest is news.
        if trouble.code not in (Code.LOCKED, Code.NEEDS_LIBRARY, Code.FOREIGN_LOCK, Code.OVERLAP):
            bundle.add_note(trouble.as_note(member.path))
        return frozenset()
