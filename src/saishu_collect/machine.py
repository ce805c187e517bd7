"""The machine we stand on: its root, its mounts, its names; with --root a copied tree or a mounted disk."""

import collections
import os
import re

from saishu_collect import reading
from saishu_collect.windows import drives, files

Mount = collections.namedtuple("Mount", "device point kind options")

NETWORK_KINDS = frozenset([
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "glusterfs", "lustre", "gpfs",
    "beegfs", "davfs", "ocfs2", "gfs2", "autofs",
])  # fmt: skip
PSEUDO_KINDS = frozenset([
    "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "pstore", "securityfs", "debugfs", "tracefs",
    "configfs", "fusectl", "bpf", "mqueue", "hugetlbfs", "binfmt_misc", "efivarfs", "selinuxfs", "rpc_pipefs", "nsfs",
])  # fmt: skip
_SERVED = "fuse."
"""A file system that a program serves: blob stores, ssh, desktops. A dead program leaves every read of it hanging."""
RECOVERY_VENDOR = "MABILR"
"""Disk vendor of a mounted recovery point (file recovery over iSCSI): what lies on it is somebody's data."""
MAX_LINKS = 40


def read_mounts(path="/proc/self/mountinfo"):
    """Return {st_dev: Mount} of what is mounted; on Windows the fixed drives; empty where that cannot be asked."""
    if os.name == "nt":
        return {device: Mount(device, root, kind, "") for device, root, kind in drives.read_drives()}
    mounts = {}
    try:
        with open(path, "rb") as lines:
            for line in lines:
                mount = _parse_mount(line.decode("utf-8", "surrogateescape"))
                if mount is not None:
                    mounts[mount.device] = mount
    except OSError:
        return {}
    return mounts


def _parse_mount(line):
    head, dash, tail = line.partition(" - ")
    fields, kinds = head.split(" "), tail.split(" ")
    if not dash or len(fields) < 6 or not kinds:
        return None
    major, _, minor = fields[2].partition(":")
    point = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), fields[4])
    return Mount(os.makedev(int(major), int(minor)), point, kinds[0], fields[5])


def is_recovery_point(device, sys="/sys/dev/block"):
    """Say whether a block device, or a disk below it (partition, LVM), is a mounted recovery point.

    On Windows a recovery point has drive letters of its own, and no search goes there.
    """
    if os.name == "nt":
        return False
    top = os.path.realpath(os.path.join(sys, "{}:{}".format(os.major(device), os.minor(device))))
    places = [top, os.path.dirname(top)]
    try:
        below = os.listdir(os.path.join(top, "slaves"))
    except OSError:
        below = []
    for name in below:
        slave = os.path.realpath(os.path.join(top, "slaves", name))
        places += [slave, os.path.dirname(slave)]
    for place in places:
        try:
            with open(os.path.join(place, "device", "vendor"), "rb") as vendor:
                if vendor.read(64).decode("ascii", "replace").strip().upper() == RECOVERY_VENDOR:
                    return True
        except OSError:
            continue
    return False


def absolute(path):
    """Return a folder as an absolute path that may hold longer ones."""
    path = os.path.abspath(path)
    return files.extended(path) if os.name == "nt" else path


