"""From sightings to the answer: verdicts and their reasons, ranking, harmless records, what could not be judged."""

import pytest

from saishu.diagnose import Evidence, diagnose
from saishu.model import Certainty, EventBatch, Level, Verdict, ZoneSource
from saishu.signals import Watcher, build_signal_set

WORDS = {"en": "xx", "ja": "xx"}


def unit(name, kind="fault", text=None, **more):
    """A unit that fires on a word."""
    return {
        "id": name, "kind": kind, "severity": "medium", "confidence": "certain", "knowledge": "documented",
        "platform": "any", "scenarios": ["azure-vm"], "codes": [], "title": WORDS, "cause": WORDS,
        "remedy": {"en": ["xx"], "ja": ["xx"]}, "references": [], "signals": {"said": {"text": text or name}}, **more,
    }  # fmt: skip


def judge(units, lines, level=Level.ERROR, **more):
    """The diagnosis of one log with these lines."""
    signals = build_signal_set(units)
    watcher = Watcher(signals)
    count = len(lines)
    watcher.watch(
        EventBatch(
            "a.log", "waagent", None, False, Certainty.EXACT, ZoneSource.LINE, list(range(1, count + 1)),
            [number * 1_000_000 for number in range(count)], [level] * count, ["x"] * count, [None] * count,
            [None] * count, list(lines), [],
        )
    )  # fmt: skip
    settings = {
        "facts": [], "scenarios": frozenset(), "platform": "any", "formats": frozenset(("waagent",)),
        "present": frozenset(), "format_evidence": {"mars": ("mars.logs",), "events": ("windows.eventlogs",)},
    } | more  # fmt: skip
    return diagnose(Evidence(watcher.watched, **settings), units, signals)


def of(*units):
    return {one["id"]: one for one in units}


def rules(diagnosis):
    return [finding.rule for finding in diagnosis.findings]


FAULT, HINT = unit("broken"), unit("perhaps", confidence="hint")
NOISE, GOOD = unit("noise", "benign"), unit("worked", "success", scenarios=["azure-vm"])


@pytest.mark.parametrize(
    ("lines", "verdict", "reason"),
    [
        (["broken"], Verdict.FAULT, "fault_found"),
        (["broken", "worked"], Verdict.FAULT, "fault_found"),
        (["worked"], Verdict.NO_FAULT, "success_seen"),
        (["perhaps", "worked"], Verdict.NO_FAULT, "success_seen"),
        (["perhaps"], Verdict.NOT_ENOUGH_EVIDENCE, "only_hints"),
        (["noise"], Verdict.NO_FAULT, "all_harmless"),
        (["noise", "something else"], Verdict.NOT_ENOUGH_EVIDENCE, "nothing_decides"),
        (["something else"], Verdict.NOT_ENOUGH_EVIDENCE, "nothing_decides"),
        ([], Verdict.NOT_ENOUGH_EVIDENCE, "nothing_decides"),
    ],
)
def test_verdict_and_reason(lines, verdict, reason):
    found = judge(of(FAULT, HINT, NOISE, GOOD), lines)
    assert (found.verdict, found.verdict_reason) == (verdict, reason)


def test_the_success_of_another_scenario_decides_nothing():
    found = judge(of(GOOD), ["worked"], scenarios=frozenset(("mars",)))
    assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_a_harmless_record_does_not_speak_for_a_fault():
    units = of(unit("denied"), unit("noise", "benign", "denied to the writer"))
    assert rules(judge(units, ["denied to the writer"])) == ["noise"]
    found = judge(units, ["denied to the writer", "denied to the agent"])
    assert rules(found) == ["denied", "noise"]
    assert [proof.line for proof in found.findings[0].evidence] == [2]
    assert found.findings[0].count == 1


def test_harmless_records_beyond_those_that_are_kept():
    lines = [f"denied to the writer{' of the agent' if 400 < number < 420 else ''}" for number in range(1000)]
    units = of(unit("denied", text="of the agent"), unit("noise", "benign", "denied to the writer"))
    assert rules(judge(units, lines)) == ["noise"]


def test_causes_before_consequences_before_the_rest():
    units = of(
        unit("a-result", severity="blocker"), unit("z-cause", consequences=["a-result"], severity="low"),
        unit("m-hint", confidence="hint", severity="blocker"), unit("b-other", severity="high"), NOISE,
    )  # fmt: skip
    found = judge(units, ["a-result", "z-cause", "m-hint", "b-other", "noise"])
    assert rules(found) == ["b-other", "z-cause", "m-hint", "a-result", "noise"]
    by_rule = {finding.rule: finding for finding in found.findings}
    assert by_rule["a-result"].consequence_of == "z-cause"
    assert by_rule["z-cause"].consequences == ("a-result",)


def test_two_that_name_each_other_do_not_explain_each_other():
    units = of(unit("aa", consequences=["bb"]), unit("bb", consequences=["aa"]))
    found = judge(units, ["aa", "bb"])
    assert [finding.consequence_of for finding in found.findings] == [None, "aa"]


def test_what_could_not_be_judged_says_what_would_be_needed():
    events = {"said": {"event": {"ids": [1], "provider": ["X"]}}}
    units = of(
        unit("in-mars", signals={"said": {"text": "x", "logs": ["mars"]}}), unit("in-events", signals=events),
        unit("in-waagent", signals={"said": {"text": "x", "logs": ["waagent"]}}),
        unit("needy", needs=[["one", "two"], ["three"]]),
        unit("elsewhere", signals=events, platform="windows"), unit("other", signals=events, scenarios=["mars"]),
    )  # fmt: skip
    more = {"platform": "linux", "scenarios": frozenset(("azure-vm",)), "present": frozenset(("three",))}
    told = {one.rule: one.missing for one in judge(units, [], **more).not_evaluated}
    assert told == {"in-mars": ("mars.logs",), "in-events": ("windows.eventlogs",), "needy": ("one", "two")}


def test_unusual_is_what_no_unit_speaks_of():
    found = judge(of(FAULT), ["broken", "odd 1", "odd 2", "other"])
    assert [(one.template, one.count) for one in found.unusual] == [("other", 1), ("odd *", 2)]
    assert judge(of(FAULT), ["odd 1"], level=Level.INFO).unusual == ()
