"""The findings as the page shows them: claim, proof, the lines around it, cause and remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saishu.model import Diagnosis, Finding, FindingKind, Proof, Unusual
from saishu.report.case_file import CaseFile
from saishu.report.excerpts import Excerpt
from saishu.report.reading_notes import note_line, worst_first
from saishu.report.speaker import Speaker
from saishu.report.visible import one_line

_SHOWN_PROOFS = 5
_SHOWN_TEXT = 400
_SHOWN_UNUSUAL = 60
_SHOWN_GROUPS = 20
_SHOWN_RULES = 12
_SHOWN_NOTES = 60
_SHOWN_CODES = 120
_MOST_EXCERPTS = 240
_COMMAND = "> "
SHAPES = {
    FindingKind.FAULT: "cross",
    FindingKind.BENIGN: "ring",
    FindingKind.CONTEXT: "dot",
    FindingKind.SUCCESS: "tick",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding with the anchor that other parts of the page link to. number: from 1 on, by kind."""

    finding: Finding
    number: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Place:
    """A proof with the lines around it. text: on one line. excerpt: None where the file could not be read again."""

    proof: Proof
    text: str
    anchor: str
    excerpt: Excerpt | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a remedy with the commands that belong to it; a command that comes first has no text above it."""

    text: str
    commands: tuple[str, ...] = ()


def steps_of(remedy: Sequence[str]) -> list[Step]:
    """The lines of a remedy as steps: a line that begins with `> ` is a command."""
    steps: list[Step] = []
    for line in remedy:
        if not line.startswith(_COMMAND):
            steps.append(Step(line))
        elif steps:
            steps[-1] = Step(steps[-1].text, (*steps[-1].commands, line.removeprefix(_COMMAND)))
        else:
            steps.append(Step("", (line.removeprefix(_COMMAND),)))
    return steps


class Findings:
    """What the template needs to speak of the diagnosis, in one language. units: the fault units by id."""

    def __init__(self, case: CaseFile, speaker: Speaker, units: Mapping[str, Mapping[str, Any]]) -> None:
        self._case = case
        self._speaker = speaker
        self._units = units
        self._excerpts_left = _MOST_EXCERPTS
        self._lang = speaker.lang
        self._titles = {one.rule: one.title[self._lang] for one in self.diagnosis.findings}
        self._anchors = {one.rule: f"finding-{one.rule}-{self._lang}" for one in self.diagnosis.findings}

    @property
    def diagnosis(self) -> Diagnosis:
        """The diagnosis itself."""
        return self._case.diagnosis

    def of(self, kind: str) -> list[Shown]:
        """The findings of a kind, what to read first comes first."""
        chosen = [one for one in self.diagnosis.findings if one.kind == kind]
        return [Shown(one, number, self._anchors[one.rule]) for number, one in enumerate(chosen, 1)]

    def shape(self, finding: Finding) -> str:
        """The shape that stands for a kind of finding."""
        return SHAPES[finding.kind]

    def link(self, rule: str) -> tuple[str, str]:
        """(anchor, title) of another finding."""
        return self._anchors.get(rule, ""), self._titles.get(rule, rule)

    def proofs(self, shown: Shown) -> tuple[list[Place], int]:
        """The proofs to show, and how many more the finding holds."""
        chosen = shown.finding.evidence[:_SHOWN_PROOFS]
        places = [self._place(proof, f"{shown.anchor}-{at}") for at, proof in enumerate(chosen, 1)]
        return places, max(0, len(shown.finding.evidence) - len(chosen))

    def _place(self, proof: Proof, anchor: str) -> Place:
        number = proof.line if proof.line is not None else proof.record
        excerpt = self._case.excerpts.get((proof.path, number)) if number is not None else None
        if excerpt is not None:
            self._excerpts_left -= 1
        return Place(proof, one_line(proof.text, _SHOWN_TEXT), anchor, excerpt if self._excerpts_left >= 0 else None)

    def lines(self, excerpt: Excerpt) -> list[tuple[int, str, bool]]:
        """(number, text, whether it is the proof) of an excerpt, each cut to what a page can bear."""
        return [(number, one_line_kept(text), proof) for number, text, proof in excerpt.lines]

    def steps(self, finding: Finding) -> list[Step]:
        """What to do about a finding."""
        return steps_of(finding.remedy[self._lang])

    def change(self, finding: Finding) -> str:
        """Whether the remedy changes the system, in words."""
        name = {True: "yes", False: "no", None: "unknown"}[finding.changes_system]
        return self._speaker.say(f"diagnose.change.{name}")

    def unusual(self) -> tuple[list[tuple[Unusual, Place]], int]:
        """Kinds of trouble that no finding claims, and how many more there are."""
        chosen = self.diagnosis.unusual[:_SHOWN_UNUSUAL]
        shown = [(one, self._place(one.example, f"unusual-{at}-{self._lang}")) for at, one in enumerate(chosen, 1)]
        return shown, len(self.diagnosis.unusual) - len(chosen)

    def not_evaluated(self) -> tuple[list[tuple[int, list[str], list[str], int]], int]:
        """(how many rules, what one of would do, some of the rules by title, how many more), by want; groups left."""
        groups: Counter[tuple[str, ...]] = Counter(one.missing for one in self.diagnosis.not_evaluated)
        chosen = groups.most_common(_SHOWN_GROUPS)
        shown = []
        for missing, count in chosen:
            rules = [one.rule for one in self.diagnosis.not_evaluated if one.missing == missing]
            titles = [self._rule_title(rule) for rule in rules[:_SHOWN_RULES]]
            shown.append((count, [self._speaker.title(name) for name in missing], titles, count - len(titles)))
        return shown, len(groups) - len(chosen)

    def _rule_title(self, rule: str) -> str:
        unit = self._units.get(rule)
        return str(unit["title"][self._lang]) if unit else rule

    def notes(self) -> tuple[list[str], int]:
        """How files could be read, in sentences, and how many more there are."""
        notes = worst_first(self._case.reading.notes)
        lines = [note_line(note, self._speaker.say) for note in notes[:_SHOWN_NOTES]]
        return lines, max(0, len(notes) - _SHOWN_NOTES)

    def codes(self) -> tuple[Sequence[str], int]:
        """The codes to show, and how many more there are."""
        codes = self.diagnosis.codes_seen
        return codes[:_SHOWN_CODES], max(0, len(codes) - _SHOWN_CODES)


def one_line_kept(text: str) -> str:
    """A line of an excerpt: its own spaces stay, its length does not."""
    return text if len(text) <= _SHOWN_TEXT else text[:_SHOWN_TEXT] + "…"
