"""Lines without a year get the right one, across New Year too, and say where it comes from."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu.model import Certainty, NoteKind, ZoneSource
from saishu.parse import text as engine
from saishu.parse.reading import Host

SYSLOG = "{:%b} {:2d} {:%H:%M:%S} web01 app: {}\n"


def day(text):
    """A naive moment, as a clock on a wall shows it."""
    return datetime.fromisoformat(text)


def stamp(moment):
    return int(moment.timestamp()) * 1_000_000


def host(*when):
    """A host in UTC whose newest known time is given."""
    return Host(UTC, ZoneSource.HOST, "UTC", stamp(datetime(*when, tzinfo=UTC)) if when else None)


def syslog(moments):
    return "".join(SYSLOG.format(moment, moment.day, moment, number) for number, moment in enumerate(moments))


def years(kept):
    return [None if text is None else int(text[:4]) for text in kept.times]


def days(*texts):
    return [datetime.fromisoformat(text) for text in texts]


def test_counted_back_from_what_the_bundle_knows(read):
    kept = read(syslog(days("2024-05-01", "2024-05-02")), "syslog", host=host(2024, 5, 3))
    assert years(kept) == [2024, 2024]
    assert kept.batches[0].certainty is Certainty.YEAR_INFERRED
    assert [note.detail for note in kept.noted(NoteKind.TIME)] == ["year 2024 bundle"]


def test_a_date_later_in_the_year_is_last_years(read):
    assert years(read(syslog(days("2023-11-30")), "syslog", host=host(2024, 5, 3))) == [2023]


def test_across_new_year(read):
    moments = days("2023-12-30T10:00:00", "2023-12-31T23:59:59", "2024-01-01T00:00:00", "2024-02-03T00:00:00")
    assert years(read(syslog(moments), "syslog", host=host(2024, 2, 4))) == [2023, 2023, 2024, 2024]


def test_across_several_new_years(read):
    moments = [day("2019-03-01") + timedelta(days=50 * number) for number in range(40)]
    kept = read(syslog(moments), "syslog", host=host(2024, 12, 1), modified=moments[-1])
    assert years(kept) == [moment.year for moment in moments]


def test_late_lines_around_new_year(read):
    moments = days("2023-12-31T23:59:58", "2024-01-01T00:00:01", "2023-12-31T23:59:59", "2024-01-01T00:00:02")
    assert years(read(syslog(moments), "syslog", host=host(2024, 1, 1, 1))) == [2023, 2024, 2023, 2024]


def test_a_clock_that_was_set_back_is_no_new_year(read):
    moments = days("2024-05-04", "2024-05-01", "2024-05-02")
    assert years(read(syslog(moments), "syslog", host=host(2024, 6, 1))) == [2024] * 3


def test_the_date_in_the_name_is_about_this_very_file(read):
    data = syslog(days("2021-12-30", "2022-01-05"))
    kept = read(data, "syslog", path="var/log/messages-20220109.gz", host=host(2024, 5, 3))
    assert years(kept) == [2021, 2022]
    assert kept.noted(NoteKind.TIME)[0].detail == "year 2022 name"


@pytest.mark.parametrize("name", ["waagent.log-2022-01-09-1641686400", "syslog.1641686400", "messages-2022.01.09"])
def test_other_dates_in_names(read, name):
    data = syslog(days("2021-12-30", "2022-01-05"))
    assert years(read(data, "syslog", path=f"var/log/{name}", host=host(2024, 5, 3))) == [2021, 2022]


def test_a_date_in_the_name_after_everything_known_is_not_believed(read):
    data = syslog(days("2022-01-05"))
    kept = read(data, "syslog", path="var/log/messages-20990109", host=host(2022, 5, 3))
    assert years(kept) == [2022]


def test_the_last_change_counts_where_it_agrees_with_the_last_line(read):
    data = syslog(days("2020-03-01", "2020-03-05"))
    kept = read(data, "syslog", host=host(2024, 5, 3), modified=datetime(2020, 3, 5, 12, tzinfo=UTC))
    assert years(kept) == [2020, 2020]
    assert kept.noted(NoteKind.TIME)[0].detail == "year 2020 modified"


def test_a_last_change_that_a_copy_made_gives_way_to_the_bundle(read):
    data = syslog(days("2022-11-01"))
    kept = read(data, "syslog", host=host(2022, 11, 3), modified=day("2024-06-05"))
    assert years(kept) == [2022]


def test_the_last_change_is_better_than_nothing(read):
    kept = read(syslog(days("2023-11-01")), "syslog", host=host(), modified=day("2024-06-05"))
    assert years(kept) == [2023]


def test_without_anything_there_is_no_time(read):
    kept = read(syslog(days("2023-11-01")), "syslog", host=host())
    assert kept.times == [None]
    assert kept.batches[0].certainty is Certainty.NONE
    assert kept.noted(NoteKind.TIME)[0].detail == "year - nothing"


def test_29_february_finds_the_leap_year(read):
    assert read(syslog(days("2024-02-29T10:00:00")), "syslog", host=host(2026, 1, 1)).times == [
        "2024-02-29T10:00:00+00:00"
    ]


def test_29_february_in_a_common_year_is_no_time(read):
    data = "Feb 29 10:00:00 web01 app: a\nMar  1 10:00:00 web01 app: b\n"
    assert read(data, "syslog", host=host(2023, 3, 2)).times == [None, "2023-03-01T10:00:00+00:00"]


def test_leap_days_before_and_behind(read):
    moments = days("2024-02-28T01:00:00", "2024-02-29T01:00:00", "2024-03-01T01:00:00")
    kept = read(syslog(moments), "syslog", host=host(2024, 3, 2))
    assert kept.times == [moment.isoformat() + "+00:00" for moment in moments]


def test_mars_logs_are_in_utc_and_without_a_year(read):
    lines = ["0AB0\t0974\t12/31\t23:59:59.206\t18\tx.cpp(1)\t[0000000053582120]\t\t\tNORMAL\ta"]
    lines.append("0AB0\t0974\t01/01\t00:00:01.000\t18\tx.cpp(1)\t[0000000053582120]\t\t\tNORMAL\tb")
    kept = read("\n".join(lines), "mars", host=host(2024, 1, 2))
    assert kept.times == ["2023-12-31T23:59:59.206000+00:00", "2024-01-01T00:00:01+00:00"]
    assert kept.batches[0].zone_source is ZoneSource.FORMAT


def test_both_styles_of_syslog_in_one_file(read):
    data = "Dec 31 23:00:00 web01 app: a\n2024-01-01T00:00:00.5+00:00 web01 app: b\nJan  1 01:00:00 web01 app: c\n"
    kept = read(data, "syslog", host=host(2024, 1, 2))
    assert kept.times == ["2023-12-31T23:00:00+00:00", "2024-01-01T00:00:00.500000+00:00", "2024-01-01T01:00:00+00:00"]
    assert kept.batches[0].certainty is Certainty.YEAR_INFERRED


def test_a_file_too_large_to_hold_is_looked_at_ahead(read, monkeypatch):
    monkeypatch.setattr(engine, "MOST_TEXT", 150_000)
    monkeypatch.setattr(engine, "MOST_HELD", 600_000)
    ahead, real = [], engine.last_time
    monkeypatch.setattr(engine, "last_time", lambda *given: ahead.append(1) or real(*given))
    moments = [day("2022-10-01") + timedelta(minutes=17 * number) for number in range(60_000)]
    data = syslog(moments)
    kept = read(data, "syslog", host=host(2024, 12, 1), modified=moments[-1])
    wanted = [moment.isoformat() + "+00:00" for moment in moments]
    assert kept.times == wanted
    assert ahead == [1]
    utf16 = read(data.encode("utf-16"), "syslog", host=host(2024, 12, 1), modified=moments[-1])
    assert utf16.times == wanted
    assert ahead == [1, 1]


@given(
    st.datetimes(day("2001-01-01"), day("2030-01-01")),
    st.lists(st.integers(0, 86_400 * 200), min_size=1, max_size=60),
)
@settings(max_examples=80, deadline=None)
def test_any_growing_log_gets_its_years_back(read, start, steps):
    moments, at = [], start.replace(microsecond=0)
    for step in steps:
        at += timedelta(seconds=step)
        moments.append(at)
    kept = read(syslog(moments), "syslog", host=host(at.year, at.month, at.day, 23, 59, 59))
    assert kept.times == [moment.isoformat() + "+00:00" for moment in moments]
