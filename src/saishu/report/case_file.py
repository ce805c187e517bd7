"""Everything that is known of one bundle, for whatever tells it to a person."""

from __future__ import annotations

from dataclasses import dataclass

from saishu.model import Completeness, Diagnosis
from saishu.timeline.reading import Reading


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A bundle judged, read and diagnosed. The reading's store lives as long as the folder that it was made in."""

    completeness: Completeness
    reading: Reading
    diagnosis: Diagnosis
