"""Running the built collector as a process, and opening what it leaves with four different programs."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import NamedTuple

FACTS = {
    "env.subscription_id": "00000000-0000-0000-0000-000000000000",
    "env.vault_name": "example-vault",
    "env.vault_resource_group": "example-backup-rg",
    "env.vm_name": "example-vm",
    "env.vm_resource_group": "example-vm-rg",
}
SET_FACTS = [part for key, value in FACTS.items() for part in ("--set", f"{key}={value}")]
TAIL = {"environment.json", "run.log", "summary.ja.txt", "summary.en.txt", "summary.html", "manifest.json"}
OUTCOMES = {"collected", "truncated", "empty", "missing", "denied", "failed", "timed_out", "skipped"}
CONSISTENCIES = {"stable", "grew", "shrank", "modified", "replaced", "vanished"}


class Bundle:
    """A finished archive that four programs have read, with its manifest."""

    def __init__(self, path):
        self.path = Path(path)
        with zipfile.ZipFile(self.path) as archive:
            self.infos = {info.filename: info for info in archive.infolist()}
            self.names = archive.namelist()
            self.manifest = json.loads(archive.read("manifest.json"))
        self.files = self.manifest["files"]
        self.state = self.manifest["run"]["state"]

    def read(self, member):
        """Return the bytes of a member."""
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(member)

    def all_entries(self, path):
        """Return the manifest's entries for a path of the machine."""
        return [entry for entry in self.files if entry["path"] == path]

    def entry(self, path):
        """Return the one entry for a path."""
        (entry,) = self.all_entries(path)
        return entry

    def content(self, path):
        """Return the bytes that were collected of a path."""
        return self.read(self.entry(path)["member"])

    def item(self, evidence):
        """Return the status of an evidence item."""
        (item,) = [item for item in self.manifest["items"] if item["id"] == evidence]
        return item

    @property
    def scenarios(self):
        """The ids of the scenarios."""
        return [one["id"] for one in self.manifest["scenarios"]]


