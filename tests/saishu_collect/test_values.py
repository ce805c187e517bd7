"""Values on the command line."""

import argparse
import contextlib
import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishu_collect import values

DAYS = (datetime.datetime(1970, 1, 2), datetime.datetime(2200, 1, 1))  # noqa: DTZ001 - a zone is put to them


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("500M", 500 << 20),
        ("2G", 2 << 30),
        ("1048576", 1 << 20),
        ("1.5k", 1536),
        ("2GiB", 2 << 30),
        (" 3 mb ", 3 << 20),
    ],
)
def test_sizes(text, size):
    assert values.size(text) == size


@pytest.mark.parametrize(("text", "span"), [("14d", 1209600), ("36h", 129600), ("2w", 1209600), ("90M", 5400)])
def test_spans(text, span):
    assert values.span(text) == span


@given(st.datetimes(*DAYS), st.integers(-840, 840))
def test_moments_with_a_zone(moment, minutes):
    moment = moment.replace(microsecond=0)
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    text = moment.replace(tzinfo=zone).isoformat()
    assert values.moment(text) == moment.replace(tzinfo=zone).timestamp()


def test_moments_without_a_zone_are_local(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert values.moment("2024-05-01") == 1714489200
        assert values.moment("2024-05-01T03:06:07") == values.moment("2024-05-01 03:06:07+0900")
        assert values.moment("2024-04-30T18:06:07.123Z") == values.moment("2024-05-01T03:06:07+09:00")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text",
    ["2024-13-01", "2024-02-30T00:00Z", "2024-01-01T24:00", "2024-01-01T00:60Z", "0000-01-01", "noon", "", "2024-1-1",
     "2024-01-01T00:00 JST"],
)  # fmt: skip
def test_a_time_that_the_calendar_does_not_have_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        values.moment(text)


@given(st.text(max_size=30))
def test_nonsense_is_refused_and_never_a_crash(text):
    for read in (values.size, values.span, values.moment, values.pair):
        with contextlib.suppress(argparse.ArgumentTypeError):
            read(text)


def test_pairs():
    assert values.pair(" env.vault_name = a=b ") == ("env.vault_name", "a=b")
    for text in ("x", "=x", "x=", " = "):
        with pytest.raises(argparse.ArgumentTypeError):
            values.pair(text)
