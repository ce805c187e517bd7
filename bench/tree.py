"""Makes a log tree of about 1 GiB, like the /var/log of a busy Azure VM, the same for the same seed.

    python3 bench/tree.py FOLDER [--seed 1] [--scale 1.0] [--journals auto|genuine|stand-in]

The journals are genuine when systemd-journal-remote is installed; their ids are random, so the printed digest then
leaves them out. Everything else is the same byte for byte on every machine with the same Python version and zlib.
"""

import argparse
import concurrent.futures
import gzip
import hashlib
import json
import lzma
import os
import random
import shutil
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from journal import JOURNAL_REMOTE, write_genuine_journal, write_stand_in_journal
from lines import LogStream

MIB = 1024 * 1024
SNAPSHOT = "azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux"
TEXTS = (
    ("syslog", "syslog", 200), ("syslog.1", "syslog", 200), ("waagent.log", "waagent", 60), ("kern.log", "kern", 40),
    ("auth.log", "auth", 40), (SNAPSHOT + "/extension.log", "snapshot", 34), (SNAPSHOT + "/shell.log", "snapshot", 20),
    ("audit/audit.log", "audit", 8), ("audit/audit.log.1", "audit", 8), ("audit/audit.log.2", "audit", 8),
    ("audit/audit.log.3", "audit", 8),
)  # fmt: skip
"""(path below var/log, kind of lines, MiB)"""
JOURNALS, JOURNAL_MIB = 6, 32
JAPANESE = "バックアップの監視: スナップショットの取得に失敗しました。再試行します。番号 {}\n"


class Job(NamedTuple):
    """One file to write: what writes it, where, and the arguments."""

    write: Callable[..., None]
    path: bytes
    size: int
    kind: str
    seed: str


def write_text(path: bytes, size: int, kind: str, seed: str) -> None:
    """Write log lines."""
    with open(path, "wb") as out:
        out.writelines(LogStream(kind, seed).pieces(size))


def write_gzip(path: bytes, size: int, kind: str, seed: str) -> None:
    """Write log lines packed with gzip until the file has `size` bytes."""
    stream = LogStream(kind, seed)
    with open(path, "wb") as out, gzip.GzipFile("", "wb", 1, out, mtime=0) as packed:
        while out.tell() < size:
            packed.write(stream.page())


def write_xz(path: bytes, size: int, kind: str, seed: str) -> None:
    """Write log lines packed with xz until the file has about `size` bytes."""
    stream = LogStream(kind, seed)
    packer = lzma.LZMACompressor(preset=0)
    with open(path, "wb") as out:
        while out.tell() < size:
            out.write(packer.compress(b"".join(stream.page() for _ in range(20))))
        out.write(packer.flush())


def write_small(folder: bytes, count: int, kind: str, seed: str) -> None:
    """Write `count` small text files of 0 to 64 KiB, most of them short, and small packed ones for kind 'gz'."""
    rng = random.Random(seed)
    stream = LogStream("syslog", seed)
    for number in range(count):
        name = folder + f"/part{number // 500:02d}".encode()
        os.makedirs(name, exist_ok=True)
        if kind == "gz":
            write_gzip(
                name + f"/unit{number:04d}.log.gz".encode(), rng.randrange(9000, 50000), "syslog", f"{seed}{number}"
            )
        else:
            write_pieces(name + f"/unit{number:04d}.log".encode(), stream, 400 + int(65000 * rng.random() ** 9))


def write_pieces(path: bytes, stream: LogStream, size: int) -> None:
    """Write about `size` bytes from a running stream."""
    with open(path, "wb") as out:
        out.writelines(stream.pieces(size))


def write_empty(folder: bytes, count: int, _kind: str, _seed: str) -> None:
    """Write `count` empty files."""
    os.makedirs(folder, exist_ok=True)
    for number in range(count):
        with open(folder + f"/idle{number:03d}.log".encode(), "wb"):
            pass


def write_counters(path: bytes, size: int, _kind: str, seed: str) -> None:
    """Write binary records of slowly rising counters, as sysstat does."""
    rng = random.Random(seed)
    values = [rng.getrandbits(40) for _ in range(24)]
    with open(path, "wb") as out:
        while out.tell() < size:
            values = [value + rng.randrange(1 << 12) for value in values]
            out.write(struct.pack("<24Q", *values))


