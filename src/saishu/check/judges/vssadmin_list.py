"""What `vssadmin list …` printed: a list, an honest "no items", or only an error."""

from __future__ import annotations

import re
from collections.abc import Sequence

from saishu.check.case import Case
from saishu.check.judges import log_set
from saishu.check.verdict import Remark
from saishu.model import Member, Status

_ENTRY = re.compile(
    r"\{[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}|^\s*(?:Writer|Provider|ライター|プロバイダー)\s*\S*\s*:",
    re.MULTILINE,
)
_ERROR = re.compile(
    r"^\s*(?:Error|エラー)\s*[:：].*|^.*(?:is not recognized as|認識されていません).*", re.MULTILINE | re.IGNORECASE
)
_NEVER_EMPTY = ("vss.writers", "vss.providers")


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Partial when no file holds the list: `vssadmin` without administrator rights prints an error and nothing else."""
    remarks = log_set.judge(case, evidence, files)
    objections = [_objection(case, evidence, member) for member in files if member.size != 0]
    if objections and all(objections):
        remarks += [one for one in objections if one is not None][:1]
    return remarks


def _objection(case: Case, evidence: str, member: Member) -> Remark | None:
    text = case.head(member).text
    if not text or _ENTRY.search(text):
        return None
    error = _ERROR.search(text)
    if error is not None:
        return Remark(Status.PARTIAL, case.speech.reason("tool_error", path=member.path, line=error[0].strip()[:200]))
    if evidence in _NEVER_EMPTY:
        return Remark(Status.PARTIAL, case.speech.reason("list_empty", path=member.path))
    return None
