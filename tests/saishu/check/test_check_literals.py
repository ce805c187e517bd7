"""The cheap test before the expensive one never turns away what the regular expression would find."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saishu.check.literals import needed_literals
from saishu_collect import catalogue

REGEXES = sorted(
    {
        place["regex"]
        for unit in catalogue.load()["evidence"].values()
        for place in unit.get("fact", {}).get("found_in", ())
    }
)


@pytest.mark.parametrize("regex", REGEXES)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_everything_a_fact_s_regex_matches_holds_one_of_its_literals(regex, data):
    pattern = re.compile(regex, re.MULTILINE)
    text = data.draw(st.from_regex(pattern))
    literals = needed_literals(regex)
    hit = pattern.search(text)
    # Some letters have two small forms (İ, ſ); no log that we know is written with them.
    if hit is not None and hit[0].isascii():
        assert not literals or any(literal in hit[0].lower() for literal in literals)


@pytest.mark.parametrize(
    ("regex", "literals"),
    [
        (r"(?i)/subscriptions/(?P<value>x+)/", ("/subscriptions/",)),
        (r"\b(?:iaasvmcontainerv2|VMAppContainer;compute);[^;]+", ("iaasvmcontainerv2", "vmappcontainer;compute")),
        (r"^PRETTY_NAME=[\"']?(?P<value>.+)", ("pretty_name=",)),
        (r"abcd?efg", ()),
        (r"abcdef|ghijkl", ()),
        (r"(?:abcdef)?x", ()),
        (r"(?:abcdef|ghijkl)*", ()),
        (r"a{3}bcdef", ("bcdef",)),
        (r"[abcdef]+", ()),
        (r"Version\.(?P<value>\d+)", ("version.",)),
    ],
)
def test_literals(regex, literals):
    assert needed_literals(regex) == literals
