"""What the build of the EXE refuses: libraries from elsewhere, and ones that nobody expects."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "wine" / "check_parts.py"
FOLDER = "Z:\\py\\cp311"
GOOD = [
    ("python311.dll", FOLDER + "\\python311.dll", "BINARY"),
    ("_ctypes.pyd", FOLDER + "\\DLLs\\_ctypes.pyd", "EXTENSION"),
]


def judge(tmp_path, parts):
    toc = tmp_path / "PKG-00.toc"
    toc.write_text(repr(("saishu.pkg", {"BINARY": True}, parts, False)), encoding="utf-8")
    return subprocess.run([sys.executable, SCRIPT, toc, FOLDER], capture_output=True, check=False, text=True)


def test_what_comes_from_the_python_folder_passes(tmp_path):
    assert judge(tmp_path, GOOD).returncode == 0


@pytest.mark.parametrize(
    "part",
    [
        ("ucrtbase.dll", "C:\\windows\\system32\\ucrtbase.dll", "BINARY"),
        ("python311.dll", "Z:\\elsewhere\\python311.dll", "BINARY"),
        ("tcl86t.dll", FOLDER + "\\DLLs\\tcl86t.dll", "BINARY"),
    ],
)
def test_what_does_not_belong_is_named(tmp_path, part):
    done = judge(tmp_path, [*GOOD, part])
    assert done.returncode == 1
    assert part[0] in done.stdout


def test_an_empty_table_is_no_proof(tmp_path):
    assert judge(tmp_path, []).returncode == 1
