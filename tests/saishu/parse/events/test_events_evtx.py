"""Real .evtx files, sound and damaged: every record is there or is said to be missing."""

import hashlib
import struct

import pytest
from evtx import PyEvtxParser

from saishu.model import Certainty, Level, ZoneSource
from saishu.parse.readers.events.data_strings import message_of
from saishu.parse.readers.events.record_parts import ODD, Beginnings, micros, whole

SOUND = {
    "2-vss_7-System.evtx": 1160,
    "Application_no_crc32.evtx": 17,
    "E_ShadowCopy6_windows_system32_winevt_logs_Microsoft-Windows-CAPI2%4Operational.evtx": 459,
    "MSExchange_Management_wec.evtx": 1,
    "Security_short_selected.evtx": 7,
    "issue_201.evtx": 1,
    "plaso-System.evtx": 5009,
    "sample-with-irregular-bool-values.evtx": 3028,
    "security_bad_string_cache.evtx": 2261,
    "system.evtx": 1881,
}
DAMAGED = {
    # Records, and for each bad spot: offset, records lost, what is wrong with how many of how many.
    "Microsoft-Windows-LanguagePackSetup%4Operational.evtx": (17, [(0x1000, 3, "record-missing 17/20")]),
    "plaso-System2.evtx": (
        283,
        [(0x21000, 1, "truncated 89/90"), (0x31000, 93, "chunks-missing 3/96")],
    ),
    "sample-with-zero-data-size-event.evtx": (449, [(0x1000, 1, "record-size 116/117")]),
    "sample_with_a_bad_chunk_magic.evtx": (
        384,
        [
            (0x1000, 116, "record-missing 14/130"),
            (0x11000, 10, "chunks-missing 6/16"),
            (0x61000, 15, "chunk-magic+record-size+record-content 0/?"),
            (0x71000, 34, "record-size 44/78"),
            (0x91000, 16, "record-missing 114/130"),
            (0xA1000, 68, "chunk-magic+record-size+record-content 0/?"),
        ],
    ),
}
CHUNK = 65536


@pytest.mark.parametrize("name", SOUND)
def test_sound_files_give_every_record_and_no_damage(evtx, read_events, name):
    kept = read_events(evtx(name), name)
    assert kept.total == SOUND[name]
    assert not kept.notes("damaged")
    assert not kept.notes("partly")
    assert all(batch.record_numbers and batch.certainty is Certainty.EXACT for batch in kept.batches)
    assert {batch.zone_source for batch in kept.batches} == {ZoneSource.FORMAT}
    assert None not in kept.column("event_id")
    assert all(kept.column("component"))


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_say_what_is_lost_and_where(evtx, read_events, name):
    kept = read_events(evtx(name), name)
    total, spots = DAMAGED[name]
    assert kept.total == total
    assert sorted((note.position, note.count, note.detail) for note in kept.notes("damaged")) == spots
    assert [(note.count, note.detail) for note in kept.notes("partly")] == [(len(spots), str(total))]


def test_columns_of_known_records(evtx, read_events, moment):
    kept = read_events(evtx("2-vss_7-System.evtx"))
    rows = list(zip(*(kept.column(name) for name in COLUMNS), strict=True))
    assert rows[0] == (
        1, moment("2018-07-06T18:37:44.881628"), Level.INFO, "Microsoft-Windows-Kernel-General", 12, None,
        "\n".join(("MajorVersion: 10", "MinorVersion: 0", "BuildVersion: 17134", "QfeVersion: 137", "ServiceVersion: 0",
                   "BootMode: 0", "StartTime: 2018-07-06T18:37:44.485817Z")),
    )  # fmt: skip
    by_number = {row[0]: row for row in rows}
    assert by_number[2][3:5] == ("EventLog", 6009)
    assert by_number[2][6] == "10.00.\n17134\nMultiprocessor Free\n0"
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


COLUMNS = ("position", "time", "level", "component", "event_id", "operation", "message")


