"""What ends a run: real signals to a real process."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from saishu_collect import control, outcomes

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of Linux")
SRC = Path(__file__).resolve().parents[2] / "src"
PROGRAM = """
import signal, sys, time
sys.path.insert(0, sys.argv[1])
from saishu_collect import control
stop = control.Stop()
stop.at_question = sys.argv[2] == "question"
stop.listen()
try:
    print("ready", flush=True)
    for _ in range(1000):
        time.sleep(0.01)
        if stop and sys.argv[2] == "once":
            print(stop.reason, stop.signals)
            sys.exit(7)
except KeyboardInterrupt:
    sys.exit(9)
"""


def started(mode, *before):
    process = subprocess.Popen(
        [*before, sys.executable, "-c", PROGRAM, str(SRC), mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_asks_for_a_tidy_end(number):
    process = started("once")
    process.send_signal(number)
    said, _ = process.communicate(timeout=10)
    assert (process.returncode, said) == (7, "interrupted 1\n")


def test_the_third_signal_ends_it_at_once():
    process = started("never")
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 130


def test_a_signal_at_a_question_breaks_it_off():
    process = started("question")
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 9


def test_under_nohup_a_hang_up_is_nothing():
    process = started("once", "nohup")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 7


def test_the_first_reason_stays():
    stop = control.Stop()
    assert not stop
    stop.request(outcomes.NO_SPACE)
    stop.request(outcomes.INTERRUPTED)
    assert stop
    assert stop.reason == outcomes.NO_SPACE


def test_it_is_gentle_to_the_machine():
    code = "import sys; sys.path.insert(0, sys.argv[1]); from saishu_collect import control; import os\n"
    code += "print(control.be_gentle(), os.nice(0))"
    said = subprocess.run([sys.executable, "-c", code, str(SRC)], capture_output=True, check=True, text=True).stdout
    assert "nice 19" in said
    assert said.strip().endswith("19")
