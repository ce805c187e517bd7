"""Opening files that others hold, that lie deep, that are none: with the system's own answers, not with stand-ins."""

import os
from pathlib import Path

import pytest

from saishu_collect import machine, outcomes, reading, walk
from saishu_collect.windows import files


def entry(path):
    return walk.entry_of(files.extended(str(path)))


def test_a_file_that_somebody_has_for_himself_alone_is_locked(tmp_path, exclusive):
    path = tmp_path / "held.log"
    path.write_bytes(b"held")
    exclusive(path)
    with pytest.raises(PermissionError) as caught:
        reading.open_file(str(path))
    assert caught.value.winerror == files.SHARING_VIOLATION
    assert walk.reason_of(caught.value) == outcomes.LOCKED


def test_a_file_is_read_beside_a_writer_that_shares_reading_only(tmp_path, exclusive):
    path = tmp_path / "growing.log"
    path.write_bytes(b"so far")
    exclusive(path, share=1)
    # An ordinary reader does not allow for the writer that is there already.
    assert reading.read_small(str(path), os.lstat(path)).data == b"so far"


def test_a_writer_and_a_deleter_are_not_disturbed_by_our_reading(tmp_path):
    path = tmp_path / "live.log"
    path.write_bytes(b"one")
    descriptor = reading.open_file(str(path))
    try:
        with path.open("ab") as writer:
            writer.write(b" two")
        assert reading.read_exactly(descriptor, 100) == b"one two"
        os.rename(path, tmp_path / "rotated.log")
        os.unlink(tmp_path / "rotated.log")
    finally:
        os.close(descriptor)


def test_a_file_that_grew_since_it_was_listed_says_so(tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"one")
    listed = os.lstat(path)
    descriptor = reading.open_file(str(path))
    try:
        before = os.fstat(descriptor)
        assert reading.judge_consistency(listed, before, descriptor, str(path), 3, 3) == (outcomes.STABLE, 3)
        with path.open("ab") as writer:
            writer.write(b" two")
        assert reading.judge_consistency(listed, before, descriptor, str(path), 3, 3) == (outcomes.GREW, 7)
    finally:
        os.close(descriptor)


def test_what_is_not_there_is_not_called_denied(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        reading.open_file(files.extended(str(tmp_path / "no" / "such.log")))
    assert walk.reason_of(caught.value) == outcomes.NO_SUCH_FILE


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(OSError, match="not a regular file"):
        reading.open_file(files.extended(str(tmp_path)))


def test_a_path_of_a_thousand_characters_is_walked_and_read(tmp_path):
    deep = tmp_path
    for number in range(10):
        deep = deep / (f"{number}" + "x" * 100)
    os.makedirs(files.extended(str(deep)))
    path = files.extended(str(deep / "deep.log"))
    assert len(path) > 1000
    with open(path, "wb") as out:
        out.write(b"deep")
    here = machine.Machine()
    found = list(walk.walk(here.real(str(tmp_path)), here))
    assert [(one.path, one.skipped) for one in found] == [(path, None)]
    assert reading.read_small(found[0].path, found[0].status).data == b"deep"
    assert here.shown(found[0].path) == str(deep / "deep.log")


def test_paths_are_shown_as_people_write_them():
    here = machine.Machine()
    assert here.platform == "windows"
    assert here.real("C:/Windows/../Windows/./System32") == "\\\\?\\C:\\Windows\\System32"
    assert here.shown(here.real("C:\\Windows\\System32")) == "C:\\Windows\\System32"
    assert here.real("/WindowsAzure") == "\\\\?\\C:\\WindowsAzure"
    assert here.exists("C:\\Windows\\System32\\kernel32.dll")
    assert not here.exists("C:\\Windows\\no such file")


def test_a_share_of_a_server_keeps_its_name():
    assert files.extended("\\\\server\\share\\a\\..\\b") == "\\\\?\\UNC\\server\\share\\b"
    assert files.plain("\\\\?\\UNC\\server\\share\\b") == "\\\\server\\share\\b"


def test_the_system_drive_is_a_local_one():
    drives = machine.read_mounts()
    device = os.stat("C:\\").st_dev
    assert drives[device].point == "C:\\"
    assert not machine.Machine().is_foreign(device)


def test_globs_know_no_case_and_find_japanese(tmp_path):
    (tmp_path / "障害.LOG").write_bytes(b"1")
    (tmp_path / "Other.txt").write_bytes(b"2")
    here = machine.Machine()
    found = walk.expand(str(tmp_path) + "\\*.log", here)
    assert [Path(one).name for one in found] == ["障害.LOG"]
    assert [Path(one).name for one in walk.expand(str(tmp_path).upper() + "\\OTHER.*", here)] == ["Other.txt"]


def test_a_tree_of_another_windows_is_read_below_its_root(tmp_path):
    logs = tmp_path / "WindowsAzure" / "Logs"
    logs.mkdir(parents=True)
    (logs / "WaAppAgent.log").write_bytes(b"agent")
    (tmp_path / "Windows").mkdir()
    there = machine.Machine(str(tmp_path))
    assert there.platform == "windows"
    assert not there.live
    (found,) = walk.expand("C:\\WindowsAzure\\Logs\\*.LOG", there)
    assert there.shown(found) == "C:\\WindowsAzure\\Logs\\WaAppAgent.log"
    assert reading.read_small(found, os.lstat(found)).data == b"agent"
