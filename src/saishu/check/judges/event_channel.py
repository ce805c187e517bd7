"""An event log saved as .evtx and .csv: both are files of their kind, and hold events."""

from __future__ import annotations

from collections.abc import Sequence

from saishu.check.case import Case
from saishu.check.judges import log_set
from saishu.check.verdict import Remark
from saishu.model import Member, Status

_MAGIC = b"ElfFile\x00"
_SMALLEST = 4096 + 65536
"""A header and one chunk: an event log never is shorter."""


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Partial when an .evtx is none or was cut off, or a .csv is empty; which form is missing the parts say."""
    remarks = log_set.judge(case, evidence, files)
    for member in case.parts(evidence).get("evtx", ()):
        if member.encrypted and case.is_locked([member]):
            continue
        if member.size == 0 or not case.head(member).raw.startswith(_MAGIC):
            remarks.append(Remark(Status.PARTIAL, case.speech.reason("not_an_event_log", path=member.path)))
        elif member.size is not None and member.size < _SMALLEST:
            remarks.append(Remark(Status.PARTIAL, case.speech.reason("event_log_cut", path=member.path)))
    for member in case.parts(evidence).get("csv", ()):
        if member.size == 0:
            remarks.append(Remark(Status.PARTIAL, case.speech.reason("empty", files=member.path)))
    return remarks
