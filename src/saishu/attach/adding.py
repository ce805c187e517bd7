"""One attachment from beginning to end."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from saishu.attach.manifest import MEMBER, read_manifest, with_files

_PIECE = 1 << 20
_STORED = re.compile(r"\.(?:zip|7z|cab|gz|png|jpe?g|webp|xz|zst|rar)\Z", re.IGNORECASE)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


class AttachError(Exception):
    """Nothing was changed. code: `E11x`, `E410` or `E510`; values fill the placeholders of its words."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class Attached:
    """What was added. members: their paths in the bundle; total: members of the bundle now."""

    members: tuple[str, ...]
    total: int


def attach_files(
    bundle: Path, files: Sequence[Path], evidence: str, catalogue: Mapping[str, Any], now: datetime
) -> Attached:
    """Add files to a zip that our collector made, as evidence of one item.

    now: aware; stands in the manifest. The bundle is replaced only after the new one was read back in full. Raises
    `AttachError`; the bundle is then as it was.
    """
    _check(bundle, files, evidence, catalogue)
    beside = bundle.with_name(bundle.name + ".attaching")
    try:
        shutil.copyfile(bundle, beside)
        added, total = _write(beside, bundle, files, evidence, now)
        _verify(beside, added)
        shutil.copymode(bundle, beside)
        beside.replace(bundle)
    except OSError as error:
        raise AttachError("E410", path=str(bundle), error=error.strerror or str(error)) from error
    finally:
        beside.unlink(missing_ok=True)
    return Attached(tuple(sorted(added)), total)


def _check(bundle: Path, files: Sequence[Path], evidence: str, catalogue: Mapping[str, Any]) -> None:
    units = catalogue["evidence"]
    if evidence not in units:
        known = sorted(name for name, unit in units.items() if unit["kind"] != "fact")
        raise AttachError("E110", evidence=evidence, known=", ".join(known))
    if units[evidence]["kind"] == "fact":
        raise AttachError("E111", evidence=evidence)
    for path in files:
        if not path.is_file():
            raise AttachError("E112", path=str(path), error=os.strerror(21 if path.is_dir() else 2))
        if not os.access(path, os.R_OK):
            raise AttachError("E112", path=str(path), error=os.strerror(13))
    if not bundle.is_file() or not zipfile.is_zipfile(bundle) or read_manifest(bundle) is None:
        example = f"{evidence.replace('.', '_')}{files[0].suffix}"
        raise AttachError("E113", path=str(bundle), example=example)


def _write(
    beside: Path, bundle: Path, files: Sequence[Path], evidence: str, now: datetime
) -> tuple[dict[str, int], int]:
    """Append the files and a new manifest; return the CRC of each new member and how many members there are."""
    manifest = read_manifest(bundle)
    if manifest is None:
        raise AttachError("E113", path=str(bundle), example=evidence)
    crcs: dict[str, int] = {}
    entries = []
    with zipfile.ZipFile(beside, "a", zipfile.ZIP_DEFLATED, allowZip64=True, strict_timestamps=False) as archive:
        _drop_manifest(archive)
        taken = set(archive.namelist())
        for path in files:
            member = _free_name(f"attached/{evidence}/{_UNSAFE.sub('_', path.name)}", taken)
            taken.add(member)
            entry, crcs[member] = _add(archive, path, member, evidence)
            entries.append(entry)
        archive.writestr(_info(MEMBER, now), with_files(manifest, entries, evidence, now))
        return crcs, len(archive.namelist())


def _drop_manifest(archive: zipfile.ZipFile) -> None:
    """Take the old manifest out of the directory. It is the last member, so what follows is written over it."""
    old = archive.NameToInfo.pop(MEMBER)
    archive.filelist.remove(old)
    if all(info.header_offset < old.header_offset for info in archive.filelist):
        archive.start_dir = old.header_offset


def _add(archive: zipfile.ZipFile, path: Path, member: str, evidence: str) -> tuple[dict[str, Any], int]:
    """Pack one file; return its entry for the manifest and its CRC."""
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    info = _info(member, modified)
    if _STORED.search(path.name):
        info.compress_type = zipfile.ZIP_STORED
    digest, crc, size = hashlib.sha256(), 0, 0
    with path.open("rb") as source, archive.open(info, "w", force_zip64=path.stat().st_size >= 1 << 31) as target:
        while piece := source.read(_PIECE):
            target.write(piece)
            digest.update(piece)
            crc, size = zlib.crc32(piece, crc), size + len(piece)
    entry = {
        "path": path.name, "member": member, "evidence": [evidence], "size": size, "file_size": size,
        "outcome": "collected" if size else "empty", "attached": True, "sha256": digest.hexdigest(),
        "modified": modified.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip
    return entry, crc


def _info(member: str, moment: datetime) -> zipfile.ZipInfo:
    """A member that only its owner may read, with a time that a zip can hold."""
    moment = max(moment.astimezone(UTC), datetime(1980, 1, 1, tzinfo=UTC))
    info = zipfile.ZipInfo(member, moment.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100600 << 16
    return info


def _free_name(member: str, taken: set[str]) -> str:
    """The name itself, or with a number before its ending when a member has it already."""
    path = PurePosixPath(member)
    number = 2
    while member in taken:
        member = f"{path.parent}/{path.stem}_{number}{path.suffix}"
        number += 1
    return member


def _verify(beside: Path, added: Mapping[str, int]) -> None:
    """Read every member back; the new ones must hold what was read from disk."""
    try:
        with zipfile.ZipFile(beside) as archive:
            bad = archive.testzip()
            wrong = next((name for name, crc in added.items() if crc != archive.getinfo(name).CRC), None)
    except (zipfile.BadZipFile, zlib.error, KeyError) as error:
        raise AttachError("E510", member=str(error)) from error
    if bad or wrong:
        raise AttachError("E510", member=str(bad or wrong))
