"""What the end-to-end tests share: the built file, the three Pythons, the archive programs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from e2e_collect.running import Collector, has
from e2e_collect.trees import plain_linux

ROOT = Path(__file__).resolve().parents[2]
IN_CI = bool(os.environ.get("SAISHU_CI"))


def lacking(what):
    """Skip with a word on a user's machine; fail in CI."""
    if IN_CI:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session", autouse=True)
def archive_programs():
    """The other side of what we write: programs that customers and engineers really use."""
    missing = has("unzip", "zipinfo", "7z")
    if missing:
        lacking(f"{', '.join(missing)} not on this machine")


@pytest.fixture(scope="session")
def pyz(tmp_path_factory):
    """The collector as one file, built once."""
    out = tmp_path_factory.mktemp("dist") / "saishu.pyz"
    subprocess.run([sys.executable, str(ROOT / "tools" / "build_pyz.py"), "-o", str(out)], check=True, timeout=120)
    out.parent.chmod(0o755)
    for folder in out.parents[:2]:
        folder.chmod(0o755)
    return out


@pytest.fixture(params=["3.6", "3.8", "now"])
def collector(request, pyz):
    """The built file under each Python that it must run on."""
    if request.param == "now":
        return Collector(sys.executable, pyz)
    return Collector(request.getfixturevalue("python" + request.param.replace(".", "")), pyz)


@pytest.fixture
def oldest(pyz, python36):
    """The built file under the Python of RHEL 8 and SLES 15."""
    return Collector(python36, pyz)


@pytest.fixture
def newest(pyz):
    """The built file under the Python of the tests."""
    return Collector(sys.executable, pyz)


@pytest.fixture
def out(tmp_path):
    """An empty folder for the archive."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def tree(tmp_path):
    """A small complete Linux."""
    return plain_linux(tmp_path / "tree")


@pytest.fixture
def as_root():
    """Some faults (mounts, devices, another user) need root."""
    if os.geteuid() != 0:
        lacking("this needs root")


@pytest.fixture
def mounted(as_root, tmp_path):
    """Return mount(arguments, folder), which mounts and makes sure that nothing stays mounted."""
    points = []

    def mount(folder, *arguments):
        Path(folder).mkdir(exist_ok=True)
        done = subprocess.run(["mount", *arguments, str(folder)], capture_output=True, check=False, text=True)
        if done.returncode:
            lacking(f"mount is not allowed here: {done.stderr.strip()}")
        points.append(folder)
        return Path(folder)

    yield mount
    for point in reversed(points):
        subprocess.run(["umount", "-l", str(point)], check=False)
