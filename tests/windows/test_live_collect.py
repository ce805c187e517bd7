"""Whole collections that ask Windows: what a MARS agent and VSS leave on a server becomes members of the archive."""

import json
import os
import subprocess
import sys
import winreg
import zipfile
from pathlib import Path

import pytest

from saishu_collect.windows import certificate_files, certificate_store

HERE = Path(__file__).parent / "certificates"
AGENT = "SOFTWARE\\Microsoft\\Windows Azure Backup"
HOME = Path("C:\\MARS agent")
EVTX = b"ElfFile\x00" + bytes(200)
NFO = '<?xml version="1.0"?><MsInfo/>'.encode("utf-16")


def collect(out, *more):
    """Run a collection in a process of its own; return (the archive, its manifest)."""
    argv = [
        sys.executable,
        "-m",
        "saishu_collect.cli",
        "collect",
        *more,
        "--yes",
        "--offline",
        "--json",
        "-o",
        str(out),
    ]
    done = subprocess.run(
        argv, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=240,
        env=dict(os.environ, PYTHONUTF8="0", SAISHU_STRICT_WORDS="1"),
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr.decode("utf-8", "replace")
    archive = zipfile.ZipFile(json.loads(done.stdout)["bundle"])
    return archive, json.loads(archive.read("manifest.json"))


@pytest.fixture
def server(faketools):
    """A server with a MARS agent that is registered with a vault, whose certificate has expired."""
    (HOME / "Temp").mkdir(parents=True, exist_ok=True)
    (HOME / "Temp" / "CBEngineCurr.errlog").write_bytes(b"1A2B 3C4D 05/01 03:06:10.123 ...\r\n")
    for below, name, value in (
        ("Setup", "InstallPath", str(HOME) + "\\"), ("Config", "ScratchLocation", "D:\\nowhere"),
        ("Config", "MachinePassphrase", "hunter2"),
    ):  # fmt: skip
        with winreg.CreateKeyEx(
            winreg.HKEY_LOCAL_MACHINE, f"{AGENT}\\{below}", 0, winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY
        ) as key:
            winreg.SetValueEx(key, name, 0, winreg.REG_SZ, value)
    held = []
    for name in ("host_expired", "vault"):
        (der,) = certificate_files.read_certificates(str(HERE / f"{name}.pem"))
        certificate_store.add("MY", der)
        held += [one.sha1 for one in certificate_store.read_store("MY") if one.sha1 not in held]
    for channel in ("System", "Application", "CloudBackup-Operational"):
        faketools("wevtutil", f"epl_{channel}_PATH", file=EVTX + channel.encode())
    faketools("msinfo32", "-nfo_PATH", file=NFO)
    yield faketools
    for below in ("Setup", "Config", ""):
        winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, f"{AGENT}\\{below}".rstrip("\\"), winreg.KEY_WOW64_64KEY, 0)
    for sha1 in held:
        winreg.DeleteKey(
            winreg.HKEY_LOCAL_MACHINE, f"SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates\\{sha1}"
        )


def entries(manifest, path):
    return [one for one in manifest["files"] if one["path"] == path]


def test_everything_that_only_windows_knows_is_in_the_archive(server, tmp_path):
    archive, manifest = collect(tmp_path, "mars")
    names = set(archive.namelist())
    assert {
        "registry/mars.txt", "registry/tls.txt", "registry/antivirus.txt", "services/mars.txt", "disks/disks.json",
        "disks/disks.txt", "certificates/my.json", "certificates/my.txt", "certificates/root.txt",
        "certificates/ca.json", "eventlogs/System.evtx", "eventlogs/Application.evtx",
        "eventlogs/CloudBackup%4Operational.evtx", "commands/msinfo.nfo",
    } <= names  # fmt: skip
    assert archive.read("eventlogs/System.evtx") == EVTX + b"System"
    assert archive.read("commands/msinfo.nfo") == NFO
    registry = archive.read("registry/mars.txt").decode("utf-8")
    assert f'"InstallPath" REG_SZ "{HOME}\\"' in registry
    assert "hunter2" not in registry
    assert '"MachinePassphrase" REG_SZ withheld, 16 bytes' in registry
    assert "CB_example-host._1234567" in archive.read("certificates/my.txt").decode("utf-8")
    facts = {one["id"]: (one["value"], one["source"]) for one in manifest["facts"]}
    assert facts["env.vault_name"] == ("example-vault", "certificate")
    assert facts["env.os"][0].startswith("Windows Server 2022 Datacenter")
    assert [path for path in tmp_path.iterdir() if path.suffix != ".zip"] == []


