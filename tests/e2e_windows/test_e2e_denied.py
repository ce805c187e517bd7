"""Access denied for real: Wine run by another user than the one who owns the files."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from e2e_collect.running import opened
from e2e_windows.conftest import ROOT
from e2e_windows.machines import Wine, environment

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class Stranger(Wine):
    """A prefix of a user who may not read everything."""

    before = NOBODY


@pytest.fixture(scope="module")
def stranger(cache, exe):
    if os.geteuid() != 0:
        pytest.skip("running as another user needs root")
    # Not below pytest's own folder: nobody else may enter that one.
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        os.chown(home, 65534, 65534)
        prefix = Path(home) / "prefix"
        wine = Stranger(cache, prefix, environment(cache, prefix))
        make = [*NOBODY, str(ROOT / "tools" / "wine" / "new_prefix.sh"), str(prefix)]
        subprocess.run(make, env=dict(wine.environment, HOME=home), stdin=subprocess.DEVNULL, check=True, timeout=180)
        shutil.copyfile(exe, wine.drive / "saishu.exe")
        (wine.drive / "saishu.exe").chmod(0o755)
        wine.start()
        yield wine
        wine.stop()


def test_what_may_not_be_read_is_called_denied_and_the_rest_arrives(stranger):
    logs = stranger.drive / "WindowsAzure" / "Logs"
    (logs / "closed").mkdir(parents=True)
    (logs / "open.log").write_bytes(b"open")
    (logs / "secret.log").write_bytes(b"secret")
    (logs / "large.log").write_bytes(b"secret\n" * 100000)
    (logs / "closed" / "inside.log").write_bytes(b"inside")
    for name in ("secret.log", "large.log", "closed"):
        (logs / name).chmod(0)
    out = stranger.drive / "out"
    out.mkdir()
    os.chown(out, 65534, 65534)
    done = stranger.run(["C:\\saishu.exe", "collect", "azure-vm", "-o", "C:\\out", "--yes", "--offline", "--json"])
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    (item,) = [one for one in document["items"] if one["id"] == "windows.azure_logs"]
    assert (item["status"], item["reason"], item["gaps"]) == ("partial", "not_permitted", {"not_permitted": 3})
    (path,) = out.iterdir()
    bundle = opened(path)
    for name in ("secret.log", "large.log", "closed"):
        entry = bundle.entry(f"C:\\WindowsAzure\\Logs\\{name}")
        assert (entry["outcome"], entry["reason"]) == ("denied", "not_permitted")
    assert bundle.content("C:\\WindowsAzure\\Logs\\open.log") == b"open"


def test_a_folder_that_may_not_be_written_to_is_refused(stranger):
    closed = stranger.drive / "not ours"
    closed.mkdir(exist_ok=True)
    closed.chmod(0o755)
    done = stranger.run(["C:\\saishu.exe", "collect", "azure-vm", "-o", "C:\\not ours", "--yes", "--offline"])
    assert done.returncode == 4, done.stderr.decode("cp932", "replace")
    assert b"[E40" in done.stderr
    assert b"Traceback" not in done.stderr
