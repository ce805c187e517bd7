"""Deflate in pieces: joined pieces are one stream, and it may be ended behind any of them."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishu_collect import deflate

WORDS = [b"waagent ", b"started\n", b"0123456789", b"\0\0\xff\xff", b"\n"]
TEXT = st.lists(st.sampled_from(WORDS), max_size=200).map(b"".join)
CONTENT = st.one_of(st.binary(max_size=4000), TEXT)


def engines():
    yield deflate.standard_engine()
    yield deflate.standard_engine(6)
    chosen = deflate.choose_engine()
    if chosen.name != "zlib":
        yield chosen


@pytest.mark.parametrize("engine", list(engines()), ids=lambda engine: f"{engine.name}-{engine.level}")
@given(pieces=st.lists(CONTENT, max_size=8), cut=st.integers(0, 8))
def test_joined_pieces_are_one_stream(engine, pieces, cut):
    stream, dictionary = b"", b""
    for number, piece in enumerate(pieces):
        if number == cut:
            break
        stream += engine.piece(piece, dictionary)
        dictionary = (dictionary + piece)[-deflate.WINDOW :]
    stream += deflate.STREAM_END
    plain = b"".join(pieces[:cut])
    assert zlib.decompress(stream, -15) == plain
    assert engine.inflater().decompress(stream) == plain
    assert engine.crc32(plain) == zlib.crc32(plain)


@given(CONTENT)
def test_a_whole_one(data):
    assert zlib.decompress(deflate.standard_engine().whole(data), -15) == data


@pytest.mark.parametrize(
    ("name", "start", "packed"),
    [
        ("a.gz", b"\x1f\x8b\x08", True), ("a.gz", b"plain text", False), ("a.gz", b"", True),
        ("a.log", b"PK\x03\x04", True),
        ("a.log", b"text", False), ("A.XZ", b"\xfd7zXZ\x00", True),
    ],
)  # fmt: skip
def test_content_says_whether_it_is_packed_already(name, start, packed):
    assert deflate.looks_packed(name, start) == packed