def shown_by(*argv):
    """Return the output of an archive program that must be content."""
    done = subprocess.run(argv, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, (argv[:2], done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout + done.stderr


def opened(path, sums=True):
    """Open a finished archive with zipinfo, unzip, 7z and zipfile, hold the manifest against it, return the Bundle."""
    path = str(path)
    shown_by("zipinfo", path)
    assert b"No errors detected" in shown_by("unzip", "-tq", path)
    seen = shown_by("7z", "t", "-bd", path)
    assert b"Everything is Ok" in seen, seen[-2000:]
    assert b"Warning" not in seen, seen[-2000:]
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    bundle = Bundle(path)
    check_names(bundle)
    check_manifest(bundle, sums)
    return bundle


def check_names(bundle):
    """No name twice (also not for Windows), none that leaves the folder, the plan first and the manifest last."""
    lower = [name.lower() for name in bundle.names]
    assert len(set(lower)) == len(lower), [name for name in bundle.names if lower.count(name.lower()) > 1]
    for name in bundle.names:
        assert not name.startswith("/")
        assert ".." not in name.split("/")
        assert not set('<>:"|?*\\') & set(name), name
    assert bundle.names[0] == "plan.json"
    assert bundle.names[-1] == "manifest.json"


def check_manifest(bundle, sums):
    """Every member has its entry and every entry its member, with the right size and sum."""
    by_member = {}
    for entry in bundle.files:
        assert entry["outcome"] in OUTCOMES, entry
        assert entry.get("consistency") in CONSISTENCIES | {None}, entry
        if entry["outcome"] in ("truncated", "denied", "failed", "timed_out", "skipped"):
            assert entry.get("reason"), entry
        if "member" in entry:
            assert entry["member"] not in by_member, entry
            by_member[entry["member"]] = entry
    tail = TAIL if bundle.state != "recovered" else {"manifest.json"}
    assert set(bundle.names) == set(by_member) | tail
    with zipfile.ZipFile(bundle.path) as archive:
        for name, entry in by_member.items():
            assert archive.getinfo(name).file_size == entry["size"], entry
            if sums:
                assert sha256_of(archive, name) == entry["sha256"], entry


def sha256_of(archive, name):
    """Return the SHA-256 of a member, read bit by bit."""
    digest = hashlib.sha256()
    with archive.open(name) as source:
        for data in iter(lambda: source.read(1 << 20), b""):
            digest.update(data)
    return digest.hexdigest()


class Done(NamedTuple):
    """What a run said and left."""

    code: int
    out: str
    err: str
    seconds: float
    folder: Path

    @property
    def left(self):
        """The names in the output folder."""
        return sorted(path.name for path in self.folder.iterdir())

    def bundle(self, sums=True):
        """Return the one archive, opened; nothing else may lie beside it."""
        (name,) = self.left
        assert name.startswith("saishu_"), name
        assert name.endswith(".zip"), name
        return opened(self.folder / name, sums)


def environment(**more):
    """Return the environment of a run: nothing of ours but the path, and missing phrases are errors."""
    kept = {"PATH": os.environ["PATH"], "HOME": "/root", "SAISHU_STRICT_WORDS": "1"}
    kept.update(more)
    return {name: value for name, value in kept.items() if value is not None}


class Collector:
    """The built file under one Python."""

    def __init__(self, python, pyz):
        self.argv = [str(python), "-I", str(pyz)]

    def command(self, out, *more, root=None, yes=True):
        """Return the command line of a collection."""
        argv = [*self.argv, "collect", "-o", str(out), "--lang", "en", "--offline"]
        argv += ["--yes"] if yes else []
        argv += ["--root", str(root)] if root is not None else []
        return argv + [str(part) for part in more]

    def collect(self, out, *more, root=None, env=None, timeout=200, before=(), **settings):
        """Run a collection to its end."""
        return self.run([*before, *self.command(out, *more, root=root)], out, env, timeout, **settings)

    def run(self, argv, out=None, env=None, timeout=200, **settings):
        """Run a command line to its end; a traceback is a defect whatever the exit code says."""
        settings.setdefault("stdin", subprocess.DEVNULL)
        started = time.monotonic()
        done = subprocess.run(
            argv, env=env or environment(), capture_output=True, check=False, timeout=timeout, **settings
        )
        seconds = time.monotonic() - started
        err = done.stderr.decode("utf-8", "backslashreplace")
        assert "Traceback" not in err, err[-3000:]
        out_text = done.stdout.decode("utf-8", "backslashreplace")
        return Done(done.returncode, out_text, err, seconds, Path(out) if out else None)

    def verb(self, *argv, **settings):
        """Run another verb."""
        return self.run([*self.argv, *map(str, argv)], **settings)

    def start(self, out, *more, root=None, env=None, before=(), **settings):
        """Start a collection and return its process."""
        settings.setdefault("stdin", subprocess.DEVNULL)
        settings.setdefault("stdout", subprocess.DEVNULL)
        settings.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen([*before, *self.command(out, *more, root=root)], env=env or environment(), **settings)


_MEASURE = """
import resource, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
code = process.wait()
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def measured(note):
    """Return what to put before a command so that its peak memory is written to the file `note`.

    A small process in between, since the peak of the one that starts a program counts for the program too.
    """
    return (sys.executable, "-I", "-S", "-c", _MEASURE, str(note))


def peak_mib(note):
    """Return the peak memory in MiB that was measured."""
    return int(Path(note).read_text()) / 1024


def wait_for(test, seconds=20.0, pause=0.005):
    """Return the first true answer of `test`; fail when there is none in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        answer = test()
        if answer:
            return answer
        time.sleep(pause)
    raise AssertionError("it did not happen in time")


def written(folder):
    """Return how many bytes of a partial archive are on disk."""
    return sum(path.stat().st_size for path in Path(folder).glob("*.partial"))


def end_of(process, out, timeout=30):
    """Wait for a started collection and return what it said and left."""
    started = time.monotonic()
    _, err = process.communicate(timeout=timeout)
    text = (err or b"").decode("utf-8", "backslashreplace")
    assert "Traceback" not in text, text[-3000:]
    return Done(process.returncode, "", text, time.monotonic() - started, Path(out))


def stop_after(process, out, size, number=signal.SIGTERM):
    """Send a signal once the archive has a size; return the time it was sent."""
    wait_for(lambda: written(out) >= size or process.poll() is not None, pause=0.002)
    assert process.poll() is None, "it was too fast for us"
    process.send_signal(number)
    return time.monotonic()


def has(*programs):
    """Return the programs that are not on this machine."""
    return [name for name in programs if shutil.which(name) is None]
