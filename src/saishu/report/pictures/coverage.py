"""Which log speaks of which time: a lane for each file, with its gaps, and the moment of the failure across all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from saishu.report.pictures.axis import SECOND, Axis
from saishu.report.pictures.svg import element, picture, share
from saishu.report.speaker import Speaker
from saishu.timeline.reading import Reading

_BUCKETS = 240
_SHOWN = 80
_HEIGHT = 16
_DAY = 86_400 * SECOND
_WIDEST = 400 * _DAY


@dataclass(frozen=True, slots=True)
class Lane:
    """A file: its events and its time, a picture of it, and what is to be said about it (state and words)."""

    path: str
    events: str
    first: str
    last: str
    bar: Markup
    state: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """All lanes, those that say nothing of the failure first. left_out: files that are not shown; undated: no times."""

    lanes: Sequence[Lane]
    left_out: int
    undated: Sequence[str]
    scale: Markup
    failure: str


def draw_coverage(reading: Reading, failure: int | None, speaker: Speaker) -> Coverage | None:
    """failure: µs UTC of what the page is about, or None where nothing says it."""
    dated = [read for read in reading.files if read.first is not None and read.last is not None]
    axis = _axis([(read.first, read.last) for read in dated], failure)
    if axis is None:
        return None
    runs = _runs(reading, axis)
    lanes = []
    for read in dated:
        state, remark = _remark(read.first, read.last, failure, speaker)
        bar = _bar(runs.get(read.path, ()), axis, failure, f"{read.path} {remark}".strip())
        first, last = speaker.when(read.first), speaker.when(read.last)
        lanes.append(Lane(read.path, speaker.number(read.events), first, last, bar, state, remark))
    lanes.sort(key=lambda lane: (not lane.state, lane.path))
    undated = [read.path for read in reading.files if read.first is None and read.events]
    scale = axis.scale(speaker.say("report.coverage.axis"))
    return Coverage(lanes[:_SHOWN], max(0, len(lanes) - _SHOWN), undated[:_SHOWN], scale, speaker.when(failure))


def _axis(spans: Sequence[tuple[int | None, int | None]], failure: int | None) -> Axis | None:
    """Over everything, but a little more than a year at most: a log of last decade would press all into one line."""
    whole = Axis.over([*(time for span in spans for time in span), failure])
    if whole is None or whole.end - whole.start <= _WIDEST:
        return whole
    end = failure if failure is not None else whole.end
    return Axis(max(whole.start, end - _WIDEST), min(whole.end, end + _WIDEST // 4))


def _runs(reading: Reading, axis: Axis) -> Mapping[str, list[tuple[int, int]]]:
    """Path to the stretches of buckets in which it has events."""
    width = max((axis.end - axis.start) // _BUCKETS, 1)
    rows = reading.store.ask(
        "select path, cast(floor((epoch_us(time) - ?) / ?) as bigint) as bucket from events"
        " where time between make_timestamptz(?) and make_timestamptz(?) group by all order by all",
        [axis.start, width, axis.start, axis.end],
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        kept, bucket = found.setdefault(row["path"], []), int(row["bucket"])
        if kept and bucket <= kept[-1][1] + 1:
            kept[-1] = (kept[-1][0], bucket)
        else:
            kept.append((bucket, bucket))
    return found


def _bar(runs: Sequence[tuple[int, int]], axis: Axis, failure: int | None, title: str) -> Markup:
    parts = axis.grid(_HEIGHT)
    if runs:
        left, right = runs[0][0] / _BUCKETS, (runs[-1][1] + 1) / _BUCKETS
        middle = _HEIGHT / 2
        parts.append(element("line", class_="span", x1=share(left), x2=share(right), y1=middle, y2=middle))
    for first, last in runs:
        width = (last + 1 - first) / _BUCKETS
        parts.append(
            element("rect", class_="fill log", x=share(first / _BUCKETS), y=4, width=share(width), height=_HEIGHT - 8)
        )
    if failure is not None:
        parts.append(
            element("line", class_="now", x1=share(axis.at(failure)), x2=share(axis.at(failure)), y1=0, y2=_HEIGHT)
        )
    return picture(_HEIGHT, title, parts)


def _remark(first: int | None, last: int | None, failure: int | None, speaker: Speaker) -> tuple[str, str]:
    """(state, words) when a log says nothing of the moment of the failure."""
    if failure is None or first is None or last is None:
        return "", ""
    if first > failure:
        return "soon", speaker.say("report.coverage.begins_after", first=speaker.when(first))
    if last < failure - 3600 * SECOND:
        return "soon", speaker.say("report.coverage.ends_before", last=speaker.when(last))
    return "", ""
