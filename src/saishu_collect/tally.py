"""Counting per evidence item while records come in, and the state each item ends in."""

from saishu_collect import outcomes

COMPLETE = "complete"
PARTIAL = "partial"
MISSING = "missing"
NOT_APPLICABLE = "not_applicable"

_HARMLESS_SKIPS = frozenset([
    outcomes.SYMLINK, outcomes.SPECIAL_FILE, outcomes.OWN_OUTPUT, outcomes.NO_SUCH_PROGRAM, outcomes.LOOP,
    outcomes.OLDER_THAN_SINCE,
])  # fmt: skip
"""What is no loss: it holds nothing, or the person asked to leave it out."""
LEFT_OUT_MINIMUM = "left_out_minimum"


class Count:
    """What happened to the entries of one item."""

    def __init__(self):
        self.files = 0
        self.bytes = 0
        self.bad = {}
        self.first_bad = None
        self.too_old = 0

    def add(self, record):
        """Count one record."""
        outcome, reason = record["o"], record.get("r")
        if outcome in (outcomes.COLLECTED, outcomes.EMPTY, outcomes.TRUNCATED, outcomes.TIMED_OUT) and "m" in record:
            self.files += 1
            self.bytes += record.get("s", 0)
        self.too_old += reason == outcomes.OLDER_THAN_SINCE
        if is_gap(record):
            key = reason or outcome
            self.bad[key] = self.bad.get(key, 0) + 1
            self.first_bad = self.first_bad or record["p"]

    @property
    def main_reason(self):
        """The most frequent reason for what is not there, or None."""
        return max(sorted(self.bad), key=self.bad.get) if self.bad else None


def is_gap(record):
    """Say whether a record means that evidence is lost: a link or a FIFO is none, nor a file that came and went."""
    outcome, reason = record["o"], record.get("r")
    if outcome in (outcomes.COLLECTED, outcomes.EMPTY):
        return False
    if outcome == outcomes.SKIPPED:
        return reason not in _HARMLESS_SKIPS
    return not (outcome == outcomes.MISSING and record.get("c") == outcomes.VANISHED)


def is_open(item):
    """Say whether an item keeps the run from being complete: a required one, or a recommended one of which parts lack.

    A recommended one of which nothing exists on the machine is no gap; one that we had to cut is.
    """
    if item["need"] == "required":
        return item["status"] in (MISSING, PARTIAL)
    return item["need"] == "recommended" and item["status"] == PARTIAL


class Tally:
    """Counts for all items and for the run."""

    def __init__(self):
        self.items = {}
        self.outcomes = {}
        self.bytes = 0

    def add(self, record):
        """Count one record for every item it belongs to."""
        self.outcomes[record["o"]] = self.outcomes.get(record["o"], 0) + 1
        self.bytes += record.get("s", 0) if "m" in record else 0
        for evidence in record["e"]:
            self.items.setdefault(evidence, Count()).add(record)

    def item(self, need, unit, facts, stopped):
        """Return (status, reason) of one need."""
        if unit["kind"] == "fact":
            return (COMPLETE, None) if need["id"] in facts else (MISSING, outcomes.NEEDS_PERSON)
        count = self.items.get(need["id"], Count())
        if count.files:
            reason = count.main_reason or stopped
            return (PARTIAL, reason) if reason else (COMPLETE, None)
        return self._absent(need, unit, count, stopped)

    @staticmethod
    def _absent(need, unit, count, stopped):
        """Return (status, reason) of an item of which nothing is there."""
        found_nothing = outcomes.OLDER_THAN_SINCE if count.too_old else outcomes.NO_SUCH_FILE
        reason = stopped or count.main_reason or found_nothing
        if need["need"] == "if_present" and reason in (outcomes.NO_SUCH_FILE, outcomes.NOT_WITH_ROOT):
            return NOT_APPLICABLE, reason
        if _needs_person(unit):
            return MISSING, outcomes.NEEDS_PERSON
        return MISSING, reason


def _needs_person(unit):
    return all(step["do"] in ("ask", "guided_trace") for step in unit["collect"])