def test_nested_user_data_and_service_names_become_lines(evtx, read_events):
    name = "E_ShadowCopy6_windows_system32_winevt_logs_Microsoft-Windows-CAPI2%4Operational.evtx"
    messages = read_events(evtx(name)).column("message")
    assert any("\nURL: http://" in text and "URL.scheme: http" in text for text in messages)
    system = read_events(evtx("plaso-System.evtx"))
    states = [
        text for ident, text in zip(system.column("event_id"), system.column("message"), strict=True) if ident == 7036
    ]
    assert any(text.endswith("\nBinary: VSS/4") for text in states), "the service's own name, in no language"


def test_the_machine_speaks_through_its_log(evtx, read_events):
    kept = read_events(evtx("plaso-System.evtx"))
    assert kept.values("os") == [{"name": "Windows", "version": "6.1.7601", "service_pack": "Service Pack 1"}]
    assert kept.values("zone") == [
        {"name": "Pacific Standard Time", "bias_minutes": 480, "text": "480 Pacific Standard Time"},
        {"name": "Coordinated Universal Time", "bias_minutes": 0, "text": "0 Coordinated Universal Time"},
    ]
    assert kept.values("host")[-1] == {"name": "DC1.internal.greendale.edu"}
    assert all(fact.source.record and fact.time for fact in kept.facts)


def test_missing_record_numbers_are_gaps_and_times_are_not(evtx, read_events):
    kept = read_events(evtx("2-vss_7-System.evtx"))
    assert [(note.position, note.count, note.detail) for note in kept.notes("gap")] == [(1156, 262, "1156-1417")]
    assert not read_events(evtx("system.evtx")).notes("gap")
    assert not read_events(evtx("plaso-System.evtx")).notes("gap"), "another name for the machine leaves no gap"


def test_chunks_of_a_ring_come_in_the_order_of_their_records(evtx, read_events):
    data = evtx("plaso-System.evtx")
    chunks = [data[at : at + CHUNK] for at in range(4096, 4096 + 27 * CHUNK, CHUNK)]
    turned = data[:4096] + b"".join(chunks[20:] + chunks[:20])
    kept = read_events(turned)
    assert kept.total == 5009
    assert kept.column("position") == sorted(kept.column("position"))
    assert not kept.notes("damaged")


def _contents(kept):
    rows = zip(kept.column("position"), kept.column("time"), kept.column("message"), strict=True)
    return {position: hashlib.sha256(f"{time}{message}".encode()).hexdigest() for position, time, message in rows}


def test_a_lost_record_does_not_take_others_with_it(evtx, read_events):
    data = bytearray(evtx("plaso-System.evtx"))
    whole = _contents(read_events(bytes(data)))
    at, sizes = 4096 + CHUNK + 512, []
    for _ in range(30):
        sizes.append((at, *struct.unpack_from("<IQ", data, at + 4)))
        at += sizes[-1][1]
    place, size, number = sizes[20]
    data[place : place + size] = bytes(size)
    kept = read_events(bytes(data))
    left = _contents(kept)
    assert whole.keys() - left.keys() == {number}
    assert all(whole[key] == left[key] for key in left)
    assert [(note.position, note.count) for note in kept.notes("damaged")] == [(4096 + CHUNK, 1)]
    assert [note.detail for note in kept.notes("gap")] == [f"{number}-{number}"]


def test_wrong_bytes_inside_a_record_are_noticed_by_the_checksum(evtx, read_events):
    data = bytearray(evtx("plaso-System.evtx"))
    place = data.index("Service".encode("utf-16-le"), 4096 + CHUNK)
    data[place] ^= 1
    kept = read_events(bytes(data))
    assert kept.total == 5009
    assert [note.detail.split()[0] for note in kept.notes("damaged")] == ["chunk-checksum"]


def test_a_chunk_without_its_header_is_read_all_the_same(evtx, read_events):
    data = bytearray(evtx("plaso-System.evtx"))
    data[4096 + CHUNK : 4096 + CHUNK + 512] = bytes(512)
    kept = read_events(bytes(data))
    assert kept.total == 5009
    note = kept.notes("damaged")[0]
    assert (note.position, note.detail.split()[0]) == (4096 + CHUNK, "chunk-magic")


@pytest.mark.parametrize("shift", [-1000, 700])
def test_bytes_lost_or_put_in_between_only_cost_what_they_touch(evtx, read_events, shift):
    data = evtx("plaso-System.evtx")
    place = 4096 + 3 * CHUNK + 40_000
    broken = data[:place] + data[place - shift :] if shift < 0 else data[:place] + b"\x55" * shift + data[place:]
    kept = read_events(broken)
    assert 5009 - 190 < kept.total <= 5009
    lost = sum(note.count for note in kept.notes("damaged"))
    assert lost >= 5009 - kept.total
    assert kept.column("position")[-1] == 5009


