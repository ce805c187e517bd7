"""Written times become the right moment, whatever layout, zone or season; what cannot be is no time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu.model import Certainty, NoteKind, ZoneSource
from saishu.parse.clock import HIGHEST, LOWEST, WITH_OFFSET, Clock
from saishu.parse.reading import Host
from saishu.parse.wall_time import WallTime

TOKYO = Host(ZoneInfo("Asia/Tokyo"), ZoneSource.HOST, "Asia/Tokyo")
BERLIN = Host(ZoneInfo("Europe/Berlin"), ZoneSource.HOST, "Europe/Berlin")
EPOCH = datetime.fromisoformat("1970-01-01")


def day(text):
    """A naive moment, as a clock on a wall shows it."""
    return datetime.fromisoformat(text)


def micro(text):
    """µs since 1970 of ISO text without a zone."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def one(layout, text, **options):
    """What a clock says of one time, None for no time."""
    value = Clock(layout, **options).column([text])[0]
    return None if value < LOWEST else value


@pytest.mark.parametrize(
    ("layout", "text", "moment"),
    [
        ("iso", "2024-05-01T03:06:52", "2024-05-01T03:06:52"),
        ("iso", "2024-05-01 03:06:52.1", "2024-05-01T03:06:52.1"),
        ("iso", "2024/05/01 03:06:52,123", "2024-05-01T03:06:52.123"),
        ("iso", "2024-05-01T03:06:52.1234567", "2024-05-01T03:06:52.123456"),
        ("iso", "2024-05-01T03:06:52.123456789", "2024-05-01T03:06:52.123456"),
        ("iso", "2024/5/1 3:06:52", "2024-05-01T03:06:52"),
        ("iso", "2024.05.01 03:06", "2024-05-01T03:06:00"),
        ("iso", "2024-05-01  03:06:52", "2024-05-01T03:06:52"),
        ("iso", "2016-12-31T23:59:60", "2017-01-01T00:00:00"),
        ("%m/%d/%Y %H:%M:%S.%f", "11/14/2019 05:52:13.44", "2019-11-14T05:52:13.44"),
        ("%m/%d/%Y %H:%M:%S.%f", "11/14/2019 05:52:13", "2019-11-14T05:52:13"),
        ("%m/%d/%Y %I:%M:%S %p", "1/11/2021 02:57:03 AM", "2021-01-11T02:57:03"),
        ("%m/%d/%Y %I:%M:%S %p", "1/11/2021 12:57:03 PM", "2021-01-11T12:57:03"),
        ("%m/%d/%Y %I:%M:%S %p", "1/11/2021 12:57:03 am", "2021-01-11T00:57:03"),
        ("%a %b %d %H:%M:%S UTC %Y", "Wed May  1 03:06:50 UTC 2024", "2024-05-01T03:06:50"),
        ("%a %b %d %H:%M:%S %Y", "水 5月  1 03:06:50 2024", "2024-05-01T03:06:50"),
        ("%d.%m.%Y %H:%M:%S", "01.05.2024 03:06:50", "2024-05-01T03:06:50"),
    ],
)
def test_layouts(layout, text, moment):
    assert one(layout, text) == micro(moment)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-01T12:06:52+09:00", "2024-05-01T03:06:52"),
        ("2024-05-01T12:06:52.5+0900", "2024-05-01T03:06:52.5"),
        ("2024-04-30T22:36:52.000001-04:30", "2024-05-01T03:06:52.000001"),
        ("2024-05-01T03:06:52Z", "2024-05-01T03:06:52"),
        ("2024-05-01T12:06:52+09", "2024-05-01T03:06:52"),
    ],
)
def test_offsets_make_it_utc(text, moment):
    assert Clock("iso").column([text]) == [micro(moment) + WITH_OFFSET]


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29T00:00:00", "2024-13-01T00:00:00", "2024-00-10T00:00:00", "2024-05-32T00:00:00",
        "2024-05-01T24:00:00", "2024-05-01T03:60:00", "2024-05-01T03:06:61", "0001-01-01T00:00:00",
        "1970-01-01T00:00:00", "9999-12-31T23:59:59", "", "yesterday", "2024-05-01T03:06:52.", "2024-05-01T03:06:52+9",
        "٢٠٢٤-٠٥-٠١T٠٣:٦٠:٥٢",
    ],
)  # fmt: skip
def test_what_cannot_be_is_no_time(text):
    assert one("iso", text) is None
    found = Clock("iso").column(["2024-05-01T03:06:52", text, "2024-05-01T03:06:53"])
    assert [value > LOWEST for value in found] == [True, False, True]


@pytest.mark.parametrize("text", ["13/05/2024 25:00:00", "5/1/2024 0:06:52 PM", "5/1/2024 13:06:52 PM"])
def test_hours_that_cannot_be(text):
    layout = "%m/%d/%Y %I:%M:%S %p" if text.endswith("PM") else "%m/%d/%Y %H:%M:%S"
    assert one(layout, text) is None


