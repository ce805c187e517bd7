"""Which format a file of a bundle has, and which reader reads it."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module

from saishu.bundle import Bundle, BundleError, Mapping
from saishu.bundle.globs import NameGlobs, PathGlobs
from saishu.bundle.mapping import OURS, bare_path
from saishu.catalogue.formats import load_formats
from saishu.model import Match, MatchedBy, Member
from saishu.parse.grammar import ANY_TEXT
from saishu.parse.reading import Reader
from saishu.parse.telling import format_in
from saishu.parse.text import read_text

_PACKED = re.compile(r"\.(?:gz|xz|bz2|zst)\Z")
_NO_LOG = re.compile(
    r"\.(?:py|pyc|ps1|psm1|psd1|sh|bat|cmd|vbs|js|css|html?|xml|xsd|xsl|md|exe|dll|sys|so|bin|dat|db|etl|blg|cab|msi"
    r"|zip|7z|tar|tgz|rar|iso|vhdx?|dmp|mdmp|png|jpe?g|gif|bmp|webp|ico|pdf|docx?|xlsx?|pptx?|cer|crt|pem|key|pfx"
    r"|p12|journal|mta|svg|woff2?|ttf|rpm|deb|sha256|settings)\Z"
)
_XML = re.compile(r"\.xml\Z")


class Recogniser:
    """Knows the formats of one bundle's files. mapping: the bundle sorted into evidence."""

    def __init__(self, bundle: Bundle, mapping: Mapping) -> None:
        self._bundle = bundle
        self._matches: dict[str, list[Match]] = {}
        for match in mapping.matches:
            self._matches.setdefault(match.member.path, []).append(match)
        self._ours = {found.folder + name for found in bundle.manifests for name in OURS}
        front = bundle.path.absolute().name
        self._front = front.lower() + "/" if bundle.kind == "folder" else bare_path(front + "!/x")[:-1]
        self._heads = 0

    def format_of(self, member: Member) -> tuple[str | None, str | None]:
        """The format id and the evidence id of a file; no format for binary data, programs and our own papers.

        The path decides, then what the bundle's mapping and the name suggest together with the first bytes, then the
        first bytes alone.
        """
        if member.path in self._ours or member.size == 0:
            return None, None
        matches = self._matches.get(member.path, [])
        found = self._by_path(member.path) or self._by_content(member, matches)
        return found, _evidence(found, matches)

    def _by_path(self, path: str) -> str | None:
        return format_by_path(path) or (format_by_path(self._front + path) if self._front else None)

    def _by_content(self, member: Member, matches: list[Match]) -> str | None:
        """What name, evidence and first bytes say; the first bytes have the last word where they are clear."""
        name = bare_path(member.path).rpartition("/")[2]
        hint = format_by_name(name) or _by_evidence(matches)
        bare = _PACKED.sub("", name)
        if hint is None and _NO_LOG.search(bare) and not _XML.search(bare):
            return None
        if self._heads >= self._bundle.limits.heads:
            return hint
        self._heads += 1
        try:
            told = format_in(self._bundle.text_head(member), name)
        except BundleError as trouble:
            self._bundle.add_note(trouble.as_note(member.path))
            return hint
        if told is None or (told == ANY_TEXT and _XML.search(bare)):
            return None if told is None and hint != "events" else hint
        return hint if hint is not None and told == ANY_TEXT else told


def open_reader(format_id: str) -> Reader:
    """The reader of a format: its own where it has one, else the one for declared lines."""
    name = load_formats().get(format_id, {}).get("reader")
    if name is None:
        return read_text
    try:
        module = import_module(f"saishu.parse.readers.{name}")
    except ModuleNotFoundError as trouble:
        if trouble.name != f"saishu.parse.readers.{name}":
            raise
        return read_text
    reader: Reader = module.read
    return reader


def format_by_path(path: str) -> str | None:
    """The format that the end of a member path stands for, the most exact glob first; None where none fits."""
    bare = _PACKED.sub("", bare_path(path))
    claims = _globs()[0].claims(bare)
    return max(claims)[1] if claims else None


def format_by_name(name: str) -> str | None:
    """The format that a bare file name, in lower case, stands for."""
    claims = _globs()[1].claims(_PACKED.sub("", name))
    return max(claims)[1] if claims else None


@lru_cache(maxsize=1)
def _globs() -> tuple[PathGlobs[tuple[int, str]], NameGlobs[tuple[int, str]]]:
    paths, names = [], []
    for format_id, unit in sorted(load_formats().items()):
        files = unit["files"]
        paths += [(glob, (_weight(glob), format_id)) for glob in files.get("path", ())]
        names += [(glob, (_weight(glob), format_id)) for glob in files.get("name", ())]
    return PathGlobs(paths), NameGlobs(names)


def _weight(glob: str) -> int:
    """How exact a glob is: its characters that are no wildcard, a file name without any most of all."""
    name = glob.rpartition("/")[2]
    exact = 1000 if not re.search(r"[*?\[]", name) else 0
    return exact + 10 * len(name.replace("*", "").replace("?", "")) + len(glob.replace("*", ""))


def _by_evidence(matches: list[Match]) -> str | None:
    """The one format that belongs to the evidence of a file, where there is one only."""
    wanted = {match.evidence for match in matches if not match.weak}
    found = [name for name, unit in load_formats().items() if wanted & set(unit.get("evidence", ()))]
    return found[0] if len(found) == 1 else None


def _evidence(format_id: str | None, matches: list[Match]) -> str | None:
    """The evidence id of a file: one that its format belongs to, else how it was recognised best."""
    own = load_formats().get(format_id or "", {}).get("evidence", ())
    order = list(MatchedBy)
    ranked = sorted(matches, key=lambda match: (match.evidence not in own, order.index(match.by), match.evidence))
    return ranked[0].evidence if ranked else None
