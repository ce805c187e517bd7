"""A case as one JSON document: what was diagnosed and what was checked; its schema is `schemas/report.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saishu.report.case_file import CaseFile
from saishu.report.diagnosis_document import diagnose_document
from saishu.report.document import check_document
from saishu.report.mail import write_letter
from saishu_collect.words import LANGUAGES

SCHEMA = "saishu/report/1"


def case_document(case: CaseFile, catalogue: Mapping[str, Any], lang: str, version: str) -> dict[str, Any]:
    """What `report --format json` writes. version: of this program."""
    letters = {one: write_letter(case.completeness, catalogue, one) for one in LANGUAGES}
    return {
        "schema": SCHEMA,
        "version": version,
        "diagnose": diagnose_document(case),
        "check": check_document(case.completeness, catalogue, lang),
        "mail": {one: {"subject": letter.subject, "body": letter.body} for one, letter in letters.items()},
        "excerpts": [
            {
                "path": path, "position": position, "record": excerpt.records, "sha256": excerpt.sha256,
                "lines": [{"number": number, "text": text, "proof": proof} for number, text, proof in excerpt.lines],
            }
            for (path, position), excerpt in sorted(case.excerpts.items())
        ],
    }  # fmt: skip
