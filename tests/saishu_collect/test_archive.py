"""The zip writer: what the standard library reads is what was written, also after a part was taken back."""

import io
import os
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import archive, deflate, records, verify

ENGINE = deflate.standard_engine()
CONTENT = st.one_of(st.binary(max_size=3000), st.integers(1, 400).map(lambda n: b"a line of a log\n" * n))
MEMBERS = st.lists(st.tuples(CONTENT, st.sampled_from(["whole", "pieces", "cut", "stored"])), max_size=25)


class Raw(io.BytesIO):
    """An unbuffered file in memory, as the writer expects it."""


def write_one(target, name, data, how):
    """Write one member in one of the ways; return its record, None when it was taken back."""
    crc = ENGINE.crc32(data)
    record = {"m": name, "t": 1_700_000_000.5, "s": len(data), "crc": crc}
    if how == "whole":
        payload = ENGINE.whole(data)
        record["off"], record["k"] = target.add(name, record["t"], archive.DEFLATED, crc, len(data), payload)
        return dict(record, me=archive.DEFLATED)
    if how == "stored":
        record["off"], record["k"] = target.add(name, record["t"], archive.STORED, crc, len(data), data)
        return dict(record, me=archive.STORED)
    target.begin(name, record["t"], archive.DEFLATED, len(data))
    dictionary = b""
    for start in range(0, len(data), 700):
        piece = data[start : start + 700]
        target.extend(ENGINE.piece(piece, dictionary))
        dictionary = piece[-deflate.WINDOW :]
    if how == "cut":
        target.cut()
        return None
    target.extend(deflate.STREAM_END)
    record["off"], record["k"] = target.end(crc, len(data))
    return dict(record, me=archive.DEFLATED)


@settings(max_examples=60, deadline=None)
@given(members=MEMBERS, small=st.booleans())
def test_what_was_written_is_read(members, small, tmp_path_factory):
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    before = archive._WRITE_AFTER
    archive._WRITE_AFTER = 1000 if small else before
    try:
        with open(path, "w+b", buffering=0) as file:
            target = archive.Archive(file)
            written = [write_one(target, f"d/{n}", data, how) for n, (data, how) in enumerate(members)]
            assert target.finish([record for record in written if record]) == sum(map(bool, written))
            assert target.position == file.seek(0, os.SEEK_END)
    finally:
        archive._WRITE_AFTER = before
    wanted = {f"d/{n}": data for n, (data, how) in enumerate(members) if how != "cut"}
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == wanted
    assert verify.verify(str(path), ENGINE, 2)[0] == len(wanted)


@pytest.mark.parametrize("count", [65534, 65535, 65536, 70001])
def test_numbers_around_the_zip64_limit(count, tmp_path):
    path = tmp_path / "a.zip"
    with open(path, "w+b", buffering=0) as file:
        target = archive.Archive(file)
        journal = records.Records(str(tmp_path / "j"))
        for number in range(count):
            journal.add(write_one(target, f"{number}", b"x", "stored"))
        assert target.finish(journal.read()) == count
    journal.remove()
    with zipfile.ZipFile(path) as opened:
        assert len(opened.namelist()) == count
    with open(path, "rb") as file:
        assert sum(1 for _ in verify.list_members(file)) == count


@pytest.mark.parametrize("size", [0xFFEFFFFF, 0xFFF00000, 0xFFFFFFFE, 0xFFFFFFFF, 0x100000000, 0x123456789A])
@pytest.mark.parametrize("offset", [0, 0xFFFFFFFE, 0xFFFFFFFF, 0x200000000])
def test_large_numbers_in_the_directory_are_read_back(size, offset):
    record = {"m": "a", "t": 0.0, "s": size, "k": size // 3, "off": offset, "crc": 5, "me": archive.DEFLATED}
    entry = archive.central_header(record)
    listed, length = verify._parse_central(entry, 0)
    assert length == len(entry)
    assert (listed.size, listed.packed, listed.offset) == (size, size // 3, offset)
    found = zipfile.ZipInfo("a")
    found.extra = entry[46 + 1 :]
    found.file_size, found.compress_size = min(size, 0xFFFFFFFF), min(size // 3, 0xFFFFFFFF)
    found.header_offset = min(offset, 0xFFFFFFFF)
    found._decodeExtra(*([0] if found._decodeExtra.__code__.co_argcount > 1 else []))
    assert (found.file_size, found.compress_size, found.header_offset) == (size, size // 3, offset)


@pytest.mark.parametrize(
    ("seconds", "year"),
    [
        (None, 1980),
        (-1, 1980),
        (0, 1980),
        (10**18, 1980),
        (-(10**18), 1980),
        (float("nan"), 1980),
        (1_700_000_000, 2023),
    ],
)
def test_times_stay_in_the_range_of_dos(seconds, year):
    _, date = archive.dos_time(seconds)
    assert (date >> 9) + 1980 == year
    assert 1 <= (date >> 5 & 15) <= 12
    assert 1 <= (date & 31) <= 31


@given(st.floats(allow_nan=True, allow_infinity=True) | st.integers())
def test_no_time_stops_a_header(seconds):
    assert archive.local_header(b"n", seconds, 8, 1, 2, 3, False).endswith(archive._time_extra(seconds))


@given(st.integers(min_value=315_600_000, max_value=2**31 - 1))
def test_times_are_kept_to_the_second_in_utc(seconds):
    record = {"m": "a", "t": seconds, "s": 0, "k": 0, "off": 0, "crc": 0, "me": 0}
    extra = archive.central_header(record)[47:]
    assert int.from_bytes(extra[-4:], "little") == seconds
    clock, date = archive.dos_time(seconds)
    parts = time.localtime(seconds)
    assert (date >> 5 & 15, date & 31, clock >> 11) == (parts.tm_mon, parts.tm_mday, parts.tm_hour)