class Machine:
    """Paths as the machine itself sees them, turned into paths that we can open.

    root: "/" for the running system, else a folder that stands in for it. A link inside that folder is resolved
    inside it: nothing of the machine we work on is read by mistake.
    platform: "linux" or "windows", of the system under `root`.
    """

    def __init__(self, root=None, platform=None, mounts=None):
        self.root = absolute(root) if root else None
        self.platform = platform or self._guess_platform()
        self.mounts = read_mounts() if mounts is None else mounts
        self._foreign = {}

    @property
    def live(self):
        """True when we collect from the system that runs, not from a copy of a disk."""
        return self.root is None

    def _guess_platform(self):
        if self.root is None:
            return "windows" if os.name == "nt" else "linux"
        names = {name.lower() for name in os.listdir(self.root)}
        if names.intersection(["windows", "windowsazure"]) or ("c" in names and "var" not in names):
            return "windows"
        return "linux"

    def real(self, path):
        """Return where `path` of that machine can be opened here, links in the folders resolved inside the root."""
        if self.root is None:
            return self._live(path) if os.name == "nt" else path
        relative = re.sub(r"^[A-Za-z]:", "", path.replace("\\", "/"))
        drive = re.match(r"^([A-Za-z]):", path)
        base = self.root
        if drive and os.path.isdir(os.path.join(self.root, drive.group(1).upper())):
            base = os.path.join(self.root, drive.group(1).upper())
        return self._inside(base, relative.strip("/"))

    def shown(self, real):
        """Return what the machine itself calls a path that we opened (the reverse of `real`)."""
        if self.root is None:
            return files.plain(real) if os.name == "nt" else real
        relative = os.path.relpath(real, self.root).replace(os.sep, "/")
        if self.platform != "windows":
            return "/" + relative
        first, _, rest = relative.partition("/")
        drive, inner = (first.upper(), rest) if len(first) == 1 else ("C", relative)
        return "{}:\\{}".format(drive, inner.replace("/", "\\"))

    @staticmethod
    def _live(path):
        """Return a path of the running Windows in the form without a length limit; without a drive: the system's."""
        if not files.has_drive(path):
            path = os.environ.get("SYSTEMDRIVE", "C:") + "\\" + path.lstrip("/\\")
        return files.extended(path)

    def _inside(self, base, relative, links=0):
        """Resolve every folder of `relative` below `base`; the last component keeps its own link."""
        here = base
        parts = [part for part in relative.split("/") if part not in ("", ".")]
        for index, part in enumerate(parts):
            if part == "..":
                here = base if here == base else os.path.dirname(here)
                continue
            step = os.path.join(here, self._exact(here, part))
            if index < len(parts) - 1 and os.path.islink(step):
                if links >= MAX_LINKS:
                    return self._nowhere()
                target = os.readlink(step)
                rest = "/".join(parts[index + 1 :])
                start = "" if target.startswith("/") else os.path.relpath(here, base).replace(os.sep, "/")
                return self._inside(base, "/".join((start, target.lstrip("/"), rest)), links + 1)
            here = step
        return here

    def _nowhere(self):
        """Return a path that is not there: what the links of a copied disk lead to when they do not end. A link that
        we do not resolve ourselves the system would resolve outside the root."""
        return os.path.join(self.root, ".saishu.too-many-links", "x")

    def _exact(self, folder, name):
        """Return the name as the folder spells it: a copied Windows tree knows no case."""
        if self.platform != "windows" or os.path.lexists(os.path.join(folder, name)):
            return name
        try:
            for other in os.listdir(folder):
                if other.lower() == name.lower():
                    return other
        except OSError:
            pass
        return name

    def follow(self, real):
        """Return the file that a link leads to, resolved inside the root; the path itself when it is no link."""
        links = 0
        while os.path.islink(real):
            links += 1
            if links > MAX_LINKS:
                return real if self.root is None else self._nowhere()
            target = os.readlink(real)
            if self.root is None:
                real = os.path.join(os.path.dirname(real), target)
                continue
            start = "" if target.startswith("/") else os.path.relpath(os.path.dirname(real), self.root)
            real = self._inside(self.root, "/".join((start, target.lstrip("/"))))
        return real

    def is_foreign(self, device):
        """Say whether a device is a network, served or pseudo file system or a recovery point: not entered."""
        known = self._foreign.get(device)
        if known is None:
            mount = self.mounts.get(device)
            known = mount is not None and (
                mount.kind in NETWORK_KINDS
                or mount.kind in PSEUDO_KINDS
                or mount.kind.startswith(_SERVED)
                or is_recovery_point(device)
            )
            self._foreign[device] = known
        return known

    def read_text(self, path, limit=65536):
        """Return the first bytes of a small text file of that machine, or None; never blocks on a FIFO."""
        try:
            descriptor = reading.open_file(self.follow(self.real(path)))
        except OSError:
            return None
        try:
            return reading.read_exactly(descriptor, limit).decode("utf-8", "replace")
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def exists(self, path):
        """Say whether a path of that machine exists; a dangling link counts."""
        return os.path.lexists(self.real(path))
