"""Journals for the tree: genuine ones written by systemd-journal-remote, or a stand-in that packs alike."""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator

from lines import FIRST_SECOND, LogStream

_PLACES = "/usr/lib/systemd:/lib/systemd"
JOURNAL_REMOTE = shutil.which("systemd-journal-remote", path=_PLACES + ":" + os.environ.get("PATH", ""))
"""Path of the program that writes genuine journals (Debian: apt install systemd-journal-remote), or None."""
BYTES_PER_ENTRY = 950
RANDOM_PER_LINE = 40


def _entries(count: int, seed: str) -> Iterator[bytes]:
    """Yield entries in the journal export format."""
    rng = random.Random(seed)
    boot, machine = (f"{rng.getrandbits(128):032x}" for _ in range(2))
    stream = LogStream("syslog", seed)
    micro = FIRST_SECOND * 10**6
    while count > 0:
        for line in stream.page().decode().splitlines()[:count]:
            micro += rng.randrange(1000, 300000)
            ident, message = line.split(" ", 2)[2].split(": ", 1)
            name = ident.split("[")[0]
            yield (
                f"__REALTIME_TIMESTAMP={micro}\n__MONOTONIC_TIMESTAMP={micro - FIRST_SECOND * 10**6}\n_BOOT_ID={boot}\n"
                f"PRIORITY=6\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER={name}\n_TRANSPORT=syslog\n_UID=0\n_GID=0\n"
                f"_PID={rng.randrange(400, 60000)}\n_COMM={name}\n_EXE=/usr/sbin/{name}\n_CMDLINE=/usr/sbin/{name} -D\n"
                f"_SYSTEMD_UNIT={name}.service\n_SYSTEMD_CGROUP=/system.slice/{name}.service\n_MACHINE_ID={machine}\n"
                f"_HOSTNAME=vm01\n_SYSTEMD_INVOCATION_ID={rng.getrandbits(128):032x}\n"
                f"_SOURCE_REALTIME_TIMESTAMP={micro - rng.randrange(900)}\nMESSAGE={message}\n\n"
            ).encode()
        count -= 400


def write_genuine_journal(path: bytes, size: int, _kind: str, seed: str) -> None:
    """Write a journal of about `size` bytes (in steps of 8 MiB) with systemd-journal-remote."""
    assert JOURNAL_REMOTE is not None
    command = [os.fsencode(JOURNAL_REMOTE), b"--output=" + path, b"-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        for entry in _entries(size // BYTES_PER_ENTRY, seed):
            process.stdin.write(entry)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def write_stand_in_journal(path: bytes, size: int, _kind: str, seed: str) -> None:
    """Write log lines with random bytes between, which pack about as badly as a journal does (4 to 4.6 times)."""
    rng = random.Random(seed)
    stream = LogStream("syslog", seed)
    with open(path, "wb") as out:
        out.write(b"LPKSHHRH")
        while out.tell() < size:
            lines = stream.page().splitlines(keepends=True)
            out.writelines(line + b"\0" * 120 + rng.randbytes(RANDOM_PER_LINE) for line in lines)
