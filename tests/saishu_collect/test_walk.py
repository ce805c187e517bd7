"""Walking and globbing: everything once, nothing followed, loops and depth bounded, whatever vanishes."""

import os
import shutil
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import machine, outcomes, walk

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a Linux tree")


@pytest.fixture
def here():
    return machine.Machine(mounts={})


def walked(top, here, **more):
    return [(os.path.relpath(entry.path, top), entry.skipped) for entry in walk.walk(str(top), here, **more)]


@settings(max_examples=40, deadline=None)
@given(paths=st.lists(st.lists(st.sampled_from(["a", "b", "c", "é", "z z"]), min_size=1, max_size=4), max_size=20))
def test_every_file_is_said_once(paths, tmp_path_factory):
    top = tmp_path_factory.mktemp("w")
    for parts in paths:
        try:
            (top.joinpath(*parts[:-1])).mkdir(parents=True, exist_ok=True)
            top.joinpath(*parts).touch()
        except OSError:
            continue
    wanted = sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())
    found = walked(top, machine.Machine(mounts={}))
    assert sorted(name for name, _ in found) == wanted
    assert {skipped for _, skipped in found} <= {None}
    assert found == walked(top, machine.Machine(mounts={}))


def test_order_is_folder_by_folder(tmp_path, here):
    for name in ("b/2", "a/1", "z", "a/b/c", "y"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [name for name, _ in walked(tmp_path, here)] == ["y", "z", "a/1", "a/b/c", "b/2"]


def test_kinds_of_entries(tmp_path, here):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("..")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mknod(tmp_path / "socket", stat.S_IFSOCK | 0o600)
    assert walked(tmp_path, here) == [
        ("dangling", outcomes.SYMLINK), ("fifo", outcomes.SPECIAL_FILE), ("link", outcomes.SYMLINK),
        ("socket", outcomes.SPECIAL_FILE),
    ]  # fmt: skip


def test_a_top_that_is_not_there(tmp_path, here):
    assert walked(tmp_path / "nothing", here) == [(".", outcomes.NO_SUCH_FILE)]


def test_a_folder_that_vanishes_while_it_is_walked(tmp_path, here):
    for folder in "abc":
        (tmp_path / folder).mkdir()
        for number in range(3):
            (tmp_path / folder / str(number)).touch()
    found = []
    for entry in walk.walk(str(tmp_path), here):
        found.append((os.path.relpath(entry.path, tmp_path), entry.skipped))
        if entry.path.endswith("a/1"):
            shutil.rmtree(tmp_path / "b")
    assert ("b", outcomes.NO_SUCH_FILE) in found
    assert ("c/2", None) in found
    assert not [name for name, _ in found if name.startswith("b/")]


def test_depth_is_bounded_and_said(tmp_path, here):
    deep = tmp_path
    for _ in range(9):
        deep = deep / "d"
        deep.mkdir()
        (deep / "f").touch()
    found = walked(tmp_path, here, max_depth=5)
    assert ("d/d/d/d/d", outcomes.TOO_DEEP) in found
    assert len(found) == 5


def test_a_folder_may_be_refused(tmp_path, here):
    for name in ("keep/a", "drop/b"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert walked(tmp_path, here, keep_folder=lambda path: not path.endswith("drop")) == [("keep/a", None)]


def test_a_stop_ends_it(tmp_path, here):
    for number in range(100):
        (tmp_path / str(number)).touch()
    seen = []
    seen.extend(entry for entry in walk.walk(str(tmp_path), here, lambda: len(seen) >= 7))
    assert len(seen) == 7


def test_an_enormous_folder_is_said_whole(tmp_path, here, monkeypatch):
    monkeypatch.setattr(walk, "SORT_AT_MOST", 10)
    for number in range(95):
        (tmp_path / str(number)).touch()
    assert sorted(name for name, _ in walked(tmp_path, here)) == sorted(map(str, range(95)))


@pytest.mark.parametrize(("device", "kind"), [((0, 77), "nfs4"), ((0, 78), "proc"), ((0, 79), "fuse.blobfuse2")])
def test_a_foreign_file_system_is_not_entered(tmp_path, device, kind):
    (tmp_path / "sub").mkdir()
    number = os.stat(tmp_path).st_dev
    mounts = {os.makedev(*device): machine.Mount(os.makedev(*device), "/x", kind, "rw")}
    entry = walk.Entry(str(tmp_path / "sub"), os.stat(tmp_path / "sub"), None, None)
    fields = list(entry.status)
    fields[2] = os.makedev(*device)
    there = entry._replace(status=os.stat_result(fields))
    refused = walk._refusal(there, os.stat(tmp_path), ((number, 1),), machine.Machine(mounts=mounts), False, 64)
    assert refused == (outcomes.OTHER_FILE_SYSTEM, kind)
    local = {os.makedev(*device): machine.Mount(os.makedev(*device), "/x", "xfs", "rw")}
    assert walk._refusal(there, os.stat(tmp_path), ((number, 1),), machine.Machine(mounts=local), False, 64) is None
    assert walk._refusal(there, os.stat(tmp_path), ((number, 1),), machine.Machine(mounts=local), True, 64)


# ---- globs


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("syslog*", "syslog.1", True), ("syslog*", "a/syslog", False), ("*", ".hidden", True), ("a?c", "abc", True),
        ("a?c", "a/c", False), ("HDB[0-9][0-9]", "HDB00", True), ("HDB[0-9][0-9]", "HDBx0", False), ("[!a]", "b", True),
        ("[!a]", "a", False), ("**/x", "x", True), ("**/x", "a/b/x", True), ("**/x", "a/bx", False),
        ("a/**", "a/b/c", True), ("[!a]", "/", False), ("[!]", "[!]", True), ("[b-a]", "[b-a]", True),
        ("[^a]", "^", True),
        ("[", "[", True), ("a[", "a[", True), ("[]a]", "]", True), ("a.b", "axb", False), ("a\nb", "a\nb", True),
        ("{x}+(y)", "{x}+(y)", True), ("x*", "x\n", True), ("[a-]", "-", True), ("", "", True),
    ],
)  # fmt: skip
def test_globs(pattern, path, matches):
    assert bool(walk.glob_regex(pattern).match(path)) == matches


