"""Files that move while they are read: growing, rotating, truncated, coming and going, stalling."""

import itertools
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from e2e_collect import dead_disk as dead_disk_server
from e2e_collect.conftest import lacking
from e2e_collect.running import SET_FACTS, end_of, environment, measured, peak_mib, wait_for, written
from e2e_collect.trees import grow, log_lines, plain_linux

MIB = 1 << 20

WRITER = """
import os, sys, time
path, rate = sys.argv[1], int(sys.argv[2])
line = b"%012d " + b"x" * 86 + b"\\n"
number = 0
file = open(path, "ab", buffering=0)
started = time.monotonic()
turn = 0
while True:
    block = b"".join(line % (number + n) for n in range(2000))
    file.write(block)
    number += 2000
    turn += 1
    if turn % 150 == 0:                      # about 30 MB: rotate as logrotate does, rename and a new file
        for old in (2, 1):
            if os.path.exists("%s.%d" % (path, old)):
                os.rename("%s.%d" % (path, old), "%s.%d" % (path, old + 1))
        os.rename(path, path + ".1")
        file = open(path, "ab", buffering=0)
    ahead = number * 100 / rate - (time.monotonic() - started)
    if ahead > 0:
        time.sleep(ahead)
"""
TRUNCATER = """
import sys, time
path = sys.argv[1]
block = b"y" * 99 + b"\\n"
while True:
    with open(path, "r+b", buffering=0) as file:
        file.truncate(0)
        file.write(block * 40000)
    time.sleep(0.05)
"""


class Meanwhile:
    """A program that does its mischief while a collection runs."""

    def __init__(self, code, *argv):
        self.process = subprocess.Popen([sys.executable, "-c", code, *map(str, argv)])

    def __enter__(self):
        time.sleep(0.3)
        assert self.process.poll() is None
        return self

    def __exit__(self, *_):
        assert self.process.poll() is None, "the mischief ended early"
        self.process.kill()
        self.process.wait()


def check_lines(data, shape):
    """Lines of the writer that follow each other without a gap."""
    lines = data.split(b"\n")
    numbers = [int(line[:12]) for line in lines[1:-1]]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), shape
    return numbers


