"""Circumstances that an investigation must know of: seen on this machine, each with its evidence."""

import os
import re
import shutil

from saishu_collect import commands, facts

_ON_WINDOWS = ("clock-off", "disk-full", "old-agent")
_AGENT_UNITS = ("walinuxagent.service", "waagent.service")


class Seen:
    """A warning that applies: its id and what shows it, as lines of fact."""

    def __init__(self, warning, evidence):
        self.warning = warning
        self.evidence = evidence


def observe(catalogue, machine, answer, known, stop):
    """Return the Seen warnings of this machine, in order of their ids; `known` holds the Facts found so far.

    A tree without /etc is a part of a disk: what it lacks says nothing about the machine.
    """
    checks = {
        "agent-not-ready": _agent_not_ready,
        "clock-off": _clock_off,
        "disk-full": _disk_full,
        "nva-unsupported": _nva,
        "old-agent": lambda unit, machine, _: _old_agent(unit, machine, known.get("env.agent_version")),
    }
    seen = []
    for name in sorted(checks):
        unit = catalogue["warnings"].get(name)
        if unit is None or stop or not _can_show(name, machine):
            continue
        evidence = checks[name](unit, machine, answer)
        if evidence:
            seen.append(Seen(name, evidence))
    return seen


def _can_show(name, machine):
    """Say whether a machine of this kind can show a warning; a tree without its system folder shows none."""
    if machine.platform == "windows":
        return name in _ON_WINDOWS and machine.exists("C:\\Windows")
    return machine.exists("/etc")


def _nva(unit, machine, answer):
    lists = unit.get("lists", {})
    evidence = []
    for field in ("compute/publisher", "compute/offer"):
        value = (answer.field(field) or "").lower()
        if value and any(vendor in value for vendor in lists.get("vendors", ())):
            evidence.append("IMDS {}: {}".format(field, value))
    release = facts.read_os_release(machine)
    known = set(lists.get("known_os_ids", ()))
    ids = [release.get("ID", "").lower()] + release.get("ID_LIKE", "").lower().split()
    if release and known and not known.intersection(ids):
        evidence.append("/etc/os-release: ID={} ID_LIKE={}".format(release.get("ID", ""), release.get("ID_LIKE", "")))
    if not release and machine.platform == "linux":
        evidence.append("/etc/os-release: not found")
    return evidence


def _agent_not_ready(unit, machine, answer):  # noqa: ARG001 - one signature for all checks
    installed = [
        path for path in ("/usr/sbin/waagent", "/usr/bin/waagent", "/etc/waagent.conf", "/var/lib/waagent")
        if machine.exists(path)
    ]  # fmt: skip
    if not installed:
        return ["/usr/sbin/waagent, /etc/waagent.conf, /var/lib/waagent: not found"]
    evidence = []
    if machine.live and commands.find_program("systemctl"):
        evidence.extend(_inactive_units())
    tail = machine.read_text("/etc/waagent.conf") or ""
    if re.search(r"(?mi)^\s*Extensions\.Enabled?\s*=\s*n", tail):
        evidence.append("/etc/waagent.conf: Extensions.Enabled=n")
    return evidence


def _inactive_units():
    states = []
    for unit in _AGENT_UNITS:
        ran = commands.run(["systemctl", "show", unit, "--property=LoadState,ActiveState,UnitFileState"], seconds=5)
        values = dict(line.split("=", 1) for line in ran.output.decode("utf-8", "replace").splitlines() if "=" in line)
        if values.get("LoadState") == "loaded":
            states.append((unit, values))
    if any(values.get("ActiveState") == "active" for _, values in states):
        return []
    return [
        "systemctl show {}: ActiveState={} UnitFileState={}".format(
            unit, values.get("ActiveState"), values.get("UnitFileState")
        )
        for unit, values in states
    ]


def _disk_full(unit, machine, answer):  # noqa: ARG001 - one signature for all checks
    limits = unit.get("thresholds", {})
    evidence = []
    if not machine.live:
        return evidence
    for mount in sorted(machine.mounts.values(), key=lambda one: one.point):
        if not mount.device or machine.is_foreign(mount.device) or mount.kind in ("squashfs", "iso9660", "erofs"):
            continue
        evidence.extend(_fullness(mount, limits))
    return evidence


def _fullness(mount, limits):
    try:
        total, free, inodes, free_inodes = _space(mount.point)
    except OSError:
        return []
    if total < 64 << 20:
        return []
    used = 100.0 * (1 - free / float(total))
    lines = []
    if used >= limits.get("used_percent", 95) and free < limits.get("free_mib", 1024) * (1 << 20):
        lines.append("{}: {:.0f} % used, {} MiB free".format(mount.point, used, free >> 20))
    if inodes and 100.0 * (1 - free_inodes / float(inodes)) >= limits.get("inode_percent", 95):
        lines.append("{}: {} of {} inodes free".format(mount.point, free_inodes, inodes))
    return lines


def _space(point):
    """Return (bytes, free bytes, inodes, free inodes) of a file system; Windows counts no inodes."""
    if not hasattr(os, "statvfs"):
        total, _, free = shutil.disk_usage(point)
        return total, free, 0, 0
    space = os.statvfs(point)
    return space.f_blocks * space.f_frsize, space.f_bavail * space.f_frsize, space.f_files, space.f_favail


def _old_agent(unit, machine, fact):
    """Compare the agent's version with the lowest one that is supported, part by part."""
    lowest = unit.get("versions", {}).get(machine.platform)
    found = re.match(r"[0-9]+(?:\.[0-9]+)+", fact.value) if fact else None
    if lowest is None or found is None:
        return []
    parts = [[int(part) for part in text.split(".")] for text in (found.group(0), lowest)]
    return ["{} < {}".format(found.group(0), lowest)] if parts[0] < parts[1] else []


def _clock_off(unit, machine, answer):
    evidence = []
    limit = unit.get("thresholds", {}).get("seconds", 5)
    if answer.clock_off_s is not None and abs(answer.clock_off_s) > limit:
        evidence.append("this machine's clock minus the Azure host's: {:+.0f} s".format(answer.clock_off_s))
    if not machine.live:
        return evidence
    if commands.find_program("chronyc"):
        ran = commands.run(["chronyc", "-n", "tracking"], seconds=5)
        text = ran.output.decode("utf-8", "replace")
        off = re.search(r"System time\s*:\s*([0-9.]+) seconds (slow|fast)", text)
        if off and float(off.group(1)) > limit:
            evidence.append("chronyc tracking: {}".format(off.group(0)))
        if re.search(r"Leap status\s*:\s*Not synchronised", text):
            evidence.append("chronyc tracking: Leap status: Not synchronised")
    return evidence
