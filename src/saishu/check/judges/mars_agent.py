"""The MARS agent: CBEngineCurr.errlog is what nothing else replaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

from saishu.check.case import Case
from saishu.check.judges import log_set
from saishu.check.verdict import Remark
from saishu.model import Member, Status

_CURRENT = re.compile(r"(?:.*[_-])?CBEngine\d*Curr(?:ent)?\.errlog", re.IGNORECASE)
_ANY_ENGINE = re.compile(r"CBEngine", re.IGNORECASE)
_ARCHIVE = re.compile(r"Logs\.zip|WABDiag.*\.(?:zip|7z)", re.IGNORECASE)


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Partial without the engine's current log; unknown when WABDiag's archive lies there and cannot be opened."""
    reason = case.speech.reason
    logs = _engine_logs(case, evidence, files)
    if not logs:
        closed = [
            member for member in files
            if _ARCHIVE.fullmatch(member.name) and member.path not in case.bundle.opened_archives
        ]  # fmt: skip
        if closed:
            return [Remark(Status.UNKNOWN, reason("archive_closed", path=closed[0].path))]
        return [Remark(Status.PARTIAL, reason("no_engine_log", files=len(files)))]
    filled = [member for member in logs if member.size != 0]
    if not filled:
        return [Remark(Status.PARTIAL, reason("empty", files=case.speech.listed(member.path for member in logs)))]
    remarks = log_set.judge(case, evidence, filled)
    if not any(_is_current(member) for member in filled):
        remarks.append(Remark(Status.PARTIAL, reason("only_old_engine_logs", example=filled[0].path)))
    return remarks


def _engine_logs(case: Case, evidence: str, files: Sequence[Member]) -> list[Member]:
    """The engine's logs by name; a renamed log that only its content gives away counts too."""
    of_part = case.parts(evidence).get("agent_logs", [])
    named = [member for member in files if _ANY_ENGINE.search(member.name)]
    return named or [member for member in of_part if not _is_other_log(member)]


def _is_current(member: Member) -> bool:
    """Whether a log is the current one; of a renamed one nothing says that it is not."""
    return _CURRENT.match(member.name) is not None or _ANY_ENGINE.search(member.name) is None


def _is_other_log(member: Member) -> bool:
    return re.match(r"(?:.*_)?(?:CBUI|OBPS|OBRestore|GatewayProvider|OBInstaller|OBManaged)", member.name) is not None
