"""Every fault unit proves itself: its examples fire, its near misses do not, and its knowledge compiles."""

import pytest

from diagnosing import Bench, parts_of

BENCH = Bench()
EXAMPLES = [
    pytest.param(name, kind, example, id=f"{name}-{kind}-{number}")
    for name, unit in BENCH.units.items()
    for kind in ("match", "near_miss")
    for number, example in enumerate((unit.get("examples") or {}).get(kind, ()), 1)
]


def test_every_unit_can_be_read():
    assert [problem.file + ": " + problem.key for problem in BENCH.problems] == []


@pytest.mark.parametrize(("name", "kind", "example"), EXAMPLES)
def test_example(name, kind, example):
    found = {finding.rule: finding for finding in BENCH.judge(parts_of(example)).findings}
    if kind == "match":
        assert name in found, f"fired instead: {sorted(found)}"
        assert found[name].evidence, "a finding without proof"
        if BENCH.units[name]["kind"] in ("benign", "success"):
            accused = [rule for rule, one in found.items() if one.kind == "fault" and one.confidence != "hint"]
            assert accused == [], "something harmless is called a fault"
    else:
        assert name not in found, found[name].evidence
