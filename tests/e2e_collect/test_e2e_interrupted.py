"""Signals and sudden death: what had been read stays readable."""

import os
import random
import signal
import subprocess
import time

import pytest

from e2e_collect.running import SET_FACTS, end_of, environment, opened, stop_after, wait_for, written
from e2e_collect.trees import grow, log_lines, noise, plain_linux

MIB = 1 << 20
LATENCY_S = 2.0


def log_tree(root, count):
    """Return a tree with 7 MB of logs per count: large and small ones, text and noise."""
    block, hard = log_lines(6 * MIB, 11), noise(6 * MIB, 12)
    for number in range(count):
        data = (hard if number % 4 == 3 else block)[number * 1000 :] + b"end %d\n" % number
        grow(root, {f"var/log/app{number:02d}/{number:02d}.log": data})
        grow(root, {f"var/log/app{number:02d}/small.{n}": block[n * 99 : n * 99 + 3000] for n in range(20)})
    return plain_linux(root)


@pytest.fixture(scope="module")
def big_tree(tmp_path_factory):
    """300 MB of logs."""
    return log_tree(tmp_path_factory.mktemp("big") / "tree", 44)


@pytest.fixture(scope="module")
def mid_tree(tmp_path_factory):
    """100 MB of logs."""
    return log_tree(tmp_path_factory.mktemp("mid") / "tree", 15)


def check_contents(bundle, root):
    """Whole members are the files byte for byte, a cut one is the beginning of its file; returns the cut ones."""
    cut = []
    whole = 0
    for entry in bundle.files:
        path = root / entry["path"].lstrip("/")
        if "member" not in entry or not path.is_file():
            continue
        data, kept = path.read_bytes(), bundle.read(entry["member"])
        if entry["outcome"] == "truncated":
            assert entry["reason"] == "interrupted"
            assert data.startswith(kept)
            assert kept
            cut.append(entry)
        else:
            assert entry["outcome"] == "collected", entry
            assert kept == data, entry["path"]
            whole += 1
    assert len(cut) <= 1
    return whole, cut


def check_interrupted(done, root, at_least=0):
    """What must hold after a signal."""
    assert done.code == 130, done.err
    assert done.left[0].endswith("_interrupted.zip")
    bundle = done.bundle()
    assert bundle.state == "interrupted"
    assert bundle.manifest["run"]["stopped_by"] == "interrupted"
    assert bundle.path.stat().st_size >= at_least
    check_contents(bundle, root)
    return bundle


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_half_way(collector, big_tree, out, number, record_property):
    process = collector.start(out, *SET_FACTS, root=big_tree)
    sent = stop_after(process, out, 12 * MIB, number)
    size = written(out)
    done = end_of(process, out)
    latency = time.monotonic() - sent
    record_property("latency_s", round(latency, 3))
    print(f"latency {latency:.3f} s")
    assert latency < LATENCY_S
    bundle = check_interrupted(done, big_tree, size)
    assert bundle.item("linux.var_log")["status"] == "partial"
    assert bundle.item("linux.var_log")["reason"] == "interrupted"
    assert "Interrupted" in done.err


def test_two_signals_still_leave_a_valid_archive(oldest, mid_tree, out):
    """An impatient Ctrl-C Ctrl-C must not cost what was gathered."""
    process = oldest.start(out, *SET_FACTS, root=mid_tree)
    stop_after(process, out, 5 * MIB, signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    check_interrupted(end_of(process, out), mid_tree)


def test_three_signals_end_it_at_once_and_leave_something_to_recover(oldest, mid_tree, out):
    process = oldest.start(out, *SET_FACTS, root=mid_tree)
    stop_after(process, out, 5 * MIB, signal.SIGINT)
    for _ in range(200):
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGINT)
        time.sleep(0.002)
    assert end_of(process, out).code == 130
    if any(name.endswith(".partial") for name in os.listdir(out)):
        check_recovered(oldest, out, mid_tree, state=("recovered", "interrupted"))


def test_a_signal_while_it_looks_around(oldest, mid_tree, out):
    process = oldest.start(out, *SET_FACTS, root=mid_tree)
    wait_for(lambda: b"Looking" in os.read(process.stderr.fileno(), 4096))
    process.send_signal(signal.SIGTERM)
    check_interrupted(end_of(process, out), mid_tree)


def test_a_signal_while_it_reads_the_archive_back(oldest, tmp_path, out):
    """The archive is finished then: it stays complete."""
    root = plain_linux(tmp_path / "tree")
    grow(root, {f"var/log/{n}.bin": noise(4 * MIB, n) for n in range(12)})
    process = oldest.start(out, *SET_FACTS, root=root)

    def finished():
        names = list(out.glob("*.partial"))
        return names and names[0].stat().st_size > 48 * MIB

    wait_for(lambda: finished() or process.poll() is not None, pause=0.001)
    process.send_signal(signal.SIGINT)
    done = end_of(process, out)
    assert done.code in (0, 130)
    done.bundle()


def test_hang_up_is_a_signal_too_but_not_under_nohup(oldest, mid_tree, tmp_path):
    for before, code in (((), 130), (("nohup",), 0)):
        out = tmp_path / f"out{code}"
        out.mkdir()
        process = oldest.start(out, *SET_FACTS, root=mid_tree, before=before)
        stop_after(process, out, 4 * MIB, signal.SIGHUP)
        done = end_of(process, out)
        assert done.code == code, done.err
        done.bundle(sums=False)


