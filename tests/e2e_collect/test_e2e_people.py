"""What a person does to the program: rights, wrong words, closed streams, locales, clocks, terminals."""

import json
import os
import pty
import shutil
import subprocess
import sys
import time

import pytest

from e2e_collect.conftest import lacking
from e2e_collect.running import SET_FACTS, Bundle, Collector, environment, opened, wait_for
from e2e_collect.trees import grow

# ---- rights


@pytest.fixture
def as_nobody(as_root, tmp_path):
    """What to put before a command so that it runs without any rights; the folders above are opened for it."""
    if shutil.which("setpriv") is None:
        lacking("setpriv is not on this machine")
    for folder in [tmp_path, *tmp_path.parents][:3]:
        folder.chmod(0o755)
    return ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all")


def reachable(python):
    """Return whether every user may run a Python (one below /root is not)."""
    probe = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(python), "-c", "pass"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


@pytest.fixture
def any_python(pyz):
    """The built file under a Python that every user may run."""
    for candidate in (sys.executable, "/usr/bin/python3", shutil.which("python3", path="/usr/bin:/usr/local/bin")):
        if candidate and os.path.exists(candidate) and reachable(candidate):
            return Collector(candidate, pyz)
    return lacking("no Python that another user may run")


def test_without_the_right_to_read_it_says_denied_and_advises_sudo(any_python, tree, out, as_nobody):
    secret = tree / "var/log/syslog"
    secret.chmod(0o600)
    closed = tree / "var/log/private"
    grow(tree, {"var/log/private/inner.log": "x\n"})
    closed.chmod(0o700)
    out.chmod(0o777)
    done = any_python.collect(out, *SET_FACTS, root=tree, before=as_nobody)
    assert done.code == 1, done.err
    bundle = done.bundle()
    assert bundle.entry("/var/log/syslog")["outcome"] == "denied"
    assert bundle.entry("/var/log/syslog")["reason"] == "not_permitted"
    assert bundle.entry("/var/log/private")["outcome"] == "denied"
    assert bundle.entry("/var/log/syslog.1")["outcome"] == "collected"
    assert bundle.item("linux.syslog")["status"] == "partial"
    assert bundle.manifest["run"]["elevated"] is False
    assert "sudo" in done.err
    assert "sudo" in bundle.read("summary.en.txt").decode("utf-8-sig")


def test_a_folder_that_may_not_be_written(any_python, tree, out, as_nobody):
    out.chmod(0o555)
    for folder in (out, out / "new"):
        done = any_python.run([*as_nobody, *any_python.command(folder, root=tree)], out)
        assert done.code == 4
        assert "[E402]" in done.err
        assert done.left == []


# ---- wrong words


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["collect", "no-such-scenario"], 2, "E102"),
        (["collect", "--set", "no.such.fact=1"], 2, "E103"),
        (["collect", "--set", "nothing"], 2, "E101"),
        (["collect", "--set", "=x"], 2, "E101"),
        (["collect", "--max-size", "many"], 2, "E101"),
        (["collect", "--since", "yesterday"], 2, "E101"),
        (["collect", "--failure-time", "noon"], 2, "E101"),
        (["collect", "--root", "/nowhere/at/all"], 3, "E301"),
        (["collect", "mars"], 2, "E104"),
        (["colect"], 2, "E101"),
        (["collect", "--no-such-option"], 2, "E101"),
        ([], 2, ""),
    ],
)
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_wrong_usage_is_said_with_a_code_in_both_languages(oldest, tmp_path, arguments, code, error, lang):
    argv = [*oldest.argv, *arguments, *(["--lang", lang] if arguments else [])]
    done = oldest.run(argv, tmp_path, cwd=tmp_path)
    assert done.code == code, done.err
    assert error in done.err
    assert done.out == ""
    if lang == "ja" and error:
        assert any("\u3040" <= character <= "\u30ff" for character in done.err)
    assert done.left == []


def test_root_that_is_a_file(newest, tmp_path, out):
    (tmp_path / "file").write_text("x")
    done = newest.collect(out, root=tmp_path / "file")
    assert (done.code, done.left) == (3, [])


def test_an_out_that_is_a_file(newest, tree, tmp_path):
    (tmp_path / "file").write_text("x")
    done = newest.run(newest.command(tmp_path / "file", root=tree))
    assert done.code == 4


# ---- streams


def test_closed_and_missing_streams(collector, tree, out):
    """Started by a scheduler with nothing open: the archive must not be mixed with talk."""
    for number, closing in enumerate(("<&-", ">&-", "2>&-", "<&- >&- 2>&-")):
        folder = out / str(number)
        folder.mkdir()
        line = '"$@" ' + closing
        argv = ["sh", "-c", line, "sh", *collector.command(folder, *SET_FACTS, root=tree)]
        code = subprocess.run(argv, env=environment(), check=False, timeout=60).returncode
        assert code == 0, closing
        (path,) = folder.iterdir()
        opened(path)


