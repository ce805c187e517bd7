"""Trees of files as they lie on real systems, made small: what a folder needs for the collector to see that system."""

import gzip
import os
import random
from pathlib import Path

WORDS = b"systemd kernel azure waagent snapshot backup freeze thaw started stopped error eth0 sda1 CRON sshd".split()


class Link(str):
    """The target of a symbolic link."""

    __slots__ = ()


def grow(root, files):
    """Make files below a folder: {path: text, bytes, Link, or None for an empty folder}; returns the folder."""
    for name, content in files.items():
        path = Path(root) / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir(exist_ok=True)
        elif isinstance(content, Link):
            path.symlink_to(str(content))
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Path(root)


def log_lines(size, seed=1):
    """Return about `size` bytes of lines that look like a log; the same for the same seed."""
    draw = random.Random(seed)
    lines = []
    have = 0
    number = 0
    while have < size:
        number += 1
        words = b" ".join(draw.choice(WORDS) for _ in range(8))
        clock = b"%02d:%02d:%02d" % (number // 3600 % 24, number // 60 % 60, number % 60)
        mark = draw.getrandbits(40)
        clock = b"%02d:%02d:%02d" % (number // 3600 % 24, number // 60 % 60, number % 60)
        mark = draw.getrandbits(40)
        lines.append(b"2024-05-01T%s host %s[%d]: %s %x\n" % (clock, draw.choice(WORDS), number, words, mark))
        have += len(lines[-1])
    return b"".join(lines)


def noise(size, seed=1):
    """Return bytes that do not pack."""
    return random.Random(seed).randbytes(size)


def os_release(name, version, likes=""):
    """Return an os-release text."""
    return (
        f'NAME="{name}"\nID={name.lower()}\nID_LIKE="{likes}"\nVERSION_ID="{version}"\nPRETTY_NAME="{name} {version}"\n'
    )


def plain_linux(root):
    """Return a small Ubuntu whose section 1 evidence is complete."""
    return grow(
        root,
        {
            "etc/os-release": os_release("Ubuntu", "22.04", "debian"),
            "etc/hostname": "web01\n",
            "etc/waagent.conf": "Extensions.Enabled=y\n",
            "var/log/syslog": log_lines(20000),
            "var/log/syslog.1": log_lines(9000, 2),
            "var/log/syslog.2.gz": gzip.compress(log_lines(9000, 3)),
            "var/log/waagent.log": log_lines(5000, 4),
            "var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log": log_lines(5000, 5),
            "var/log/dpkg.log": log_lines(3000, 6),
        },
    )


def everything_below(root, *tops):
    """Return {path of the machine: bytes} for the ordinary files below some folders of a tree."""
    found = {}
    for top in tops:
        for folder, _, names in os.walk(os.path.join(root, top.lstrip("/"))):
            for name in names:
                path = Path(folder) / name
                if path.is_file() and not path.is_symlink():
                    found["/" + str(path.relative_to(root))] = path.read_bytes()
    return found
