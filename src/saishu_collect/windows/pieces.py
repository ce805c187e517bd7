"""What a step gives: members for the archive, and notes about what could not be had."""

import collections
import time

from saishu_collect import outcomes

Piece = collections.namedtuple("Piece", "shown member data path outcome reason detail more")
"""shown: what people read. member: its name in the archive, None for a note. data: its bytes, or path: a file that
holds them. outcome, reason: of the closed lists, None for what was collected. detail: text. more: journal fields."""


class StepError(Exception):
    """A step that cannot give what it was asked for; carries outcome and reason of the closed lists."""

    def __init__(self, outcome, reason, detail):
        Exception.__init__(self, detail)
        self.outcome = outcome
        self.reason = reason


class Bounds:
    """When a step has to end: at its deadline or when the run stops. Asked inside every loop."""

    def __init__(self, seconds, stop=None, clock=time.monotonic):
        self._deadline = clock() + seconds
        self._stop = stop
        self._clock = clock

    @property
    def left(self):
        """Seconds that remain, never below zero."""
        return 0.0 if self._stop else max(0.0, self._deadline - self._clock())

    def over(self):
        """Say whether to end now with what there is."""
        return bool(self._stop) or self._clock() >= self._deadline


def text(member, written, shown, reason=None, detail=None, **more):
    """Return the Piece of a text that a step wrote; one with a reason is cut short."""
    data = written.encode("utf-8", "backslashreplace")
    outcome = outcomes.TRUNCATED if reason else None
    return Piece(shown, member, data, None, outcome, reason, detail, more)


def file(member, path, shown, detail=None, **more):
    """Return the Piece of a file in the work folder or on the machine."""
    return Piece(shown, member, None, path, None, None, detail, more)


def note(shown, outcome, reason, detail=None, **more):
    """Return the Piece of what is not in the archive, with its reason."""
    return Piece(shown, None, None, None, outcome, reason, detail, more)


def judge(number):
    """Return (outcome, reason) for an error number of Windows."""
    if number in (2, 3, 1060, 1168, 15007):
        return outcomes.MISSING, outcomes.NO_SUCH_FILE
    if number in (5, 1314):
        return outcomes.DENIED, outcomes.NOT_PERMITTED
    if number in (112, 39):
        return outcomes.FAILED, outcomes.NO_SPACE
    return outcomes.FAILED, outcomes.IO_ERROR
