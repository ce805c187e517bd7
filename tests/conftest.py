"""What tests share: the old Pythons, the browser, and the large material that is not part of the project."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IN_CI = bool(os.environ.get("SAISHU_CI"))

# A phrase that is missing must fail a test, in child processes too; a user sees the key instead.
os.environ["SAISHU_STRICT_WORDS"] = "1"

# Started in the background or under nohup we would pass "ignore" on to every program that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _name in ("SIGHUP", "SIGTERM"):
    if hasattr(signal, _name):
        signal.signal(getattr(signal, _name), signal.SIG_DFL)


def _lacking(what):
    """Skip with a word on a user's machine; in CI nothing that we promise may go untested."""
    if IN_CI:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def repo():
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared():
    """The folder of large public material beside the project; many machines do not have it."""
    folder = Path(os.environ.get("SAISHU_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        if os.environ.get("SAISHU_SHARED"):
            pytest.fail(f"SAISHU_SHARED points to {folder}, which is not there")
        pytest.skip("the folder of public material is not here; set SAISHU_SHARED to use it")
    return folder


def _old_python(version, variable):
    named = os.environ.get(variable)
    patterns = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    candidates = [named] if named else [*map(str, patterns), shutil.which(f"python{version}")]
    for candidate in candidates:
        if candidate and _runs(candidate, version):
            return candidate
    return _lacking(f"Python {version} is not on this machine; set {variable} to its path")


def _runs(python, version):
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-c", ask], capture_output=True, check=False, text=True, timeout=30)
    except OSError:
        return False
    return answer.stdout.strip() == version


@pytest.fixture(scope="session")
def python36():
    """A real CPython 3.6: the one that RHEL 8 and SLES 15 have."""
    return _old_python("3.6", "SAISHU_PY36")


@pytest.fixture(scope="session")
def python38():
    """A real CPython 3.8."""
    return _old_python("3.8", "SAISHU_PY38")


@pytest.fixture(scope="session")
def chromium():
    """The path of a Chromium browser."""
    named = os.environ.get("SAISHU_CHROMIUM")
    for name in [named] if named else ["chromium", "chromium-browser", "google-chrome"]:
        path = shutil.which(name)
        if path:
            return path
    return _lacking("Chromium is not on this machine; set SAISHU_CHROMIUM to its path")


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core, which finds barriers in a page; `.ci/run` puts it below build/."""
    path = Path(os.environ.get("SAISHU_AXE") or ROOT / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js")
    if not path.is_file():
        return _lacking("axe-core is not here: npm install --prefix build/axe axe-core, or set SAISHU_AXE")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(chromium):
    """A running Chromium, without a window."""
    with pytest.importorskip("playwright.sync_api").sync_playwright() as player:
        running = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()
