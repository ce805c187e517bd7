"""The lines around every proof, as they stand in the evidence, so that a claim can be looked at where it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saishu.bundle import Bundle, BundleError
from saishu.model import Diagnosis, Proof
from saishu.parse.lines import Lines
from saishu.timeline.store import Store

AROUND = 3
_LONGEST = 1000
_MOST_LINES = 4_000_000
_MOST_EXCERPTS = 400
_RECORD_AROUND = 1

Place = tuple[str, int]
"""Member path with line or record number."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a file, or some records of an event log.

    lines: (number, text, whether it is the proof itself). sha256: of the whole file as our collector recorded it, or
    None. records: the numbers are record numbers.
    """

    path: str
    lines: tuple[tuple[int, str, bool], ...]
    sha256: str | None
    records: bool = False


def excerpts_of(bundle: Bundle, diagnosis: Diagnosis, store: Store) -> dict[Place, Excerpt]:
    """The excerpt of every proof by its place; proofs whose file cannot be read again have none."""
    proofs = list(_proofs(diagnosis))[:_MOST_EXCERPTS]
    hashes = _hashes(bundle)
    found: dict[Place, Excerpt] = {}
    by_path: dict[str, set[int]] = {}
    for proof in proofs:
        if proof.line is not None:
            by_path.setdefault(proof.path, set()).add(proof.line)
        elif proof.record is not None:
            found.setdefault((proof.path, proof.record), _record(store, proof, hashes))
    for path, numbers in by_path.items():
        for number, lines in _around(bundle, path, numbers).items():
            found[path, number] = Excerpt(path, lines, hashes.get(path))
    return found


def _proofs(diagnosis: Diagnosis) -> Iterable[Proof]:
    for finding in diagnosis.findings:
        yield from finding.evidence
    for one in diagnosis.unusual:
        yield one.example


def _around(bundle: Bundle, path: str, numbers: set[int]) -> dict[int, tuple[tuple[int, str, bool], ...]]:
    """For each wanted line the lines around it, in one pass over the file."""
    member = bundle.find(path)
    if member is None:
        return {}
    wanted = {near for number in numbers for near in range(max(1, number - AROUND), number + AROUND + 1)}
    last, kept = max(wanted), dict[int, str]()
    try:
        with bundle.open_text_bytes(member) as stream:
            for block in Lines(stream):
                if block.first > min(last, _MOST_LINES):
                    break
                end = block.first + len(block.lines)
                kept |= {near: block.lines[near - block.first] for near in wanted if block.first <= near < end}
    except BundleError as trouble:
        bundle.add_note(trouble.as_note(path))
    return {
        number: tuple(
            (near, kept[near][:_LONGEST], near == number)
            for near in range(number - AROUND, number + AROUND + 1)
            if near in kept
        )
        for number in numbers
        if number in kept
    }


def _record(store: Store, proof: Proof, hashes: Mapping[str, str]) -> Excerpt:
    """The record with its neighbours, as its data strings say it."""
    number = proof.record or 0
    rows: Sequence[Mapping[str, Any]] = store.ask(
        "select record, component, event_id, message from events"
        " where path = ? and record between ? and ? order by record",
        [proof.path, number - _RECORD_AROUND, number + _RECORD_AROUND],
    )
    lines = tuple(
        (
            int(row["record"]),
            f"{row['component']} {row['event_id']} {row['message']}"[:_LONGEST],
            row["record"] == number,
        )
        for row in rows
    )
    return Excerpt(proof.path, lines or ((number, proof.text, True),), hashes.get(proof.path), records=True)


def _hashes(bundle: Bundle) -> dict[str, str]:
    """Member path to the SHA-256 that our collector wrote into its manifest."""
    hashes: dict[str, str] = {}
    for manifest in bundle.manifests:
        for entry in manifest.content.get("files") or ():
            if isinstance(entry, dict) and entry.get("sha256") and entry.get("member"):
                hashes[f"{manifest.folder}{entry['member']}"] = str(entry["sha256"])
    return hashes
