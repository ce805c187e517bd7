"""Everything that is known of one bundle, for whatever tells it to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from saishu.model import Completeness, Diagnosis
from saishu.report.excerpts import Excerpt, Place
from saishu.timeline.reading import Reading


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A bundle judged, read and diagnosed. The reading's store lives as long as the folder that it was made in.

    excerpts: the lines around every proof, by its place; empty where nobody wants to see them.
    """

    completeness: Completeness
    reading: Reading
    diagnosis: Diagnosis
    excerpts: Mapping[Place, Excerpt] = field(default_factory=dict)
