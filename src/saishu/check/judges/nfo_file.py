"""System information of msinfo32: its own XML, written to its end."""

from __future__ import annotations

from collections.abc import Sequence

from saishu.bundle import BundleError
from saishu.check.case import Case
from saishu.check.judges import log_set
from saishu.check.verdict import Remark
from saishu.model import Member, Status

_ROOT = "<MsInfo"
_END = "</MsInfo>"
_TAIL = 4096
_LARGEST = 64 * 1024 * 1024
_PIECE = 1 << 20


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Partial when no file is whole: msinfo32 goes on writing after its prompt has come back."""
    remarks = log_set.judge(case, evidence, files)
    filled = [member for member in files if member.size != 0]
    objections = [_objection(case, member) for member in filled]
    if objections and all(objections):
        remarks += [one for one in objections if one is not None][:1]
    return remarks


def _objection(case: Case, member: Member) -> Remark | None:
    head = case.head(member)
    if _ROOT.lower() not in head.text.lower():
        return Remark(Status.PARTIAL, case.speech.reason("not_an_nfo", path=member.path))
    tail = _tail(case, member).decode(head.encoding or "utf-8", "replace")
    if _END.lower() in tail.lower():
        return None
    return Remark(Status.PARTIAL, case.speech.reason("nfo_cut", path=member.path))


def _tail(case: Case, member: Member) -> bytes:
    """The last bytes of a file, cut where a character begins in UTF-16."""
    tail, taken = b"", 0
    try:
        with case.bundle.open_text_bytes(member, _LARGEST) as stream:
            while data := stream.read(_PIECE):
                tail, taken = (tail + data)[-_TAIL:], taken + len(data)
    except BundleError as trouble:
        case.bundle.add_note(trouble.as_note(member.path))
    return tail[(len(tail) + taken) % 2 :]
