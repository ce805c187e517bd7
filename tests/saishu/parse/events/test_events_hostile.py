"""Event files that mean harm or were mangled: no crash, no hang, bounded memory, and a note."""

import random
import struct
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saishu.model import EventBatch, Fact, ReadNote

CHUNK = 65536
NAMES = ("plaso-System2.evtx", "Security_short_selected.evtx", "issue_201.evtx", "sample_with_a_bad_chunk_magic.evtx")
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PIECES = st.sampled_from(
    ("Log Name: System\n", "Source: VSS\n", "Event ID: 5\n", "Level: Error\n", "Description:\n", "\n",
     "イベント ID：3\n", "Date: 2024/05/21 13:02:03\n", "<Event xmlns='x'><System>", "</System></Event>",
     "Event Xml:\n", '{"EventID": 1,', '"Message": "', '"}', "{", "}", "_", "> ", '"', ",", "\0",
     "Level,Date and Time,Source,Event ID\n",
     "\ufeff", "é"),
)  # fmt: skip


def _checked(kept):
    assert all(isinstance(batch, EventBatch) for batch in kept.batches)
    assert all(isinstance(note, ReadNote) for note in kept.found)
    assert all(isinstance(fact, Fact) for fact in kept.facts)
    for batch in kept.batches:
        assert all(type(value) is int and value < 1 << 63 for value in batch.position)
        assert all(value is None or type(value) is int for value in batch.event_id)
        assert all(0 <= value <= 5 for value in batch.level)
        assert max(map(len, batch.message)) <= 8192
    assert len(kept.found) < 500


@SLOW
@given(
    name=st.sampled_from(NAMES),
    edits=st.lists(
        st.tuples(st.integers(0, 4096 + 3 * CHUNK), st.binary(min_size=1, max_size=12)), min_size=1, max_size=40
    ),
    cut=st.one_of(st.none(), st.integers(0, 4096 + 2 * CHUNK)),
)
def test_any_bytes_changed_in_a_real_log(evtx, read_events, name, edits, cut):
    data = bytearray(evtx(name)[: 4096 + 3 * CHUNK])
    for place, piece in edits:
        at = place % len(data)
        data[at : at + len(piece)] = piece[: len(data) - at]
    begun = time.monotonic()
    _checked(read_events(bytes(data[:cut]), name))
    assert time.monotonic() - begun < 5


@SLOW
@given(data=st.binary(max_size=3000), name=st.sampled_from(("a.evtx", "a.csv", "a.txt", "a.etl", "a.json", "a.xml")))
def test_any_bytes_under_any_name(read_events, data, name):
    _checked(read_events(data, name))


@SLOW
@given(
    pieces=st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=60), encoding=st.sampled_from(("utf-8", "utf-16"))
)
def test_any_text_made_of_what_events_are_made_of(read_events, pieces, encoding):
    _checked(read_events("".join(pieces).encode(encoding, "replace")))


@pytest.mark.parametrize(
    "data",
    [
        b'{"EventID":1,"Source":"' * 50_000,
        b'[{"EventID":1,' + b'"a":{' * 200_000,
        b'"' * 1_000_000 + b'{"EventID": 1, "Source": "a"}',
        b'{"EventID":1,"Source":"a\\' * 100_000,
        b"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>" * 100_000,
        b"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>" + b"<a>" * 600_000,
        b"Event ID: 5\nSource: a\n" + b"x" * 3_000_000,
        b"Event ID: 5\nSource: a\n" + b"Source: b\nEvent ID: 6\n" * 100_000,
        b"Level,Date and Time,Source,Event ID,Task Category\n" + b'"' * 3_000_001,
        b"Level,Date and Time,Source,Event ID,Task Category\n" + b'Error,,"' * 300_000,
        b"Event ID: 5\n" + b"Event Xml:\n" + b"<Event>\n" * 300_000,
        b"Source" + b" " * 500_000 + b"\nEvent ID: 3\nSource: x\n",
    ],
    ids=range(12),
)
def test_texts_built_to_be_slow_or_large(read_events, data):
    begun = time.process_time()
    _checked(read_events(data))
    assert time.process_time() - begun < 20


def test_a_chunk_that_points_everywhere(evtx, read_events):
    source = evtx("plaso-System2.evtx")[: 4096 + CHUNK]
    dice = random.Random(5)
    for _ in range(30):
        data = bytearray(source)
        for _ in range(400):
            place = dice.randrange(4096 + 512, len(data) - 4)
            struct.pack_into("<I", data, place, dice.choice((0, 1, 512, 65535, 0x7FFFFFFF, 0xFFFFFFFF)))
        _checked(read_events(bytes(data), "a.evtx"))


def test_thousands_of_bad_chunks_are_told_in_few_notes(read_events):
    block = b"ElfChnk\0" + b"\xff" * 500 + b"\x2a\x2a\0\0" * 100
    data = b"ElfFile\0" + bytes(4088) + block.ljust(CHUNK, b"\x01") * 600
    kept = read_events(data, "a.evtx")
    assert kept.total == 0
    assert 100 < len(kept.found) <= 201
    assert kept.notes("partly")[0].count == 600


def _swelling_chunk(places, size):
    """A chunk with one record whose template names one value again and again."""
    chunk = bytearray(CHUNK)
    name = "Event".encode("utf-16-le") + b"\0\0"
    begin = 512 + 24 + 4 + 6 + 4
    element = (
        b"\x01\xff\xff" + struct.pack("<II", 0, begin + 24 + 4 + 11) + struct.pack("<IHH", 0, 0, 5) + name + b"\x02"
    )
    body = b"\x0f\x01\x01\0" + element + b"\x0d\0\0\x01" * places + b"\x04\0"
    content = b"\x0f\x01\x01\0\x0c\x01" + struct.pack("<II", 1, begin) + bytes(20) + struct.pack("<I", len(body)) + body
    content += struct.pack("<IHBB", 1, size, 1, 0) + b"\x01\0" * (size // 2)
    total = 24 + len(content) + 4
    struct.pack_into("<4sIQQ", chunk, 512, b"\x2a\x2a\0\0", total, 1, 0)
    chunk[536 : 536 + len(content)] = content
    struct.pack_into("<I", chunk, 512 + total - 4, total)
    struct.pack_into("<8s4QIII", chunk, 0, b"ElfChnk\0", 1, 1, 1, 1, 128, 512, 512 + total)
    return b"ElfFile\0" + bytes(112) + struct.pack("<I", 4) + bytes(4096 - 124) + bytes(chunk)


def test_a_chunk_that_would_become_hundreds_of_megabytes_is_left_out_and_said(read_events):
    small = read_events(_swelling_chunk(5, 100))
    assert (small.total, small.notes("damaged")) == (1, [])
    kept = read_events(_swelling_chunk(5000, 20_000))
    assert kept.total == 0
    assert [note.detail for note in kept.notes("damaged")] == ["chunk-swells 0/1"]
