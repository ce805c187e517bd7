"""A log folder that misbehaves: seven ordinary files and, around them, everything that trips a collector.

python3 bench/nasty.py FOLDER [--make] [--device]        keeps the folder moving until end of input
"""

import argparse
import contextlib
import hashlib
import os
import select
import shutil
import socket
import stat
import sys
import time
from pathlib import Path

from lines import LogStream

MIB = 1024 * 1024
ORDINARY = (
    ("syslog", "syslog", 20), ("syslog.1", "syslog", 16), ("waagent.log", "waagent", 8), ("kern.log", "kern", 6),
    ("auth.log", "auth", 5), ("azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log", "snapshot", 4),
    ("messages", "syslog", 1),
)  # fmt: skip
"""(path below var/log, kind of lines, MiB): 60 MiB in all."""
NAMES = (b"names/caf\xe9.log", b"names/two\nlines.log", b"names/a:b?.log", b"names/" + b"n" * 250 + b".log")
"""Names that are not UTF-8, hold a newline, are illegal on Windows, are 254 bytes long."""
FIFO, SOCKET, DEVICE, LOOP, SPARSE = "app/pipe", "app/socket", "app/zero", "app/back", "lastlog"
GROWING, TRUNCATING, CHURN = "growing.log", "truncating.log", "churn"
SPARSE_BYTES = 2 * 1024 * MIB
GROWS_FROM, GROWS_TO, GROWS_PER_SECOND = 48 * MIB, 4000 * MIB, 60_000_000
REWRITE_S, REWRITTEN_BYTES, CHURN_FILES = 0.08, 4 * MIB, 200
BLOCK = 65536
_FILL = (b"the quick brown fox jumps over the lazy dog 0123456789\n" * (BLOCK // 55 + 1))[: BLOCK - 32]


def numbered_block(number: int) -> bytes:
    """Return 64 KiB that say which block they are."""
    return b"block %024d\n\n" % number + _FILL


def is_prefix(data: bytes, first: int = 0) -> bool:
    """Say whether data is the beginning of what the growing file holds, from block `first` on."""
    blocks = (numbered_block(first + n)[: len(data) - n * BLOCK] for n in range(-(-len(data) // BLOCK)))
    return all(data[n * BLOCK : n * BLOCK + BLOCK] == block for n, block in enumerate(blocks))


def version_block(version: int) -> bytes:
    """Return what the truncated file holds in one version."""
    return (b"version %08d of a file that is written anew\n" % version) * (REWRITTEN_BYTES // 51)


def is_one_version(data: bytes) -> bool:
    """Say whether data is one whole version of the truncated file."""
    return data.startswith(b"version ") and data == version_block(int(data[8:16]))


def make_still(log: Path, device: bool) -> dict[bytes, tuple[int, str]]:
    """Make everything that stands still; return {relative path: (size, sha256)} of the ordinary and odd-named files."""
    shutil.rmtree(log, ignore_errors=True)
    for folder in ("app", "names", CHURN):
        (log / folder).mkdir(parents=True)
    digests = {}
    for name, kind, size in ORDINARY:
        digests[name.encode()] = _write(os.fsencode(log / name), b"".join(LogStream(kind, name).pieces(size * MIB)))
    for odd in NAMES:
        digests[odd] = _write(
            os.fsencode(log) + b"/" + odd, b"a file with a name of its own: " + repr(odd).encode() + b"\n"
        )
    os.mkfifo(log / FIFO)
    with contextlib.chdir(log), socket.socket(socket.AF_UNIX) as listener:  # A long path does not fit a socket's name.
        listener.bind(SOCKET)
    (log / LOOP).symlink_to("..")
    if device:
        os.mknod(log / DEVICE, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    with (log / SPARSE).open("wb") as file:
        file.seek(1000 * 292)
        file.write(b"\1" * 292)
        file.truncate(SPARSE_BYTES)
    return digests


def _write(path: bytes, data: bytes) -> tuple[int, str]:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return len(data), hashlib.sha256(data).hexdigest()


def can_make_device(folder: Path) -> bool:
    """Say whether a device node can be made and read in this folder (root, and not mounted nodev)."""
    probe = folder / "device-probe"
    try:
        os.mknod(probe, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        with probe.open("rb") as file:
            return file.read(1) == b"\0"
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)


class Trouble:
    """The moving part: one file that grows, one that is truncated and rewritten, files that come and go."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._block = 0
        self._version = 0
        self._churned = 0
        self._growing = (log / GROWING).open("wb", buffering=0)
        while self._block * BLOCK < GROWS_FROM:
            self._grow()
        for _ in range(CHURN_FILES):
            self._come()
        self._rewrite()

    def _grow(self) -> None:
        self._growing.write(numbered_block(self._block))
        self._block += 1

    def _rewrite(self) -> None:
        data = version_block(self._version)
        with (self._log / TRUNCATING).open("wb", buffering=0) as file:
            for start in range(0, len(data), MIB // 2):
                file.write(data[start : start + MIB // 2])
        self._version += 1

    def _come(self) -> None:
        (self._log / CHURN / f"job{self._churned:08d}.log").write_bytes(b"job %d\n" % self._churned * 500)
        self._churned += 1

    def _go(self) -> None:
        (self._log / CHURN / f"job{self._churned - CHURN_FILES:08d}.log").unlink(missing_ok=True)

    def run(self) -> None:
        """Keep everything moving until standard input ends."""
        begun = time.monotonic()
        first, rewrites = self._block, 0
        while not select.select([sys.stdin], [], [], 0.004)[0]:
            elapsed = time.monotonic() - begun
            due = min(first + int(elapsed * GROWS_PER_SECOND) // BLOCK, GROWS_TO // BLOCK)
            for _ in range(min(due - self._block, 64)):
                self._grow()
            if elapsed > rewrites * REWRITE_S:
                rewrites = int(elapsed / REWRITE_S) + 1
                self._rewrite()
            self._go()
            self._come()


def main() -> int:
    """Keep an existing folder moving; with --make, make it first."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--device", action="store_true")
    chosen = parser.parse_args()
    if chosen.make:
        make_still(chosen.folder, chosen.device)
    trouble = Trouble(chosen.folder)
    sys.stdout.write("moving\n")
    sys.stdout.flush()
    trouble.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
