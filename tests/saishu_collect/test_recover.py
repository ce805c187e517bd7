"""After a crash: everything that was whole comes back, nothing false does, at whatever byte the file ends."""

import hashlib
import json
import os
import random
import shutil
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import archive, bundle_file, deflate, gather, manifest, recover

ENGINE = deflate.standard_engine()
PIECE = 40_000


def content(number):
    """Return the bytes of a file: text, or what does not pack."""
    draw = random.Random(number)
    if number % 4 == 3:
        return draw.randbytes(90_000)
    return b"".join(b"%d %d waagent started\n" % (number, draw.randrange(9999)) for _ in range(3000 + 900 * number))


def write_bundle(folder, count, open_last):
    """Write a partial archive as a collection does; return {member: content} in order."""
    bundle = bundle_file.BundleFile(str(folder / "b.zip"), ENGINE)
    plan = json.dumps({"scenarios": [{"id": "ilr"}], "run": {"host": "h"}, "tool": {"name": "saishu"}}).encode()
    members = {gather.PLAN_MEMBER: plan}
    add_whole(bundle, gather.PLAN_MEMBER, plan)
    bundle.records.add({"p": "/fifo", "e": ["x"], "o": "skipped", "r": "special_file"})
    for number in range(count):
        data, name = content(number), f"var/log/{number}"
        members[name] = data
        add_in_pieces(bundle, name, data, stored=number % 4 == 3, finish=not (open_last and number == count - 1))
    bundle.checkpoint()
    bundle.abandon()
    return members


