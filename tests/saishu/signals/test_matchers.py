"""The two engines agree on every line, and both agree with a plain search."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu.signals import matchers
from saishu.signals.codes import GENERIC
from saishu.signals.matchers import Re2Matcher, compiled, open_matcher

PATTERNS = [
    *GENERIC.values(),
    r"foo\s+bar",
    r"(?i:\bUserErrorX\b)",
    "状態[:：] ?1376",
    r"^begins",
    r"ends$",
    r"a.{0,20}z",
    r"[^x]{3}q",
]

WORDS = st.sampled_from(
    "foo;bar;foo bar;0x80070005;-2147024891;状態：1376;begins;ends;a;z;x;q;Errno 28;\t;  ;UserErrorx;é;\x00;410: Gone;"  # noqa: SIM905
    "System.IO.IOException;[447];: [447];(ID: 34513)".split(";")
)
LINES = st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=12)


@cache
def engines():
    return open_matcher(PATTERNS, "hyperscan"), Re2Matcher(PATTERNS)


def plainly(patterns, text):
    """Every (line start, pattern), one search after the other."""
    found, start = set(), 0
    for line in text.split(b"\n"):
        found |= {(start, number) for number, one in enumerate(patterns) if line and compiled(one).search(line)}
        start += len(line) + 1
    return found


@pytest.mark.skipif(matchers.hyperscan is None, reason="Hyperscan has no wheel for this machine")
@given(LINES)
@settings(max_examples=300, deadline=None)
def test_both_engines_find_the_same_lines(lines):
    text = "\n".join(lines).encode()
    both = engines()
    assert list(both[0].lines(text)) == list(both[1].lines(text))
    assert {(start, number) for start, _, number in both[1].lines(text)} == plainly(PATTERNS, text)


def test_a_match_never_runs_over_a_line_end():
    assert list(open_matcher([r"foo\s+bar"]).lines(b"foo\nbar\nfoo bar")) == [(8, 15, 0)]


def test_what_hyperscan_refuses_is_still_looked_for():
    # A bounded repeat of this size is too large for one engine and fine for the other.
    patterns = ["plain words", r"(?:[a-f]{1,3}x){100,300}y"]
    text = b"plain words\n" + b"abx" * 300 + b"y"
    assert [number for _, _, number in open_matcher(patterns).lines(text)] == [0, 1]


def test_generic_patterns_never_match_nothing():
    assert [name for name, pattern in GENERIC.items() if compiled(pattern).search("")] == []
    assert all(re.search(r"\(\?[=!<]", pattern) is None for pattern in GENERIC.values())
