"""What the Windows tests share. They run under a Windows Python only: tools/wine/suite.sh."""

import ctypes
import os
import shutil
from pathlib import Path

import pytest

collect_ignore_glob = [] if os.name == "nt" else ["test_*.py"]


@pytest.fixture
def faketools(tmp_path, monkeypatch):
    """Return record(tool, call, **what): the next call of a tool replays it. `calls()` tells what was called."""
    folder = Path("C:\\faketools")
    shutil.rmtree(folder, ignore_errors=True)

    def record(tool, call, out=None, err=None, rc=0, ms=0, file=None, kid=0):
        place = folder / tool
        place.mkdir(parents=True, exist_ok=True)
        for ending, data in (("out", out), ("err", err), ("file", file)):
            if data is not None:
                (place / f"{call}.{ending}").write_bytes(data)
        for ending, number in (("rc", rc), ("ms", ms), ("kid", kid)):
            if number or ending == "rc":
                (place / f"{call}.{ending}").write_text(str(number))

    record.folder = folder
    record.calls = lambda: (folder / "calls.log").read_text(encoding="utf-8").splitlines()
    yield record
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def exclusive():
    """Return hold(path): opens a file for us alone, as databases and some agents do; closed again afterwards."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateFileW.restype = ctypes.c_void_p
    handles = []

    def hold(path, share=0):
        handle = kernel.CreateFileW(ctypes.c_wchar_p(str(path)), 0xC0000000, share, None, 3, 0, None)
        assert handle not in (None, ctypes.c_void_p(-1).value), ctypes.get_last_error()
        handles.append(handle)

    yield hold
    for handle in handles:
        kernel.CloseHandle(ctypes.c_void_p(handle))
