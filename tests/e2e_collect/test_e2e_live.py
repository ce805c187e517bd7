"""The running system itself, in a mount namespace of its own where a tree lies over /var/log."""

import os
import shutil
import subprocess
import sys
import time

import pytest

from e2e_collect.conftest import lacking
from e2e_collect.running import SET_FACTS, environment
from e2e_collect.trees import everything_below, grow, log_lines, plain_linux

HUNG = """import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    time.sleep(900)
with open({note!r}, "a") as file:
    file.write("%d " % os.getpid())
print("half an answer", flush=True)
time.sleep(900)
"""
FLOOD = "import os\nblock = b'0123456789abcde\\n' * 65536\nfor _ in range(1024): os.write(1, block)\n"


@pytest.fixture
def live(as_root, tmp_path):
    """Return (what to put before a command, the tree): the tree's /var/log lies over the machine's own."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        lacking("no mount namespace here")
    root = plain_linux(tmp_path / "tree")
    script = 'mount --make-rprivate / && mount --bind "$0" /var/log && exec "$@"'
    return ("unshare", "-m", "sh", "-c", script, str(root / "var/log")), root


def stand_in(folder, name, body):
    """Put a program into a folder; it must be one that this machine does not have."""
    if shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"):
        pytest.skip(f"{name} is installed on this machine")
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable} -S\n{body}")
    path.chmod(0o755)


def test_the_running_system(collector, live, out):
    before, root = live
    done = collector.collect(out, "azure-vm", *SET_FACTS, before=before)
    assert done.code == 0, done.err
    bundle = done.bundle()
    for path, data in everything_below(root, "var/log").items():
        assert bundle.content(path) == data
    assert bundle.item("linux.system_state")["files"] > 10
    commands = [entry for entry in bundle.files if "argv" in entry and "member" in entry]
    assert {entry["member"].partition("/")[0] for entry in commands} == {"commands"}
    uname = next(entry for entry in commands if entry["argv"] == ["uname", "-a"])
    assert bundle.read(uname["member"]).startswith(b"Linux ")
    assert bundle.manifest["run"]["root"] is None
    assert bundle.manifest["run"]["elevated"] is True
    assert os.uname().release in bundle.item("env.os")["value"]


def test_nothing_on_the_machine_is_touched(oldest, live, out):
    before, root = live

    def state():
        return {
            path: (path.lstat().st_mtime_ns, path.lstat().st_atime_ns) for path in root.rglob("*") if path.is_file()
        }

    first = state()
    assert oldest.collect(out, "azure-vm", *SET_FACTS, before=before).code == 0
    assert state() == first


@pytest.mark.slow
def test_a_hung_and_a_flooding_program(oldest, live, out, tmp_path):
    before, root = live
    grow(root, {"var/log/late.log": log_lines(4000)})
    folder, note = tmp_path / "bin", tmp_path / "pids"
    stand_in(folder, "sestatus", HUNG.format(note=str(note)))
    stand_in(folder, "ntpq", FLOOD)
    path = f"{os.environ['PATH']}:{folder}"
    started = time.monotonic()
    done = oldest.collect(out, "azure-vm", *SET_FACTS, before=before, env=environment(PATH=path))
    assert time.monotonic() - started < 60
    assert done.code == 0, done.err
    bundle = done.bundle()
    hung = bundle.entry("sestatus")
    assert (hung["outcome"], hung["reason"]) == ("timed_out", "read_stalled")
    assert bundle.read(hung["member"]) == b"half an answer\n"
    assert 9 < hung["seconds"] < 16
    flood = bundle.entry("ntpq -pn")
    assert (flood["outcome"], flood["reason"], flood["size"]) == ("truncated", "over_file_limit", 65536)
    assert bundle.entry("/var/log/late.log")["outcome"] == "collected"
    for pid in note.read_text().split():
        assert not os.path.exists(f"/proc/{pid}")
