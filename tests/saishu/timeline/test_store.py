"""The store: order, what has no time, quoting, and folders that only look like one."""

from datetime import UTC, datetime

import pytest

from saishu.model import Certainty, EventBatch, Level, ZoneSource
from saishu.timeline import parts
from saishu.timeline.parts import PartWriter, StoreError, remove_parts
from saishu.timeline.store import Store, Wanted

SECOND = 1_000_000


def batch(path, times, certainty=Certainty.EXACT, source=ZoneSource.LINE, messages=None, **more):
    count = len(times)
    return EventBatch(
        path, "text", None, more.get("records", False), certainty, source, list(range(1, count + 1)), times,
        [Level.ERROR] * count, [""] * count, [None] * count, [more.get("operation")] * count,
        messages or [f"line {number}" for number in range(count)],
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    """A store of these batches, each written by a writer of its own, in a folder of any name."""

    def make(*batches, name="store"):
        folder = tmp_path / name
        folder.mkdir()
        for number, one in enumerate(batches):
            writer = PartWriter(folder, str(number))
            writer.add(one)
            writer.flush()
        return Store(folder)

    return make


def places(rows):
    return [(row["path"], row["line"]) for row in rows]


def test_by_time_then_by_file_and_line_and_what_has_no_time_last(store):
    kept = store(batch("b.log", [5, None, 3]), batch("a.log", [5, 5, None]))
    assert places(kept.window(Wanted())) == [
        ("b.log", 3), ("a.log", 1), ("a.log", 2), ("b.log", 1), ("a.log", 3), ("b.log", 2),
    ]  # fmt: skip
    assert kept.counts(Wanted()) == (6, 2)
    undated = kept.window(Wanted())[-1]
    assert (undated["time"], undated["certainty"]) == (None, "none")


def test_around_a_moment(store):
    kept = store(batch("a.log", [second * SECOND for second in (0, 10, 20, 30, 40)] + [None]))
    moment = datetime(1970, 1, 1, 0, 0, 21, tzinfo=UTC)
    assert [row["time"] // SECOND for row in kept.around(moment, Wanted(), 3)] == [10, 20, 30]


def test_both_ends_of_a_window_belong_to_it(store):
    kept = store(batch("a.log", [second * SECOND for second in range(5)]))
    at = [datetime(1970, 1, 1, 0, 0, second, tzinfo=UTC) for second in range(5)]
    assert places(kept.window(Wanted(start=at[1], end=at[3]))) == [("a.log", 2), ("a.log", 3), ("a.log", 4)]


def test_records_are_no_lines(store):
    row = store(batch("a.evtx", [1], records=True)).window(Wanted())[0]
    assert (row["line"], row["record"]) == (None, 1)


@pytest.mark.parametrize("text", ["it's", "100%_", "a\\b", "'; drop view events; --", "日本語", "[a-z]*"])
def test_whatever_is_looked_for_is_text_and_nothing_else(store, text):
    kept = store(batch(text, [1], messages=[text], operation=text), batch("other", [1]))
    assert places(kept.window(Wanted(text=text))) == [(text, 1)]
    assert places(kept.window(Wanted(path=text, operations=(text,), paths=(text,)))) == [(text, 1)]


def test_half_a_character_is_a_question_mark(store):
    assert store(batch("a.log", [1], messages=["half \ud800"])).window(Wanted())[0]["message"] == "half ?"


@pytest.mark.parametrize("name", ["plain", "it's", "case [1]", "a*b?"])
def test_a_folder_of_any_name(store, name):
    assert len(store(batch("a.log", [1]), name=name).window(Wanted())) == 1


def test_the_least_sure_event_speaks_for_a_file(store):
    kept = store(
        batch("a.log", [1]),
        batch("a.log", [2], Certainty.YEAR_INFERRED, ZoneSource.HOST),
        batch("a.log", [3], Certainty.ZONE_ASSUMED, ZoneSource.ASSUMED),
        batch("b.log", [None, 1]),
    )
    told = [(row["path"], row["certainty"], row["zone_source"]) for row in kept.coverage()]
    assert told == [("a.log", "year_inferred", "assumed"), ("b.log", "exact", "line")]


def test_only_what_holds_events_is_a_store(store, tmp_path):
    kept = store(batch("a.log", [1]))
    assert Store.is_one(kept.folder)
    (kept.folder / "events-2.parquet").write_text("a log called so", encoding="utf-8")
    assert not Store.is_one(kept.folder)
    assert not Store.is_one(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    assert not Store.is_one(tmp_path / "empty")
    assert Store(tmp_path / "empty").window(Wanted()) == []
    assert Store(tmp_path / "empty").counts(Wanted()) == (0, 0)


def test_parts_are_bounded_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "ROWS_OF_A_PART", 10)
    monkeypatch.setattr(parts, "_MOST_TABLES", 3)
    writer = PartWriter(tmp_path, "7")
    for number in range(25):
        writer.add(batch(f"{number:02d}.log", [100 - number]))
    writer.flush()
    assert len(list(tmp_path.iterdir())) == 3
    assert [row["path"] for row in Store(tmp_path).window(Wanted())] == [f"{number:02d}.log" for number in range(25)][
        ::-1
    ]
    remove_parts(tmp_path, "7")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_said_to_be(tmp_path):
    writer = PartWriter(tmp_path / "gone", "1")
    writer.add(batch("a.log", [1]))
    with pytest.raises(StoreError):
        writer.flush()
