"""Searching: bounded in time, entries and depth; other people's data is not entered."""

import os

import pytest

from saishu_collect import control, machine, outcomes, search

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a Linux tree")
ILR = {"do": "search_folder", "folder": r".+-\d{14}", "contains": ["Scripts"], "where": ["/home", "/root"], "depth": 4}
RUN = "vm-20240501030652"


@pytest.fixture
def root(tmp_path):
    return machine.Machine(str(tmp_path), "linux", {})


def touch(root, *names):
    for name in names:
        path = os.path.join(root.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w"):
            pass


def shown(root, found):
    return [root.shown(path) for path in found.found]


def test_names_are_found_everywhere_but_in_what_is_skipped(root):
    touch(
        root,
        "a/b/backup.log",
        "backup.log.1",
        f"home/u/{RUN}/Volume1/backup.log",
        "proc/1/backup.log",
        "x/backup.logic",
    )
    step = {"names": ["backup.log", "backup.log.*"], "skip_folders": r".+-\d{14}"}
    found = search.find_names(step, root)
    assert shown(root, found) == ["/a/b/backup.log", "/backup.log.1"]
    assert found.cut is None


def test_a_search_ends_at_its_number_of_entries(root):
    touch(root, *[f"d/{number}" for number in range(100)])
    found = search.find_names({"names": ["*"], "entries": 10}, root)
    assert found.cut == outcomes.SEARCH_LIMIT
    assert len(found.found) <= 11


def test_a_search_ends_at_its_time(root):
    touch(root, *[f"d/{number}" for number in range(100)])
    ticks = iter(range(1000))
    found = search.find_names({"names": ["*"], "seconds": 20}, root, clock=lambda: float(next(ticks)))
    assert found.cut == outcomes.SEARCH_LIMIT
    assert len(found.found) < 30


def test_a_search_ends_with_a_stop(root):
    touch(root, "a")
    stop = control.Stop()
    stop.request(outcomes.INTERRUPTED)
    found = search.find_names({"names": ["*"]}, root, stop)
    assert (found.found, found.cut) == ([], outcomes.INTERRUPTED)


def test_folders_of_a_recovery_are_found_and_not_entered(root):
    touch(
        root, f"home/u/{RUN}/Scripts/x", f"home/u/{RUN}/Volume1/home/{RUN}/Scripts/x", f"root/{RUN}/Scripts/x",
        f"home/u/a/b/c/{RUN}/Scripts/x", f"home/u/a/b/c/d/{RUN}/Scripts/x", f"home/u/empty-{RUN}/other",
    )  # fmt: skip
    assert shown(root, search.find_folders(ILR, root)) == [
        f"/home/u/a/b/c/{RUN}", f"/home/u/{RUN}", f"/root/{RUN}",
    ]  # fmt: skip


def test_a_linked_place_is_searched_inside_the_root(root, tmp_path_factory):
    touch(root, f"srv/people/u/{RUN}/Scripts/x")
    os.symlink("/srv/people", os.path.join(root.root, "home"))
    assert shown(root, search.find_folders(ILR, root)) == [f"/srv/people/u/{RUN}"]


def test_a_listing_says_everything_on_one_line_each(root):
    touch(root, "d/plain", "d/sub/inner", "d/two\nlines")
    os.symlink("/somewhere", os.path.join(root.root, "d/link"))
    os.mkfifo(os.path.join(root.root, "d/fifo"))
    os.utime(os.path.join(root.root, "d/plain"), (0, 0))
    text = search.list_folder(os.path.join(root.root, "d"), root)
    lines = text.splitlines()
    assert lines[0] == "/d:"
    assert any(line.startswith("-rw") and line.endswith("1970-01-01T00:00:00Z plain") for line in lines)
    assert any(line.startswith("p") and line.endswith("fifo") for line in lines)
    assert any(line.endswith("link -> /somewhere") for line in lines)
    assert any(line.endswith("two\\x0alines") for line in lines)
    assert "/d/sub:" in lines
    assert "inner" in text
    assert "inner" not in search.list_folder(os.path.join(root.root, "d"), root, 0)


def test_a_listing_is_bounded(root):
    touch(root, *[f"d/{number:04d}/f" for number in range(300)])
    text = search.list_folder(os.path.join(root.root, "d"), root, limit=400)
    assert text.rstrip().endswith("lines)")
    assert len(text.splitlines()) < 420
    assert "No such file" in search.list_folder(os.path.join(root.root, "gone"), root)
