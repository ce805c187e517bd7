"""From an open bundle to a case: read it all, then judge what was read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from saishu.bundle import Bundle
from saishu.bundle import Mapping as Sorted
from saishu.catalogue.faults import load_faults
from saishu.catalogue.formats import load_formats
from saishu.diagnose import Evidence, diagnose
from saishu.model import Completeness, Platform
from saishu.parse.reading import Host
from saishu.report.case_file import CaseFile
from saishu.report.excerpts import excerpts_of
from saishu.signals import shipped_signals
from saishu.timeline.reading import Order, Reading, read_bundle


def investigate(
    bundle: Bundle,
    sorted_files: Sorted,
    judged: Completeness,
    folder: Path,
    passwords: Sequence[bytes] = (),
    given: Host | None = None,
    excerpts: bool = False,
) -> CaseFile:
    """The bundle read into a store in `folder` and diagnosed. excerpts: also the lines around every proof."""
    reading = read_bundle(Order(bundle, sorted_files, folder, passwords, given))
    units = load_faults()
    diagnosis = diagnose(evidence_of(reading, judged, sorted_files), units, shipped_signals())
    around = excerpts_of(bundle, diagnosis, reading.store) if excerpts else {}
    return CaseFile(judged, reading, diagnosis, around)


def evidence_of(reading: Reading, judged: Completeness, sorted_files: Sorted) -> Evidence:
    """What a diagnosis stands on."""
    return Evidence(
        watched=reading.watched,
        facts=reading.facts,
        scenarios=frozenset(judged.scenarios) if judged.scenario_known else frozenset(),
        platform=judged.platform.value if judged.platform in (Platform.LINUX, Platform.WINDOWS) else "any",
        formats=frozenset(read.format for read in reading.files if read.events or read.facts),
        present=frozenset(match.evidence for match in sorted_files.matches if not match.weak),
        format_evidence={name: unit.get("evidence", ()) for name, unit in load_formats().items()},
    )
