"""A part of the timeline, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saishu.model import Level
from saishu.report.moments import iso, moment
from saishu.report.printable import printable
from saishu.timeline.store import Row
from saishu_collect.words import Words as Phrases

SCHEMA = "saishu/timeline/1"
_MARKS = {"exact": " ", "zone_assumed": "~", "year_inferred": "?", "none": " "}
_SIGNS = {Level.CRITICAL: "!!", Level.ERROR: "E ", Level.WARNING: "W ", Level.INFO: "i ", Level.VERBOSE: "v "}
_SHOWN_TEXT = 240


@dataclass(frozen=True, slots=True)
class Shown:
    """Events as the store gives them.

    total: how many were wanted; undated: how many of those have no time; only_dated: those were left out.
    """

    events: Sequence[Row]
    total: int
    undated: int
    only_dated: bool = False


def timeline_document(shown: Shown, coverage: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What `timeline --json` prints."""
    return {
        "schema": SCHEMA,
        "total": shown.total,
        "undated": shown.undated,
        "events": [{**row, "time": iso(row["time"])} for row in shown.events],
        "coverage": [{**row, "first": iso(row["first"]), "last": iso(row["last"])} for row in coverage],
    }


def write_timeline(shown: Shown, catalogue: Mapping[str, Any], lang: str) -> str:
    """The same for a terminal, one event a line, with a line end at its end."""
    return "\n".join(_lines(shown, Phrases(catalogue, lang))) + "\n"


def _lines(shown: Shown, phrases: Phrases) -> Iterator[str]:
    if not shown.total:
        yield phrases.say("timeline.empty")
        return
    yield phrases.say("timeline.about", shown=f"{len(shown.events):,}", total=f"{shown.total:,}")
    if shown.undated:
        key = "timeline.undated" if shown.only_dated else "timeline.undated_last"
        yield phrases.say(key, count=f"{shown.undated:,}")
    yield ""
    for row in shown.events:
        time = moment(row["time"])
        when = time.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] if time else phrases.say("timeline.no_time")
        place = row["line"] if row["line"] is not None else f"#{row['record']}"
        number = "" if row["event_id"] is None else str(row["event_id"])
        text = printable(row["message"])[:_SHOWN_TEXT]
        sign = _SIGNS.get(Level(row["level"]), "  ") if row["level"] in set(Level) else "  "
        speaker = " ".join(filter(None, (printable(row["component"] or ""), number)))
        said = f"{speaker}: {text}" if speaker else text
        yield f"{when}{_MARKS[row['certainty']]} {sign}{said}  [{printable(row['path'])}:{place}]"
