"""Trees laid out as real systems are: the right scenario is recognised, and every file lies under its own path."""

import gzip
import lzma

import pytest

from e2e_collect.running import SET_FACTS
from e2e_collect.trees import Link, everything_below, grow, log_lines, os_release, plain_linux

ILR_SCRIPT = (
    "vm02kensho_1_jpe_6591639015130036692_802427195716_899298aac7c04bf094ad68bfc5b9584ed206b94b62d965.py"
)  # fmt: skip
RUN = "vm02kensho-20220212151619"
EXTENSION = "Microsoft.Azure.RecoveryServices.VMSnapshotLinux"
RESTORE_FACTS = ["--set", "env.restore_vm_resource_group=rg2", "--set", "env.os=SLES 15"]


def base(release, host):
    """Return what every tree has."""
    return {
        "etc/os-release": release,
        "etc/hostname": host + "\n",
        "etc/waagent.conf": "Extensions.Enabled=y\n",
        "var/log/waagent.log": log_lines(4000, 1),
        "var/log/waagent.log.1": log_lines(2000, 2),
        f"var/log/azure/{EXTENSION}/extension.log": log_lines(4000, 3),
        f"var/log/azure/{EXTENSION}/shell.log": log_lines(1000, 4),
        f"var/lib/waagent/{EXTENSION}-1.0.9201.0/HandlerEnvironment.json": "[]\n",
        f"var/lib/waagent/{EXTENSION}-1.0.9201.0/status/0.status": "[]\n",
        "var/lib/waagent/WALinuxAgent-2.9.1.1/bin/x": "",
        "var/lib/waagent/WALinuxAgent-2.11.1.4/bin/x": "",
    }


RHEL = base(os_release("rhel", "8.8", "fedora"), "rhel8") | {
    "etc/redhat-release": "Red Hat Enterprise Linux release 8.8 (Ootpa)\n",
    "var/log/messages": log_lines(20000, 5),
    "var/log/messages-20240428": log_lines(9000, 6),
    "var/log/messages-20240421.gz": gzip.compress(log_lines(9000, 7)),
    "var/log/secure": log_lines(2000, 8),
    "var/log/audit/audit.log": log_lines(5000, 9),
}
UBUNTU = base(os_release("ubuntu", "22.04", "debian"), "jammy") | {
    "var/log/syslog": log_lines(20000, 5),
    "var/log/syslog.1": log_lines(20000, 6),
    "var/log/syslog.2.gz": gzip.compress(log_lines(9000, 7)),
    "var/log/auth.log": log_lines(2000, 8),
    "var/log/journal/0123456789abcdef0123456789abcdef/system.journal": bytes(range(256)) * 100,
}
DEBIAN = base(os_release("debian", "12"), "bookworm") | {
    "var/log/README": Link("../../usr/share/doc/systemd/README.logs"),
    "var/log/dpkg.log": log_lines(2000, 9),
}


def hana(sid, number, host, databases):
    """Return the trace folders of one HANA instance."""
    top = f"hana/shared/{sid}/HDB{number}/{host}/trace"
    files = {
        f"{top}/backup.log": log_lines(3000, 11),
        f"{top}/backup.log.1.gz": gzip.compress(log_lines(3000, 12)),
        f"{top}/backint.log": log_lines(3000, 13),
        f"{top}/indexserver_{host}.30003.000.trc": "customer data, not asked for\n",
        f"hana/shared/{sid}/global/hdb/custom/config/global.ini": "[backup]\ncatalog_backup_using_backint = true\n",
        f"usr/sap/{sid}/HDB{number}": Link(f"/hana/shared/{sid}/HDB{number}"),
    }
    for name in databases:
        files[f"{top}/DB_{name}/backup.log"] = log_lines(3000, 14)
        files[f"{top}/DB_{name}/backup.log.1.gz"] = gzip.compress(log_lines(3000, 15))
        files[f"{top}/DB_{name}/backint.log"] = log_lines(3000, 16)
    return files


SLES = (
    base(os_release("sles", "15.5", "suse"), "hana01")
    | hana("HXE", "00", "hana01", ["HXE", "ACC"])
    | hana("PRD", "10", "hana01-ha", ["PRD"])
    | {
        "var/log/messages": log_lines(20000, 5),
        "var/log/messages-20240421.xz": lzma.compress(log_lines(9000, 7)),
        "var/log/zypper.log": log_lines(2000, 8),
        "opt/msawb/var/log/AzureBackup/a.log": log_lines(2000, 9),
        "opt/msawb/var/log/deep/er/b.log": log_lines(2000, 10),
        "opt/msawb/bin/secret.key": "never this\n",
    }
)


def check_all_there(bundle, root, *tops):
    """Every ordinary file below the folders is a member under its own path with its own bytes."""
    wanted = everything_below(root, *tops)
    assert wanted
    for path, data in wanted.items():
        entry = bundle.entry(path)
        assert entry["outcome"] == ("collected" if data else "empty"), entry
        assert entry["member"] == path.lstrip("/")
        assert bundle.read(entry["member"]) == data
    return set(wanted)