def record_of(name, data, method):
    return {
        "p": "/" + name, "m": name, "e": ["x"], "o": "collected", "t": 1_700_000_000, "s": len(data), "me": method,
        "crc": ENGINE.crc32(data), "h": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip


def add_whole(bundle, name, data):
    record = record_of(name, data, archive.DEFLATED)
    payload = ENGINE.whole(data)
    record["off"], record["k"] = bundle.archive.add(name, record["t"], 8, record["crc"], len(data), payload)
    bundle.records.add(record)


def add_in_pieces(bundle, name, data, stored, finish):
    method = archive.STORED if stored else archive.DEFLATED
    record = record_of(name, data, method)
    bundle.archive.begin(name, record["t"], method, len(data))
    dictionary = b""
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        bundle.archive.extend(piece if stored else ENGINE.piece(piece, dictionary))
        dictionary = piece[-deflate.WINDOW :]
    if finish:
        if not stored:
            bundle.archive.extend(deflate.STREAM_END)
        record["off"], record["k"] = bundle.archive.end(record["crc"], len(data))
        bundle.records.add(record)


@pytest.fixture(scope="module")
def crashed(tmp_path_factory):
    """A folder with a partial archive whose last member is open, and what is in it."""
    folder = tmp_path_factory.mktemp("crashed")
    return folder, write_bundle(folder, 7, open_last=True)


def copied(source, folder, length=None, journal=True, journal_length=None):
    """Copy a partial archive, cut to a length."""
    partial, notes = source / "b.zip.partial", source / "b.zip.journal"
    data = partial.read_bytes()
    (folder / "b.zip.partial").write_bytes(data[:length] if length is not None else data)
    if journal:
        text = notes.read_bytes()
        (folder / "b.zip.journal").write_bytes(text[:journal_length] if journal_length is not None else text)
    return str(folder / "b.zip.partial")


def check(found, members):
    """What came back is what was there; returns (whole, cut) names."""
    whole, cut = [], []
    with zipfile.ZipFile(found["bundle"]) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        assert names[-1] == manifest.MEMBER
        document = json.loads(opened.read(manifest.MEMBER))
        entries = {entry["member"]: entry for entry in document["files"] if "member" in entry}
        assert set(entries) == set(names) - {manifest.MEMBER}
        for name in names[:-1]:
            data, entry = opened.read(name), entries[name]
            assert hashlib.sha256(data).hexdigest() == entry["sha256"]
            if data == members[name]:
                whole.append(name)
            else:
                assert members[name].startswith(data)
                assert entry["outcome"] == "truncated"
                cut.append(name)
    assert document["run"]["state"] == "recovered"
    assert len(cut) <= 1
    return whole, cut, document


@settings(max_examples=60, deadline=None)
@given(data=st.data(), journal=st.booleans())
def test_a_file_that_ends_at_any_byte(crashed, data, journal, tmp_path_factory):
    source, members = crashed
    folder = tmp_path_factory.mktemp("r")
    size = os.path.getsize(source / "b.zip.partial")
    length = data.draw(st.integers(1, size))
    torn = data.draw(st.integers(0, 6000))
    path = copied(source, folder, length, journal, torn)
    try:
        found = recover.recover(path, 0)
    except recover.NotOurs:
        assert length < 400
        return
    whole, _, document = check(found, members)
    expected = [name for name, end in ends(source) if end <= length]
    assert whole == expected or whole[:-1] == expected
    assert not os.path.exists(path)
    assert not (folder / "b.zip.journal").exists()
    if whole:
        assert document["scenarios"] == [{"id": "ilr"}]


def ends(source):
    """Return [(member, offset behind it)] of the finished members."""
    with open(source / "b.zip.partial", "rb") as file:
        found = []
        for line in (source / "b.zip.journal").read_text().splitlines():
            record = json.loads(line)
            if "off" in record:
                found.append((record["m"], recover._end_of(file, record)))
        return found


def test_the_open_member_is_kept_to_its_last_flushed_piece(crashed, tmp_path):
    source, members = crashed
    whole, cut, document = check(recover.recover(copied(source, tmp_path), 0), members)
    assert whole == list(members)
    assert cut == []
    skipped = [entry for entry in document["files"] if entry["path"] == "/fifo"]
    assert skipped[0]["reason"] == "special_file"


def test_a_crash_inside_a_piece_loses_that_piece_only(crashed, tmp_path):
    source, members = crashed
    size = os.path.getsize(source / "b.zip.partial")
    whole, cut, _ = check(recover.recover(copied(source, tmp_path, size - 100), 0), members)
    assert whole == list(members)[:-1]
    last = list(members)[-1]
    assert cut == [last]
    with zipfile.ZipFile(tmp_path / "b_recovered.zip") as opened:
        assert len(opened.read(last)) == (len(members[last]) - 1) // PIECE * PIECE


def test_zeros_in_the_middle_cost_only_what_they_hit(crashed, tmp_path):
    """A power cut may leave the journal on the disk and not all of the archive."""
    source, members = crashed
    path = copied(source, tmp_path)
    (_, first), (_, second), *_ = [pair for pair in ends(source) if pair[0].startswith("var")]
    with open(path, "r+b") as file:
        file.seek(first + 200)
        file.write(bytes(second - first - 300))
    with open(path, "r+b") as file:
        file.seek(ends(source)[-2][1])
        file.write(bytes(64))
    found = recover.recover(path, 0)
    whole, _, document = check(found, members)
    lost = {entry["path"] for entry in document["files"] if entry["outcome"] == "failed"}
    assert lost == {"/var/log/1", "/var/log/5"}
    assert set(whole) >= {"plan.json", "var/log/0", "var/log/2", "var/log/3", "var/log/4"}


def test_a_finished_archive_is_only_renamed(tmp_path):
    bundle = bundle_file.BundleFile(str(tmp_path / "b.zip"), ENGINE)
    add_whole(bundle, gather.PLAN_MEMBER, b"{}")
    bundle.finish(lambda b: [(manifest.MEMBER, manifest.chunks({"run": {}}, b.records.read(), b.in_archive))])
    bundle.abandon()
    before = (tmp_path / "b.zip.partial").read_bytes()
    found = recover.recover(str(tmp_path / "b.zip"), 0)
    assert found["cut_members"] == 0
    assert (tmp_path / "b_recovered.zip").read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04", b"hello" * 100, b"PK\x05\x06" + bytes(18)])
def test_what_is_not_ours_is_left_as_it_is(tmp_path, data):
    path = tmp_path / "b.zip.partial"
    path.write_bytes(data)
    with pytest.raises(recover.NotOurs):
        recover.recover(str(path), 0)
    assert path.read_bytes() == data


def test_recovering_twice_gives_the_same(crashed, tmp_path):
    """Power may fail again while it recovers: what is half recovered recovers too."""
    source, members = crashed
    size = os.path.getsize(source / "b.zip.partial")
    first = tmp_path / "first"
    first.mkdir()
    recover.recover(copied(source, first, size - 100), 0)
    closed = (first / "b_recovered.zip").read_bytes()
    for length in (len(closed) - 10, len(closed) - 40, len(closed) - 300):
        again = tmp_path / str(length)
        again.mkdir()
        (again / "b.zip.partial").write_bytes(closed[:length])
        shutil.copy(source / "b.zip.journal", again / "b.zip.journal")
        with zipfile.ZipFile(recover.recover(str(again / "b.zip.partial"), 0)["bundle"]) as opened:
            assert opened.testzip() is None
            assert opened.namelist() == [*members, manifest.MEMBER]