@given(st.lists(st.datetimes(day("1990-01-01"), day("2099-12-31")), min_size=1, max_size=40), st.integers(0, 7))
def test_a_column_is_what_python_reads(moments, digits):
    texts = []
    for moment in moments:
        fraction = f"{moment.microsecond:06d}0"[:digits]
        texts.append(moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else ""))
    wanted = [micro(text[:26]) for text in texts]
    assert Clock("iso").column(texts) == wanted
    assert Clock("iso").column([text + "Z" for text in texts]) == [value + WITH_OFFSET for value in wanted]
    mixed = [text + "Z" if number % 2 else text for number, text in enumerate(texts)]
    assert [value > HIGHEST for value in Clock("iso").column(mixed)] == [
        number % 2 == 1 for number in range(len(texts))
    ]


@given(st.lists(st.text(max_size=40), max_size=20), st.sampled_from(["iso", "%b %d %H:%M:%S.%f", "%m/%d/%Y %I:%M %p"]))
def test_no_text_is_too_odd(texts, layout):
    clock = Clock(layout, has_year="%Y" in layout or layout == "iso")
    assert len(clock.column(texts)) == len(texts)


def test_the_machines_own_time(read):
    kept = read("2024/05/01 12:06:52 INFO Daemon ready\n", "waagent", host=TOKYO)
    assert kept.times == ["2024-05-01T03:06:52+00:00"]
    assert (kept.batches[0].certainty, kept.batches[0].zone_source) == (Certainty.EXACT, ZoneSource.HOST)
    assert kept.notes == []


def test_without_a_zone_utc_is_taken_and_said(read):
    kept = read("2024/05/01 12:06:52 INFO Daemon ready\n", "waagent", host=Host())
    assert kept.times == ["2024-05-01T12:06:52+00:00"]
    assert (kept.batches[0].certainty, kept.batches[0].zone_source) == (Certainty.ZONE_ASSUMED, ZoneSource.ASSUMED)
    assert [(note.kind, note.detail) for note in kept.notes] == [(NoteKind.TIME, "zone UTC")]


def test_the_products_own_zone_needs_no_host(read):
    kept = read("[00000006] [11/14/2019 05:52:13.44] [INFO]  ready\n", "waappagent", host=TOKYO)
    assert kept.times == ["2019-11-14T05:52:13.440000+00:00"]
    assert kept.batches[0].zone_source is ZoneSource.FORMAT


def test_lines_with_and_without_an_offset_in_one_file(read):
    kept = read("2024-05-01T12:06:52+02:00 a\n2024-05-01T12:06:52 b\n2024-05-01T12:06:52Z c\n", host=TOKYO)
    hours = [text[11:13] for text in kept.times]
    assert hours == ["10", "03", "12"]
    assert kept.batches[0].zone_source is ZoneSource.HOST


def test_one_impossible_date_costs_one_time(read):
    lines = ["2024/05/01 12:06:52 INFO a", "2024/02/30 12:06:52 INFO b", "2024/05/01 12:06:54 INFO c"]
    kept = read("\n".join(lines), "waagent")
    assert kept.times == ["2024-05-01T12:06:52+00:00", None, "2024-05-01T12:06:54+00:00"]
    note = kept.noted(NoteKind.PARTLY)[0]
    assert (note.position, note.count, note.detail) == (2, 1, "time")


def test_a_line_without_a_time_is_no_impossible_one(read):
    kept = read("[Warning]: no time\n2018-12-04T07:52:28.8611188Z [Error]: with one\n", "iaasbcdr")
    assert kept.times == [None, "2018-12-04T07:52:28.861118+00:00"]
    assert kept.notes == []


def test_the_hour_that_comes_twice(read):
    clock = ["02:10", "02:30", "02:50", "02:05", "02:20", "02:59", "03:01"]
    kept = read("".join(f"2024/10/27 {time}:00 INFO x\n" for time in clock), "waagent", host=BERLIN)
    assert [text[11:16] for text in kept.times] == ["00:10", "00:30", "00:50", "01:05", "01:20", "01:59", "02:01"]


def test_the_next_autumn_begins_anew(read):
    days = ["2023/10/29 02:50", "2023/10/29 02:05", "2024/10/27 02:10", "2024/10/27 02:55", "2024/10/27 02:01"]
    kept = read("".join(f"{day}:00 INFO x\n" for day in days), "waagent", host=BERLIN)
    assert [text[11:16] for text in kept.times] == ["00:50", "01:05", "00:10", "00:55", "01:01"]


def test_summer_and_winter(read):
    kept = read("2024/07/01 12:00:00 INFO x\n2024/12/01 12:00:00 INFO x\n", "waagent", host=BERLIN)
    assert [text[11:13] for text in kept.times] == ["10", "11"]


@given(
    st.lists(st.datetimes(day("1995-01-01"), day("2037-01-01")), min_size=1, max_size=30),
    st.sampled_from(["Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
@settings(max_examples=60)
def test_walls_agree_with_python_outside_the_double_hour(moments, name):
    zone = ZoneInfo(name)
    walls = [moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) for moment in moments]
    sure = [
        wall for wall in walls if wall.replace(tzinfo=zone).utcoffset() == wall.replace(tzinfo=zone, fold=1).utcoffset()
    ]
    values = [(wall - EPOCH) // timedelta(microseconds=1) for wall in sure]
    wanted = [(wall.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None) - EPOCH) // timedelta(microseconds=1)
              for wall in sure]  # fmt: skip
    assert WallTime(zone).to_utc(values) == wanted
