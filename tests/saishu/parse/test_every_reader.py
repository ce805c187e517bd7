"""No input makes any reader raise, hang or lose the shape of its columns."""

import pytest
from fuzzing import fuzz, run_once
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu.catalogue.formats import load_formats

SECONDS = 0.5


@pytest.mark.parametrize("name", sorted(load_formats()))
def test_changed_inputs(name):
    tried, reached, defects = fuzz(name, load_formats()[name], SECONDS, "tests")
    assert defects == {}
    assert tried
    assert reached


@pytest.mark.parametrize("name", sorted(load_formats()))
@given(st.one_of(st.binary(max_size=2000), st.text(max_size=500).map(str.encode)))
@settings(max_examples=25, deadline=None)
def test_any_bytes(name, data):
    assert run_once(name, data) == []
