"""The place of the timeline on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log1p
from typing import Any

from markupsafe import Markup

from saishu.report.case_file import CaseFile
from saishu.report.pictures.axis import Axis
from saishu.report.pictures.svg import element, picture, share
from saishu.report.speaker import Speaker
from saishu_collect.words import LANGUAGES

_BUCKETS = 180
_HEIGHT = 64


@dataclass(frozen=True, slots=True)
class PagePart:
    """A part that both languages share. data: what its script reads. style, script: for the policy of the page."""

    html: Markup
    data: str = ""
    script: str = ""
    style: str = ""


def timeline_of(case: CaseFile, catalogue: Mapping[str, Any]) -> PagePart:
    """The timeline of a case: how many events there are when. INCLUDE: the interactive one takes this place."""
    axis = Axis.over(time for read in case.reading.files for time in (read.first, read.last))
    if axis is None:
        return PagePart(Markup(""))
    speakers = [Speaker(catalogue, lang) for lang in LANGUAGES]
    title = Markup("").join(element("span", one.say("report.nav.timeline"), lang=one.lang) for one in speakers)
    scale = axis.scale(" / ".join(one.say("report.coverage.axis") for one in speakers))
    return PagePart(element("h2", title) + element("div", _strip(case, axis), scale, class_="lane"))


def _strip(case: CaseFile, axis: Axis) -> Markup:
    """Events by time; their number as a logarithm, so that a single one beside thousands is still seen."""
    width = max((axis.end - axis.start) // _BUCKETS, 1)
    rows = case.reading.store.ask(
        "select cast(floor((epoch_us(time) - ?) / ?) as bigint) as bucket, count(*) as all_of_them,"
        " count(*) filter (level between 1 and 2) as errors from events where time is not null group by 1 order by 1",
        [axis.start, width],
    )
    highest = max((log1p(row["all_of_them"]) for row in rows), default=1.0)
    parts = axis.grid(_HEIGHT)
    for row in rows:
        for count, kind in ((row["all_of_them"], "log"), (row["errors"], "bad")):
            height = round(log1p(count) / highest * _HEIGHT, 1)
            if height:
                left = share(row["bucket"] / _BUCKETS)
                parts.append(
                    element(
                        "rect", class_=f"fill {kind}", x=left, y=_HEIGHT - height, width=share(0.8 / _BUCKETS),
                        height=height,
                    )
                )  # fmt: skip
    return picture(_HEIGHT, "events", parts)
