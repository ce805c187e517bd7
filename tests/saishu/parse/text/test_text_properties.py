"""Whatever the bytes are: nothing is raised, nothing is lost, every line stands where it is said to stand."""

import io
from datetime import datetime

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from saishu.bundle.encodings import encoding_of
from saishu.catalogue.formats import load_formats, read_formats
from saishu.catalogue.knowledge import knowledge_folder
from saishu.parse.lines import Lines
from saishu.parse.recognise import format_by_path
from saishu.parse.rows import LONGEST_MESSAGE
from saishu.parse.telling import format_in
from saishu.parse.text import MOST_ROWS
from saishu.parse.years import Turns, anchors_of, year_of
from saishu.parse.zones import given_zone

DECLARED = sorted(name for name, unit in load_formats().items() if "lines" in unit)
LINES = [
    text
    for source in read_formats(knowledge_folder())[0].values()
    for text in (
        *(sample["line"] for sample in source.data.get("samples", {}).get("match", ())),
        *source.data.get("samples", {}).get("no_match", ()),
    )
]
SPECIAL = [
    "\x00",
    "\ufeff",
    "\x85",
    "\u2028",
    "\x0c",
    "2024-02-30 25:61:61",
    "Feb 29 23:59:59 h p: x",
    "[[[[",
    "é",
    "日本",
]
ANY_LINE = st.one_of(st.sampled_from(LINES), st.text(max_size=60), st.sampled_from(SPECIAL))
MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def whole_lines(data):
    """The lines of some bytes, as the lines module gives them."""
    return [line for block in Lines(io.BytesIO(data)) for line in block.lines]


@pytest.mark.parametrize("name", DECLARED)
@given(lines=st.lists(ANY_LINE, max_size=30))
@MANY
def test_every_line_is_in_one_record_at_its_place(read, name, lines):
    data = "\n".join(lines).encode("utf-8", "replace")
    assume(encoding_of(data) is not None)
    wanted = {number: line for number, line in enumerate(whole_lines(data), 1) if line.strip()}
    kept = read(data, name)
    found = {}
    for position, record in zip(kept.column("position"), kept.lines, strict=True):
        for at, line in enumerate(record.split("\n")):
            if line.strip():
                assert position + at not in found
                found[position + at] = line
    assert found == wanted
    assert kept.column("position") == sorted(kept.column("position"))


@pytest.mark.parametrize("name", ["waagent", "syslog", "mars", "text", "vmsnapshot-linux"])
@given(data=st.binary(max_size=3000))
@MANY
def test_no_bytes_are_too_odd(read, name, data):
    kept = read(data, name)
    assert all(len(batch) <= MOST_ROWS for batch in kept.batches)
    assert all(len(text) <= LONGEST_MESSAGE for text in kept.column("message"))
    for text in kept.column("message"):
        text.encode("utf-8")


@given(
    lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=20),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp932"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@MANY
def test_the_encoding_changes_nothing(read, lines, encoding, end):
    text = "ボリューム シャドウ コピーのログ" + end + end.join(lines) + end
    plain = read(text.encode())
    other = read(text.encode(encoding))
    assert other.column("message") == plain.column("message")
    assert other.times == plain.times


@given(data=st.binary(max_size=2000), name=st.text(max_size=30))
@MANY
def test_anything_can_be_recognised(data, name):
    assert format_in(data, name) is None or format_in(data, name) in load_formats()
    assert format_by_path(name) is None or format_by_path(name) in load_formats()


@given(st.text(max_size=80))
@MANY
def test_any_name_of_a_zone(text):
    found = given_zone(text)
    assert found is None or found[0].utcoffset(datetime.fromisoformat("2024-01-01")) is not None


@given(
    st.lists(st.integers(946_684_800_000_000, 978_307_199_000_000), max_size=50),
    st.datetimes(),
    st.integers(-(1 << 50), 1 << 52),
    st.text(max_size=40),
)
@MANY
def test_any_times_and_anchors(values, modified, latest, name):
    turns = Turns()
    runs = turns.runs(values)
    assert runs[0] == (0, 0)
    assert [row for row, _ in runs] == sorted(row for row, _ in runs)
    if values:
        year_of(values[-1], anchors_of(name, modified, latest))
