"""Packing: every file ends in the archive or in the list of what is not there, with its reason, below every limit."""

import hashlib
import json
import os
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import bundle_file, control, deflate, manifest, outcomes, pack, reading, survey, walk, workers

HEAD = {"schema": "x"}
ENGINE = deflate.standard_engine()
SIZES = st.sampled_from([0, 1, 700, 20_000, 200_000, 262_144, 262_145, 300_000, 1_200_000])
KINDS = st.sampled_from(["text", "noise", "zeros", "gz"])


def content(kind, size, seed):
    draw = random.Random(seed)
    if kind == "noise":
        return draw.randbytes(size)
    if kind == "gz":
        return (b"\x1f\x8b\x08" + draw.randbytes(size))[:size]
    if kind == "zeros":
        return bytes(size)
    line = b"".join(b"%d %d some words of a log\n" % (n, draw.randrange(10**6)) for n in range(500))
    return (line * (size // len(line) + 1))[:size]


class Run:
    """One packing of a folder of files, as a collection does it."""

    def __init__(self, folder, limit=None, file_bytes=4 << 30, stop=None, threads=2):
        self.stop = stop or control.Stop()
        self.bundle = bundle_file.BundleFile(str(folder / "b.zip"), ENGINE)
        self.seen = []
        self.crew = workers.Crew(ENGINE, threads)
        self.files = sorted(path for path in (folder / "in").iterdir())
        listing = sum(survey.listing_size(str(path)) for path in self.files)
        bounds = pack.Bounds(limit, file_bytes, tail=1024, listing=listing)
        self.packer = pack.Packer(
            self.bundle.archive, self.bundle.records, self.crew, bounds, self.stop, self.seen.append
        )

    def take(self):
        for path in self.files:
            self.packer.file(reading.FileJob(str(path), str(path), "in/" + path.name, ["x"], os.lstat(path)))
        self.packer.drain()
        return self

    def close(self):
        """Return (entries by file name, {member: bytes}, size of the archive)."""
        self.crew.stop()
        self.bundle.finish(lambda b: [(manifest.MEMBER, manifest.chunks(HEAD, b.records.read(), b.in_archive))])
        _, _, size = self.bundle.conclude(2)
        with zipfile.ZipFile(self.bundle.path) as opened:
            assert opened.testzip() is None
            inside = {name: opened.read(name) for name in opened.namelist()}
        entries = json.loads(inside.pop(manifest.MEMBER))["files"]
        assert len(entries) == len(self.seen)
        found = {os.path.basename(entry["path"]): entry for entry in entries}
        assert len(found) == len(entries)
        assert {entry["member"] for entry in entries if "member" in entry} == set(inside)
        return found, inside, size


def make(folder, files):
    (folder / "in").mkdir()
    made = {}
    for number, (kind, size) in enumerate(files):
        name = f"{number:03d}.{kind}"
        made[name] = content(kind, size, number)
        (folder / "in" / name).write_bytes(made[name])
    return made


def check(entry, inside, data, limited):
    """Hold one entry against its file."""
    if "member" not in entry:
        assert limited
        assert (entry["outcome"], entry["reason"]) == ("skipped", "over_limit")
        return 0
    kept = inside[entry["member"]]
    assert hashlib.sha256(kept).hexdigest() == entry["sha256"]
    if entry["outcome"] == "truncated":
        assert limited
        assert entry["member"].endswith(".part")
        assert data[entry["start"] :] == kept
        assert data[entry["start"] - 1 : entry["start"]] == b"\n"
        assert b"\0" not in data[:4096]
    else:
        assert kept == data
        assert entry["outcome"] == ("collected" if data else "empty")
        assert entry["consistency"] == "stable"
    return len(kept)


@settings(max_examples=25, deadline=None)
@given(files=st.lists(st.tuples(KINDS, SIZES), max_size=24), threads=st.integers(1, 4))
def test_everything_is_packed(files, threads, tmp_path_factory):
    folder = tmp_path_factory.mktemp("p")
    made = make(folder, files)
    found, inside, _ = Run(folder, threads=threads).take().close()
    assert set(found) == set(made)
    for name, data in made.items():
        assert check(found[name], inside, data, limited=False) == len(data)


@settings(max_examples=40, deadline=None)
@given(files=st.lists(st.tuples(KINDS, SIZES), max_size=24), limit=st.integers(6_000, 1_500_000))
def test_a_limit_holds_and_everything_else_is_listed(files, limit, tmp_path_factory):
    folder = tmp_path_factory.mktemp("p")
    made = make(folder, files)
    found, inside, size = Run(folder, limit).take().close()
    assert size <= limit
    assert set(found) == set(made)
    for name, data in made.items():
        check(found[name], inside, data, limited=True)


@pytest.mark.parametrize("size", [500_000, 1_000_001, 3_000_000])
def test_of_an_enormous_text_the_end_is_taken(tmp_path, size):
    made = make(tmp_path, [("text", size), ("noise", size), ("gz", size)])
    found, inside, _ = Run(tmp_path, file_bytes=400_000).take().close()
    text = found["000.text"]
    assert (text["outcome"], text["reason"]) == ("truncated", "over_file_limit")
    assert made["000.text"].endswith(inside["in/000.text.part"])
    assert 390_000 < len(inside["in/000.text.part"]) <= 400_000
    for name in ("001.noise", "002.gz"):
        assert (found[name]["outcome"], found[name]["reason"]) == ("skipped", "over_file_limit")


def test_a_utf_16_log_is_never_cut_into_nonsense(tmp_path):
    """Cut behind a line end as bytes it would be shifted by one: it is left out and said to be."""
    (tmp_path / "in").mkdir()
    draw = random.Random(1)
    lines = "".join(f"{draw.getrandbits(200):x}\r\n" for _ in range(20_000))
    (tmp_path / "in" / "a.log").write_bytes(lines.encode("utf-16"))
    found, inside, _ = Run(tmp_path, limit=200_000).take().close()
    assert (found["a.log"]["outcome"], found["a.log"]["reason"]) == ("skipped", "over_limit")
    assert inside == {}


def test_a_stop_keeps_what_was_packed_and_lists_what_was_queued(tmp_path):
    made = make(tmp_path, [("text", 300_000)] * 30)
    stop = control.Stop()
    run = Run(tmp_path, stop=stop)
    add = run.packer._on_record
    run.packer._on_record = lambda record: (add(record), len(run.seen) == 5 and stop.request(outcomes.INTERRUPTED))
    found, inside, _ = run.take().close()
    for name, entry in found.items():
        if "member" in entry:
            assert made[name].startswith(inside[entry["member"]])
        else:
            assert entry["reason"] == "interrupted"
    assert len([entry for entry in found.values() if entry["outcome"] == "collected"]) >= 5


def test_files_that_are_gone_or_closed_are_said(tmp_path):
    make(tmp_path, [("text", 100), ("text", 300_000), ("text", 100)])
    run = Run(tmp_path)
    (tmp_path / "in" / "000.text").unlink()
    (tmp_path / "in" / "001.text").unlink()
    listed = os.lstat(tmp_path / "in" / "002.text")
    run.packer.file(reading.FileJob("/nowhere/a", "/nowhere/a", "in/a", ["x"], listed))
    run.files = []
    found, _, _ = run.take().close()
    assert (found["a"]["outcome"], found["a"]["reason"], found["a"]["consistency"]) == (
        "missing", "no_such_file", "vanished",
    )  # fmt: skip


def test_a_failing_disk_ends_the_evidence_and_keeps_the_list(tmp_path):
    made = make(tmp_path, [("noise", 200_000)] * 12 + [("noise", 700_000)] * 3)
    run = Run(tmp_path)
    write = run.bundle.archive._file

    class Full:
        """The file of the archive on a disk that takes a megabyte of evidence."""

        def __init__(self):
            self.failed = False

        def write(self, data):
            if write.tell() + len(data) > 1_000_000:
                self.failed = True
                raise OSError(28, "No space left on device")
            return write.write(data)

        def __getattr__(self, name):
            return getattr(write, name)

    run.bundle.archive._file = Full()
    found, inside, size = run.take().close()
    assert run.bundle.archive._file.failed
    assert size <= 1_000_000
    assert set(found) == set(made)
    assert run.stop.reason == outcomes.NO_SPACE
    for name, entry in found.items():
        if "member" in entry:
            assert inside[entry["member"]] == made[name]
        else:
            assert entry["reason"] == "no_space"
    assert 2 <= len(inside) <= 4


def test_records_say_what_a_walk_found(tmp_path):
    """What is listed by a walk and what is packed agree in size and inode."""
    make(tmp_path, [("text", 1000)])
    (entry,) = list(walk.walk(str(tmp_path / "in"), type("M", (), {"is_foreign": lambda *_: False, "mounts": {}})()))
    assert entry.status.st_size == 1000