@pytest.mark.parametrize(("files", "name"), [(RHEL, "rhel 8.8"), (UBUNTU, "ubuntu 22.04"), (DEBIAN, "debian 12")])
def test_an_azure_vm(collector, tmp_path, out, files, name):
    root = grow(tmp_path / "tree", files)
    done = collector.collect(out, *SET_FACTS, root=root)
    bundle = done.bundle()
    assert bundle.scenarios == ["azure-vm"]
    assert bundle.manifest["scenarios"][0]["chosen_by"] == "detected"
    assert EXTENSION in done.err
    check_all_there(bundle, root, "var/log")
    assert bundle.item("env.os")["value"] == name
    assert bundle.item("env.agent_version")["value"] == "2.11.1.4"
    assert bundle.item("linux.azure_logs")["status"] == "complete"
    syslog = bundle.item("linux.syslog")
    if files is DEBIAN:
        assert syslog.get("satisfied_by") == "linux.var_log" or syslog["status"] == "missing"
    else:
        assert (syslog["status"], syslog["files"]) == ("complete", 3)
        assert done.code == 0, done.err
    assert bundle.entry(f"/var/lib/waagent/{EXTENSION}-1.0.9201.0/status/0.status")["outcome"] == "collected"


def test_sap_hana_with_two_instances(collector, tmp_path, out):
    root = grow(tmp_path / "tree", SLES)
    done = collector.collect(out, *SET_FACTS, root=root)
    assert done.code == 0, done.err
    bundle = done.bundle()
    assert bundle.scenarios == ["sap-hana"]
    check_all_there(bundle, root, "var/log", "opt/msawb/var/log")
    traces = {path for path in everything_below(root, "hana/shared") if "/back" in path}
    assert len(traces) == 3 * 5
    for path in traces:
        assert bundle.content(path) == (root / path.lstrip("/")).read_bytes()
        kind = "hana.backup_log" if "backup" in path else "hana.backint_log"
        assert kind in bundle.entry(path)["evidence"]
    assert bundle.item("hana.backup_log")["files"] == 10
    assert bundle.item("hana.backint_log")["files"] == 5
    assert bundle.item("msawb.logs")["status"] == "complete"
    everything = b"".join(bundle.read(name) for name in bundle.names)
    assert b"never this" not in everything
    assert b"customer data" not in everything


def test_a_hana_database_without_its_log_is_named(oldest, tmp_path, out):
    files = dict(SLES)
    lost = "hana/shared/PRD/HDB10/hana01-ha/trace/DB_PRD/backint.log"
    del files[lost]
    done = oldest.collect(out, *SET_FACTS, root=grow(tmp_path / "tree", files))
    bundle = done.bundle()
    entry = bundle.entry("/" + lost)
    assert (entry["outcome"], entry["reason"]) == ("missing", "no_such_file")
    assert bundle.item("hana.backint_log")["status"] == "partial"
    assert done.code == 1


def test_hana_logs_in_an_odd_place_are_found_by_searching(oldest, tmp_path, out):
    files = {path: data for path, data in SLES.items() if not path.startswith(("hana", "usr"))}
    files |= {
        "data/hana2/QAS/trace/backup.log": log_lines(900, 1),
        "data/hana2/QAS/trace/DB_QAS/backint.log": log_lines(900, 2),
    }
    root = grow(tmp_path / "tree", files)
    bundle = oldest.collect(out, "sap-hana", *SET_FACTS, root=root).bundle()
    check_all_there(bundle, root, "data")
    assert bundle.entry("/data/hana2/QAS/trace/backup.log")["evidence"] == ["hana.backup_log"]


def ilr_tree(root):
    """Return a tree of a machine where the recovery script was run by a user."""
    user = f"home/azureuser/{RUN}"
    scripts = {
        f"{user}/Scripts/MicrosoftAzureBackupILRLogFile.log": log_lines(3000, 21),
        f"{user}/Scripts/SecureTCPTunnelLog.log": log_lines(3000, 22),
        f"{user}/Scripts/SecureTCPTunnel.py": "print('tunnel')\n",
        f"{user}/Scripts/ILRPythonScript.py": "print('ilr')\n",
        f"home/azureuser/{ILR_SCRIPT}": 'VMName="iaasvmcontainerv2;rg-prod;vm02kensho"\npassword = "x"\n',
        "etc/MicrosoftAzureBackupILR/mabilr.conf": "iaasvmcontainerv2;rg-prod;vm02kensho,1\n",
    }
    return grow(root, base(os_release("sles", "15.5", "suse"), "restore01") | scripts)


