"""The place of the timeline on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from saishu.report.case_file import CaseFile
from saishu.report.pictures.svg import element
from saishu.report.timeline_part import timeline_part
from saishu_collect.words import LANGUAGES
from saishu_collect.words import Words as Phrases


@dataclass(frozen=True, slots=True)
class PagePart:
    """A part that both languages share. data: what its script reads. style, script: for the policy of the page."""

    html: Markup
    data: str = ""
    script: str = ""
    style: str = ""


def timeline_of(case: CaseFile, catalogue: Mapping[str, Any]) -> PagePart:
    """The timeline of a case under its heading."""
    phrases = {lang: Phrases(catalogue, lang) for lang in LANGUAGES}
    part = timeline_part(case.reading.store, case.reading, case.diagnosis, phrases)
    title = Markup("").join(element("span", say.say("report.nav.timeline"), lang=lang) for lang, say in phrases.items())
    return PagePart(element("h2", title) + part.html, part.data, part.script, part.style)
