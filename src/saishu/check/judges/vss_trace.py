"""A VSS trace of TSS: the trace itself (.etl) and the support log that belongs to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from saishu.check.case import Case
from saishu.check.judges import log_set
from saishu.check.verdict import Remark
from saishu.model import Member, Status

_TRACE = re.compile(r"SHA_VSS.*\.(?:etl|zip|cab)|VSS.*\.etl|\.etl", re.IGNORECASE)


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Missing without a trace, whatever else TSS left; partial when the support log of pattern B is not complete."""
    parts = case.parts(evidence)
    traces = parts.get("trace") or [member for member in files if _TRACE.search(member.name)]
    if not any(member.size != 0 for member in traces):
        return [Remark(Status.MISSING, case.speech.reason("no_trace"))]
    remarks = log_set.judge(case, evidence, traces)
    if "support_log" not in parts:
        remarks.append(Remark(Status.PARTIAL, case.speech.reason("trace_without_support_log")))
    return remarks
