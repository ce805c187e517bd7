"""The diagnosis as text for a terminal: the verdict, then each finding with its proof, then what could not be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from saishu.model import Finding, FindingKind, Need, Proof, Status
from saishu.report.case_file import CaseFile
from saishu.report.diagnosis_document import verdict_words
from saishu.report.moments import shown
from saishu.report.printable import printable
from saishu.report.reading_notes import bundle_lines, note_line, worst_first
from saishu_collect.words import Words as Phrases
from saishu_collect.words import display_width

_STEP = "   "
_SHOWN_PROOFS = 3
_SHOWN_TEXT = 300
_SHOWN_UNUSUAL = 15
_SHOWN_NOTES = 20
_SHOWN_CODES = 60
_SECTIONS = (
    (FindingKind.BENIGN, "benign"),
    (FindingKind.SUCCESS, "success"),
    (FindingKind.CONTEXT, "context"),
)


def write_diagnosis(case: CaseFile, catalogue: Mapping[str, Any], lang: str) -> str:
    """The whole text in one language, with a line end at its end."""
    return "\n".join(_Page(case, catalogue, lang).lines()) + "\n"


class _Page:
    def __init__(self, case: CaseFile, catalogue: Mapping[str, Any], lang: str) -> None:
        self._case = case
        self._diagnosis = case.diagnosis
        self._catalogue = catalogue
        self._phrases = Phrases(catalogue, lang)
        self._lang = lang
        self._titles = {one.rule: one.title[lang] for one in case.diagnosis.findings}

    def lines(self) -> Iterator[str]:
        words = verdict_words(self._diagnosis)
        yield self._say(words["verdict"])
        yield self._say(words["reason"])
        yield ""
        yield from self._about()
        yield from self._findings()
        for kind, name in _SECTIONS:
            yield from self._brief(kind, name)
        yield from self._unusual()
        yield from self._not_evaluated()
        yield from self._notes()
        yield from self._codes()

    def _say(self, key: str, /, **values: object) -> str:
        return str(self._phrases.say(key, **values))

    def _heading(self, key: str) -> Iterator[str]:
        text = self._say(key)
        yield ""
        yield text
        yield "-" * display_width(text)

    def _about(self) -> Iterator[str]:
        known, reading = self._case.completeness, self._case.reading
        titles = [self._catalogue["scenarios"][name]["title"][self._lang] for name in known.scenarios]
        yield self._say("diagnose.line.scenario", scenario=self._say("check.list_separator").join(titles))
        zone = reading.host.zone_name or "UTC"
        source = self._say(f"diagnose.zone.{reading.host.zone_source}")
        if known.hosts:
            hosts = printable(", ".join(known.hosts[:3]))
            yield self._say("diagnose.line.host", host=hosts, zone=zone, source=source)
        else:
            yield self._say("diagnose.line.zone", zone=zone, source=source)
        events = sum(read.events for read in reading.files)
        first = min((read.first for read in reading.files if read.first is not None), default=None)
        last = max((read.last for read in reading.files if read.last is not None), default=None)
        values = {"files": len(reading.files), "events": f"{events:,}", "first": shown(first), "last": shown(last)}
        key = "read" if first is not None else "read_undated" if reading.files else "read_nothing"
        yield self._say(f"diagnose.line.{key}", **values)
        open_items = [
            item for item in known.items
            if item.need is Need.REQUIRED and item.status in (Status.MISSING, Status.PARTIAL)
        ]  # fmt: skip
        if open_items:
            yield self._say("diagnose.line.check_first", count=len(open_items), bundle=printable(known.bundle))

    def _findings(self) -> Iterator[str]:
        faults = [one for one in self._diagnosis.findings if one.kind is FindingKind.FAULT]
        if not faults:
            return
        yield from self._heading("diagnose.section.findings")
        for number, finding in enumerate(faults, 1):
            if number > 1:
                yield ""
            yield from self._finding(number, finding)

    def _finding(self, number: int, finding: Finding) -> Iterator[str]:
        yield f"{number}. {finding.title[self._lang]}"
        severity = self._say(f"diagnose.severity.{finding.severity}")
        confidence = self._say(f"diagnose.confidence.{finding.confidence}")
        yield _STEP + self._say("diagnose.line.rank", severity=severity, confidence=confidence)
        if finding.consequence_of:
            title = self._titles[finding.consequence_of]
            yield _STEP + self._say("diagnose.line.consequence_of", title=title)
        yield from self._proofs(finding)
        if finding.knowledge != "documented":
            yield _STEP + self._say(f"diagnose.knowledge.{finding.knowledge}")
        yield from self._block("cause", [finding.cause[self._lang]])
        yield from self._block("remedy", finding.remedy[self._lang])
        if finding.effort or finding.changes_system is not None:
            effort = self._say(f"diagnose.effort.{finding.effort or 'unknown'}")
            change = {True: "yes", False: "no", None: "unknown"}[finding.changes_system]
            said = self._say(f"diagnose.change.{change}")
            yield _STEP * 2 + self._say("diagnose.line.effort", effort=effort, change=said)
        if finding.false_alarms:
            yield from self._block("false_alarms", [finding.false_alarms[self._lang]])
        if finding.codes:
            yield _STEP + self._say("diagnose.line.codes", codes=", ".join(map(printable, finding.codes)))
        yield from self._block("references", finding.references)
        if finding.consequences:
            titles = self._say("check.list_separator").join(self._titles[name] for name in finding.consequences)
            yield _STEP + self._say("diagnose.line.consequences", titles=titles)

    def _block(self, name: str, lines: Sequence[str]) -> Iterator[str]:
        yield _STEP + self._say(f"diagnose.line.{name}") + ":"
        yield from (_STEP * 2 + line for line in lines)

    def _proofs(self, finding: Finding) -> Iterator[str]:
        yield _STEP + self._say("diagnose.line.proof") + ":"
        for proof in finding.evidence[:_SHOWN_PROOFS]:
            yield _STEP * 2 + self._place(proof)
            yield _STEP * 3 + printable(proof.text)[:_SHOWN_TEXT]
        if finding.count > 1:
            dated = finding.first is not None
            values = {"count": finding.count, "first": shown(finding.first), "last": shown(finding.last)}
            yield _STEP * 2 + self._say("diagnose.line.count" if dated else "diagnose.line.count_undated", **values)

    def _place(self, proof: Proof) -> str:
        kind = "line" if proof.line is not None else "record" if proof.record is not None else "file"
        number = proof.line if proof.line is not None else proof.record
        place = self._say(f"diagnose.line.place_{kind}", path=printable(proof.path), number=number)
        if proof.time is None:
            return place
        return f"{place} ({self._say(f'diagnose.line.time_{proof.certainty}', time=shown(proof.time))})"

    def _brief(self, kind: FindingKind, name: str) -> Iterator[str]:
        found = [one for one in self._diagnosis.findings if one.kind is kind]
        if not found:
            return
        yield from self._heading(f"diagnose.section.{name}")
        for finding in found:
            yield f"- {finding.title[self._lang]}"
            for proof in finding.evidence[:1]:
                yield _STEP + self._place(proof)
                yield _STEP * 2 + printable(proof.text)[:_SHOWN_TEXT]
            yield _STEP + finding.cause[self._lang]

    def _unusual(self) -> Iterator[str]:
        unusual = self._diagnosis.unusual
        if not unusual:
            return
        yield from self._heading("diagnose.section.unusual")
        for one in unusual[:_SHOWN_UNUSUAL]:
            text = printable(one.example.text)[:_SHOWN_TEXT]
            yield self._say("diagnose.line.unusual", count=one.count, component=printable(one.component), text=text)
            yield _STEP + self._place(one.example)
        yield from self._more(len(unusual) - _SHOWN_UNUSUAL)

    def _not_evaluated(self) -> Iterator[str]:
        missing = Counter(one.missing for one in self._diagnosis.not_evaluated)
        if not missing:
            return
        yield from self._heading("diagnose.section.not_evaluated")
        for names, count in missing.most_common(_SHOWN_UNUSUAL):
            yield "- " + self._say("diagnose.line.not_evaluated", count=count, missing=", ".join(names))
        yield from self._more(len(missing) - _SHOWN_UNUSUAL)

    def _notes(self) -> Iterator[str]:
        notes = worst_first(self._case.reading.notes)
        told = {(note.path, note.detail) for note in notes}
        of_bundle = [note for note in self._case.completeness.notes if (note.path, note.code) not in told]
        if not notes and not of_bundle:
            return
        yield from self._heading("diagnose.section.notes")
        for one in of_bundle[:_SHOWN_NOTES]:
            what, following = bundle_lines(one, self._say)
            yield f"- {what}"
            yield _STEP + following
        yield from self._more(len(of_bundle) - _SHOWN_NOTES)
        yield from (f"- {note_line(note, self._say)}" for note in notes[:_SHOWN_NOTES])
        yield from self._more(len(notes) - _SHOWN_NOTES)

    def _codes(self) -> Iterator[str]:
        codes = self._diagnosis.codes_seen
        if not codes:
            return
        yield from self._heading("diagnose.section.codes")
        yield ", ".join(map(printable, codes[:_SHOWN_CODES]))
        yield from self._more(len(codes) - _SHOWN_CODES)

    def _more(self, count: int) -> Iterator[str]:
        if count > 0:
            yield self._say("diagnose.line.more", count=count)
