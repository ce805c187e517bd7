"""The interactive timeline of the page: what its script shows, and what stands there without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from saishu.model import Diagnosis, FindingKind
from saishu.report.timeline_clock import offsets
from saishu.report.timeline_columns import pack_events
from saishu.report.timeline_static import density_strip, telling_rows
from saishu.timeline.reading import Reading
from saishu.timeline.store import Row, Store
from saishu_collect.words import Words as Phrases

_SCRIPTS = tuple(f"timeline{part}.js" for part in ("_events", "_range", "_picture", "_list", "_detail", "_address", ""))
_MOST_MARKS = 40
_DAY = 86_400_000_000
DATA_ID = "timeline-data"
"""Id of the element that holds `TimelinePart.data`: `<script type="application/octet-stream" id="timeline-data">`."""

Words = Mapping[str, Phrases]
"""Language to its phrases."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Events that the page does not show in full. kind: see `timeline_columns.Packed`."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class TimelinePart:
    """What the page takes in. html: for where the timeline stands, in both languages, each in `<span lang>`.

    data: base64 for the text of the element `DATA_ID`, before the script. script, style: for one element each, or
    joined with others; they are the same for every case. notes: what was left out.
    """

    html: Markup
    data: str
    script: str
    style: str
    notes: tuple[LeftOut, ...]


def timeline_part(
    store: Store, reading: Reading, diagnosis: Diagnosis, say: Words, moment: int | None = None
) -> TimelinePart:
    """The timeline of a case. moment: of the failure, µs UTC; without one the first fault's time stands for it."""
    words = _Words(say)
    coverage = store.coverage()
    failure = moment if moment is not None else first_fault(diagnosis)
    if not coverage:
        return TimelinePart(_html(words, empty=True), "", _script(), _file("timeline.css"), ())
    header = {
        "words": words.for_script(),
        "sources": _sources(store, coverage),
        "failure": failure,
        "findings": _marks(diagnosis),
        "zone": _zone(reading, coverage, failure),
    }
    packed = pack_events(store, failure, header)
    notes = tuple(LeftOut(kind, count) for kind, count in packed.counts.items())
    html = _html(
        words,
        empty=False,
        failure=failure,
        notes=notes,
        zone=header["zone"],
        strip=density_strip(store, failure),
        rows=telling_rows(store, diagnosis, failure),
        total=sum(row["events"] for row in coverage),
    )
    return TimelinePart(html, packed.data, _script(), _file("timeline.css"), notes)


def first_fault(diagnosis: Diagnosis) -> int | None:
    """When the first-ranked fault was seen first, µs UTC."""
    faults = (one for one in diagnosis.findings if one.kind is FindingKind.FAULT)
    return next((one.first for one in faults if one.first is not None), None)


def _sources(store: Store, coverage: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """What the script knows of each file, by its path. records: its places are record numbers."""
    names = ("path", "events", "first", "last", "warnings", "errors")
    logs = {row["path"] for row in store.ask("select distinct path from events where record is not null")}
    return {row["path"]: {**{name: row[name] for name in names}, "records": row["path"] in logs} for row in coverage}


def _marks(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    """The findings that have a time."""
    dated = [one for one in diagnosis.findings if one.first is not None][:_MOST_MARKS]
    return [
        {"rule": one.rule, "kind": one.kind.value, "title": dict(one.title), "time": one.first,
         "last": one.last if one.last is not None else one.first}
        for one in dated
    ]  # fmt: skip


def _zone(reading: Reading, coverage: Sequence[Row], failure: int | None) -> dict[str, Any] | None:
    """Name and distances from UTC of the machine's own clock, None where nothing says them."""
    times = [row[end] for row in coverage for end in ("first", "last") if row[end] is not None]
    times += [failure] if failure is not None else []
    if reading.host.zone is None or not times:
        return None
    changes = offsets(reading.host.zone, min(times) - _DAY, max(times) + _DAY)
    return {"name": reading.host.zone_name, "source": reading.host.zone_source.value, "changes": changes}


class _Words:
    """Phrases in both languages at once."""

    def __init__(self, say: Words) -> None:
        self._say = say

    def both(self, key: str, /, **values: object) -> Markup:
        """A phrase of this part in a span for each language; the page shows one of them."""
        spans = (
            f'<span lang="{lang}">{escape(words.say(f"timeline.page.{key}", **values))}</span>'
            for lang, words in self._say.items()
        )
        return Markup("").join(map(Markup, spans))

    def for_script(self) -> dict[str, dict[str, str]]:
        """Key to language to phrase, placeholders unfilled, of every phrase that the script puts in."""
        texts = {lang: _script_phrases(words) for lang, words in self._say.items()}
        keys = next(iter(texts.values()))
        return {key: {lang: found[key] for lang, found in texts.items()} for key in keys}


_OF_THE_SCRIPT = (
    "level.0", "level.1", "level.2", "level.3", "level.4", "level.5", "certainty.1", "certainty.2", "certainty.3",
    "shown", "shown_undated", "only_counted", "starts_after", "ends_before", "no_dated", "mark.fault", "mark.benign",
    "mark.context", "mark.success", "detail.time", "detail.host_time", "detail.level", "detail.source",
    "detail.component", "detail.operation", "detail.message", "detail.cut", "detail.shortened", "detail.silent",
    "detail.around", "detail.only_operation", "detail.only_source", "detail.link",
)  # fmt: skip


def _script_phrases(words: Phrases) -> dict[str, str]:
    """The phrases with their placeholders: each is filled with its own name in braces."""
    names = ("shown", "total", "count")
    return {
        key: str(words.say(f"timeline.page.{key}", **{name: f"{{{name}}}" for name in names})) for key in _OF_THE_SCRIPT
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("saishu.report", "templates"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _html(words: _Words, /, **values: object) -> Markup:
    return Markup(_environment().get_template("timeline.html.j2").render(both=words.both, **values))


def _script() -> str:
    """All scripts in one function of their own, so that nothing of them can clash with the page's."""
    return '(() => {\n"use strict";\n' + "\n".join(map(_file, _SCRIPTS)) + "})();\n"


@lru_cache(maxsize=8)
def _file(name: str) -> str:
    return resources.files("saishu.report").joinpath("templates", name).read_text(encoding="utf-8")
