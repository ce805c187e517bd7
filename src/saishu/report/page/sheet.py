"""Puts the page together: what each language shows, the parts that both share, and the policy over all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from saishu.catalogue.faults import load_faults
from saishu.report.case_file import CaseFile
from saishu.report.page.edition import Edition
from saishu.report.page.policy import content_policy
from saishu.report.page.timeline import timeline_of
from saishu.report.visible import visible
from saishu_collect.words import LANGUAGES


def draw_page(case: CaseFile, catalogue: Mapping[str, Any], lang: str, version: str) -> str:
    """The page as text. lang: the language it opens in; the reader can switch. version: of this program."""
    units = load_faults()
    editions = [Edition(case, catalogue, one, units) for one in LANGUAGES]
    timeline = timeline_of(case, catalogue)
    style = template_file("page.css") + timeline.style
    scripts = [template_file("page.js"), *filter(None, [timeline.script])]
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            editions=editions,
            lang=lang,
            style=Markup(style),
            scripts=[Markup(script) for script in scripts],
            policy=content_policy([style], scripts),
            version=version,
            case=case,
            timeline=timeline,
        )
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates: everything is escaped, and what would be invisible is spelled out, wherever it is printed."""
    return Environment(
        loader=PackageLoader("saishu.report", "templates"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown,
    )  # fmt: skip


def template_file(name: str) -> str:
    """A file that lies beside the templates, as text."""
    return resources.files("saishu.report").joinpath("templates", name).read_text(encoding="utf-8")


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
