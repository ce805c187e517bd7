"""How an item of files stands: what the collector said, what is there, what its judge says of it."""

from __future__ import annotations

from collections.abc import Sequence

from saishu.check.case import Case, accepts_pictures, is_picture
from saishu.check.judges import JUDGES, REPLACES_PARTS, log_set
from saishu.check.verdict import Remark
from saishu.model import Member, Need, Status
from saishu_collect.words import size_text


def judge_files(case: Case, evidence: str, need: Need, files: Sequence[Member]) -> list[Remark]:
    """Everything to be said about an item of files, objections and plain remarks."""
    if not files:
        return [_absent(case, evidence, need)]
    if case.is_locked(files):
        return [Remark(Status.UNKNOWN, case.speech.reason("locked", path=_first_locked(files)))]
    unit = case.unit(evidence)
    remarks = [*_from_collector(case, evidence), *_lost_since(case, evidence)]
    name = unit.get("judge", "")
    remarks += JUDGES.get(name, log_set.judge)(case, evidence, files)
    shown = [member for member in files if is_picture(member)]
    if name not in REPLACES_PARTS and not (shown and accepts_pictures(unit)):
        remarks += _missing_parts(case, evidence)
    if shown and accepts_pictures(unit) and not any(one.reason.id == "screenshot" for one in remarks):
        text = case.speech.listed(member.path for member in shown)
        remarks.append(Remark(Status.COMPLETE, case.speech.reason("screenshot", files=text)))
    return remarks or [_there(case, files)]


def parts_missing(case: Case, evidence: str) -> tuple[str, ...]:
    """Ids of the required parts of a unit that have no file with content."""
    there = case.parts(evidence)
    return tuple(
        part["id"]
        for part in case.unit(evidence).get("parts", ())
        if part["need"] == "required" and not any(member.size != 0 for member in there.get(part["id"], ()))
    )


def _there(case: Case, files: Sequence[Member]) -> Remark:
    size = size_text(sum(member.size or 0 for member in files))
    return Remark(Status.COMPLETE, case.speech.reason("there", count=len(files), size=size))


def _first_locked(files: Sequence[Member]) -> str:
    return next(member.path for member in files if member.encrypted)


def _from_collector(case: Case, evidence: str) -> list[Remark]:
    """The gaps that the collector itself recorded."""
    said = case.collected.said(evidence)
    if said is None or said.status != "partial":
        return []
    speech = case.speech
    why = speech.say(f"reason.{said.reason}") if said.reason and speech.knows(f"reason.{said.reason}") else ""
    count = sum(said.gaps.values())
    key = "collector_gaps" if said.example else "collector_partial"
    reason = speech.reason(key, count=count, why=why or said.reason or "", example=said.example or "")
    return [Remark(Status.PARTIAL, reason)]


def _lost_since(case: Case, evidence: str) -> list[Remark]:
    """Files that the manifest lists and the bundle does not hold any more."""
    listed = case.collected.listed(evidence)
    if not listed:
        return []
    there = len({match.member.path for match in case.matches(evidence) if match.by == "manifest"})
    if there >= listed:
        return []
    return [Remark(Status.PARTIAL, case.speech.reason("removed_since", count=listed - there, listed=listed))]


def _missing_parts(case: Case, evidence: str) -> list[Remark]:
    lacking = parts_missing(case, evidence)
    if not lacking:
        return []
    titles = {part["id"]: part["title"] for part in case.unit(evidence)["parts"]}
    listed = case.speech.listed(titles[part] for part in lacking)
    return [Remark(Status.PARTIAL, case.speech.reason("parts_missing", parts=listed))]


def _absent(case: Case, evidence: str, need: Need) -> Remark:
    """Why there is no file: the collector's word where there is one."""
    speech = case.speech
    said = case.collected.said(evidence)
    if said is None:
        if need is Need.IF_PRESENT:
            return Remark(Status.NOT_APPLICABLE, speech.reason("not_there_optional"))
        return Remark(Status.MISSING, speech.reason("not_there"))
    if case.collected.listed(evidence):
        return Remark(Status.MISSING, speech.reason("removed_all", count=case.collected.listed(evidence)))
    optional = said.status == "not_applicable" or need is Need.IF_PRESENT
    if said.is_absent:
        status = Status.NOT_APPLICABLE if optional else Status.MISSING
        return Remark(status, speech.reason("not_on_machine_optional" if optional else "not_on_machine"))
    known = said.reason and speech.knows(f"reason.{said.reason}")
    why = speech.say(f"reason.{said.reason}") if known else said.reason or ""
    status = Status.NOT_APPLICABLE if said.status == "not_applicable" else Status.MISSING
    return Remark(status, speech.reason("collector_missing", why=why))
