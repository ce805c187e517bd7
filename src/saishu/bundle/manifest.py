"""Our own collector's manifest, where a bundle has one; a bundle without it is no worse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from saishu.bundle.errors import BundleError, Code, note
from saishu.bundle.limits import MIB
from saishu.model.bundle import Member, MemberKind

if TYPE_CHECKING:
    from saishu.bundle.view import Bundle

NAME = "manifest.json"
_LARGEST = 256 * MIB
_SCHEMA = "saishu/"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest. folder: what stands before the paths it speaks of, with a slash at its end, or empty."""

    folder: str
    content: Mapping[str, Any]


def find_manifests(bundle: Bundle) -> tuple[Manifest, ...]:
    """Every manifest of ours in a bundle, the shallowest first; one that cannot be parsed becomes a note."""
    candidates = [
        member
        for member in bundle.members
        if member.path.endswith(NAME) and member.name == NAME and member.kind is MemberKind.FILE
    ]
    candidates.sort(key=lambda member: (member.path.count("/"), member.path))
    return tuple(_read(bundle, candidates))


def _read(bundle: Bundle, candidates: list[Member]) -> Iterator[Manifest]:
    for member in candidates:
        try:
            with bundle.open(member, _LARGEST) as stream:
                data = stream.read()
            if not _is_ours(data):
                continue
            content = orjson.loads(data)
        except orjson.JSONDecodeError:
            bundle.add_note(note(Code.BAD_MANIFEST, member.path))
            continue
        except BundleError as trouble:
            bundle.add_note(trouble.as_note(member.path))
            continue
        if isinstance(content, dict) and str(content.get("schema", "")).startswith(_SCHEMA):
            yield Manifest(member.path.removesuffix(NAME), content)


def _is_ours(data: bytes) -> bool:
    """The schema stands anywhere: our collector sorts the keys, and the list of files comes before it."""
    return b'"saishu/manifest/' in data
