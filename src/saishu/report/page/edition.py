"""Everything that the page shows, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from saishu.report.case_file import CaseFile
from saishu.report.moments import shown
from saishu.report.page.answer import Answer
from saishu.report.page.checklist import Checklist
from saishu.report.page.findings import Findings
from saishu.report.pictures.certificates import Certificates, draw_certificates
from saishu.report.pictures.coverage import Coverage, draw_coverage
from saishu.report.pictures.disks import DiskRow, draw_disks
from saishu.report.pictures.environment import Known, list_environment
from saishu.report.pictures.jobs import JobGroup, draw_jobs
from saishu.report.pictures.network import Matrix, draw_matrix
from saishu.report.pictures.writers import Writers, draw_writers
from saishu.report.speaker import Speaker
from saishu.timeline.reading import facts_by_name


class Edition:
    """One language of the page. Each picture is drawn once, when the template asks for it."""

    def __init__(
        self, case: CaseFile, catalogue: Mapping[str, Any], lang: str, units: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.case = case
        self.lang = lang
        zone = case.reading.host.zone if case.reading.host.zone_name else None
        self.speaker = Speaker(catalogue, lang, zone)
        self.say = self.speaker.say
        self.answer = Answer(case, self.speaker)
        self.checklist = Checklist(case.completeness, self.speaker)
        self.findings = Findings(case, self.speaker, units)
        self._facts = facts_by_name(case.reading.facts)

    @property
    def name(self) -> str:
        """How the language calls itself."""
        return self.speaker.name

    @property
    def failure(self) -> int | None:
        """When it failed: the last sighting of the first finding, µs UTC."""
        first = self.answer.first
        return None if first is None else first.last if first.last is not None else first.first

    @property
    def read(self) -> str:
        """What was read, in a sentence."""
        files = self.case.reading.files
        first = min((read.first for read in files if read.first is not None), default=None)
        last = max((read.last for read in files if read.last is not None), default=None)
        events = self.speaker.number(sum(read.events for read in files))
        key = "read" if first is not None else "read_undated" if files else "read_nothing"
        values = {"files": len(files), "events": events, "first": shown(first), "last": shown(last)}
        return self.say(f"diagnose.line.{key}", **values)

    @property
    def clock(self) -> str:
        """In which zone the machine's clock runs, and how that is known."""
        host = self.case.reading.host
        source = self.say(f"diagnose.zone.{host.zone_source}")
        return self.say("report.clock", zone=host.zone_name or "UTC", source=source)

    @cached_property
    def certificates(self) -> Certificates | None:
        """Certificates with their time and thumbprint."""
        last = max((read.last for read in self.case.reading.files if read.last is not None), default=None)
        return draw_certificates(self._facts.get("certificate", ()), self.speaker, last)

    @cached_property
    def writers(self) -> Writers | None:
        """VSS writers with their services."""
        return draw_writers(self._facts, self.speaker)

    @cached_property
    def disks(self) -> tuple[list[DiskRow], int]:
        """Disks as Disk Management draws them."""
        return draw_disks(self._facts.get("disk", ()), self.speaker)

    @cached_property
    def jobs(self) -> list[JobGroup]:
        """Jobs on their time axes."""
        return draw_jobs(self._facts, self.speaker)

    @cached_property
    def network(self) -> Matrix | None:
        """Which endpoints answered."""
        return draw_matrix(self._facts.get("net.check", ()), self.speaker)

    @cached_property
    def coverage(self) -> Coverage | None:
        """Which log speaks of which time."""
        return draw_coverage(self.case.reading, self.failure, self.speaker)

    @cached_property
    def environment(self) -> list[Known]:
        """What is known of the machine."""
        told = {fact.value for fact in self.case.completeness.facts}
        return [one for one in list_environment(self._facts, self.speaker) if one.value not in told]

    def sections(self) -> list[tuple[str, str]]:
        """(anchor, title) of the sections that this page has, in their order."""
        seen = {"answer": True, "findings": bool(self.findings.of("fault")), "timeline": True, "evidence": True,
                "jobs": bool(self.jobs), "system": self.has_system, "coverage": self.coverage is not None,
                "lanes": True}  # fmt: skip
        shared = ("timeline",)
        return [
            (name if name in shared else f"{name}-{self.lang}", self.say(f"report.nav.{name}"))
            for name, there in seen.items()
            if there
        ]

    @property
    def has_system(self) -> bool:
        """Whether anything is known of the machine itself."""
        known = (self.certificates, self.writers, self.disks[0], self.network, self.environment)
        return any(known) or bool(self.case.completeness.facts)
