"""Worker processes: the same answer as without them, and an answer when one of them dies."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from saishu.bundle import map_members, open_bundle
from saishu.timeline import reading as room
from saishu.timeline.reading import Order, read_bundle
from saishu.timeline.store import Wanted
from saishu_collect.catalogue import load

DEADLY = """
import os, sys
if "--multiprocessing-fork" in sys.orig_argv:
    import saishu.timeline.shares as shares
    real = shares.run_reader
    def run_reader(reader, file, host, sink):
        real(reader, file, host, sink)
        if "deadly" in file.path:
            sink._writer.flush()
            os.kill(os.getpid(), 9)
    shares.run_reader = run_reader
"""


def lines(number, minute):
    """Lines of the agent's log; the first of each file is alike but for its number."""
    said = "".join(
        f"2024-05-01T03:{minute:02d}:{second:02d}.000000Z ERROR ExtHandler ExtHandler odd thing {second} happened\n"
        for second in range(number)
    )
    return said + f"2024-05-01T03:{minute:02d}:59Z ERROR ExtHandler ExtHandler x [Errno 28] No space left on device\n"


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "bundle"
    for number in range(12):
        log = root / f"node{number}" / "var/log/waagent.log"
        log.parent.mkdir(parents=True)
        log.write_text(lines(number + 1, number), encoding="utf-8")
    (root / "zone").mkdir()
    (root / "zone/messages-20240501").write_text("May  1 03:00:01 web01 kernel: one line\n", encoding="utf-8")
    return root


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read a bundle with so many workers; what is in the store comes back as rows."""
    monkeypatch.setattr(room, "_WORTH_A_WORKER", 0)

    def run(path, workers):
        store = tmp_path / f"store-{workers}-{time.monotonic_ns()}"
        store.mkdir()
        with open_bundle(path) as bundle:
            found = read_bundle(Order(bundle, map_members(bundle, load()), store, workers=workers))
        return found, found.store.window(Wanted())

    return run


def test_workers_change_nothing(folder, read):
    alone, rows = read(folder, 1)
    several, others = read(folder, 3)
    assert rows == others
    assert len(rows) == sum(range(2, 14)) + 1
    assert alone.files == several.files
    assert (alone.facts, alone.notes, alone.host) == (several.facts, several.notes, several.host)
    assert alone.watched.sightings == several.watched.sightings
    assert alone.watched.codes == several.watched.codes
    assert alone.watched.templates == several.watched.templates


def test_a_file_that_kills_its_reader_costs_nothing_else(folder, read, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(DEADLY, encoding="utf-8")
    paths = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    deadly = folder / "node3" / "deadly" / "waagent.log"
    deadly.parent.mkdir()
    deadly.write_text(lines(5, 30), encoding="utf-8")
    found, rows = read(folder, 2)
    assert [(note.path, note.detail) for note in found.notes if note.detail.startswith("E500")] == [
        ("node3/deadly/waagent.log", "E500 process died")
    ]
    assert len(rows) == sum(range(2, 14)) + 1
    assert [file.events for file in found.files if "deadly" in file.path] == [0]


@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_a_worker_that_is_killed_once_is_replaced(folder, read):
    ended = threading.Event()

    def kill():
        while not ended.is_set():
            for child in multiprocessing.active_children():
                os.kill(child.pid, signal.SIGKILL)
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        found, rows = read(folder, 2)
    finally:
        ended.set()
        killer.join()
    assert len(rows) == sum(range(2, 14)) + 1
    assert not [note for note in found.notes if note.detail.startswith("E500")]


def test_a_bundle_that_is_gone_meanwhile_is_said_to_be(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "_WORTH_A_WORKER", 0)
    store = tmp_path / "store"
    store.mkdir()
    with open_bundle(folder) as bundle:
        order = Order(bundle, map_members(bundle, load()), store, workers=2)
        folder.rename(tmp_path / "elsewhere")
        with pytest.raises(Exception, match="E310"):
            read_bundle(order)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_goes_on_after_ctrl_c_or_kill(tmp_path, how):
    for name in "ab":
        log = tmp_path / "bundle" / name / "var" / "log" / "waagent.log"
        log.parent.mkdir(parents=True)
        log.write_text(lines(50, 1) * 7_000, encoding="utf-8")
    (tmp_path / "temporary").mkdir()
    program = subprocess.Popen(
        [sys.executable, "-m", "saishu", "diagnose", str(tmp_path / "bundle"), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
    )  # fmt: skip
    try:
        children = started(program)
        time.sleep(1)
        program.send_signal(how)
        said, _ = program.communicate(timeout=10)
    finally:
        program.kill()
    assert said == b""
    deadline = time.monotonic() + 5
    while any(map(is_running, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list(filter(is_running, children))
    if how == signal.SIGINT:
        assert program.returncode == 130
        assert list((tmp_path / "temporary").iterdir()) == []


def started(program):
    """The workers of a program, as soon as there are two."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and program.poll() is None:
        ask = ["pgrep", "-P", str(program.pid), "-f", "multiprocessing-fork"]
        text = subprocess.run(ask, check=False, capture_output=True)
        children = [int(number) for number in text.stdout.split()]
        if len(children) > 1:
            return children
        time.sleep(0.05)
    pytest.fail("no workers were started")
    return []


def is_running(number):
    try:
        with open(f"/proc/{number}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