def test_a_file_without_its_own_header_is_found_by_its_chunks(evtx, read_events):
    data = bytearray(evtx("plaso-System.evtx"))
    data[:4096] = bytes(4096)
    assert read_events(bytes(data), "System.evtx").total == 5009
    assert read_events(bytes(data[4096:]), "carved.bin").total == 5009


@pytest.mark.parametrize("length", [0, 7, 4096, 4607, 4608, 4700, 4096 + CHUNK - 1, 4096 + 3 * CHUNK + 1])
def test_a_file_cut_anywhere(evtx, read_events, length):
    kept = read_events(evtx("plaso-System.evtx")[:length], "System.evtx")
    assert kept.found
    assert kept.total == 0 if length < 5000 else kept.total >= 100


def test_a_chunk_whose_header_is_nonsense_is_read_and_noted(evtx, read_events):
    data = bytearray(evtx("plaso-System.evtx"))
    data[4096 + CHUNK + 8 : 4096 + CHUNK + 128] = b"\xff" * 120
    kept = read_events(bytes(data))
    assert kept.total == 5009
    assert [(note.position, note.count, note.detail) for note in kept.notes("damaged")] == [
        (4096 + CHUNK, 0, "chunk-header 117/?")
    ]


def test_an_empty_log_is_no_trouble(evtx, read_events):
    data = bytearray(evtx("plaso-System.evtx")[: 4096 + CHUNK])
    data[4096 + 512 :] = bytes(CHUNK - 512)
    struct.pack_into("<H", data, 42, 1)
    struct.pack_into("<4QIII", data, 4096 + 8, 1, (1 << 64) - 1, (1 << 64) - 1, (1 << 64) - 1, 128, 0, 512)
    kept = read_events(bytes(data))
    assert (kept.total, kept.found) == (0, [])


def test_a_record_whose_content_is_gone_leaves_its_time_and_its_words(evtx, read_events):
    kept = read_events(evtx("sample_with_a_bad_chunk_magic.evtx"))
    stray = [
        (position, time, message)
        for position, time, ident, message in zip(
            *(kept.column(name) for name in ("position", "time", "event_id", "message")), strict=True
        )
        if ident is None
    ]
    assert len(stray) == 15 + 68 + 1
    assert all(time for _, time, _ in stray)


@pytest.mark.parametrize(
    ("data", "name", "detail"),
    [
        (b"\x30\0\0\0LfLe" + bytes(200), "AppEvent.Evt", "legacy .evt"),
        (bytes([0, 0, 1, 0] * 300), "trace.etl", ".etl"),
        (b"", "System.evtx", "0 bytes"),
        (bytes(range(256)) * 40, "System.csv", "binary"),
    ],
)
def test_what_cannot_be_read_says_what_it_is(read_events, data, name, detail):
    kept = read_events(data, name)
    assert [(note.kind, note.detail) for note in kept.found] == [("unreadable", detail)]


def test_records_taken_apart_by_what_is_known_are_the_same_as_decoded_whole(shared):
    beginnings, compared = Beginnings(), 0
    for path in sorted((shared / "evtx").glob("*.evtx")):
        for record in _library_records(path):
            try:
                expected = whole(record["data"])
            except ODD:
                continue
            found = beginnings.parts(record["data"])
            assert found[:6] == expected[:6]
            assert message_of(found[6]) == message_of(expected[6])
            compared += 1
    assert compared > 14_000


def _library_records(path):
    records = iter(PyEvtxParser(str(path)).records_json())
    while True:
        try:
            record = next(records, None)
        except RuntimeError:
            continue
        if record is None:
            return
        yield record


@pytest.mark.parametrize("text", ["2018-07-06T18:37:44", "2018-07-06T18:37:44.5", "2018-07-06T18:37:44.5000000Z"])
def test_times_of_mangled_records_are_utc_all_the_same(moment, text):
    assert micros(text) // 1_000_000 == moment("2018-07-06T18:37:44") // 1_000_000