def check_growing(bundle):
    """Hold what was taken of the growing file against its lines; return how it moved."""
    seen = []
    entries = [entry for entry in bundle.files if entry["path"].startswith("/var/log/messages")]
    for entry in entries:
        if "member" in entry and entry["size"] > 1000:
            numbers = check_lines(bundle.read(entry["member"]), entry)
            assert entry["size"] <= entry["file_size"]
            seen.append((numbers[0], numbers[-1], entry.get("file_size_after", entry["file_size"])))
            if entry["consistency"] == "grew":
                assert entry["file_size_after"] > entry["file_size"]
    # What the rotation moved is there too: what lacks between two files is what the first one grew by, and it says so.
    for (first, last, size), (following, _, _) in itertools.pairwise(sorted(seen)):
        assert following <= max(last, first + size // 100) + 2, seen
    assert bundle.entry("/var/log/calm.log")["consistency"] == "stable"
    return {entry["consistency"] for entry in entries if "consistency" in entry}


def test_a_file_that_grows_by_50_mb_a_second_and_rotates(collector, tmp_path, out):
    root = plain_linux(tmp_path / "tree")
    grow(root, {"var/log/calm.log": log_lines(20 * MIB, 3), "var/log/messages": b""})
    moved = set()
    with Meanwhile(WRITER, root / "var/log/messages", 50_000_000):
        for turn in range(4):  # the writer may have been held up by others just then
            folder = out / str(turn)
            folder.mkdir()
            done = collector.collect(folder, *SET_FACTS, root=root)
            assert done.code in (0, 1), done.err
            assert done.seconds < 60
            moved |= check_growing(done.bundle())
            if moved & {"grew", "replaced"}:
                break
    assert moved & {"grew", "replaced"}


def test_a_file_that_is_truncated_and_rewritten_every_50_ms(collector, tmp_path, out):
    root = plain_linux(tmp_path / "tree")
    grow(root, {"var/log/syslog": b"y\n", "var/log/a": log_lines(8 * MIB), "var/log/z": log_lines(8 * MIB)})
    with Meanwhile(TRUNCATER, root / "var/log/syslog"):
        done = collector.collect(out, *SET_FACTS, root=root)
    assert done.code in (0, 1), done.err
    bundle = done.bundle()
    entry = bundle.entry("/var/log/syslog")
    assert entry["consistency"] in ("grew", "shrank", "modified", "stable")
    assert set(bundle.content("/var/log/syslog")) <= set(b"y\n")
    if entry["consistency"] == "shrank":
        assert entry["reason"] == "shrank_while_read"


def test_files_and_folders_that_come_and_go(collector, tmp_path, out):
    root = plain_linux(tmp_path / "tree")
    grow(root, {f"var/log/steady/{n}": log_lines(20000, n) for n in range(300)})
    going = threading.Event()

    def mischief():
        while not going.is_set():
            folder = root / "var/log/passing"
            grow(folder, {f"{n % 7}/{n}.log": b"here for a moment\n" * 50 for n in range(120)})
            subprocess.run(["rm", "-rf", str(folder)], check=True)

    thread = threading.Thread(target=mischief)
    thread.start()
    try:
        done = collector.collect(out, *SET_FACTS, root=root)
    finally:
        going.set()
        thread.join()
    assert done.code == 0, done.err
    bundle = done.bundle()
    for n in range(300):
        assert bundle.entry(f"/var/log/steady/{n}")["outcome"] == "collected"
    for entry in bundle.files:
        if "/passing" in entry["path"]:
            assert entry["outcome"] in ("collected", "missing", "empty", "truncated"), entry
            if entry["outcome"] == "missing":
                assert entry["consistency"] == "vanished"


def test_a_small_file_that_became_huge_before_it_is_read(oldest, tmp_path, out):
    """What is small when it is listed may be large when it is opened; memory must not follow it."""
    root = plain_linux(tmp_path / "tree")
    grow(
        root, {"var/log/a.log": log_lines(40 * MIB, 5), "var/log/b.log": log_lines(MIB), "var/log/messages": b"tiny\n"}
    )
    process = oldest.start(out, *SET_FACTS, root=root, before=measured(tmp_path / "peak"))
    while not list(out.glob("*.partial")):
        time.sleep(0.001)
    with open(root / "var/log/messages", "ab") as file:
        file.writelines(b"0123456789abcde\n" * (MIB // 2) for _ in range(40))
    done = end_of(process, out)
    assert done.code in (0, 1), done.err
    done.bundle(sums=False)
    assert peak_mib(tmp_path / "peak") < 64


class DeadDisk:
    """A file system whose files never answer a read, until it is torn down."""

    def __init__(self, folder, count, size):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        argv = [sys.executable, dead_disk_server.__file__, str(folder), str(count), str(size)]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "mounted":
            lacking(f"FUSE is not allowed here: {self.process.stderr.read()}")

    def tear_down(self):
        """End it; reads that hang in it come back with an error, and only then can their process end."""
        self.process.kill()
        self.process.communicate()
        subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)


@pytest.fixture
def dead_disk(as_root):
    """Return dead(folder, count, size), which mounts a DeadDisk."""
    disks = []

    def dead(*arguments):
        disks.append(DeadDisk(*arguments))
        return disks[-1]

    yield dead
    for disk in disks:
        disk.tear_down()


IMPATIENT = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from saishu_collect import cli, workers
workers.STALLED_AFTER_S = 0.7
sys.exit(cli.main())
"""


def finished_archive(out):
    """Return whether a finished archive lies in a folder."""
    return [path for path in out.glob("*.zip") if not list(out.glob("*.partial"))]


def end_without(disk, process, out, seconds):
    """Wait for the archive, then tear the disk down so that the process can leave; return what it said."""
    started = time.monotonic()
    wait_for(lambda: finished_archive(out) or process.poll() is not None, seconds)
    spent = time.monotonic() - started
    disk.tear_down()
    done = end_of(process, out)
    return done._replace(seconds=spent)


@pytest.mark.parametrize(("count", "size"), [(3, 9000), (150, 9000), (12, 240_000), (4, 3_000_000)])
def test_a_disk_that_answers_no_read_does_not_hold_the_run_up(oldest, tmp_path, out, dead_disk, pyz, count, size):
    """Reads that hang in the kernel are given up, soon for the whole disk; all else is in the archive."""
    root = plain_linux(tmp_path / "tree")
    grow(root, {"var/log/large.log": log_lines(6 * MIB)})
    grow(root, {f"var/log/z/{n:02d}.log": log_lines(300_000, n) for n in range(4)})
    disk = dead_disk(root / "var/log/disk", count, size)
    command = oldest.command(out, *SET_FACTS, root=root)
    argv = [command[0], "-c", IMPATIENT, str(pyz), *command[3:]]
    process = subprocess.Popen(argv, env=environment(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    done = end_without(disk, process, out, 25)
    assert done.code == 1, done.err
    bundle = done.bundle()
    hung = [entry for entry in bundle.files if entry["path"].startswith("/var/log/disk/")]
    assert len(hung) == count
    assert {(entry["outcome"], entry["reason"]) for entry in hung} == {("timed_out", "read_stalled")}
    for path in ["large.log", "syslog"] + [f"z/{n:02d}.log" for n in range(4)]:
        assert bundle.entry("/var/log/" + path)["outcome"] == "collected", path


@pytest.mark.parametrize(("count", "size"), [(150, 9000), (4, 3_000_000)])
def test_a_signal_while_a_disk_does_not_answer(oldest, tmp_path, out, dead_disk, count, size):
    root = plain_linux(tmp_path / "tree")
    disk = dead_disk(root / "var/log/disk", count, size)
    process = oldest.start(out, *SET_FACTS, root=root)
    wait_for(lambda: written(out))
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    done = end_without(disk, process, out, 5)
    assert done.code == 130
    assert done.seconds < 4
    bundle = done.bundle()
    assert bundle.state == "interrupted"
    assert bundle.entry("/var/log/syslog")["outcome"] == "collected"
