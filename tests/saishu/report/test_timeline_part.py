"""The timeline of the page, as text: what is packed, what is left out and said, what stands there without a script."""

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
import timeline_page as t

from saishu.model import Certainty, ZoneSource
from saishu.parse.reading import Host
from saishu.report import timeline_choice
from saishu.report.timeline_clock import offsets
from saishu.report.timeline_columns import pack_events

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe\x1b[31m\0 {{7*7}} </style></script>"


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.names, self.attributes, self.texts = [], [], ""
        self.feed(str(text))

    def handle_starttag(self, tag, attributes):
        self.names.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.texts += data


def header_of(data):
    plain = gzip.decompress(base64.b64decode(data))
    return json.loads(plain[4 : 4 + int.from_bytes(plain[:4], "little")])


def rows_of(count, level=t.INFO, message="a message that says number {}", first=t.START, step=60 * t.SECOND):
    return [(first + number * step, level, "agent", None, None, message.format(number)) for number in range(count)]


@pytest.fixture
def small(tmp_path):
    rows = rows_of(200)
    rows[50] = (rows[50][0], t.ERROR, "agent", 12, "job-1", HOSTILE)
    undated = [(None, t.INFO, "", None, None, f"undated {number}") for number in range(5)]
    return t.store_of(tmp_path / "store", [t.batch_of("a/b.log", rows), t.batch_of("a/conf", undated)])


def test_the_header_says_what_the_script_needs(small):
    moment = t.START + 100 * 60 * t.SECOND
    host = Host(zone=ZoneInfo("Asia/Tokyo"), zone_source=ZoneSource.HOST, zone_name="Asia/Tokyo")
    part = t.part_of(small, moment, [t.finding_of(time=moment)], host)
    about = header_of(part.data)
    assert (about["rows"], about["dated"], about["total"], about["unit"]) == (205, 200, 205, 1_000_000)
    assert [source["path"] for source in about["sources"]] == ["a/b.log", "a/conf"]
    assert about["failure"] == moment
    assert about["zone"]["name"] == "Asia/Tokyo"
    assert about["zone"]["changes"][0][1] == 9 * 3600
    assert about["findings"][0]["rule"] == "a-rule"
    assert set(about["words"]["level.2"]) == {"en", "ja"}
    assert "{shown}" in about["words"]["shown"]["en"]
    assert part.notes == ()


def test_without_a_moment_the_first_fault_gives_it(small):
    about = header_of(t.part_of(small, None, [t.finding_of(time=t.START + 5)]).data)
    assert about["failure"] == t.START + 5


def test_the_same_case_gives_the_same_bytes(small):
    assert t.part_of(small) == t.part_of(small)


def test_hostile_text_stays_text(small):
    part = t.part_of(small, t.START)
    tags = Tags(part.html)
    assert not {"script", "img", "style"} & set(tags.names)
    assert not [name for name, _ in tags.attributes if name.startswith("on") or name == "style"]
    assert "<script>alert(1)</script>" in tags.texts
    assert not set("\u202e\x1b\0") & set(part.html)
    assert "49" not in tags.texts[tags.texts.index("alert(1)") :][:200]
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", part.data)


def test_script_and_style_hold_nothing_of_the_case(small, tmp_path):
    other = t.store_of(tmp_path / "other", [t.batch_of("x", rows_of(3))])
    one, two = t.part_of(small), t.part_of(other)
    assert (one.script, one.style) == (two.script, two.style)
    assert "innerHTML" not in one.script
    assert "eval(" not in one.script
    assert "</" not in one.script
    assert "url(" not in one.style


def test_the_static_part_shows_the_worst_events_in_order(small):
    html = t.part_of(small, t.START).html
    times = re.findall(r'<time datetime="([^"]+)"', html)
    assert times == sorted(times)
    assert len(times) == 60
    assert html.count("<path class=") >= 3
    for lang in ("en", "ja"):
        assert f'<span lang="{lang}">' in html


def test_an_empty_store_says_so(tmp_path):
    (tmp_path / "store").mkdir()
    part = t.part_of(t.Store(tmp_path / "store"))
    assert part.data == ""
    assert "canvas" not in part.html


def test_only_undated_events_are_shown_too(tmp_path):
    rows = [(None, t.INFO, "", None, None, "no time here")]
    part = t.part_of(t.store_of(tmp_path / "store", [t.batch_of("a", rows, certainty=Certainty.NONE)]), None)
    assert (header_of(part.data)["dated"], header_of(part.data)["rows"]) == (0, 1)


def test_long_messages_are_cut_and_counted(tmp_path):
    store = t.store_of(tmp_path / "store", [t.batch_of("a", rows_of(3, message="x" * 400))])
    part = t.part_of(store)
    assert [(note.kind, note.count) for note in part.notes] == [("long", 3)]
    assert "3 messages are longer" in part.html


def test_events_beyond_the_most_are_counted_around_the_failure(tmp_path, monkeypatch):
    monkeypatch.setattr(timeline_choice, "STEPS", ())
    steps = ((timeline_choice.Gathering(100), (timeline_choice.Lengths(),)),)
    monkeypatch.setattr("saishu.report.timeline_columns.STEPS", steps)
    store = t.store_of(tmp_path / "store", [t.batch_of("a", rows_of(1000))])
    failure = t.START + 500 * 60 * t.SECOND
    part = t.part_of(store, failure)
    about = header_of(part.data)
    assert about["rows"] in (99, 100)
    assert abs(about["start"] * about["unit"] - (failure - 50 * 60 * t.SECOND)) <= 120 * t.SECOND
    assert about["rest"]["events"] == 1000 - about["rows"]
    assert {note.kind: note.count for note in part.notes} == {"counted": 1000 - about["rows"]}


def test_a_tight_budget_shortens_what_is_quiet_and_far_and_says_so(tmp_path):
    quiet = rows_of(3000, step=3600 * t.SECOND)
    quiet = [(*row[:5], f"{row[0]} " + hashlib.sha512(str(row[0]).encode()).hexdigest() + " ö") for row in quiet]
    loud = rows_of(300, t.ERROR, "{} loud " + "words " * 30, step=3600 * t.SECOND)
    store = t.store_of(tmp_path / "store", [t.batch_of("q", quiet), t.batch_of("l", loud)])
    header = {"sources": {"q": {}, "l": {}}}
    full = pack_events(store, t.START, header)
    tight = pack_events(store, t.START, header, len(full.data) // 2)
    assert full.counts == {}
    assert len(tight.data) <= len(full.data) // 2
    assert set(tight.counts) <= {"shortened", "silent"}
    text = gzip.decompress(base64.b64decode(tight.data)).decode("utf-8", "replace")
    assert text.count("loud " + "words " * 30) == 300
    tiny = pack_events(store, t.START, header, 1500)
    assert tiny.counts["counted"] > 2900


def test_the_distance_from_utc_changes_where_the_clock_does():
    first = 1_767_225_600 * t.SECOND
    found = offsets(ZoneInfo("Europe/Berlin"), first, first + 365 * t.DAY)
    assert [seconds for _, seconds in found] == [3600, 7200, 3600]
    assert abs(found[1][0] - 1_774_746_000 * t.SECOND) <= t.SECOND
    assert offsets(ZoneInfo("Asia/Tokyo"), -(1 << 62), 1 << 62)
