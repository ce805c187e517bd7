"""Attachments: added safely, counted by `check`, refused with a word."""

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime

import pytest

from bundles import evidence as e
from bundles import people
from saishu.attach import AttachError, attach_files
from saishu.bundle import open_bundle
from saishu.check import judge_bundle
from saishu_collect import catalogue

KNOWN = catalogue.load()
NOW = datetime(2024, 5, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def bundle(tmp_path):
    """A bundle that our collector made of a small tree."""
    root = people.tree(tmp_path / "root", {**e.LINUX, **e.ILR_LINUX, "etc/hostname": b"vm01\n"})
    argv = [
        sys.executable,
        "-m",
        "saishu",
        "collect",
        "ilr",
        "--root",
        root,
        "--yes",
        "--offline",
        "--json",
        "-o",
        tmp_path,
    ]
    answer = subprocess.run([*map(str, argv)], capture_output=True, check=False, text=True, timeout=60)
    assert answer.returncode in (0, 1), answer.stderr
    return tmp_path / json.loads(answer.stdout)["bundle"]


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "ディスクの管理.png"
    path.write_bytes(e.PNG)
    return path


def contents(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def judged(path, scenario=()):
    with open_bundle(path) as opened:
        return judge_bundle(opened, KNOWN, scenario)


def test_a_picture_becomes_evidence(bundle, picture, repo):
    import jsonschema

    before = contents(bundle)
    mode = bundle.stat().st_mode
    done = attach_files(bundle, [picture], "ilr.disk_management", KNOWN, NOW)
    after = contents(bundle)
    assert done.members == ("attached/ilr.disk_management/ディスクの管理.png",)
    assert done.total == len(after) == len(before) + 1
    assert after[done.members[0]] == e.PNG
    assert {name: data for name, data in after.items() if name in before and name != "manifest.json"} == {
        name: data for name, data in before.items() if name != "manifest.json"
    }
    assert bundle.stat().st_mode == mode
    manifest = json.loads(after["manifest.json"])
    schema = json.loads((repo / "src/saishu/schemas/manifest.schema.json").read_text("utf-8"))
    jsonschema.validate(manifest, schema)
    item = next(one for one in manifest["items"] if one["id"] == "ilr.disk_management")
    assert (item["status"], item["files"]) == ("complete", 1)
    assert manifest["attached"][0]["at"] == "2024-05-02T12:00:00Z"
    entry = next(one for one in manifest["files"] if one.get("attached"))
    assert entry["path"] == "ディスクの管理.png"
    assert len(manifest["files"]) == len(json.loads(before["manifest.json"])["files"]) + 1


def test_check_counts_what_was_attached(bundle, tmp_path):
    assert judged(bundle).item("network.connectivity").status == "missing"
    result = tmp_path / "result.log"
    result.write_bytes(e.NETWORK)
    attach_files(bundle, [result], "network.connectivity", KNOWN, NOW)
    item = judged(bundle).item("network.connectivity")
    assert (item.status, item.files) == ("complete", ("attached/network.connectivity/result.log",))


def test_the_old_manifest_is_written_over_and_the_archive_does_not_grow_by_it(bundle, picture):
    for _ in range(3):
        attach_files(bundle, [picture], "ilr.disk_management", KNOWN, NOW)
    names = list(contents(bundle))
    assert names.count("manifest.json") == 1
    assert names[-1] == "manifest.json"
    assert [name for name in names if name.startswith("attached/")] == [
        "attached/ilr.disk_management/ディスクの管理.png",
        "attached/ilr.disk_management/ディスクの管理_2.png",
        "attached/ilr.disk_management/ディスクの管理_3.png",
    ]
    assert bundle.read_bytes().count(b"saishu/manifest/1") == 0
    assert bundle.read_bytes().count(b"manifest.json") == 2


def test_a_name_is_never_a_path(bundle, tmp_path):
    odd = tmp_path / "a\\..\\b:c.txt"
    odd.write_bytes(b"x")
    done = attach_files(bundle, [odd], "network.connectivity", KNOWN, NOW)
    assert done.members == ("attached/network.connectivity/a_.._b_c.txt",)


@pytest.mark.parametrize(
    ("evidence", "code"),
    [("no.such_item", "E110"), ("env.vault_name", "E111")],
)
def test_unknown_items_and_facts_are_refused(bundle, picture, evidence, code):
    before = bundle.read_bytes()
    with pytest.raises(AttachError) as refused:
        attach_files(bundle, [picture], evidence, KNOWN, NOW)
    assert refused.value.code == code
    assert bundle.read_bytes() == before


def test_foreign_bundles_and_unreadable_files_are_refused(bundle, picture, tmp_path):
    foreign = tmp_path / "foreign.zip"
    foreign.write_bytes(people.zip_bytes(e.LINUX))
    for where, files, code in (
        (foreign, [picture], "E113"), (tmp_path, [picture], "E113"), (picture, [picture], "E113"),
        (bundle, [tmp_path / "absent"], "E112"), (bundle, [tmp_path], "E112"),
    ):  # fmt: skip
        with pytest.raises(AttachError) as refused:
            attach_files(where, files, "ilr.disk_management", KNOWN, NOW)
        assert refused.value.code == code
    assert not list(tmp_path.glob("*.attaching"))


def test_a_full_disk_leaves_the_bundle_as_it_was(bundle, picture, monkeypatch):
    before = bundle.read_bytes()

    def full(self, *_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(AttachError) as refused:
        attach_files(bundle, [picture], "ilr.disk_management", KNOWN, NOW)
    assert refused.value.code == "E410"
    assert bundle.read_bytes() == before
    assert not list(bundle.parent.glob("*.attaching"))


def test_a_bundle_that_reads_back_wrong_is_not_put_in_place(bundle, picture, monkeypatch):
    before = bundle.read_bytes()
    monkeypatch.setattr(zipfile.ZipFile, "testzip", lambda self: "var/log/syslog")
    with pytest.raises(AttachError) as refused:
        attach_files(bundle, [picture], "ilr.disk_management", KNOWN, NOW)
    assert (refused.value.code, refused.value.values["member"]) == ("E510", "var/log/syslog")
    assert bundle.read_bytes() == before


def test_the_verb_says_what_was_done_and_what_was_wrong(bundle, picture):
    argv = [
        sys.executable,
        "-m",
        "saishu",
        "attach",
        str(bundle),
        str(picture),
        "--as",
        "ilr.disk_management",
        "--lang",
        "en",
    ]
    answer = subprocess.run(argv, capture_output=True, check=False, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    assert "attached/ilr.disk_management/" in answer.stderr
    argv[7] = "no.such_item"
    answer = subprocess.run(argv, capture_output=True, check=False, text=True, timeout=60)
    assert (answer.returncode, answer.stderr[:6]) == (2, "[E110]")
    assert "ilr.disk_management" in answer.stderr
