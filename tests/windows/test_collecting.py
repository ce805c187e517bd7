"""Whole collections on this Windows, each in a process of its own, and what their archives hold."""

import ctypes
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from saishu_collect import outcomes

AZURE = Path("C:\\WindowsAzure")


PROGRAM = [sys.executable, "-m", "saishu_collect.cli"]


def run(*argv):
    """Run a command line in a process of its own, without Python's UTF-8 mode, as the EXE is."""
    environment = dict(os.environ, PYTHONUTF8="0", SAISHU_STRICT_WORDS="1")
    argv = [*PROGRAM, *map(str, argv)]
    done = subprocess.run(
        argv, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=environment, timeout=120
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode("utf-8", "replace")
    return done


def collect(out, *more, scenario="azure-vm"):
    """Run a collection; return (exit code, its JSON document)."""
    done = run("collect", scenario, "--yes", "--offline", "--json", "-o", out, *more)
    return done.returncode, json.loads(done.stdout.decode("ascii"))


class Bundle:
    def __init__(self, document):
        self.path = document["bundle"]
        with zipfile.ZipFile(self.path) as archive:
            assert archive.testzip() is None
            self.names = archive.namelist()
            self.manifest = json.loads(archive.read("manifest.json").decode("utf-8"))
            self.log = archive.read("run.log").decode("utf-8")

    def entry(self, path):
        (entry,) = [one for one in self.manifest["files"] if one["path"] == path]
        return entry

    def read(self, path):
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(self.entry(path)["member"])


@pytest.fixture
def azure():
    shutil.rmtree(AZURE, ignore_errors=True)
    (AZURE / "Logs").mkdir(parents=True)
    (AZURE / "Logs" / "WaAppAgent.log").write_bytes(b"[00000001] agent\r\n" * 100)
    yield AZURE
    shutil.rmtree("\\\\?\\" + str(AZURE), ignore_errors=True)


def test_names_of_every_kind_arrive(azure, tmp_path):
    names = ["障害調査 ログ.log", "表示ソ能.txt", "é and ü.log", "long" + "x" * 200 + ".log", "a&b's (1).log", "😀.log"]
    for name in names:
        (azure / name).write_bytes(name.encode("utf-8"))
    code, document = collect(tmp_path)
    bundle = Bundle(document)
    for name in names:
        path = f"C:\\WindowsAzure\\{name}"
        assert bundle.entry(path)["outcome"] == outcomes.COLLECTED
        assert bundle.read(path) == name.encode("utf-8")
    assert "C/WindowsAzure/障害調査 ログ.log" in bundle.names
    assert code == 1
    assert document["state"] == "partial"


def test_a_locked_file_is_said_and_the_rest_arrives(azure, tmp_path, exclusive):
    (azure / "Logs" / "held.log").write_bytes(b"held")
    (azure / "Logs" / "large.log").write_bytes(b"held\r\n" * 100000)
    exclusive(azure / "Logs" / "held.log")
    exclusive(azure / "Logs" / "large.log")
    _, document = collect(tmp_path)
    bundle = Bundle(document)
    for name in ("held.log", "large.log"):
        entry = bundle.entry(f"C:\\WindowsAzure\\Logs\\{name}")
        assert (entry["outcome"], entry["reason"]) == (outcomes.FAILED, outcomes.LOCKED)
    (item,) = [one for one in document["items"] if one["id"] == "windows.azure_logs"]
    assert (item["status"], item["reason"]) == ("partial", outcomes.LOCKED)
    assert bundle.read("C:\\WindowsAzure\\Logs\\WaAppAgent.log").startswith(b"[00000001]")


def test_a_log_that_is_written_all_the_time_is_read(azure, tmp_path, exclusive):
    (azure / "Logs" / "open.log").write_bytes(b"line\r\n" * 50000)
    exclusive(azure / "Logs" / "open.log", share=1)
    _, document = collect(tmp_path)
    entry = Bundle(document).entry("C:\\WindowsAzure\\Logs\\open.log")
    assert (entry["outcome"], entry["size"], entry["consistency"]) == ("collected", 300000, "stable")


def test_deep_folders_arrive(azure, tmp_path):
    deep = "\\\\?\\" + str(azure) + "".join("\\" + str(number) + "y" * 60 for number in range(8))
    os.makedirs(deep)
    with open(deep + "\\deep.log", "wb") as out:
        out.write(b"deep")
    _, document = collect(tmp_path)
    assert Bundle(document).read(deep[4:] + "\\deep.log") == b"deep"


def test_nothing_but_the_archive_is_left(azure, tmp_path):
    before = set(os.listdir(os.environ["TEMP"]))
    collect(tmp_path)
    assert [name[-4:] for name in os.listdir(tmp_path)] == [".zip"]
    assert set(os.listdir(os.environ["TEMP"])) == before


def test_tools_are_kept_as_they_spoke(azure, tmp_path, faketools):
    writers = "ライター名: 'System Writer'\r\n".encode("cp932")
    faketools("vssadmin", "list_writers", out=writers)
    faketools("vssadmin", "list_providers", out=b"")
    _, document = collect(tmp_path, scenario="vss")
    with zipfile.ZipFile(document["bundle"]) as archive:
        (member,) = [name for name in archive.namelist() if "writers" in name and name.startswith("commands/")]
        assert archive.read(member) == writers
    items = {one["id"]: one["status"] for one in document["items"]}
    assert items["vss.writers"] == "complete"
    assert items["vss.providers"] == "missing"


def test_a_dry_run_changes_nothing(azure, tmp_path):
    code, document = collect(tmp_path / "not yet", "--dry-run")
    assert code == 0
    assert document["platform"] == "windows"
    assert not (tmp_path / "not yet").exists()


def test_a_tree_is_collected_with_root(tmp_path, azure):
    tree = tmp_path / "disk"
    (tree / "WindowsAzure" / "Logs").mkdir(parents=True)
    (tree / "WindowsAzure" / "Logs" / "WaAppAgent.log").write_bytes(b"of the other machine")
    (tree / "Windows" / "System32" / "winevt" / "Logs").mkdir(parents=True)
    (tree / "Windows" / "System32" / "winevt" / "Logs" / "System.evtx").write_bytes(b"ElfFile\0")
    (tmp_path / "out").mkdir()
    _, document = collect(tmp_path / "out", "--root", str(tree))
    bundle = Bundle(document)
    assert bundle.read("C:\\WindowsAzure\\Logs\\WaAppAgent.log") == b"of the other machine"
    assert bundle.read("C:\\Windows\\System32\\winevt\\Logs\\System.evtx") == b"ElfFile\0"


@pytest.mark.parametrize("argv", [["/?"], ["collect", "/?"], ["collect", "--help"]])
def test_help_in_the_manner_of_windows(argv):
    done = run(*argv)
    assert done.returncode == 0
    assert b"collect" in done.stdout


def test_redirected_japanese_comes_in_the_code_page_of_a_japanese_windows():
    page = ctypes.windll.kernel32.GetACP()
    done = run("scenarios", "--lang", "ja")
    assert done.returncode == 0
    if page == 932:
        assert "仮想マシン" in done.stdout.decode("cp932")
    else:
        assert done.stdout.decode(f"cp{page}").count("?") > 10
