"""Running programs: what hangs ends with everything it started, what floods is cut, nothing of ours is inherited."""

import os
import signal
import sys
import threading
import time

import pytest

from saishu_collect import commands, control, outcomes

pytestmark = pytest.mark.skipif(os.name == "nt", reason="stand-in programs are scripts")


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Return make(body, name): puts a Python script into PATH and returns its name."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def make(body, name="saishu-stand-in"):
        path = folder / name
        path.write_text(f"#!{sys.executable} -S\n{body}")
        path.chmod(0o755)
        return name

    return make


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(pid):
    limit = time.monotonic() + 3
    while alive(pid) and time.monotonic() < limit:
        time.sleep(0.01)
    return not alive(pid)


STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child == 0:
    time.sleep(600)
with open({note!r}, "w") as file:
    file.write("%d %d" % (os.getpid(), child))
print("said before it hung", flush=True)
time.sleep(600)
"""


def pids(note):
    return [int(part) for part in note.read_text().split()]


def test_a_program_that_ignores_sigterm_and_its_grandchild_end_at_the_limit(program, tmp_path):
    note = tmp_path / "pids"
    name = program(STUBBORN.format(note=str(note)))
    started = time.monotonic()
    ran = commands.run([name], seconds=1.5)
    spent = time.monotonic() - started
    assert (ran.outcome, ran.reason) == (outcomes.TIMED_OUT, outcomes.READ_STALLED)
    assert ran.output == b"said before it hung\n"
    assert ran.truncated
    assert spent < 5
    for pid in pids(note):
        assert wait_until_gone(pid)


def test_a_grandchild_that_keeps_the_pipe_does_not_outlive_the_step(program, tmp_path):
    """The program itself ends at once; what it left behind holds its output open."""
    note = tmp_path / "pids"
    body = f"""
import os, time
child = os.fork()
if child == 0:
    time.sleep(600)
with open({str(note)!r}, "w") as file:
    file.write(str(child))
print("done")
"""
    started = time.monotonic()
    ran = commands.run([program(body)], seconds=20)
    assert time.monotonic() - started < 5
    assert (ran.outcome, ran.exit, ran.output) == (outcomes.COLLECTED, 0, b"done\n")
    assert wait_until_gone(pids(note)[0])


def test_a_gigabyte_of_output_is_cut_at_the_limit_and_memory_stays_small(program):
    body = "import os\nblock = b'0123456789abcdef' * 65536\nfor _ in range(1024): os.write(1, block)\n"
    started = time.monotonic()
    ran = commands.run([program(body)], seconds=60, limit=300_000)
    assert time.monotonic() - started < 20
    assert (ran.outcome, ran.reason) == (outcomes.TRUNCATED, outcomes.OVER_FILE_LIMIT)
    assert ran.output == b"0123456789abcdef" * 18750


def test_a_flood_of_errors_does_not_block_the_program(program):
    body = "import os\nfor _ in range(64): os.write(2, b'e' * 65536)\nos.write(1, b'end')\n"
    ran = commands.run([program(body)], seconds=30)
    assert (ran.outcome, ran.output) == (outcomes.COLLECTED, b"end")
    assert ran.errors == "e" * 4096


def test_exit_codes_and_silence(program):
    assert commands.run([program("print('x'); raise SystemExit(3)")])[:3] == (
        outcomes.COLLECTED, outcomes.EXIT_NOT_ZERO, 3,
    )  # fmt: skip
    assert commands.run([program("raise SystemExit(3)")])[:3] == (outcomes.FAILED, outcomes.EXIT_NOT_ZERO, 3)
    assert commands.run([program("pass")])[:3] == (outcomes.EMPTY, None, 0)
    killed = commands.run([program("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")])
    assert (killed.outcome, killed.exit) == (outcomes.FAILED, -9)


def test_what_is_no_program(program, tmp_path):
    assert commands.run(["saishu-no-such-program"])[:2] == (outcomes.MISSING, outcomes.NO_SUCH_PROGRAM)
    name = program("", "saishu-broken")
    (tmp_path / "bin" / name).write_bytes(b"\x7fELF not really")
    assert commands.run([name])[:2] == (outcomes.FAILED, outcomes.IO_ERROR)


def test_nothing_of_our_own_reaches_a_program(program, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://user:secret@proxy.invalid")
    monkeypatch.setenv("LD_PRELOAD_SAISHU", "x")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    body = "import os, sys\nprint(sorted(os.environ), os.environ['LC_ALL'], os.getcwd(), sys.stdin.read())\n"
    said = commands.run([program(body)]).output.decode()
    assert "http_proxy" not in said
    assert "LD_PRELOAD" not in said
    assert said.strip().endswith("C /")


def test_a_program_gets_no_file_of_ours_and_dies_of_a_closed_pipe(program, tmp_path):
    with open(tmp_path / "held", "w") as held:
        os.set_inheritable(held.fileno(), True)
        said = commands.run([program("import os\nprint(len(os.listdir('/proc/self/fd')))\n")]).output
    # Three streams and the folder that is being listed.
    assert int(said) <= 4
    ignored = commands.run(["sh", "-c", "grep SigIgn /proc/self/status"]).output.split()[1]
    assert int(ignored, 16) >> (signal.SIGPIPE - 1) & 1 == 0


def test_a_stop_ends_a_program_early(program):
    stop = control.Stop()
    threading.Timer(0.3, stop.request, [outcomes.INTERRUPTED]).start()
    started = time.monotonic()
    ran = commands.run([program("import time; print('a', flush=True); time.sleep(60)")], seconds=60, stop=stop)
    assert time.monotonic() - started < 4
    assert (ran.outcome, ran.reason) == (outcomes.TIMED_OUT, outcomes.INTERRUPTED)


def test_programs_are_never_taken_from_the_present_folder(tmp_path, monkeypatch):
    evil = tmp_path / "saishu-evil"
    evil.write_text("#!/bin/sh\necho evil\n")
    evil.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    for path in ("", ".", f":{os.environ['PATH']}", f"{os.environ['PATH']}:.:", "bin/../."):
        monkeypatch.setenv("PATH", path)
        assert commands.find_program("saishu-evil") is None, path


def test_the_systems_own_folders_come_first(program):
    name = program("print('false friend')", "uname")
    assert b"false friend" not in commands.run([name]).output
