"""What an item ends in: silence is never health, a link is no loss, a wish is no gap."""

import pytest

from saishu_collect import outcomes, tally

UNIT = {"kind": "files", "collect": [{"do": "tree"}]}


def need(strength="required"):
    return {"id": "a", "need": strength}


def record(outcome, reason=None, member=True, **more):
    found = dict(p="/x", e=["a"], o=outcome, **more)
    if reason:
        found["r"] = reason
    if member:
        found.update(m="x", s=10)
    return found


def judged(*records, strength="required", stopped=None, unit=UNIT):
    found = tally.Tally()
    for one in records:
        found.add(one)
    return found.item(need(strength), unit, {}, stopped)


WHOLE = record(outcomes.COLLECTED)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([WHOLE], (tally.COMPLETE, None)),
        ([record(outcomes.EMPTY)], (tally.COMPLETE, None)),
        ([], (tally.MISSING, outcomes.NO_SUCH_FILE)),
        ([WHOLE, record(outcomes.DENIED, outcomes.NOT_PERMITTED, False)], (tally.PARTIAL, outcomes.NOT_PERMITTED)),
        ([record(outcomes.DENIED, outcomes.NOT_PERMITTED, False)], (tally.MISSING, outcomes.NOT_PERMITTED)),
        ([WHOLE, record(outcomes.TRUNCATED, outcomes.OVER_LIMIT)], (tally.PARTIAL, outcomes.OVER_LIMIT)),
        ([WHOLE, record(outcomes.SKIPPED, outcomes.OVER_LIMIT, False)], (tally.PARTIAL, outcomes.OVER_LIMIT)),
        ([WHOLE, record(outcomes.SKIPPED, outcomes.SYMLINK, False)], (tally.COMPLETE, None)),
        ([WHOLE, record(outcomes.SKIPPED, outcomes.SPECIAL_FILE, False)], (tally.COMPLETE, None)),
        ([WHOLE, record(outcomes.SKIPPED, outcomes.OLDER_THAN_SINCE, False)], (tally.COMPLETE, None)),
        ([record(outcomes.SKIPPED, outcomes.OLDER_THAN_SINCE, False)], (tally.MISSING, outcomes.OLDER_THAN_SINCE)),
        ([WHOLE, record(outcomes.MISSING, outcomes.NO_SUCH_FILE, False, c=outcomes.VANISHED)], (tally.COMPLETE, None)),
        ([WHOLE, record(outcomes.MISSING, outcomes.NO_SUCH_FILE, False)], (tally.PARTIAL, outcomes.NO_SUCH_FILE)),
        ([WHOLE, record(outcomes.TIMED_OUT, outcomes.READ_STALLED)], (tally.PARTIAL, outcomes.READ_STALLED)),
        ([WHOLE, record(outcomes.SKIPPED, outcomes.SEARCH_LIMIT, False)], (tally.PARTIAL, outcomes.SEARCH_LIMIT)),
    ],
)
def test_status_of_a_required_item(records, expected):
    assert judged(*records) == expected


def test_an_interrupted_run_leaves_nothing_complete():
    assert judged(WHOLE, stopped=outcomes.INTERRUPTED) == (tally.PARTIAL, outcomes.INTERRUPTED)
    assert judged(stopped=outcomes.INTERRUPTED) == (tally.MISSING, outcomes.INTERRUPTED)


def test_what_need_not_be_there_is_not_missing():
    assert judged(strength="if_present") == (tally.NOT_APPLICABLE, outcomes.NO_SUCH_FILE)
    denied = record(outcomes.DENIED, outcomes.NOT_PERMITTED, False)
    assert judged(denied, strength="if_present") == (tally.MISSING, outcomes.NOT_PERMITTED)


def test_what_only_a_person_can_give():
    asked = {"kind": "picture", "collect": [{"do": "ask"}]}
    assert judged(unit=asked) == (tally.MISSING, outcomes.NEEDS_PERSON)
    fact = {"kind": "fact", "collect": []}
    found = tally.Tally()
    assert found.item(need(), fact, {}, None) == (tally.MISSING, outcomes.NEEDS_PERSON)
    assert found.item(need(), fact, {"a": 1}, outcomes.INTERRUPTED) == (tally.COMPLETE, None)


@pytest.mark.parametrize(
    ("strength", "status", "keeps_open"),
    [
        ("required", tally.MISSING, True), ("required", tally.PARTIAL, True), ("required", tally.COMPLETE, False),
        ("recommended", tally.PARTIAL, True), ("recommended", tally.MISSING, False),
        ("if_present", tally.PARTIAL, False), ("required", tally.NOT_APPLICABLE, False),
    ],
)  # fmt: skip
def test_what_keeps_a_run_from_being_complete(strength, status, keeps_open):
    assert tally.is_open({"need": strength, "status": status}) == keeps_open


def test_the_most_frequent_reason_is_the_main_one():
    found = tally.Tally()
    for reason in (outcomes.OVER_LIMIT, outcomes.NOT_PERMITTED, outcomes.OVER_LIMIT):
        found.add(record(outcomes.SKIPPED, reason, False))
    assert found.items["a"].main_reason == outcomes.OVER_LIMIT
    assert found.outcomes == {"skipped": 3}
