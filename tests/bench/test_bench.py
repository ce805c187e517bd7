"""The comparisons must not flatter: what is missing is seen, what is untrue is seen, what is measured is right."""

import hashlib
import json
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measures through /proc")


@pytest.fixture(autouse=True)
def bench_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))


def test_tree_is_the_same_for_the_same_seed_and_another_for_another(tmp_path):
    import tree

    one, again, other = (
        tree.grow_tree(tmp_path / name, seed, 0.003, "stand-in") for name, seed in (("a", "1"), ("b", "1"), ("c", "2"))
    )
    assert one["sha256"] == again["sha256"] != other["sha256"]
    assert one["files"] == len(tree.regular_files(str(tmp_path / "a/var/log").encode()))
    assert (tmp_path / "a/var/log/latest").is_symlink()


def test_a_missing_an_altered_and_a_renamed_file_are_told_apart(tmp_path):
    import contents

    wanted = {
        name: (len(data), hashlib.sha256(data).hexdigest())
        for name, data in (
            (b"syslog", b"one"),
            (b"azure/x.log", b"two"),
            (b"gone.log", b"three"),
            (b"moved.log", b"four"),
        )
    }
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("fs/var/log/syslog", b"one")
        archive.writestr("fs/var/log/azure/x.log", b"tw0")
        archive.writestr("fs/var/log/renamed.log", b"four")
    found = contents.compare(wanted, contents.read_contents(tmp_path / "a.zip"))
    assert (found.whole, found.renamed, sorted(found.missing)) == (1, 1, [b"azure/x.log", b"gone.log"])


@pytest.mark.parametrize("name", ["cut.zip", "cut.tar.gz"])
def test_a_cut_archive_is_damage_and_no_exception(tmp_path, name):
    import contents

    whole = tmp_path / ("whole" + name[3:])
    data = tmp_path / "data"
    data.write_bytes(bytes(range(256)) * 4000)
    if name.endswith(".zip"):
        with zipfile.ZipFile(whole, "w") as archive:
            archive.write(data, "data")
    else:
        with tarfile.open(whole, "w:gz") as archive:
            archive.add(data, "data")
    (tmp_path / name).write_bytes(whole.read_bytes()[:-2000])
    assert contents.read_contents(whole).damage is None
    assert contents.read_contents(tmp_path / name).damage


def test_a_run_is_measured_and_ended(tmp_path):
    import running

    # Held for a moment: where the tests themselves are larger than this, only samples tell its size.
    script = (
        "import time; held = bytearray(90 << 20); open('out', 'wb').write(bytes(range(256)) * 8192); time.sleep(0.5)"
    )
    run = running.run_measured([sys.executable, "-c", script], tmp_path, tmp_path / "talk")
    assert (run.exit_code, run.ended) == (0, "exited")
    assert run.peak > 90 << 20
    stuck = "import time; print('begun', flush=True); time.sleep(60)"
    killed = running.run_measured([sys.executable, "-c", stuck], tmp_path, tmp_path / "talk", limit=0.5)
    assert (killed.ended, killed.exit_code, killed.output) == ("killed", 137, "begun\n")
    stopped = running.run_measured([sys.executable, "-c", stuck], tmp_path, tmp_path / "talk", interrupt_after=0.5)
    assert stopped.ended == "exited"
    assert stopped.stopped_in is not None
    assert stopped.stopped_in < 5


def _bundle(folder: Path, entries: list[dict], members: dict[str, bytes], state: str) -> Path:
    for entry in entries:
        if "member" in entry:
            data = members[entry["member"]]
            entry.update(
                size=len(data), sha256=hashlib.sha256(data).hexdigest(), file_size=entry.get("file_size", len(data))
            )
    path = folder / "ours.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps({"run": {"state": state}, "files": entries}))
    return path


def _faults(path: Path, exit_code: int) -> list[str]:
    import contents
    import running
    import verdict

    run = running.Run(exit_code, "exited", 1.0, 1.0, 0, 0, 0.1, 0.0, "")
    return verdict.judge_interrupted(path, contents.read_contents(path), {}, path.parent, run).faults


def test_a_true_manifest_of_an_interrupted_run_passes(tmp_path):
    entries = [
        {"path": "/var/log/a", "outcome": "collected", "consistency": "stable", "member": "var/log/a"},
        {"path": "/var/log/b", "outcome": "truncated", "reason": "interrupted", "member": "var/log/b", "file_size": 9},
        {"path": "/var/log/c", "outcome": "skipped", "reason": "interrupted"},
    ]
    path = _bundle(tmp_path, entries, {"var/log/a": b"aaa", "var/log/b": b"bb"}, "interrupted")
    assert _faults(path, 130) == []


@pytest.mark.parametrize(
    ("entry", "state", "exit_code"),
    [
        (
            {"outcome": "collected", "reason": "interrupted", "consistency": "stable", "member": "var/log/a"},
            "interrupted",
            130,
        ),
        ({"outcome": "skipped"}, "interrupted", 130),
        ({"outcome": "collected", "consistency": "stable", "member": "var/log/a"}, "complete", 130),
        ({"outcome": "collected", "consistency": "stable", "member": "var/log/a"}, "interrupted", 3),
    ],
    ids=["cut but called collected", "no reason", "not said to be interrupted", "wrong exit code"],
)
def test_an_untrue_manifest_is_seen(tmp_path, entry, state, exit_code):
    members = {"var/log/a": b"aaa"} if "member" in entry else {}
    path = _bundle(tmp_path, [{"path": "/var/log/a", **entry}], members, state)
    assert len(_faults(path, exit_code)) == 1


def test_what_the_moving_files_held_is_recognised():
    import nasty

    begun = nasty.numbered_block(0) + nasty.numbered_block(1)[:100]
    assert nasty.is_prefix(begun)
    assert not nasty.is_prefix(begun[:-1] + b"x")
    version = nasty.version_block(7)
    assert nasty.is_one_version(version)
    assert not nasty.is_one_version(nasty.version_block(8)[:51] + version[51:])
    assert not nasty.is_one_version(b"")
