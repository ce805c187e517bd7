"""The folder that the file recovery script made: its name, its logs, on Linux its Scripts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from saishu.check.case import Case
from saishu.check.judges import log_set
from saishu.check.verdict import Remark
from saishu.model import Member, Status

_RUN_FOLDER = re.compile(r"(?:^|/)(?P<folder>[^/]+-\d{14})/")
_LOG = re.compile(r"(?:MicrosoftAzureBackupILRLogFile|SecureTCPTunnel).*\.log|.*ILR.*\.log", re.IGNORECASE)


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Partial without a log of the run; that the folder's name or a listing is absent is only remarked."""
    reason = case.speech.reason
    logs = [member for member in files if _LOG.fullmatch(member.name) or _by_content(case, evidence, member)]
    if not logs:
        return [Remark(Status.PARTIAL, reason("no_recovery_log", files=len(files)))]
    remarks = log_set.judge(case, evidence, logs)
    folders = sorted({hit["folder"] for member in files if (hit := _RUN_FOLDER.search(member.path))})
    silent = [name for name in folders if not any(f"{name}/" in member.path for member in logs)]
    if silent and len(silent) < len(folders):
        remarks.append(Remark(Status.COMPLETE, reason("recovery_folder_silent", folders=case.speech.listed(silent))))
    if not folders:
        remarks.append(Remark(Status.COMPLETE, reason("no_recovery_folder_name")))
    return remarks


def _by_content(case: Case, evidence: str, member: Member) -> bool:
    return any(match.member.path == member.path and match.by == "content" for match in case.matches(evidence))
