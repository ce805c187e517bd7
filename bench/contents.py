"""Reads an archive back, whatever its kind, and says which files of a tree it holds byte for byte."""

import hashlib
import shutil
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

CHUNK = 1024 * 1024
_DAMAGE = (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error, NotImplementedError, RuntimeError)


class Contents(NamedTuple):
    """What an archive holds. members: [(name, size, sha256)]. broken: names that cannot be read.
    damage: why the archive as a whole cannot be read, or None."""

    members: list[tuple[bytes, int, str]]
    broken: list[bytes]
    damage: str | None


class Completeness(NamedTuple):
    """How much of a tree came back: whole (same bytes, name ends alike), renamed (same bytes, other name), missing."""

    whole: int
    renamed: int
    missing: list[bytes]


def _digest(source: IO[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while piece := source.read(CHUNK):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def _zip_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "surrogateescape")


def _read_zip(path: Path) -> Contents:
    members, broken = [], []
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            is_link = info.external_attr >> 28 == 0xA
            if info.is_dir() or is_link:
                continue
            try:
                with archive.open(info) as source:
                    members.append((_zip_name(info), *_digest(source)))
            except _DAMAGE:
                broken.append(_zip_name(info))
    return Contents(members, broken, None)


def _tar_members(source: IO[bytes], mode: str) -> Iterator[tuple[bytes, int, str]]:
    hard_links: dict[str, tuple[int, str]] = {}
    with tarfile.open(fileobj=source, mode=mode, errors="surrogateescape") as archive:  # type: ignore[call-overload]
        for info in archive:
            if info.isreg():
                with archive.extractfile(info) as data:
                    hard_links[info.name] = _digest(data)
                yield info.name.encode("utf-8", "surrogateescape"), *hard_links[info.name]
            elif info.islnk() and info.linkname in hard_links:
                yield info.name.encode("utf-8", "surrogateescape"), *hard_links[info.linkname]


def _read_tar(path: Path) -> Contents:
    members: list[tuple[bytes, int, str]] = []
    packer = subprocess.Popen(["zstd", "-dcq", str(path)], stdout=subprocess.PIPE) if path.suffix == ".zst" else None
    try:
        with packer.stdout if packer and packer.stdout else path.open("rb") as source:
            for member in _tar_members(source, "r|" if packer else "r|*"):
                members.append(member)  # noqa: PERF402 - what came before the damage counts
    except _DAMAGE as error:
        return Contents(members, [], f"{type(error).__name__}: {error}")
    finally:
        if packer:
            packer.wait()
    return Contents(members, [], None)


def read_contents(path: Path) -> Contents:
    """Return what an archive holds; damage is part of the answer and never an exception."""
    try:
        return _read_zip(path) if path.suffix == ".zip" else _read_tar(path)
    except _DAMAGE as error:
        return Contents([], [], f"{type(error).__name__}: {error}")


def compare(wanted: dict[bytes, tuple[int, str]], contents: Contents) -> Completeness:
    """Say how many of the wanted files ({relative path: (size, sha256)}) came back."""
    names: dict[tuple[int, str], list[bytes]] = {}
    for name, size, digest in contents.members:
        names.setdefault((size, digest), []).append(name)
    whole = renamed = 0
    missing = []
    for path, key in wanted.items():
        found = names.get(key, ())
        if any(name == path or name.endswith(b"/" + path) for name in found):
            whole += 1
        elif found and key[0]:
            renamed += 1
        else:
            missing.append(path)
    return Completeness(whole, renamed, missing)


def unzip_says(path: Path) -> str:
    """Return what `unzip -t` says of an archive: ok, or its exit code; '-' when it is no zip or unzip is missing."""
    if path.suffix != ".zip" or not shutil.which("unzip"):
        return "-"
    done = subprocess.run(["unzip", "-tqq", str(path)], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    return "ok" if done.returncode == 0 else f"exit {done.returncode}"
