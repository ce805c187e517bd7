"""One page over many bundles: the same fault across machines, and what each of them lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from saishu.model import Finding, FindingKind, Item, Verdict, Words
from saishu.report.case_file import CaseFile
from saishu.report.page.answer import SHAPES_OF_VERDICTS
from saishu.report.page.checklist import Checklist
from saishu.report.page.policy import content_policy
from saishu.report.page.sheet import environment, template_file
from saishu.report.speaker import Speaker
from saishu_collect.words import LANGUAGES


@dataclass(frozen=True, slots=True)
class Machine:
    """What is kept of one bundle. page: relative address of its own page, or None. trouble: why it was not read."""

    bundle: str
    hosts: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    verdict: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    missing: tuple[Item, ...] = ()
    there: int = 0
    required: int = 0
    not_judged: int = 0
    page: str | None = None
    trouble: Words | None = None

    @property
    def name(self) -> str:
        """The machine's name where the bundle says it, else that of the bundle."""
        return self.hosts[0] if self.hosts else self.bundle

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Its faults, what to read first comes first."""
        return tuple(one for one in self.findings if one.kind is FindingKind.FAULT)


def machine_of(case: CaseFile, catalogue: Mapping[str, Any], page: str | None) -> Machine:
    """What the page over all keeps of a case."""
    known = case.completeness
    checklist = Checklist(known, Speaker(catalogue, LANGUAGES[0]))
    return Machine(
        bundle=known.bundle, hosts=known.hosts, scenarios=known.scenarios, verdict=case.diagnosis.verdict,
        findings=case.diagnosis.findings, missing=checklist.still_open, there=checklist.there,
        required=checklist.required, not_judged=len(case.diagnosis.not_evaluated), page=page,
    )  # fmt: skip


def draw_fleet(machines: Sequence[Machine], catalogue: Mapping[str, Any], lang: str, version: str) -> str:
    """The page as text. lang: the language it opens in. version: of this program."""
    style, script = template_file("page.css"), template_file("page.js")
    return (
        environment()
        .get_template("fleet.html.j2")
        .render(
            editions=[_Edition(machines, catalogue, one) for one in LANGUAGES],
            lang=lang,
            style=Markup(style),
            script=Markup(script),
            policy=content_policy([style], [script]),
            version=version,
            machines=machines,
        )
    )


class _Edition:
    """One language of the page."""

    def __init__(self, machines: Sequence[Machine], catalogue: Mapping[str, Any], lang: str) -> None:
        self.lang = lang
        self.speaker = Speaker(catalogue, lang)
        self.say = self.speaker.say
        self.name = self.speaker.name
        self._machines = machines

    @property
    def headline(self) -> str:
        """The whole in one sentence."""
        bad = sum(one.verdict is Verdict.FAULT for one in self._machines)
        return self.say("report.fleet.headline", machines=len(self._machines), faults=bad)

    def shared(self) -> list[tuple[Finding, list[tuple[Machine, Finding]]]]:
        """Each fault that several machines have, with them: what most of them have comes first."""
        return [(finding, found) for finding, found in self._faults() if len(found) > 1]

    def single(self) -> list[tuple[Machine, Finding]]:
        """The faults that only one machine has, by machine and in the order in which to read them."""
        alone = {finding.rule for finding, found in self._faults() if len(found) == 1}
        return [(one, finding) for one in self._machines for finding in one.faults if finding.rule in alone]

    def _faults(self) -> list[tuple[Finding, list[tuple[Machine, Finding]]]]:
        grouped: dict[str, list[tuple[Machine, Finding]]] = {}
        for machine in self._machines:
            for finding in machine.faults:
                grouped.setdefault(finding.rule, []).append((machine, finding))
        ordered = sorted(grouped.values(), key=lambda found: (-len(found), found[0][1].rule))
        return [(found[0][1], found) for found in ordered]

    def missing(self) -> list[tuple[str, list[tuple[Machine, Item]]]]:
        """Each required item that is open somewhere, by title, with the machines that lack it."""
        grouped: dict[str, list[tuple[Machine, Item]]] = {}
        for machine in self._machines:
            for item in machine.missing:
                grouped.setdefault(item.id, []).append((machine, item))
        ordered = sorted(grouped.items(), key=lambda found: (-len(found[1]), found[0]))
        return [(self.speaker.title(name), found) for name, found in ordered]

    def shape(self, machine: Machine) -> str:
        """The shape of a machine's verdict."""
        return SHAPES_OF_VERDICTS[machine.verdict] if machine.verdict is not None else "question"

    def verdict(self, machine: Machine) -> str:
        """A machine's verdict in words."""
        if machine.verdict is None:
            return self.say("report.fleet.unread")
        return self.say(f"report.verdict.{machine.verdict}")