def test_file_recovery(collector, tmp_path, out, mounted):
    root = ilr_tree(tmp_path / "tree")
    volume = root / f"home/azureuser/{RUN}/Volume1"
    mounted(volume, "-t", "tmpfs", "tmpfs")
    grow(volume, {"payroll.xlsx": "somebody's data\n", "Scripts/SecureTCPTunnel.log": "somebody's data\n"})
    done = collector.collect(out, *SET_FACTS, *RESTORE_FACTS, root=root)
    bundle = done.bundle()
    assert "ilr" in bundle.scenarios
    taken = check_all_there(bundle, root, f"home/azureuser/{RUN}/Scripts")
    assert len(taken) == 4
    assert bundle.entry(f"/home/azureuser/{ILR_SCRIPT}")["outcome"] == "collected"
    assert bundle.item("ilr.folder")["status"] == "complete"
    assert bundle.item("ilr.script")["status"] == "complete"
    listing = [name for name in bundle.names if name.startswith("listings/")]
    shown = b"".join(bundle.read(name) for name in listing)
    assert b"ILRPythonScript.py" in shown
    assert b"Volume1" in shown
    everything = b"".join(bundle.read(name) for name in bundle.names)
    assert b"payroll" not in everything
    assert b"somebody's data" not in everything


def test_file_recovery_takes_the_names_of_the_protected_machine(oldest, tmp_path, out):
    root = ilr_tree(tmp_path / "tree")
    bundle = oldest.collect(out, "ilr", root=root).bundle()
    assert bundle.item("env.vm_name")["value"] == "vm02kensho"
    assert bundle.item("env.vm_resource_group")["value"] == "rg-prod"
    assert bundle.item("env.restore_vm_name")["value"] == "restore01"


def test_a_machine_that_shows_nothing_gets_the_ground_set(oldest, tmp_path, out):
    root = grow(tmp_path / "tree", {"var/log/messages": "x\n", "etc/hostname": "bare\n"})
    done = oldest.collect(out, *SET_FACTS, root=root)
    bundle = done.bundle()
    assert bundle.scenarios == ["azure-vm"]
    assert bundle.manifest["scenarios"][0]["chosen_by"] == "default"
    assert bundle.content("/var/log/messages") == b"x\n"
    assert done.code == 1


def test_an_empty_tree_has_no_evidence(oldest, tmp_path, out):
    (tmp_path / "tree").mkdir()
    done = oldest.collect(out, root=tmp_path / "tree")
    assert done.code == 4, done.err
    assert done.bundle().state == "partial"


CANARY = b"a canary of the machine we work on\n"


def test_absolute_links_never_lead_out_of_the_tree(collector, tmp_path, out):
    """A copied disk is full of absolute links: each means a place in the copy, never one on this machine."""
    real = tmp_path / "real"
    names = ["log/azure/x.log", "syslog", "waagent.log", "os-release", "hostname", f"home/u/{ILR_SCRIPT}"]
    names += [f"home/u/{RUN}/Scripts/MicrosoftAzureBackupILRLogFile.log", f"home/u/{RUN}/Scripts/canary-name"]
    names += ["hana/XYZ/HDB00/h/trace/backup.log", "hana/XYZ/HDB00/h/trace/DB_XYZ/backup.log", "msawb/var/log/a.log"]
    names += ["waagent/WALinuxAgent-9.9.9.9/canary-name", "waagent/waagent_status.json", "etc/vmbackup.conf"]
    grow(real, dict.fromkeys(names, CANARY))
    links = {
        "var/log/azure": Link(str(real / "log/azure")),
        "var/log/syslog": Link(str(real / "syslog")),
        "var/log/syslog.1": Link("../../../real/syslog"),
        "var/log/waagent.log": Link(str(real / "waagent.log")),
        "etc/os-release": Link(str(real / "os-release")),
        "etc/hostname": Link(str(real / "hostname")),
        "etc/azure": Link(str(real / "etc")),
        "home": Link(str(real / "home")),
        "root": Link(str(real / "home/u")),
        "tmp": Link("../real/home/u"),
        "opt": Link(str(real)),
        "hana/shared": Link(str(real / "hana")),
        "usr/sap": Link("../../real/hana"),
        "var/lib/waagent": Link(str(real / "waagent")),
        "var/log/plain.log": "inside\n",
    }
    root = grow(tmp_path / "tree", links)
    for scenario in ("azure-vm", "sap-hana", "ilr", "network"):
        target = out / scenario
        target.mkdir()
        done = collector.collect(target, scenario, root=root)
        assert done.code in (1, 4), done.err
        bundle = done.bundle()
        everything = b"".join(bundle.read(name) for name in bundle.names) + done.err.encode()
        assert b"a canary" not in everything, scenario
        assert b"canary-name" not in everything, scenario
        assert b"9.9.9.9" not in everything, scenario
    assert not collector.collect(out / "ilr", "--dry-run", "--json", root=root).out.count("canary-name")


def test_links_inside_the_tree_work_as_on_the_disk(oldest, tmp_path, out):
    root = plain_linux(tmp_path / "tree")
    (root / "var/log").rename(root / "logs")
    grow(root, {"var/log": Link("/mnt/loop/../logs2"), "mnt/loop": Link("/"), "logs2": Link("/logs")})
    done = oldest.collect(out, *SET_FACTS, root=root)
    assert done.code in (0, 1), done.err
    bundle = done.bundle()
    # `/mnt/loop/..` is `/` itself, since a link is resolved before `..` is.
    assert bundle.content("/var/log/syslog") == (root / "logs/syslog").read_bytes()