def write_logins(path: bytes, size: int, _kind: str, seed: str) -> None:
    """Write records of 384 bytes, as wtmp and btmp have them."""
    rng = random.Random(seed)
    with open(path, "wb") as out:
        for number in range(size // 384):
            host = f"203.0.113.{rng.randrange(256)}".encode()
            out.write(struct.pack("<hi32s4s32s256shhiii16s20s", 7, rng.randrange(700, 65000), b"pts/0", b"ts/0",
                                  b"azureuser", host, 0, 0, number, 1763600000 + 40 * number, 0, b"", b""))  # fmt: skip


def write_japanese(path: bytes, size: int, encoding: str, _seed: str) -> None:
    """Write Japanese lines in the given encoding."""
    with open(path, "wb") as out:
        out.writelines(JAPANESE.format(number).encode(encoding) for number in range(size // 100))


def plan(log: bytes, seed: str, scale: float, genuine: bool) -> list[Job]:
    """Return everything to write below `log`, the largest first."""

    def at(name: str) -> bytes:
        return log + b"/" + name.encode()

    def mib(size: float) -> int:
        return int(size * scale * MIB)

    jobs = [Job(write_text, at(name), mib(size), kind, f"{seed}/{name}") for name, kind, size in TEXTS]
    rotated = [f"syslog.{n}.gz" for n in range(2, 8)] + [f"kern.log.{n}.gz" for n in range(2, 6)]
    jobs += [Job(write_gzip, at(name), mib(6 + n), "syslog", f"{seed}/{name}") for n, name in enumerate(rotated)]
    jobs += [Job(write_xz, at(f"auth.log.{n}.xz"), mib(4), "auth", f"{seed}/xz{n}") for n in (6, 7)]
    writer = write_genuine_journal if genuine else write_stand_in_journal
    for number in range(max(1, round(JOURNALS * scale))):
        name = at(f"journal/{hashlib.md5(seed.encode()).hexdigest()}/system@{number:04d}.journal")
        jobs.append(Job(writer, name, int(JOURNAL_MIB * MIB * min(1, scale * JOURNALS)), "", f"{seed}/j{number}"))
    jobs += [Job(write_counters, at(f"sysstat/sa{n:02d}"), mib(0.6), "", f"{seed}/sa{n}") for n in range(1, 31)]
    jobs += [Job(write_logins, at(name), mib(3), "", seed + name) for name in ("wtmp", "btmp")]
    jobs += [Job(write_small, at("app"), max(20, int(5000 * scale)), "", f"{seed}/app")]
    jobs += [Job(write_small, at("app.old"), max(5, int(200 * scale)), "gz", f"{seed}/old")]
    jobs += [Job(write_empty, at("idle"), max(5, int(200 * scale)), "", "")]
    jobs += [Job(write_japanese, at("バックアップ監視.log"), 200000, "utf-8", "")]
    jobs += [Job(write_japanese, at("監視_cp932.log"), 200000, "cp932", "")]
    return sorted(jobs, key=lambda job: -job.size)


def run_job(job: Job) -> None:
    """Write one file, its folder included."""
    os.makedirs(os.path.dirname(job.path), exist_ok=True)
    job.write(job.path, job.size, job.kind, job.seed)


def grow_tree(folder: Path, seed: str = "1", scale: float = 1.0, journals: str = "auto") -> dict[str, object]:
    """Make the tree at folder/var/log unless it is there already; return its facts (files, bytes, digest, …)."""
    genuine = journals == "genuine" or (journals == "auto" and JOURNAL_REMOTE is not None)
    wanted = {"seed": seed, "scale": scale, "genuine_journals": genuine, "layout": 4}
    facts_file = folder.with_name(folder.name + ".json")
    if facts_file.exists() and folder.is_dir():
        facts: dict[str, object] = json.loads(facts_file.read_text())
        if all(facts.get(key) == value for key, value in wanted.items()):
            return facts
    facts_file.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    log = os.fsencode(folder / "var/log")
    os.makedirs(log)
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(run_job, plan(log, seed, scale, genuine)))
    for name, target in (("latest", "azure"), ("syslog.link", "syslog"), ("gone", "no/such/file")):
        os.symlink(target, os.path.join(log, name.encode()))
    facts = {**wanted, **measure_tree(log)}
    facts_file.write_text(json.dumps(facts, indent=1) + "\n")
    return facts


def regular_files(log: bytes) -> list[bytes]:
    """Return the paths of all regular files relative to `log`, sorted."""
    found = []
    for folder, _, names in os.walk(log):
        paths = (os.path.join(folder, name) for name in names)
        found += [os.path.relpath(path, log) for path in paths if os.path.isfile(path) and not os.path.islink(path)]
    return sorted(found)


def digest_tree(log: bytes) -> dict[bytes, tuple[int, str]]:
    """Return {relative path: (size, sha256)} of all regular files."""
    digests = {}
    for name in regular_files(log):
        with open(os.path.join(log, name), "rb") as file:
            digests[name] = (os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest())
    return digests


def measure_tree(log: bytes) -> dict[str, object]:
    """Return the number of files, their bytes, and a digest of what is not a genuine journal."""
    digests = digest_tree(log)
    whole = hashlib.sha256()
    for name, (size, digest) in digests.items():
        if not name.endswith(b".journal"):
            whole.update(b"%s\0%d\0%s\n" % (name, size, digest.encode()))
    return {"files": len(digests), "bytes": sum(size for size, _ in digests.values()), "sha256": whole.hexdigest()}


def main() -> int:
    """Make a tree and print its facts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--journals", choices=("auto", "genuine", "stand-in"), default="auto")
    chosen = parser.parse_args()
    begun = time.monotonic()
    facts = grow_tree(chosen.folder, chosen.seed, chosen.scale, chosen.journals)
    print(json.dumps({**facts, "seconds": round(time.monotonic() - begun, 1)}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