def test_the_folder_that_the_registry_names_is_read(server, tmp_path):
    archive, manifest = collect(tmp_path, "mars")
    (log,) = entries(manifest, str(HOME / "Temp" / "CBEngineCurr.errlog"))
    assert log["outcome"] == "collected"
    assert log["evidence"] == ["mars.agent_logs"]
    assert archive.read(log["member"]).startswith(b"1A2B")


def test_what_could_not_be_had_has_its_reason(server, tmp_path):
    server("wevtutil", "epl_Application_PATH")
    server("msinfo32", "-nfo_PATH")
    (server.folder / "wevtutil" / "epl_Application_PATH.file").unlink()
    (server.folder / "msinfo32" / "-nfo_PATH.file").unlink()
    _, manifest = collect(tmp_path, "mars")
    (application,) = entries(manifest, "Application")
    assert application["outcome"] == "failed"
    assert "EvtExportLog: error 120; wevtutil: no file; copy: " in application["detail"]
    (table,) = entries(manifest, "System (csv)")
    assert (table["outcome"], table["reason"]) == ("skipped", "from_evtx")
    (nfo,) = entries(manifest, "msinfo32.exe /nfo {file}")
    assert (nfo["outcome"], nfo["reason"], nfo["detail"]) == ("failed", "no_output", "exit code 0, no file")
    items = {one["id"]: one for one in manifest["items"]}
    assert items["windows.eventlog.system"]["status"] == "partial"
    assert items["windows.msinfo"]["status"] == "missing"


def test_a_trace_is_left_to_a_person(server, tmp_path):
    _, manifest = collect(tmp_path, "vss")
    items = {one["id"]: one for one in manifest["items"]}
    assert (items["vss.trace"]["status"], items["vss.trace"]["reason"]) == ("missing", "needs_person")
    (note,) = entries(manifest, "TSS (tss_pattern_a)")
    assert (note["outcome"], note["detail"]) == ("skipped", "TSS: not found")


def test_a_trace_that_lies_there_is_taken(server, tmp_path):
    results = Path("C:\\MS_DATA\\SHA_VSS_241101")
    results.mkdir(parents=True)
    (results / "example_SHA_VSS.etl").write_bytes(b"trace")
    try:
        archive, manifest = collect(tmp_path, "vss")
        (trace,) = entries(manifest, str(results / "example_SHA_VSS.etl"))
        assert {"vss.trace", "vss.support_log"} <= set(trace["evidence"])
        assert archive.read(trace["member"]) == b"trace"
        assert not [one for one in manifest["files"] if one["path"].startswith("TSS")]
    finally:
        (results / "example_SHA_VSS.etl").unlink()
        results.rmdir()
        results.parent.rmdir()


def test_a_dry_run_says_what_windows_would_be_asked_and_writes_nothing(server, tmp_path):
    argv = [sys.executable, "-m", "saishu_collect.cli", "collect", "vss", "--dry-run", "--offline", "--lang", "ja"]
    done = subprocess.run(
        [*argv, "-o", str(tmp_path)], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120,
        env=dict(os.environ, PYTHONUTF8="1", SAISHU_STRICT_WORDS="1"),
    )  # fmt: skip
    assert done.returncode == 0
    assert "Windows への照会" in done.stderr.decode("utf-8")
    assert list(tmp_path.iterdir()) == []
