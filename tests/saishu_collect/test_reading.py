"""Reading files that move, have holes or are no files."""

import errno
import os
import random
import stat
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import outcomes, reading

pytestmark = pytest.mark.skipif(os.name == "nt", reason="FIFOs, holes and inodes of Linux")

MIB = 1 << 20


def read(path):
    return reading.read_small(str(path), os.lstat(path))


def test_a_quiet_file_is_stable(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"abc\n")
    found = read(path)
    assert (found.data, found.consistency, found.size_after) == (b"abc\n", outcomes.STABLE, 4)


@pytest.mark.parametrize("kind", ["fifo", "link", "folder", "socket", "gone"])
def test_what_is_no_ordinary_file_is_refused_at_once(tmp_path, kind):
    path = tmp_path / "f"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to("/etc/hostname")
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        os.mknod(path, stat.S_IFSOCK | 0o600)
    started = time.monotonic()
    with pytest.raises(OSError) as caught:  # noqa: PT011 - which error it is depends on the kind
        reading.open_file(str(path))
    assert caught.value.errno in (errno.EINVAL, errno.ELOOP, errno.ENXIO, errno.ENOENT, errno.EISDIR)
    assert time.monotonic() - started < 1


def test_the_access_time_stays(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"x")
    os.utime(path, (1, 10**9))
    read(path)
    assert path.stat().st_atime == 1


def judged(path, change, taken=None):
    """Return what is said of a file that is changed between opening and the end of reading."""
    listed = os.lstat(path)
    descriptor = reading.open_file(str(path))
    try:
        before = os.fstat(descriptor)
        data = reading.read_exactly(descriptor, before.st_size)
        time.sleep(0.02)
        change()
        return reading.judge_consistency(
            listed, before, descriptor, str(path), len(data) if taken is None else taken, before.st_size
        )
    finally:
        os.close(descriptor)


def test_every_movement_has_its_word(tmp_path):
    path = tmp_path / "f"

    def fresh():
        path.write_bytes(b"x" * 1000)
        return path

    def append():
        with open(path, "ab") as file:
            file.write(b"more")

    def rewrite():
        with open(path, "r+b") as file:
            file.write(b"y")

    def rotate():
        os.rename(path, tmp_path / "f.1")
        path.write_bytes(b"new")

    assert judged(fresh(), lambda: None) == (outcomes.STABLE, 1000)
    assert judged(fresh(), append) == (outcomes.GREW, 1004)
    assert judged(fresh(), rewrite) == (outcomes.MODIFIED, 1000)
    assert judged(fresh(), lambda: os.truncate(path, 10)) == (outcomes.SHRANK, 10)
    assert judged(fresh(), rotate) == (outcomes.REPLACED, 1000)
    assert judged(fresh(), lambda: os.unlink(path)) == (outcomes.VANISHED, 1000)
    assert judged(fresh(), lambda: None, taken=500) == (outcomes.SHRANK, 1000)


def test_a_file_that_was_rotated_between_listing_and_opening_says_so(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"old")
    listed = os.lstat(path)
    os.rename(path, tmp_path / "f.1")
    path.write_bytes(b"new one")
    found = reading.read_small(str(path), listed)
    assert (found.data, found.consistency) == (b"new one", outcomes.REPLACED)


def test_a_file_that_outgrew_its_listing_is_handed_back(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"small")
    listed = os.lstat(path)
    path.write_bytes(bytes(reading.OUTGROWN + 1))
    with pytest.raises(reading.Outgrown) as caught:
        reading.read_small(str(path), listed)
    assert caught.value.status.st_size == reading.OUTGROWN + 1


def test_a_file_that_is_truncated_all_the_time_is_read_or_said(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"z" * 200_000)
    going = threading.Event()

    def mischief():
        while not going.is_set():
            with open(path, "r+b") as file:
                file.truncate(0)
                file.write(b"z" * 200_000)

    thread = threading.Thread(target=mischief)
    thread.start()
    try:
        for _ in range(60):
            found = read(path)
            assert set(found.data) <= {ord("z")}
            if len(found.data) < found.before.st_size:
                assert found.consistency == outcomes.SHRANK
    finally:
        going.set()
        thread.join()


@settings(max_examples=25, deadline=None)
@given(parts=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5000)), max_size=6), tail=st.integers(70, 90))
def test_extents_hold_every_byte_of_data(parts, tail, tmp_path_factory):
    path = tmp_path_factory.mktemp("s") / "f"
    draw = random.Random(1)
    written = []
    with open(path, "wb") as file:
        file.truncate((40 + tail) * MIB)
        for place, length in parts:
            start = place * MIB + draw.randrange(1000)
            written.append((start, length))
            file.seek(start)
            file.write(draw.randbytes(length))
    size = path.stat().st_size
    descriptor = os.open(path, os.O_RDONLY)
    try:
        extents = reading.data_extents(descriptor, size, path.stat().st_blocks)
    finally:
        os.close(descriptor)
    assert extents == sorted(extents)
    assert all(length > 0 and offset + length <= size for offset, length in extents)
    for start, length in written:
        assert any(offset <= start and start + length <= offset + count for offset, count in extents)
    assert sum(length for _, length in extents) < 2 * MIB


def test_a_file_without_holes_is_read_as_a_whole(tmp_path):
    """A file system that packs by itself counts fewer blocks than the file has bytes."""
    path = tmp_path / "f"
    path.write_bytes(b"data" * (20 * MIB))
    descriptor = os.open(path, os.O_RDONLY)
    try:
        assert reading.data_extents(descriptor, 80 * MIB, 100) is None
        assert reading.data_extents(descriptor, 80 * MIB, 80 * MIB // 512) is None
    finally:
        os.close(descriptor)


def test_small_holes_count_as_data(tmp_path):
    path = tmp_path / "f"
    with open(path, "wb") as file:
        for number in range(400):
            file.seek(number * 8192)
            file.write(b"x" * 4096)
        file.truncate(80 * MIB)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        extents = reading.data_extents(descriptor, 80 * MIB, path.stat().st_blocks)
    finally:
        os.close(descriptor)
    assert len(extents) == 1


@given(st.binary(max_size=3000))
def test_a_cut_begins_behind_a_line_end(data):
    skip = reading.line_start(data)
    assert skip == 0 or data[skip - 1 : skip] == b"\n"
    assert (skip == 0) == (b"\n" not in data)


def test_text_and_what_only_looks_so():
    assert reading.looks_text(b"")
    assert reading.looks_text("採取\n".encode("cp932"))
    assert reading.looks_text("採取\n".encode("utf-16"))
    assert not reading.looks_text(b"LPKSHHRH\0\0\0\0")
    assert not reading.looks_text(b"\x1f\x8b\x08\0")
