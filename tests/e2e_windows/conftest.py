"""What the tests of the EXE share: Wine, the EXE built from these sources, a prefix that looks like a server."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from e2e_windows.machines import Wine, copy_prefix, environment, fill_server

ROOT = Path(__file__).resolve().parents[2]
IN_CI = bool(os.environ.get("SAISHU_CI"))
CACHE = Path(os.environ.get("SAISHU_WINE") or ROOT / ".wine")


@pytest.fixture(scope="session")
def cache():
    """The prepared Wine; left out with a word on a user's machine without it."""
    if IN_CI:
        subprocess.run([ROOT / "tools" / "wine" / "prepare.sh"], stdin=subprocess.DEVNULL, check=True, timeout=600)
    if not (CACHE / "ready").is_file() or not Path("/usr/lib/wine/wine64").exists():
        pytest.skip("Wine is not prepared; to run the tests of the EXE: make wine")
    return CACHE


@pytest.fixture(scope="session")
def exe(cache):
    """The EXE, built from these sources."""
    built = subprocess.run(
        [ROOT / "tools" / "wine" / "build_exe.sh"], stdin=subprocess.DEVNULL, capture_output=True, check=False,
        timeout=600, env=dict(os.environ, SAISHU_WINE=str(cache)),
    )  # fmt: skip
    assert built.returncode == 0, (built.stdout + built.stderr).decode("utf-8", "replace")[-3000:]
    return ROOT / "dist" / "saishu.exe"


@pytest.fixture(scope="session")
def server(cache, exe):
    """A Windows Server with the agents of Azure, with the EXE on its desktop."""
    target = cache / "server"
    shutil.rmtree(target, ignore_errors=True)
    wine = Wine(cache, copy_prefix(cache / "prefix", target), environment(cache, target)).start()
    try:
        fill_server(wine)
        shutil.copyfile(exe, wine.drive / "saishu.exe")
        yield wine
    finally:
        wine.stop()
        shutil.rmtree(target, ignore_errors=True)


@pytest.fixture
def out(server):
    """An empty folder on the C: drive."""
    folder = server.drive / "out"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
