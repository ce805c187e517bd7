"""The two certificates of the MARS agent in LocalMachine\\Personal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from saishu.check.case import Case
from saishu.check.judges.certificate_text import (
    lacking_on_list,
    list_of_another_store,
    listings,
    text_of,
    without_list,
)
from saishu.check.verdict import Remark
from saishu.model import Member

_OF_VAULT = re.compile(r"\bCB_\S+?-\d{1,2}-\d{1,2}-\d{4}-vaultcredentials", re.IGNORECASE)
_OF_HOST = re.compile(r"\bCB_[^\s,\"'=]+?\.[^\s,\"'=]*?_[0-9x]{6,}", re.IGNORECASE)
_NAMES = {"cb_vault": _OF_VAULT, "cb_host": _OF_HOST}


def judge(case: Case, evidence: str, files: Sequence[Member]) -> list[Remark]:
    """Complete with both names, or with a screenshot, which cannot be read; partial when a list lacks one."""
    texts = listings(files)
    if not texts:
        return [without_list(case, files)]
    text = text_of(case, texts)
    lacking = [part for part, pattern in _NAMES.items() if pattern.search(text) is None]
    if not lacking:
        return []
    if len(lacking) == len(_NAMES) and (other := list_of_another_store(case, evidence, texts)):
        return [other]
    titles = {part["id"]: part["title"] for part in case.unit(evidence).get("parts", ())}
    return [lacking_on_list(case, evidence, files, case.speech.listed(titles.get(part, part) for part in lacking))]