def test_json_into_a_closed_or_broken_stream(oldest, tree, out):
    for number, ending in enumerate((">&-", "| true")):
        folder = out / str(number)
        folder.mkdir()
        argv = ["sh", "-c", '"$@" ' + ending, "sh", *oldest.command(folder, "--json", *SET_FACTS, root=tree)]
        done = oldest.run(argv, folder, timeout=60)
        assert "Traceback" not in done.err
        (path,) = folder.glob("*.zip")
        opened(path)


def test_a_reader_that_does_not_read(oldest, tree, out):
    """A full pipe holds the talk up, not the archive; as soon as it is read the run ends."""
    leader, follower = os.pipe()
    os.set_blocking(follower, False)
    try:
        while True:
            os.write(follower, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(follower, True)
    process = oldest.start(out, "--json", *SET_FACTS, root=tree, stdout=follower, stderr=subprocess.PIPE)
    os.close(follower)
    wait_for(lambda: [path for path in out.glob("*.zip") if not list(out.glob("*.partial"))])
    (path,) = out.glob("*.zip")
    opened(path)
    assert process.poll() is None
    received = b""
    while True:
        data = os.read(leader, 65536)
        if not data:
            break
        received += data
    assert process.wait(20) == 0
    assert json.loads(received[received.index(b"{") :])["complete"] is True


def test_questions_on_a_terminal(collector, tree, out):
    """Asked for facts: an odd answer is asked again, an empty one leaves it open."""
    leader, follower = pty.openpty()
    argv = collector.command(out, "--lang", "ja", root=tree, yes=False)
    process = subprocess.Popen(argv, stdin=follower, stdout=follower, stderr=follower, env=environment())
    os.close(follower)
    answers = [b"not a guid", b"11111111-2222-3333-4444-555555555555", b"example-vault", b"", b"vm-1", b"rg-1", b"y"]
    said = b""
    while True:
        try:
            data = os.read(leader, 4096)
        except OSError:
            break
        if not data:
            break
        said += data
        if said.rstrip(b" ").endswith((b":", b"]")) and answers and not data.endswith(b"\n"):
            time.sleep(0.05)
            os.write(leader, answers.pop(0) + b"\n")
    code = process.wait(30)
    os.close(leader)
    assert code == 1, said.decode("utf-8", "replace")
    (path,) = out.glob("*.zip")
    bundle = opened(path)
    assert bundle.item("env.subscription_id")["value"] == "11111111-2222-3333-4444-555555555555"
    assert bundle.item("env.vault_name")["value"] == "example-vault"
    assert bundle.item("env.vault_resource_group")["status"] == "missing"


def test_no_at_the_question_begins_nothing(oldest, tree, out):
    leader, follower = pty.openpty()
    argv = oldest.command(out, *SET_FACTS, root=tree, yes=False)
    process = subprocess.Popen(argv, stdin=follower, stdout=follower, stderr=follower, env=environment())
    os.close(follower)
    said = b""
    while b"[Y/n]" not in said:
        said += os.read(leader, 4096)
    os.write(leader, b"n\n")
    assert process.wait(20) == 0
    os.close(leader)
    assert list(out.iterdir()) == []


# ---- languages and clocks


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_locale(collector, tree, out, lang):
    for locale in ("C", "POSIX", "ja_JP.UTF-8", "ja_JP.eucJP", "ja_JP.SJIS", "xx_YY.nonsense"):
        done = collector.collect(out / locale, "--lang", lang, *SET_FACTS, root=tree, env=environment(LC_ALL=locale))
        assert done.code == 0, done.err
        bundle = Bundle(done.folder / done.left[0])
        assert "採取" in bundle.read("summary.ja.txt").decode("utf-8-sig")
        assert "\r\n" in bundle.read("summary.en.txt").decode("utf-8-sig")


def test_the_language_follows_the_environment(oldest, tree, out):
    for number, (variables, japanese) in enumerate(
        (
            ({"LANG": "ja_JP.UTF-8"}, True),
            ({"LANG": "en_US.UTF-8"}, False),
            ({"LC_ALL": "ja_JP.UTF-8", "LANG": "C"}, True),
        )
    ):
        folder = out / str(number)
        folder.mkdir()
        argv = oldest.command(folder, *SET_FACTS, root=tree)
        argv = [part for part in argv if part not in ("--lang", "en")]
        done = oldest.run(argv, folder, env=environment(**variables))
        assert any("\u3040" <= character <= "\u30ff" for character in done.err) == japanese


def test_the_summary_is_one_page_that_needs_nothing_else(newest, tree, out):
    page = newest.collect(out, root=tree).bundle().read("summary.html").decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "http-equiv" in page
    for mark in ("<script", "src=", "@import", "<link"):
        assert mark not in page
