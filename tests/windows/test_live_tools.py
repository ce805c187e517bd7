"""Programs that write a file themselves, disks, and the facts of the system; msinfo32 is a stand-in that replays."""

import json
import time
import winreg

import pytest

from saishu_collect import outcomes
from saishu_collect.windows import context, disk_picture, disks, steps, system, tool_file

MSINFO = {
    "do": "command", "name": "msinfo", "argv": ["msinfo32.exe", "/nfo", "{file}"], "file": "msinfo.nfo", "seconds": 20,
}  # fmt: skip
NFO = '<?xml version="1.0"?>\r\n<MsInfo><Metadata>日本</Metadata></MsInfo>'.encode("utf-16")


@pytest.fixture
def around(tmp_path):
    found = context.Context(str(tmp_path), 0)
    yield found
    found.clean()
    assert list(tmp_path.iterdir()) == []


def test_the_file_of_msinfo32_is_taken(faketools, around):
    faketools("msinfo32", "-nfo_PATH", file=NFO)
    (piece,) = steps.guarded(MSINFO, around)
    assert (piece.member, piece.outcome) == ("commands/msinfo.nfo", None)
    with open(piece.path, "rb") as made:
        assert made.read() == NFO
    (call,) = faketools.calls()
    assert "System32" in call or "system32" in call


@pytest.mark.parametrize(
    ("parts", "detail"), [({}, "exit code 0, no file"), ({"file": b""}, "exit code 0, an empty file")]
)
def test_exit_code_0_without_a_file_is_a_failure(faketools, around, parts, detail):
    faketools("msinfo32", "-nfo_PATH", **parts)
    (piece,) = steps.guarded(MSINFO, around)
    assert (piece.outcome, piece.reason, piece.detail) == (outcomes.FAILED, outcomes.NO_OUTPUT, detail)


def test_a_program_that_never_ends_is_ended(faketools, around):
    faketools("msinfo32", "-nfo_PATH", ms=60000)
    started = time.monotonic()
    (piece,) = steps.guarded(dict(MSINFO, seconds=2), around)
    assert (piece.outcome, piece.reason) == (outcomes.TIMED_OUT, outcomes.READ_STALLED)
    assert time.monotonic() - started < 15


def test_a_program_that_windows_does_not_have(around):
    (piece,) = steps.guarded(dict(MSINFO, argv=["saishunowhere.exe", "{file}"]), around)
    assert (piece.outcome, piece.reason) == (outcomes.MISSING, outcomes.NO_SUCH_PROGRAM)
    assert tool_file.perform


def test_disks_and_volumes_of_wine(around):
    values, picture = steps.guarded({"do": "disks"}, around)
    found = json.loads(values.data)
    assert found["schema"] == disks.SCHEMA
    (system_volume,) = [one for one in found["volumes"] if one["places"] == ["C:\\"]]
    assert system_volume["file_system"] == "NTFS"
    assert 0 < system_volume["free"] <= system_volume["size"]
    assert "C:\\" in picture.data.decode()
    assert disk_picture.draw(found) == picture.data.decode()


def test_every_disk_of_wine_says_what_it_would_not_answer(around):
    found = json.loads(steps.guarded({"do": "disks"}, around)[0].data)
    assert all(one["size"] or one["troubles"] for one in found["disks"])


def test_the_name_of_the_prepared_server():
    assert system.os_name_version().startswith("Windows Server 2022 Datacenter")
    assert "(build 20348" in system.os_name_version()


def test_the_version_of_the_agent():
    key = "SOFTWARE\\Microsoft\\GuestAgent"
    with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, key, 0, winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY) as made:
        winreg.SetValueEx(made, "GuestAgentVersion", 0, winreg.REG_SZ, "2.7.41491.1083")
    try:
        assert system.agent_version() == "2.7.41491.1083"
    finally:
        winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, key, winreg.KEY_WOW64_64KEY, 0)
    assert system.agent_version() is None
