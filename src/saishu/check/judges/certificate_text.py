"""Certificates as texts name them: certutil, PowerShell, our own list, or the names of exported files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from saishu.check.case import Case, is_picture
from saishu.check.verdict import Remark
from saishu.model import MatchedBy, Member, Status, Words

ATTACHED = "attached/"
"""Folder of a bundle for what a person added later: nothing there was read from the machine by us."""
_MOST_FILES = 20
_BYTES = 4 * 1024 * 1024
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ :\-]?){19}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")


def listings(files: Iterable[Member]) -> list[Member]:
    """The files among these that may be read as text."""
    return [member for member in files if not is_picture(member) and member.size != 0][:_MOST_FILES]


def text_of(case: Case, files: Sequence[Member]) -> str:
    """Names and contents of some files as one text, line ends `\\n`."""
    return "\n".join(member.name + "\n" + case.head(member, _BYTES).text for member in files)


def thumbprints(text: str) -> set[str]:
    """Every SHA-1 thumbprint in a text, upper case, without the blanks or colons people leave in them."""
    return {re.sub(r"[^0-9A-Fa-f]", "", hit[0]).upper() for hit in _HEX.finditer(text)}


def without_list(case: Case, files: Sequence[Member]) -> Remark:
    """The remark where there is no list to read: a screenshot counts, and is not read; an empty file is none."""
    shown = _pictures(files)
    if shown:
        text = case.speech.listed(member.path for member in shown)
        return Remark(Status.COMPLETE, case.speech.reason("screenshot", files=text))
    return Remark(Status.PARTIAL, case.speech.reason("empty", files=case.speech.listed(one.path for one in files)))


def lacking_on_list(case: Case, evidence: str, files: Sequence[Member], names: Words) -> Remark:
    """The remark where a list lacks certificates.

    On the collector's own list an absent one is an answer: it is said and counts as complete. A list made by hand
    may have been cut, so it has to be asked about, unless a screenshot lies beside it.
    """
    reason = case.speech.reason
    if _is_our_list(case, evidence):
        return Remark(Status.COMPLETE, reason("not_in_store", names=names))
    if _pictures(files):
        return Remark(Status.COMPLETE, reason("not_on_list_but_screenshot", names=names))
    return Remark(Status.PARTIAL, reason("not_on_list", names=names))


def list_of_another_store(case: Case, evidence: str, texts: Sequence[Member]) -> Remark | None:
    """The remark for a list that names nothing of this store and that only its look brought here."""
    paths = {member.path for member in texts}
    if all(match.by is MatchedBy.CONTENT for match in case.matches(evidence) if match.member.path in paths):
        return Remark(Status.MISSING, case.speech.reason("list_of_another_store", path=texts[0].path))
    return None


def _pictures(files: Iterable[Member]) -> list[Member]:
    """The screenshots among these; an empty file shows nothing."""
    return [member for member in files if is_picture(member) and member.size != 0]


def _is_our_list(case: Case, evidence: str) -> bool:
    return any(match.by is MatchedBy.MANIFEST and ATTACHED not in match.member.path for match in case.matches(evidence))
