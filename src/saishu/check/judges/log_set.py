"""A set of files of one kind: empty ones, pieces, and logs that begin after the failure."""

from __future__ import annotations

from collections.abc import Sequence

from saishu.check.case import Case, is_cut
from saishu.check.reach import begins_after
from saishu.check.verdict import Remark
from saishu.model import Member, Status


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Partial when all files are empty, when one is a piece of itself, or when all begin after the failure."""
    reason = case.speech.reason
    if files and all(member.size == 0 for member in files):
        return [Remark(Status.PARTIAL, reason("empty", files=case.speech.listed(member.path for member in files)))]
    remarks = []
    cut = [member.path for member in files if is_cut(member)]
    if cut and not case.collected.listed(evidence):
        remarks.append(Remark(Status.PARTIAL, reason("cut", files=case.speech.listed(cut))))
    late = begins_after(case, files)
    if late is not None:
        remarks.append(Remark(Status.PARTIAL, late))
    return remarks