@given(st.text(alphabet="abc*?[]!-^\\/.{}()+$|é\n", max_size=14), st.text(alphabet="abc*[]!-^\\/.", max_size=14))
def test_no_pattern_is_a_crash(pattern, path):
    walk.glob_regex(pattern).match(path)


@given(st.text(alphabet="ab.é\n(", min_size=1, max_size=10))
def test_a_plain_pattern_matches_itself_alone(text):
    assert walk.glob_regex(text).match(text)
    assert not walk.glob_regex(text).match(text + "x")


def test_expanding_paths(tmp_path):
    for name in ("usr/sap/HXE/HDB00/h/trace/DB_A/x", "usr/sap/HXE/HDB1/h/x", "usr/sap/PRD/HDB10/h/trace/x"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    root = machine.Machine(str(tmp_path), "linux", {})

    def shown(pattern):
        return [root.shown(real) for real in walk.expand(pattern, root)]

    assert shown("/usr/sap/*/HDB[0-9][0-9]/*/trace/x") == ["/usr/sap/PRD/HDB10/h/trace/x"]
    assert shown("/usr/sap/*/HDB[0-9][0-9]/*/trace/DB_*/x") == ["/usr/sap/HXE/HDB00/h/trace/DB_A/x"]
    assert shown("/usr/*/HXE/HDB?") == ["/usr/sap/HXE/HDB1"]
    assert shown("/nothing/*") == []
    assert shown("/usr/sap/HXE/HDB1/h/x/*") == []
