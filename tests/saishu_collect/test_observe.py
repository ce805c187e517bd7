"""Circumstances that an investigation must know: each with what shows it, none without."""

import os

import pytest

from saishu_collect import facts, machine, metadata, observe

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a Linux tree")
NVA = {"lists": {"vendors": ["fortinet", "f5-networks"], "known_os_ids": ["ubuntu", "debian", "rhel", "sles"]}}
AGENT = {"versions": {"linux": "2.2.53.1"}}
WARNINGS = {"nva-unsupported": NVA, "agent-not-ready": {}, "old-agent": AGENT, "clock-off": {}, "disk-full": {}}
CLOUD = metadata.Answer({"publisher": "Canonical", "offer": "ubuntu"})


def seen(tmp_path, files, answer=CLOUD, known=None, stop=False):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    here = machine.Machine(str(tmp_path), "linux", {})
    found = observe.observe({"warnings": WARNINGS}, here, answer, known or {}, stop)
    return {one.warning: one.evidence for one in found}


UBUNTU = {"etc/os-release": 'ID=ubuntu\nID_LIKE="debian"\n', "etc/waagent.conf": "x\n"}


def test_an_ordinary_machine_shows_nothing(tmp_path):
    assert seen(tmp_path, UBUNTU) == {}


def test_an_appliance_by_its_publisher(tmp_path):
    found = seen(tmp_path, UBUNTU, metadata.Answer({"publisher": "Fortinet", "offer": "fortigate"}))
    assert found == {"nva-unsupported": ["IMDS compute/publisher: fortinet"]}


@pytest.mark.parametrize(
    ("release", "shown"),
    [
        ("ID=vyos\n", "/etc/os-release: ID=vyos ID_LIKE="), ('ID="rocky"\nID_LIKE="rhel centos"\n', None),
        ("ID=FreeBSD\n", "/etc/os-release: ID=FreeBSD ID_LIKE="), (None, "/etc/os-release: not found"),
    ],
)  # fmt: skip
def test_a_system_that_backup_does_not_know(tmp_path, release, shown):
    files = {"etc/waagent.conf": "x\n"}
    if release:
        files["etc/os-release"] = release
    assert seen(tmp_path, files).get("nva-unsupported") == ([shown] if shown else None)


def test_a_machine_without_the_agent(tmp_path):
    found = seen(tmp_path, {"etc/os-release": "ID=debian\n"})
    assert found == {"agent-not-ready": ["/usr/sbin/waagent, /etc/waagent.conf, /var/lib/waagent: not found"]}


@pytest.mark.parametrize(
    ("line", "off"),
    [("Extensions.Enabled=n\n", True), ("#Extensions.Enabled=n\n", False), ("Extensions.Enabled=y\n", False)],
)
def test_extensions_that_are_switched_off(tmp_path, line, off):
    assert ("agent-not-ready" in seen(tmp_path, dict(UBUNTU, **{"etc/waagent.conf": line}))) == off


@pytest.mark.parametrize(
    ("version", "old"), [("2.2.45", True), ("2.2.53.1", False), ("2.10.0.8", False), ("10.0", False), ("odd", False)]
)
def test_an_agent_below_the_supported_version(tmp_path, version, old):
    found = seen(tmp_path, UBUNTU, known={"env.agent_version": facts.Fact(version, "system")})
    assert ("old-agent" in found) == old


def test_a_part_of_a_disk_says_nothing_about_the_machine(tmp_path):
    assert seen(tmp_path, {"var/log/syslog": "x\n"}) == {}


def test_a_stop_ends_the_looking(tmp_path):
    assert seen(tmp_path, {"etc/hostname": "x\n"}, stop=True) == {}


@pytest.mark.parametrize(
    ("total", "free", "inodes", "free_inodes", "lines"),
    [
        (100 << 30, 1 << 30, 1000, 900, 1), (100 << 30, 40 << 30, 1000, 10, 1), (100 << 30, 40 << 30, 1000, 900, 0),
        (100 << 30, 0, 1000, 0, 2), (10 << 20, 0, 10, 0, 0), (100 << 40, 4 << 40, 0, 0, 0), (1 << 30, 0, 0, 0, 1),
    ],
)  # fmt: skip
def test_full_disks(monkeypatch, total, free, inodes, free_inodes, lines):
    monkeypatch.setattr(observe, "_space", lambda _: (total, free, inodes, free_inodes))
    limits = {"used_percent": 95, "free_mib": 2048, "inode_percent": 95}
    found = observe._fullness(machine.Mount(1, "/data", "xfs", "rw"), limits)
    assert len(found) == lines
    assert all(line.startswith("/data: ") for line in found)
