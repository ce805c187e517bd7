"""A part of the timeline, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from saishu.model import Level
from saishu.report.diagnosis_text import printable
from saishu_collect.words import Words as Phrases

SCHEMA = "saishu/timeline/1"
_MARKS = {"exact": " ", "zone_assumed": "~", "year_inferred": "?", "none": " "}
_SIGNS = {Level.CRITICAL: "!!", Level.ERROR: "E ", Level.WARNING: "W ", Level.INFO: "i ", Level.VERBOSE: "v "}
_SHOWN_TEXT = 240


@dataclass(frozen=True, slots=True)
class Shown:
    """Events with the columns of the store; total: how many were wanted; undated: how many of those have no time."""

    events: pl.DataFrame
    total: int
    undated: int


def timeline_document(shown: Shown, coverage: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What `timeline --json` prints."""
    return {
        "schema": SCHEMA,
        "total": shown.total,
        "undated": shown.undated,
        "events": [_event(row) for row in shown.events.iter_rows(named=True)],
        "coverage": [{name: _plain(value) for name, value in row.items()} for row in coverage],
    }


def write_timeline(shown: Shown, catalogue: Mapping[str, Any], lang: str) -> str:
    """The same for a terminal, one event a line, with a line end at its end."""
    return "\n".join(_lines(shown, Phrases(catalogue, lang))) + "\n"


def _lines(shown: Shown, phrases: Phrases) -> Iterator[str]:
    if not shown.total:
        yield phrases.say("timeline.empty")
        return
    yield phrases.say("timeline.about", shown=f"{shown.events.height:,}", total=f"{shown.total:,}")
    if shown.undated:
        yield phrases.say("timeline.undated", count=f"{shown.undated:,}")
    yield ""
    for row in shown.events.iter_rows(named=True):
        time = row["time"]
        when = time.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] if time else phrases.say("timeline.no_time")
        place = row["line"] if row["line"] is not None else f"#{row['record']}"
        number = "" if row["event_id"] is None else f" {row['event_id']}"
        text = printable(row["message"])[:_SHOWN_TEXT]
        sign = _SIGNS.get(Level(row["level"]), "  ") if row["level"] in set(Level) else "  "
        component = printable(row["component"] or "")
        yield f"{when}{_MARKS[row['certainty']]} {sign}{component}{number}: {text}  [{printable(row['path'])}:{place}]"


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    return value
