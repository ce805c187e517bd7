"""Conditions over sightings: counts, windows, order, and what has no time."""

import pytest

from saishu.diagnose.conditions import holds, signals_named
from saishu.model import Certainty, Sighting

MINUTE = 60_000_000


def at(*minutes, path="a.log"):
    return [sighting(number, minute, path) for number, minute in enumerate(minutes, 1)]


def sighting(number, minute, path):
    time = None if minute is None else minute * MINUTE
    return Sighting(0, path, "x", number, number, False, time, Certainty.EXACT, 0, "", None, "", "")


def check(condition, **seen):
    return holds(condition, seen, {name: len(found) for name, found in seen.items()})


def test_all_any_and_none():
    seen = {"a": at(0), "b": at(0)}
    assert check({"all": ["a", "b"]}, **seen)
    assert not check({"all": ["a", "c"]}, **seen)
    assert check({"any": ["c", "b"]}, **seen)
    assert check({"all": ["a", {"none": ["c"]}]}, **seen)
    assert not check({"none": ["a"]}, **seen)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [((0, 1, 2), True), ((0, 40, 90), False), ((0, 70, 90, 100), True), ((0, 1), False), ((None, None, None), True)],
)
def test_count_within_a_span(minutes, expected):
    assert check({"count": "a", "at_least": 3, "within": "1h"}, a=at(*minutes)) is expected


def test_count_alone_uses_all_that_was_counted():
    assert holds({"count": "a", "at_least": 500}, {"a": at(0)}, {"a": 1000})


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((0,), (10,), True),
        ((0,), (20,), False),
        ((0, 100), (200, 105), True),
        ((None,), (500,), True),
        ((0,), (), False),
    ],
)
def test_together(first, second, expected):
    assert check({"together": ["a", "b"], "within": "15m"}, a=at(*first), b=sorted_at(second)) is expected


def sorted_at(minutes):
    return sorted(at(*minutes, path="b.log"), key=lambda one: one.time or 0)


def test_sequence_needs_the_order():
    assert check({"sequence": ["a", "b"], "within": "1h"}, a=at(0), b=at(30, path="b.log"))
    assert not check({"sequence": ["a", "b"], "within": "1h"}, a=at(30), b=at(0, path="b.log"))
    assert not check({"sequence": ["a", "b"], "within": "1h"}, a=at(0), b=at(90, path="b.log"))
    assert check({"sequence": ["a", "b"]}, a=at(None), b=at(None, path="b.log")), "files without times fit"


def test_later_is_a_retry_that_came_after_the_last_failure():
    condition = {"later": "good", "than": "bad"}
    assert check(condition, bad=at(0, 10), good=at(20, path="b.log"))
    assert not check(condition, bad=at(0, 30), good=at(20, path="b.log"))
    assert not check(condition, bad=at(None), good=at(None, path="b.log")), "nothing says that it came later"
    assert check(condition, bad=at(None)[:1], good=at(None, None)[1:]), "further down in the same file"
    assert not check(condition, good=at(20))


def test_signals_that_speak_against_are_not_proof():
    assert signals_named({"all": ["a", {"none": ["b"]}, {"count": "c", "at_least": 2}]}) == ["a", "c"]
