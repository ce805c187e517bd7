"""Programs of Windows: what they say arrives byte for byte, and nothing that they start outlives its time."""

import ctypes
import os
import sys
import time

import pytest

from saishu_collect import commands, outcomes
from saishu_collect.windows import tool_folders

JAPANESE = "ライター名: 'System Writer'\r\n   状態: [1] 安定\r\n"


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "utf-8", "utf-16-le"])
def test_output_is_kept_byte_for_byte(faketools, encoding):
    data = JAPANESE.encode(encoding)
    faketools("vssadmin", "list_writers", out=data)
    ran = commands.run(["vssadmin", "list", "writers"])
    assert (ran.outcome, ran.exit, ran.output) == (outcomes.COLLECTED, 0, data)


def test_a_line_end_and_a_control_z_are_not_changed(faketools):
    data = b"a\nb\r\nc\x1a d\r\n" + bytes(range(256))
    faketools("vssadmin", "list_shadows", out=data)
    assert commands.run(["vssadmin", "list", "shadows"]).output == data


def test_what_a_tool_complains_of_is_readable(faketools):
    faketools("vssadmin", "list_writers", out=b"", err="エラー: アクセス拒否\r\n".encode(), rc=2)
    ran = commands.run(["vssadmin", "list", "writers"])
    assert (ran.outcome, ran.reason, ran.exit) == (outcomes.FAILED, outcomes.EXIT_NOT_ZERO, 2)
    assert ran.errors.strip() == "エラー: アクセス拒否"


def test_complaints_in_utf16_are_readable():
    assert commands.text_of("失敗".encode("utf-16")) == "失敗"
    assert commands.text_of("failed".encode("utf-16-le")) == "failed"


def test_complaints_in_the_code_page_of_the_system_are_readable():
    page = ctypes.windll.kernel32.GetOEMCP()
    sample = "失敗" if page == 932 else "Übung"
    assert commands.text_of(sample.encode(f"cp{page}")) == sample


def test_a_tool_that_succeeds_without_a_word_is_no_evidence(faketools):
    faketools("vssadmin", "list_providers", out=b"")
    ran = commands.run(["vssadmin", "list", "providers"])
    assert (ran.outcome, ran.exit, ran.output) == (outcomes.EMPTY, 0, b"")


def is_alive(number):
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = kernel.OpenProcess(0x00100000, False, number)
    if not handle:
        return False
    try:
        return kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0) == 258
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))


def test_a_hung_tool_ends_with_the_child_that_it_started(faketools):
    faketools("vssadmin", "list_writers", out=b"never", ms=60000, kid=60000)
    started = time.monotonic()
    ran = commands.run(["vssadmin", "list", "writers"], seconds=2)
    assert time.monotonic() - started < 10
    assert (ran.outcome, ran.exit) == (outcomes.TIMED_OUT, None)
    child = int((faketools.folder / "child.pid").read_text())
    for _ in range(50):
        if not is_alive(child):
            break
        time.sleep(0.1)
    assert not is_alive(child)


def test_a_child_left_behind_by_a_tool_that_ended_ends_too(faketools):
    faketools("vssadmin", "list_writers", out=b"done", kid=60000)
    ran = commands.run(["vssadmin", "list", "writers"], seconds=20)
    assert ran.output == b"done"
    assert ran.seconds < 15
    child = int((faketools.folder / "child.pid").read_text())
    for _ in range(50):
        if not is_alive(child):
            break
        time.sleep(0.1)
    assert not is_alive(child)


def test_a_stop_ends_a_tool_at_once(faketools):
    faketools("vssadmin", "list_writers", out=b"never", ms=60000)

    class Soon:
        def __init__(self):
            self.at = time.monotonic() + 1

        def __bool__(self):
            return time.monotonic() > self.at

    ran = commands.run(["vssadmin", "list", "writers"], seconds=50, stop=Soon())
    assert (ran.outcome, ran.reason) == (outcomes.TIMED_OUT, outcomes.INTERRUPTED)
    assert ran.seconds < 10


def test_a_program_beside_us_never_stands_in_for_one_of_windows(tmp_path, monkeypatch):
    (tmp_path / "vssadmin.exe").write_bytes(b"not the real one")
    (tmp_path / "ours.exe").write_bytes(b"nor this")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commands.find_program("vssadmin").lower() == "c:\\windows\\system32\\vssadmin.exe"
    assert commands.find_program("ours") is None
    assert commands.find_program(".\\ours.exe") is None
    assert commands.find_program(sys.executable) == sys.executable
    ran = commands.run(["ours"])
    assert (ran.outcome, ran.reason) == (outcomes.MISSING, outcomes.NO_SUCH_PROGRAM)


def test_a_tool_sees_the_folders_of_windows_only(faketools):
    ran = commands.run(["cmd", "/c", "set"])
    lines = dict(line.split("=", 1) for line in ran.output.decode("ascii", "replace").splitlines() if "=" in line)
    assert lines["PATH"].lower().split(";") == [one.lower() for one in tool_folders.folders()]
    assert os.environ["SYSTEMROOT"].lower() == lines["SYSTEMROOT" if "SYSTEMROOT" in lines else "SystemRoot"].lower()
    assert "PYTHONPATH" not in lines


def test_an_endless_talker_is_cut(faketools):
    faketools("vssadmin", "list_writers", out=b"x" * 300000)
    ran = commands.run(["vssadmin", "list", "writers"], limit=100000)
    assert (ran.outcome, len(ran.output)) == (outcomes.TRUNCATED, 100000)
