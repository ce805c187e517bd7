"""The one file for the affected machine: it finds a Python, runs on old ones, and is built the same every time."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ["scenarios", "--json"]


def build(out):
    subprocess.run([sys.executable, str(ROOT / "tools" / "build_pyz.py"), "-o", str(out)], check=True, timeout=120)
    return out


@pytest.fixture(scope="module")
def pyz(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist") / "saishu.pyz")


def run(*argv, **environ):
    environ.setdefault("PATH", os.environ["PATH"])
    return subprocess.run(argv, env=environ, capture_output=True, check=False, timeout=120)


def expected():
    """What the same verb says without the archive."""
    environ = dict(os.environ, PYTHONPATH=str(ROOT / "src"))
    start = "import sys; from saishu_collect.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", start, *SCENARIOS], env=environ, capture_output=True, check=True
    ).stdout


def test_two_builds_are_the_same_bytes(pyz, tmp_path):
    assert build(tmp_path / "again.pyz").read_bytes() == pyz.read_bytes()


def test_it_holds_the_collector_and_nothing_else(pyz):
    with zipfile.ZipFile(pyz) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert names == sorted(names)
    assert [name for name in names if not name.startswith("saishu_collect/")] == ["LICENSE", "__main__.py"]
    assert "saishu_collect/catalogue.json" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_it_runs_as_a_script(pyz):
    done = run(str(pyz), *SCENARIOS)
    assert (done.returncode, done.stdout) == (0, expected()), done.stderr


def test_it_runs_through_a_named_python(pyz):
    done = run(sys.executable, str(pyz), *SCENARIOS)
    assert (done.returncode, done.stdout) == (0, expected()), done.stderr


def test_it_runs_on_python_36(pyz, python36):
    done = run(python36, str(pyz), *SCENARIOS, LC_ALL="C")
    assert (done.returncode, done.stdout) == (0, expected()), done.stderr


def test_it_runs_on_python_38(pyz, python38):
    done = run(python38, str(pyz), *SCENARIOS, LC_ALL="C")
    assert (done.returncode, done.stdout) == (0, expected()), done.stderr


def test_the_header_takes_the_python_that_is_named(pyz, python36):
    done = run(str(pyz), *SCENARIOS, SAISHU_PYTHON=python36, PATH="/nowhere")
    assert (done.returncode, done.stdout) == (0, expected()), done.stderr


def test_the_variables_of_a_database_user_do_not_reach_us(pyz, tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('a foreign json module')")
    done = run(str(pyz), *SCENARIOS, PYTHONPATH=str(tmp_path), PYTHONHOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, expected()), done.stderr


def test_a_path_with_blanks_and_arguments_with_quotes_arrive_whole(pyz, tmp_path):
    folder = tmp_path / "a folder 採取"
    folder.mkdir()
    copy = folder / "saishu.pyz"
    copy.write_bytes(pyz.read_bytes())
    done = run("/bin/sh", str(copy), "checklist", "no such 'scenario'", "--lang", "en")
    assert done.returncode == 2
    assert b"no such 'scenario'" in done.stderr


def hidden(pyz, tmp_path):
    """The file on a machine without any Python: the fixed places are spelled wrongly, byte for byte."""
    data = pyz.read_bytes()
    for place in (b"/usr/bin/python3", b"/usr/libexec/platform-python"):
        assert data.count(place) >= 1
        data = data.replace(place, b"/nowhere".ljust(len(place), b"x"))
    copy = tmp_path / "hidden.pyz"
    copy.write_bytes(data)
    return copy


def test_without_python_it_says_what_to_do_in_both_languages(pyz, tmp_path):
    done = run("/bin/sh", str(hidden(pyz, tmp_path)), *SCENARIOS, PATH="/nowhere")
    said = done.stderr.decode()
    assert done.returncode == 4
    assert done.stdout == b""
    assert "[E190] このマシンに Python 3.6 以降が見つかりません。" in said
    assert "[E190] No Python 3.6 or later was found" in said
    assert len(said.splitlines()) == 4


def test_a_python_that_is_too_old_is_passed_over(pyz, tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = run("/bin/sh", str(hidden(pyz, tmp_path)), *SCENARIOS, PATH=str(tmp_path))
    assert done.returncode == 4
