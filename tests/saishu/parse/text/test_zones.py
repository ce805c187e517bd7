"""The zone of the machine is found wherever the bundle says it, in English and Japanese."""

from datetime import UTC, datetime, timedelta

import pytest

from saishu.bundle.manifest import Manifest
from saishu.model import Fact, SourceRef, ZoneSource
from saishu.parse.zones import find_host, given_zone, zone_by_name
from saishu_collect.catalogue import load

SUMMER, WINTER = datetime(2024, 7, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)


def fact(time=None, **values):
    return Fact("zone", values, SourceRef("x"), time=time)


def hours(host, when=WINTER):
    return when.astimezone(host.zone).utcoffset() / timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "iana"),
    [
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("東京 (標準時)", "Asia/Tokyo"),
        ("東京（標準時）", "Asia/Tokyo"),
        ("tokyo standard time", "Asia/Tokyo"),
        ("東京 (夏時間)", "Asia/Tokyo"),
        ("Pacific Daylight Time", "America/Los_Angeles"),
        ("太平洋標準時", "America/Los_Angeles"),
        ("太平洋夏時間", "America/Los_Angeles"),
        ("協定世界時", "UTC"),
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("../usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin"),
        ("UTC", "UTC"),
        ("JST", "Asia/Tokyo"),
    ],
)
def test_names(name, iana):
    assert zone_by_name(name)[1] == iana


@pytest.mark.parametrize(
    "name",
    ["", " ", "nowhere", "../../../etc/passwd", "/etc/passwd", "Asia", "Asia/", "x" * 5000,
     "Asia/Tokyo\0", "..", "zoneinfo/", "zoneinfo/../../x", "+99:00", "+09:00:00"],
)  # fmt: skip
def test_what_is_no_zone(name):
    assert given_zone(name) is None


@pytest.mark.parametrize(
    ("text", "minutes"), [("+09:00", 540), ("UTC+09:00", 540), ("-0330", -210), ("+9", 540), ("UTC", 0)]
)
def test_numbers_that_a_person_gives(text, minutes):
    assert WINTER.astimezone(given_zone(text)[0]).utcoffset() == timedelta(minutes=minutes)


def test_the_name_wins_over_the_number_which_is_winter_time_only():
    host = find_host([fact(name="Pacific Standard Time", bias_minutes=480)])
    assert (hours(host, WINTER), hours(host, SUMMER)) == (-8, -7)
    assert (host.zone_source, host.zone_name) == (ZoneSource.HOST, "America/Los_Angeles")


def test_an_unknown_name_leaves_the_number():
    host = find_host([fact(name="Heure normale de Mars", bias_minutes=-540)])
    assert (hours(host), host.zone_name) == (9, "UTC+09:00")


def test_the_iana_name_wins_over_windows_names():
    assert find_host([fact(name="Tokyo Standard Time"), fact(iana="Europe/Berlin")]).zone_name == "Europe/Berlin"


def test_the_newest_statement_wins():
    facts = [fact(time=5, name="Tokyo Standard Time"), fact(time=9, name="Romance Standard Time"), fact(name="UTC")]
    assert find_host(facts).zone_name == "Europe/Paris"


def test_the_name_as_windows_shows_it_tells_the_number():
    assert hours(find_host([fact(name="(UTC+09:00) 大阪、札幌、東京")])) == 9
    assert hours(find_host([fact(name="(UTC-03:30) Newfoundland")])) == -3.5
    assert hours(find_host([fact(name="(UTC) Coordinated Universal Time")])) == 0


@pytest.mark.parametrize("values", [{}, {"iana": 5}, {"name": None}, {"bias_minutes": "480"}, {"bias_minutes": 99999}])
def test_nonsense_in_facts_is_no_zone(values):
    host = find_host([fact(**values)])
    assert (host.zone, host.zone_source, host.zone_name) == (None, ZoneSource.ASSUMED, "")


def test_other_facts_do_not_matter():
    assert find_host([Fact("os", {"iana": "Asia/Tokyo"}, SourceRef("x"))]).zone is None


def manifest(**run):
    return Manifest("", {"schema": "saishu/manifest/1", "run": {"root": None, **run}})


def test_our_collector_says_it():
    assert find_host([], [manifest(zone="JST", utc_offset_seconds=32400)]).zone_name == "Asia/Tokyo"
    assert find_host([], [manifest(zone="東京 (標準時)", utc_offset_seconds=32400)]).zone_name == "Asia/Tokyo"
    assert find_host([], [manifest(zone="CST", utc_offset_seconds=-18000)]).zone_name == "UTC-05:00"


def test_evidence_wins_over_the_collector():
    assert find_host([fact(iana="Asia/Tokyo")], [manifest(zone="UTC", utc_offset_seconds=0)]).zone_name == "Asia/Tokyo"


def test_a_copied_disk_was_elsewhere():
    assert find_host([], [manifest(zone="JST", utc_offset_seconds=32400, root="/mnt")]).zone is None


@pytest.mark.parametrize(
    "run", [None, 5, {}, {"zone": 7, "utc_offset_seconds": "x", "finished": "never", "started": 3}]
)
def test_broken_manifests(run):
    host = find_host([], [Manifest("", {"run": run})])
    assert (host.zone, host.latest) == (None, None)


def test_no_line_is_newer_than_the_collector():
    host = find_host([], [manifest(started="2024-05-01T03:06:52Z", finished="2024-05-01T03:10:00Z")], latest=1)
    assert host.latest == int(datetime(2024, 5, 1, 3, 10, tzinfo=UTC).timestamp()) * 1_000_000
    assert find_host([], [], latest=7).latest == 7


def test_every_zone_of_the_list_exists():
    for entry in load()["lists"]["windows_zones"]:
        assert zone_by_name(entry["windows"])[1] == entry["iana"]
        if "ja" in entry:
            assert zone_by_name(entry["ja"])[1] == entry["iana"]
