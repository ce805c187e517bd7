"""The EXE itself, on a Windows Server that is made up: what it collects, and what the other side says of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from e2e_collect.running import SET_FACTS, opened, wait_for
from e2e_windows.machines import AGENT, MSINFO, PROVIDERS, RECOVERY, WRITERS

EXE = "C:\\saishu.exe"


def collect(server, *more, exe=EXE, target="C:\\out", **environment):
    """Run a collection with the EXE; return (exit code, JSON document, what it said)."""
    done = server.run([exe, "collect", "-o", target, "--yes", "--offline", "--json", *more], **environment)
    assert b"Traceback" not in done.stderr, done.stderr.decode("utf-8", "replace")
    assert done.stdout, done.stderr.decode("utf-8", "replace")
    return done.returncode, json.loads(done.stdout.decode("ascii")), done.stderr


def bundle_in(folder):
    (path,) = folder.iterdir()
    return opened(path)


def status(document):
    return {item["id"]: item["status"] for item in document["items"]}


@pytest.fixture(scope="module")
def everything(server):
    """One collection of three scenarios, and the archive."""
    folder = server.drive / "everything"
    shutil.rmtree(folder, ignore_errors=True)
    facts = [*SET_FACTS, "--set", "env.restore_vm_name=vm02", "--set", "env.restore_vm_resource_group=rg"]
    code, document, _ = collect(server, "mars", "ilr", "azure-vm", *facts, target="C:\\everything")
    return code, document, bundle_in(folder)


def test_it_collects_what_the_server_has(everything):
    code, document, _ = everything
    found = status(document)
    for item in (
        "windows.eventlogs", "windows.azure_logs", "windows.azure_plugins", "windows.backup_registry", "vss.writers",
        "vss.providers", "mars.agent_logs", "windows.msinfo", "certificates.root", "ilr.folder", "ilr.script",
        "ilr.disk_management", "env.os", "env.vault_name",
    ):  # fmt: skip
        assert found[item] in ("complete", "partial"), (item, found[item])
    # There is no MARS certificate on this server, and no message text for the .csv under Wine.
    assert code == 1
    assert document["state"] == "partial"


def test_the_files_are_the_files(everything, server):
    _, _, bundle = everything
    for path in (
        "WindowsAzure/Logs/WaAppAgent.log", f"{AGENT}/Temp/CBEngineCurr.errlog", "windows/temp/OBInstaller0Curr.errlog",
        f"{RECOVERY}/MicrosoftAzureBackupILRLogFile.log", "WindowsAzure/Logs/調査用メモ.txt",
    ):  # fmt: skip
        shown = "c:\\" + path.replace("/", "\\").lower()
        (entry,) = [one for one in bundle.files if one["path"].lower() == shown]
        assert bundle.read(entry["member"]) == (server.drive / path).read_bytes()
        assert entry["consistency"] == "stable"


def test_programs_arrive_as_they_spoke(everything):
    _, _, bundle = everything
    texts = {name: bundle.read(name) for name in bundle.names if name.startswith("commands/")}
    assert texts["commands/vssadmin_list_writers.txt"] == WRITERS.replace("\n", "\r\n").encode()
    assert texts["commands/vssadmin_list_providers.txt"] == PROVIDERS.replace("\n", "\r\n").encode()
    assert texts["commands/msinfo.nfo"] == MSINFO.encode("utf-16")


def test_no_secret_of_the_registry_leaves(everything):
    _, _, bundle = everything
    with zipfile.ZipFile(bundle.path) as archive:
        everything_inside = b"".join(archive.read(name) for name in archive.namelist())
    assert b"not for anybody" not in everything_inside
    assert "not for anybody".encode("utf-16-le") not in everything_inside


def test_it_knows_where_it_ran(everything):
    _, _, bundle = everything
    assert bundle.manifest["platform"] == "windows"
    assert bundle.manifest["run"]["elevated"] is True
    facts = {fact["id"]: fact["value"] for fact in bundle.manifest["facts"]}
    assert facts["env.os"].startswith("Windows Server 2022 Datacenter")
    assert "20348" in facts["env.os"]


def test_check_on_linux_agrees(everything):
    _, document, bundle = everything
    done = subprocess.run(
        [sys.executable, "-m", "saishu", "check", bundle.path, "--json"], capture_output=True, check=False, timeout=120
    )
    assert done.returncode in (0, 1), done.stderr.decode("utf-8", "replace")
    judged = {item["id"]: item["status"] for item in json.loads(done.stdout)["items"]}
    ours = status(document)
    assert set(judged) <= set(ours)
    missing = {name for name, state in judged.items() if state == "missing"}
    assert missing <= {name for name, state in ours.items() if state != "complete"}, missing
    for name in ("windows.azure_logs", "mars.agent_logs", "windows.msinfo", "vss.writers", "ilr.folder", "ilr.script"):
        if name in judged:
            assert judged[name] in ("complete", "partial"), (name, judged[name])


def test_without_a_scenario_the_server_is_recognised(server, out):
    done = server.run([EXE, "collect", "-o", "C:\\out", "--yes", "--offline", "--dry-run", "--json"])
    plan = json.loads(done.stdout)
    assert {one["id"] for one in plan["scenarios"]} >= {"mars", "ilr"}
    assert list(out.iterdir()) == []


def test_it_speaks_japanese_to_a_japanese(server, out):
    done = server.run([EXE, "collect", "azure-vm", "-o", "C:\\out", "--yes", "--offline"])
    said = done.stderr.decode("cp932")
    assert "採取計画" in said
    assert "必須" in said or "不足" in said
    assert bundle_in(out).state == "partial"


@pytest.mark.parametrize(
    "argv", [["/?"], ["collect", "/?"], ["--version"], ["scenarios", "--json"], ["checklist", "mars"]]
)
def test_the_other_verbs(server, argv):
    done = server.run([EXE, *argv])
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_self_test_prints_its_table(server):
    done = server.run([EXE, "selftest"])
    text = done.stdout.decode("cp932")
    assert b"Traceback" not in done.stderr
    assert "排他的に使用中のファイルの判別" in text
    assert text.count("正常") >= 15, text


def test_wrong_usage_is_said(server):
    assert server.run([EXE, "collect", "no-such-scenario"]).returncode == 2
    assert server.run([EXE, "collect", "sap-hana", "-o", "C:\\out"]).returncode == 2


def test_a_folder_that_contains_itself_is_bounded(server, out):
    loop = server.drive / "WindowsAzure" / "Logs" / "loop"
    loop.mkdir()
    (loop / "a.log").write_bytes(b"a")
    (loop / "again").symlink_to(".")
    try:
        _, document, _ = collect(server, "azure-vm")
    finally:
        shutil.rmtree(loop)
    bundle = bundle_in(out)
    entries = {one["path"]: one for one in bundle.files}
    assert entries["C:\\WindowsAzure\\Logs\\loop\\again"]["reason"] in ("loop", "symlink")
    assert sum(one["path"].endswith("a.log") for one in bundle.files) == 1
    assert document["state"] == "partial"


def test_a_full_disk_leaves_a_valid_archive(server, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mount is not allowed here")
    letter = server.prefix / "dosdevices" / "t:"
    noise = server.drive / "WindowsAzure" / "noise.bin"
    try:
        letter.symlink_to(disk)
        noise.write_bytes(os.urandom(8 << 20))
        code, document, _ = collect(server, "azure-vm", target="T:\\")
        bundle = bundle_in(disk)
    finally:
        noise.unlink(missing_ok=True)
        letter.unlink(missing_ok=True)
        subprocess.run(["umount", "-l", disk], check=False)
    assert code in (1, 4)
    assert document["state"] == "partial"
    (entry,) = [one for one in bundle.files if one["path"].endswith("noise.bin")]
    assert entry["outcome"] in ("skipped", "truncated")
    assert entry["reason"] in ("no_space", "over_limit", "over_file_limit")


def test_a_killed_collection_is_recovered_by_the_exe(server, out):
    noise = server.drive / "WindowsAzure" / "noise.bin"
    noise.write_bytes(os.urandom(300 << 20))
    argv = server.argv([EXE, "collect", "azure-vm", "-o", "C:\\out", "--yes", "--offline", "--json"])
    process = subprocess.Popen(
        argv, env=server.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        wait_for(lambda: sum(one.stat().st_size for one in out.glob("*.partial")) > 4 << 20, 60)
        ended = server.run(["C:\\windows\\system32\\taskkill.exe", "/F", "/IM", "saishu.exe"])
        assert ended.returncode == 0, ended.stdout
        process.communicate(timeout=30)
    finally:
        noise.unlink()
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
    (partial,) = out.glob("*.partial")
    time.sleep(0.5)
    done = server.run([EXE, "recover", "C:\\out\\" + partial.name, "--json"])
    assert done.returncode == 1, done.stderr.decode("cp932", "replace")
    found = json.loads(done.stdout)
    assert found["members"] > 1
    (path,) = out.iterdir()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None


def test_nothing_is_left_behind(server, out):
    temp = next(server.drive.glob("users/*/Temp"))
    before = {path.name for path in temp.iterdir()}
    collect(server, "azure-vm")
    assert {path.name for path in temp.iterdir()} == before
    assert [path.suffix for path in out.iterdir()] == [".zip"]


def test_the_portable_folder_does_the_same(server, exe, out):
    with zipfile.ZipFile(exe.with_name("saishu-windows.zip")) as archive:
        archive.extractall(server.drive / "portable folder")
    starter = "C:\\portable folder\\saishu-windows\\saishu.cmd"
    done = server.run(["cmd", "/c", starter, "collect", "azure-vm", "-o", "C:\\out", "--yes", "--offline", "--json"])
    assert done.returncode == 1, done.stderr
    assert status(json.loads(done.stdout))["windows.azure_logs"] == "complete"
    assert bundle_in(out).state == "partial"
    assert server.run(["cmd", "/c", starter, "collect", "no-such-scenario"]).returncode == 2
