"""A folder that leads into itself, made in the system below Wine: to Windows it looks like a plain folder."""

import pytest

from saishu_collect import machine, outcomes, search, walk
from windows.below import UNDER_WINE, unix, unix_path

pytestmark = pytest.mark.skipif(not UNDER_WINE, reason="made in the system below Wine")


@pytest.fixture
def loop(tmp_path):
    folder = tmp_path / "loop"
    folder.mkdir()
    (folder / "a.log").write_bytes(b"a")
    unix("ln", "-s", ".", unix_path(folder) + "/again")
    yield folder
    unix("rm", unix_path(folder) + "/again")


def test_a_folder_that_contains_itself_is_entered_once(loop):
    here = machine.Machine()
    found = [(here.shown(one.path)[len(str(loop)) :], one.skipped) for one in walk.walk(here.real(str(loop)), here)]
    assert sorted(found) == [("\\a.log", None), ("\\again", outcomes.LOOP)]


def test_a_listing_of_a_loop_ends(loop):
    here = machine.Machine()
    text = search.list_folder(here.real(str(loop)), here)
    assert text.count("a.log") <= walk.MAX_DEPTH + 1