def check_recovered(collector, out, root, journal=True, state=("recovered",)):
    """Kill left a partial file; `recover` makes a zip of it with everything that was finished."""
    (partial,) = out.glob("*.partial")
    if not journal:
        for path in out.glob("*.journal"):
            path.unlink()
    done = collector.verb("recover", partial, "--lang", "en", out=out)
    assert done.code == 1, done.err
    assert done.left[0].endswith("_recovered.zip")
    bundle = done.bundle()
    # Killed while the finished archive was read back, it says of itself what it was.
    assert bundle.state in state
    assert bundle.scenarios == ["azure-vm"]
    whole, cut = check_contents(bundle, root)
    return bundle, whole, cut


@pytest.mark.parametrize("journal", [True, False], ids=["journal", "no-journal"])
def test_kill_half_way_then_recover(collector, mid_tree, out, journal):
    process = collector.start(out, *SET_FACTS, root=mid_tree)
    stop_after(process, out, 12 * MIB, signal.SIGKILL)
    process.wait()
    (partial,) = out.glob("*.partial")
    size = partial.stat().st_size
    bundle, whole, _ = check_recovered(collector, out, mid_tree, journal)
    assert whole > 60
    # Hardly more than the piece that was open is lost.
    assert bundle.path.stat().st_size > size - 2 * MIB
    assert bundle.manifest["run"]["host"] == "web01"


@pytest.mark.parametrize("turn", range(12))
def test_kill_at_any_moment_then_recover(oldest, mid_tree, out, turn):
    draw = random.Random(turn)
    process = oldest.start(out, *SET_FACTS, root=mid_tree)
    wait_for(lambda: written(out) or process.poll() is not None, pause=0.001)
    time.sleep(draw.random() * draw.choice([0.05, 0.4, 1.2]))
    process.kill()
    process.wait()
    if list(out.glob("*.partial")):
        check_recovered(oldest, out, mid_tree, draw.random() < 0.5, state=("recovered", "complete"))
    else:
        (path,) = out.glob("*.zip")
        opened(path, sums=False)


def test_kill_inside_one_huge_file_keeps_its_beginning(oldest, tmp_path, out):
    root = plain_linux(tmp_path / "tree")
    data = log_lines(8 * MIB, 21) * 12
    grow(root, {"var/log/azure/a.log": data})
    process = oldest.start(out, "--minimum", *SET_FACTS, root=root)
    stop_after(process, out, 6 * MIB, signal.SIGKILL)
    process.wait()
    bundle, _, cut = check_recovered(oldest, out, root)
    assert [entry["path"] for entry in cut] == ["/var/log/azure/a.log"] or [entry["path"] for entry in cut] == [
        "var/log/azure/a.log"
    ]
    assert cut[0]["size"] % MIB == 0
    assert cut[0]["size"] >= 8 * MIB
    assert bundle.manifest["run"]["state"] == "recovered"


def test_kill_while_the_archive_is_read_back_then_recover(oldest, tmp_path, out):
    """Then everything is there already, directory and manifest too: no member may come twice."""
    root = plain_linux(tmp_path / "tree")
    grow(root, {f"var/log/{n}.bin": noise(4 * MIB, n) for n in range(12)})
    process = oldest.start(out, *SET_FACTS, root=root)

    def finished():
        names = list(out.glob("*.partial"))
        return names and b"PK\x05\x06" in tail_of(names[0])

    wait_for(lambda: finished() or process.poll() is not None, pause=0.001)
    process.kill()
    process.wait()
    if not list(out.glob("*.partial")):
        pytest.skip("it was too fast for us")
    _, whole, cut = check_recovered(oldest, out, root, state=("complete",))
    assert whole >= 18
    assert cut == []


def tail_of(path):
    try:
        return path.read_bytes()[-22:]
    except FileNotFoundError:
        return b""


def test_recover_says_what_is_wrong_with_its_file(newest, tmp_path):
    for name, content, code in (("a.zip.partial", b"not ours at all" * 10, "E303"), ("b.zip.partial", b"", "E303")):
        (tmp_path / name).write_bytes(content)
        done = newest.verb("recover", tmp_path / name, "--lang", "en")
        assert done.code == 3
        assert code in done.err
        assert (tmp_path / name).read_bytes() == content
    done = newest.verb("recover", tmp_path / "nothing.zip.partial", "--lang", "en")
    assert done.code == 3
    assert "E302" in done.err


def test_recover_of_a_damaged_file_keeps_what_is_whole(oldest, mid_tree, out):
    """After a power cut the file system may have left zeros where data should be: nothing false may come out."""
    process = oldest.start(out, *SET_FACTS, root=mid_tree)
    stop_after(process, out, 12 * MIB, signal.SIGKILL)
    process.wait()
    (partial,) = out.glob("*.partial")
    with open(partial, "r+b") as file:
        file.seek(8 * MIB)
        file.write(bytes(3 * MIB))
    bundle, whole, _ = check_recovered(oldest, out, mid_tree)
    assert whole > 20
    assert bundle.path.stat().st_size > 5 * MIB


def _ended_by_ctrl_c(process, leader):
    """The exit code after Ctrl-C, pressed again as a person would when the first one fell before the question stood."""
    for _ in range(2):
        os.write(leader, b"\x03")
        try:
            return process.wait(5)
        except subprocess.TimeoutExpired:
            continue
    return None


def test_ctrl_c_at_the_question_begins_nothing(oldest, tree, out):
    """On a terminal: an interrupt while a question stands ends the run at once."""
    import pty

    leader, follower = pty.openpty()
    talk = {"stdin": follower, "stdout": follower, "stderr": follower}
    command = ["setsid", "--ctty", *oldest.command(out, *SET_FACTS, root=tree, yes=False)]
    process = subprocess.Popen(command, env=environment(), **talk)
    os.close(follower)
    said = b""
    while b"[Y/n]" not in said:
        said += os.read(leader, 4096)
    try:
        assert _ended_by_ctrl_c(process, leader) == 130
    finally:
        process.kill()
        os.close(leader)
    assert list(out.iterdir()) == []
