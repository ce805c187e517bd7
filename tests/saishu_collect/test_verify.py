"""Reading back: no damage goes unseen."""

import io
import random
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import archive, deflate, verify

ENGINE = deflate.standard_engine()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The bytes of a small archive with stored and deflated members."""
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    draw = random.Random(1)
    with open(path, "w+b", buffering=0) as file:
        target = archive.Archive(file)
        written = []
        for number in range(12):
            data = draw.randbytes(300) if number % 3 == 0 else b"some line %d\n" % number * 60
            stored = number % 3 == 0
            payload = data if stored else ENGINE.whole(data)
            method = archive.STORED if stored else archive.DEFLATED
            record = {"m": f"d/{number}", "t": 1.0, "s": len(data), "crc": ENGINE.crc32(data), "me": method}
            record["off"], record["k"] = target.add(record["m"], 1.0, method, record["crc"], len(data), payload)
            written.append(record)
        target.finish(written)
    return path.read_bytes()


def state(data, tmp_path):
    path = tmp_path / "b.zip"
    path.write_bytes(data)
    try:
        verify.verify(str(path), ENGINE, 2)
    except (verify.Damaged, OSError):
        return "damaged"
    return "whole"


def test_the_whole_archive_is_whole(good, tmp_path):
    assert state(good, tmp_path) == "whole"


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_flipped_bit_of_content_is_seen(good, data, tmp_path_factory):
    start = good.index(b"PK\x01\x02")
    at = data.draw(st.integers(0, start - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(good)
    changed[at] ^= 1 << bit
    if state(bytes(changed), tmp_path_factory.mktemp("v")) == "whole":
        # Then it is one that no reader looks at: a field that the directory repeats, the bits behind a stream's end.
        with zipfile.ZipFile(io.BytesIO(good)) as first, zipfile.ZipFile(io.BytesIO(changed)) as second:
            assert [info.filename for info in first.infolist()] == [info.filename for info in second.infolist()]
            for info in first.infolist():
                assert content_of(good, info) == content_of(bytes(changed), info)


def content_of(data, info):
    """Return what inflating the packed bytes of a member gives, found by the directory alone."""
    name_length, extra_length = struct.unpack_from("<2H", data, info.header_offset + 26)
    start = info.header_offset + 30 + name_length + extra_length
    packed = data[start : start + info.compress_size]
    return zlib.decompress(packed, -15) if info.compress_type else packed


@settings(max_examples=80, deadline=None)
@given(length=st.integers(0, 5000))
def test_any_cut_is_seen(good, length, tmp_path_factory):
    if length < len(good):
        assert state(good[:length], tmp_path_factory.mktemp("v")) == "damaged"


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_flipped_byte_of_the_directory_is_no_crash(good, data, tmp_path_factory):
    start = good.index(b"PK\x01\x02")
    at = data.draw(st.integers(start, len(good) - 1))
    changed = bytearray(good)
    changed[at] ^= data.draw(st.integers(1, 255))
    found = state(bytes(changed), tmp_path_factory.mktemp("v"))
    assert found == "damaged" or at > start + 4
