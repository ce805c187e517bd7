"""Paths of a copied disk: whatever links it holds, nothing outside its root is ever reached."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import machine, walk

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links of a Linux disk")

NAMES = ["a", "b", "c", "d"]
STEPS = [*NAMES, "..", ".", "/", "/a", "/b/c", "/OUTSIDE", "../../..", "x"]
TARGETS = st.lists(st.sampled_from(STEPS), min_size=1, max_size=4)
TREES = st.lists(
    st.tuples(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), st.one_of(st.none(), TARGETS, st.just("file"))),
    max_size=14,
)


def build(folder, tree):
    """Make folders, files and links below a root; links may lead anywhere, also out of it."""
    root = folder / "root"
    root.mkdir()
    outside = folder / "outside"
    outside.mkdir()
    (outside / "canary").write_text("outside\n")
    for parts, what in tree:
        path = root.joinpath(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if what is None:
                path.mkdir(exist_ok=True)
            elif what == "file":
                path.write_text("inside\n")
            else:
                path.symlink_to("/".join(what).replace("/OUTSIDE", str(outside)))
        except OSError:
            continue
    return root


def is_inside(path, root):
    """Say whether every folder on the way to a path is really there inside the root."""
    parent = os.path.dirname(path) if os.path.islink(path) else path
    while not os.path.lexists(parent):
        parent = os.path.dirname(parent)
    real = os.path.realpath(parent)
    return real == str(root) or real.startswith(f"{root}/")


@settings(max_examples=150, deadline=None)
@given(tree=TREES, asked=st.lists(st.sampled_from([*NAMES, ".."]), min_size=1, max_size=5))
def test_no_path_leads_out_of_the_root(tree, asked, tmp_path_factory):
    root = build(tmp_path_factory.mktemp("m"), tree)
    here = machine.Machine(str(root), "linux", {})
    path = "/" + "/".join(asked)
    real = here.real(path)
    assert is_inside(real, root), real
    followed = here.follow(real)
    assert is_inside(followed, root)
    assert not os.path.islink(followed)
    text = here.read_text(path)
    assert text in (None, "inside\n")


@settings(max_examples=100, deadline=None)
@given(tree=TREES, pattern=st.lists(st.sampled_from([*NAMES, "*", "?", "[ab]"]), min_size=1, max_size=4))
def test_no_glob_or_walk_leads_out_of_the_root(tree, pattern, tmp_path_factory):
    root = build(tmp_path_factory.mktemp("m"), tree)
    here = machine.Machine(str(root), "linux", {})
    for real in walk.expand("/" + "/".join(pattern), here):
        assert is_inside(real, root)
        followed = here.follow(real)
        if os.path.isdir(followed):
            for entry in walk.walk(followed, here):
                assert is_inside(entry.path, root)
                assert "canary" not in entry.path


@pytest.mark.parametrize("length", [5, 39, 40, 41, 42, 80, 200])
@pytest.mark.parametrize("as_folder", [True, False])
def test_a_long_chain_of_links_never_ends_outside(tmp_path, length, as_folder):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "canary").write_text("outside\n")
    root = tmp_path / "root"
    root.mkdir()
    for number in range(length):
        (root / f"l{number}").symlink_to(f"/l{number + 1}")
    (root / f"l{length}").symlink_to(outside)
    here = machine.Machine(str(root), "linux", {})
    path = "/l0/canary" if as_folder else "/l0"
    assert here.read_text(path) is None
    assert not os.path.exists(here.follow(here.real(path)))
    assert not [entry for entry in walk.walk(here.follow(here.real("/l0")), here) if entry.status is not None]


def test_links_are_resolved_as_the_disk_would(tmp_path):
    root = tmp_path / "root"
    for name in ("data/logs", "var"):
        (root / name).mkdir(parents=True)
    (root / "data/logs/syslog").write_text("found\n")
    (root / "var/log").symlink_to("/data/logs")
    (root / "abs").symlink_to("/var/log/syslog")
    (root / "rel").symlink_to("var/../var/log/syslog")
    here = machine.Machine(str(root), "linux", {})
    for path in ("/var/log/syslog", "/abs", "/rel"):
        assert here.read_text(path) == "found\n", path
    assert here.shown(here.real("/var/log/syslog")) == "/data/logs/syslog"


def test_the_platform_is_seen_in_the_tree(tmp_path):
    for names, platform in (
        (["etc", "var"], "linux"), (["Windows", "Users"], "windows"), (["WindowsAzure"], "windows"), (["C"], "windows"),
        (["c", "var"], "linux"), ([], "linux"),
    ):  # fmt: skip
        root = tmp_path / ("-".join(names) or "empty")
        root.mkdir()
        for name in names:
            (root / name).mkdir()
        assert machine.Machine(str(root)).platform == platform, names


def test_a_windows_tree_knows_no_case(tmp_path):
    (tmp_path / "WINDOWS" / "system32").mkdir(parents=True)
    (tmp_path / "WINDOWS" / "system32" / "File.TXT").write_text("x")
    here = machine.Machine(str(tmp_path))
    real = here.real("C:\\Windows\\System32\\file.txt")
    assert real == str(tmp_path / "WINDOWS" / "system32" / "File.TXT")
    assert here.shown(real) == "C:\\WINDOWS\\system32\\File.TXT"


def test_mounts_are_read_with_odd_names(tmp_path):
    lines = tmp_path / "mountinfo"
    lines.write_bytes(
        b"36 35 98:0 /mnt1 /mnt\\040with\\011blank rw,noatime master:1 - ext3 /dev/root rw\n"
        b"37 35 0:99 / /net rw shared:7 master:3 - nfs4 server:/x rw\n"
        b"broken line\n"
        b"38 35 0:100 / /mnt/\xff rw - fuse.sshfs x rw\n"
        b"39 35 8:1 / / rw - xfs /dev/sda1 rw\n"
    )
    mounts = machine.read_mounts(str(lines))
    assert mounts[os.makedev(98, 0)].point == "/mnt with\tblank"
    here = machine.Machine(mounts=mounts)
    assert [here.is_foreign(os.makedev(*one)) for one in ((98, 0), (0, 99), (0, 100), (8, 1))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert machine.read_mounts(str(tmp_path / "nothing")) == {}


@pytest.mark.parametrize(("vendor", "seen"), [("MABILR", True), ("mabilr  \n", True), ("Msft    ", False)])
def test_a_recovery_point_is_seen_through_partition_and_lvm(tmp_path, vendor, seen):
    disk = tmp_path / "devices/host1/target/block/sdc"
    (disk / "sdc1").mkdir(parents=True)
    (disk / "device").mkdir()
    (disk / "device" / "vendor").write_text(vendor)
    lvm = tmp_path / "devices/virtual/block/dm-0/slaves"
    lvm.mkdir(parents=True)
    (lvm / "sdc1").symlink_to(disk / "sdc1")
    numbers = tmp_path / "dev/block"
    numbers.mkdir(parents=True)
    for number, target in (("8:32", disk), ("8:33", disk / "sdc1"), ("253:0", lvm.parent)):
        (numbers / number).symlink_to(target)
    for major, minor in ((8, 32), (8, 33), (253, 0)):
        assert machine.is_recovery_point(os.makedev(major, minor), str(numbers)) == seen, (major, minor)
    assert not machine.is_recovery_point(os.makedev(1, 1), str(numbers))
