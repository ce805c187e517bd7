"""The first screen: what failed, since when, why, what to do, what is missing, what could not be judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from saishu.model import Fact, Finding, FindingKind, Verdict
from saishu.report.case_file import CaseFile
from saishu.report.page.findings import Step, steps_of
from saishu.report.speaker import Speaker

_JOBS = ("snapshot.job", "hana.job", "mars.job")
SHAPES_OF_VERDICTS = {Verdict.FAULT: "cross", Verdict.NO_FAULT: "tick", Verdict.NOT_ENOUGH_EVIDENCE: "question"}
_SHOWN_STEPS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the short list: what it is, and what is known of it."""

    name: str
    value: str
    more: str = ""


class Answer:
    """What the template needs for the first screen, in one language."""

    def __init__(self, case: CaseFile, speaker: Speaker) -> None:
        self._case = case
        self._speaker = speaker
        self._lang = speaker.lang

    @property
    def first(self) -> Finding | None:
        """The finding to read first: the first fault, else the first success where that decides."""
        wanted: tuple[FindingKind, ...] = (FindingKind.FAULT,)
        if self._case.diagnosis.verdict is Verdict.NO_FAULT:
            harmless = self._case.diagnosis.verdict_reason == "all_harmless"
            wanted = (FindingKind.BENIGN,) if harmless else (FindingKind.SUCCESS, FindingKind.BENIGN)
        for kind in wanted:
            for finding in self._case.diagnosis.findings:
                if finding.kind is kind:
                    return finding
        return None

    @property
    def shape(self) -> str:
        """The shape of the verdict."""
        return SHAPES_OF_VERDICTS[self._case.diagnosis.verdict]

    @property
    def verdict(self) -> str:
        """The verdict in a few words."""
        return self._speaker.say(f"report.verdict.{self._case.diagnosis.verdict}")

    @property
    def headline(self) -> str:
        """The first sentence of the page: the fault by its name, else why the verdict is what it is."""
        first = self.first
        if first is not None and self._case.diagnosis.verdict is Verdict.FAULT:
            return first.title[self._lang]
        return self._speaker.say(f"diagnose.reason.{self._case.diagnosis.verdict_reason}")

    def steps(self, finding: Finding) -> tuple[list[Step], int]:
        """The first steps of the remedy, and how many more there are."""
        steps = steps_of(finding.remedy[self._lang])
        return steps[:_SHOWN_STEPS], max(0, len(steps) - _SHOWN_STEPS)

    def points(self) -> list[Point]:
        """What failed, where, since when, when it last worked: as far as the evidence says it."""
        say = self._speaker.say
        known = self._case.completeness
        points = [Point(say("report.point.what"), self._speaker.scenarios(known.scenarios))]
        if known.hosts:
            points.append(Point(say("report.point.where"), self._speaker.join(known.hosts[:3])))
        first = self.first
        if first is not None and first.kind is FindingKind.FAULT:
            points += self._since(first)
        worked = self._last_success()
        if worked is not None:
            points.append(self._moment("report.point.worked", worked))
        return points

    def _since(self, finding: Finding) -> Iterable[Point]:
        if finding.first is None:
            yield Point(self._speaker.say("report.point.since"), self._speaker.say("report.point.undated"))
            return
        yield self._moment("report.point.since", finding.first)
        if finding.last is not None and finding.last != finding.first:
            point = self._moment("report.point.last", finding.last)
            times = self._speaker.say("report.point.times", count=self._speaker.number(finding.count))
            yield Point(f"{point.name} · {times}", point.value, point.more)

    def _moment(self, key: str, time: int) -> Point:
        return Point(self._speaker.say(key), self._speaker.when(time), self._speaker.local(time))

    def _last_success(self) -> int | None:
        """The end of the last job that worked, by the logs themselves."""
        ends = [_end(fact) for fact in self._case.reading.facts if fact.name in _JOBS]
        return max((end for end in ends if end is not None), default=None)


def _end(fact: Fact) -> int | None:
    end = fact.values.get("end")
    return end if fact.values.get("result") == "success" and isinstance(end, int) else None
