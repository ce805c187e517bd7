"""The published Azure root certificates in LocalMachine\\Root, by thumbprint."""

from __future__ import annotations

from collections.abc import Sequence

from saishu.check.case import Case
from saishu.check.judges.certificate_text import (
    lacking_on_list,
    list_of_another_store,
    listings,
    text_of,
    thumbprints,
    without_list,
)
from saishu.check.verdict import Remark
from saishu.model import Member, Status

LIST = "azure_roots"


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Complete when a list shows every required thumbprint, or with a screenshot, which cannot be read."""
    texts = listings(files)
    if not texts:
        return [without_list(case, files)]
    found = thumbprints(text_of(case, texts))
    required = [root for root in case.catalogue["lists"].get(LIST, ()) if root.get("required")]
    lacking = [root["name"] for root in required if root["sha1"].upper() not in found]
    if not lacking:
        return [Remark(Status.COMPLETE, case.speech.reason("roots_match", count=len(required)))]
    if len(lacking) == len(required) and (other := list_of_another_store(case, evidence, texts)):
        return [other]
    remark = lacking_on_list(case, evidence, files, case.speech.listed(lacking))
    if not found and remark.status is Status.PARTIAL:
        return [Remark(Status.PARTIAL, case.speech.reason("no_thumbprints"))]
    return [remark]
