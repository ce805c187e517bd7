"""The case as Markdown, to be pasted into a ticket: the answer, the findings with proofs, what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from saishu.catalogue.faults import load_faults
from saishu.model import FindingKind
from saishu.report.case_file import CaseFile
from saishu.report.page.answer import Answer
from saishu.report.page.checklist import Checklist
from saishu.report.page.findings import Findings, Shown, Step
from saishu.report.speaker import Speaker
from saishu.report.visible import one_line, visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")
_SHOWN_TEXT = 400
_SHOWN_PROOFS = 3
_CODE = "    "
_SECTIONS = ((FindingKind.BENIGN, "benign"), (FindingKind.SUCCESS, "success"), (FindingKind.CONTEXT, "context"))


def write_markdown(case: CaseFile, catalogue: Mapping[str, Any], lang: str) -> str:
    """The whole text in one language, with a line end at its end. Text of the evidence can become no markup."""
    return "\n".join(_Page(case, Speaker(catalogue, lang, case.reading.host.zone)).lines()) + "\n"


def _plain(text: str) -> str:
    """Text on one line as text: nothing in it is markup."""
    return _SPECIAL.sub(r"\\\1", visible(" ".join(text.split())))


def _block(text: str) -> Iterator[str]:
    """Text of the evidence as a block that is code by its indent, so that nothing in it can end it."""
    yield ""
    yield from (_CODE + line for line in visible(text).rstrip("\n").split("\n"))
    yield ""


class _Page:
    def __init__(self, case: CaseFile, speaker: Speaker) -> None:
        self._case = case
        self._speaker = speaker
        self._lang = speaker.lang
        self._say = speaker.say
        self._answer = Answer(case, speaker)
        self._findings = Findings(case, speaker, load_faults())
        self._checklist = Checklist(case.completeness, speaker)

    def lines(self) -> Iterator[str]:
        yield f"# {_plain(self._answer.headline)}"
        yield ""
        yield f"**{self._answer.verdict}** · {_plain(self._case.completeness.bundle)}"
        yield ""
        for point in self._answer.points():
            value = " · ".join(filter(None, (point.value, point.more)))
            yield f"- {_plain(point.name)}: {_plain(value)}"
        yield from self._faults()
        yield from self._missing()
        for kind, name in _SECTIONS:
            yield from self._brief(kind, name)
        yield from self._unusual()

    def _heading(self, key: str, level: int = 2) -> Iterator[str]:
        yield ""
        yield "#" * level + f" {_plain(self._say(key))}"
        yield ""

    def _faults(self) -> Iterator[str]:
        faults = self._findings.of(FindingKind.FAULT)
        if faults:
            yield from self._heading("diagnose.section.findings")
        for shown in faults:
            yield from self._fault(shown)

    def _fault(self, shown: Shown) -> Iterator[str]:
        finding = shown.finding
        severity = self._say(f"diagnose.severity.{finding.severity}")
        confidence = self._say(f"diagnose.confidence.{finding.confidence}")
        yield f"### {shown.number}. {_plain(finding.title[self._lang])}"
        yield ""
        yield _plain(self._say("diagnose.line.rank", severity=severity, confidence=confidence))
        for proof in finding.evidence[:_SHOWN_PROOFS]:
            yield ""
            place, time = _plain(self._speaker.place(proof)), _plain(self._speaker.proof_time(proof))
            yield f"{_plain(self._say('diagnose.line.proof'))}: {' · '.join(filter(None, (place, time)))}"
            yield from _block(one_line(proof.text, _SHOWN_TEXT))
        yield f"**{_plain(self._say('diagnose.line.cause'))}**: {_plain(finding.cause[self._lang])}"
        yield ""
        yield f"**{_plain(self._say('diagnose.line.remedy'))}**:"
        yield ""
        yield from self._steps(self._findings.steps(finding))
        yield ""

    def _steps(self, steps: list[Step]) -> Iterator[str]:
        for number, step in enumerate(steps, 1):
            lines = [_plain(step.text), *(_plain(command) for command in step.commands)]
            yield f"{number}. " + "<br>".join(filter(None, lines))

    def _missing(self) -> Iterator[str]:
        yield from self._heading("report.nav.evidence")
        yield _plain(self._checklist.verdict)
        yield ""
        for item in self._checklist.still_open:
            status, title = self._say(f"check.status.{item.status}"), _plain(self._speaker.title(item.id))
            yield f"- **{_plain(status)}** {title}: {_plain(self._checklist.reason(item))}"
        if not self._checklist.asking.is_empty:
            letter = self._checklist.letter
            yield from self._heading("report.mail", 3)
            yield from _block(f"{letter.subject}\n\n{letter.body}")

    def _brief(self, kind: FindingKind, name: str) -> Iterator[str]:
        found = self._findings.of(kind)
        if found:
            yield from self._heading(f"diagnose.section.{name}")
        for shown in found:
            finding = shown.finding
            yield f"- {_plain(finding.title[self._lang])}: {_plain(finding.cause[self._lang])}"

    def _unusual(self) -> Iterator[str]:
        unusual, more = self._findings.unusual()
        if unusual:
            yield from self._heading("diagnose.section.unusual")
        for kind, place in unusual:
            yield f"{kind.count}× {_plain(self._speaker.place(place.proof))}"
            yield from _block(place.text)
        if more:
            yield _plain(self._say("diagnose.line.more", count=more))
