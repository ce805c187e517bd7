"""Jobs on a time axis: when each ran, how long, how it ended; VM snapshots with the time of the freeze."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from saishu.model import Fact, Value
from saishu.report.pictures.axis import SECOND, Axis
from saishu.report.pictures.svg import element, picture, share
from saishu.report.speaker import Speaker
from saishu.report.visible import one_line

KINDS = ("snapshot.job", "hana.job", "backint.call", "mars.job")
_STATES = {"success": "good", "failed": "bad"}
_SHOWN = 16
_DRAWN = 600
_LANE, _ROW = 30, 14
_FREEZE, _THAW, _BEFORE, _AFTER = "stage_1", "stage_9", "stage_5", "stage_6"
_NARROWEST = 0.003


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job. stages: what is known of its parts, in words. detail: the line that says how it ended."""

    start: str
    local: str
    what: str
    state: str
    word: str
    duration: str
    stages: str
    bar: Markup | None
    detail: str
    place: str


@dataclass(frozen=True, slots=True)
class JobGroup:
    """All jobs of one kind: a lane over the whole time, and the latest of them as rows. loose: not drawn at all."""

    title: str
    paths: Sequence[str]
    counts: Sequence[tuple[str, str, int]]
    lane: Markup | None
    scale: Markup | None
    rows: Sequence[JobRow]
    more: int
    loose: int
    longest: str
    staged: bool


def draw_jobs(facts: Mapping[str, Sequence[Fact]], speaker: Speaker) -> list[JobGroup]:
    """One group for each kind of job that the logs tell of."""
    groups = [_group(kind, facts[kind], speaker) for kind in KINDS if facts.get(kind)]
    return [group for group in groups if group.rows]


def _group(kind: str, facts: Sequence[Fact], speaker: Speaker) -> JobGroup:
    known = [fact for fact in facts if not _is_loose(fact)]
    jobs = sorted(known, key=lambda fact: _time(fact.values.get("start")) or 0, reverse=True)
    axis = Axis.over(time for job in jobs for time in (_time(job.values.get("start")), _time(job.values.get("end"))))
    chosen = _telling(jobs)
    longest = max((_seconds(job.values) or 0.0 for job in chosen), default=0.0)
    words = [(state, speaker.say(f"report.job.{state}")) for state in ("bad", "soon", "good")]
    counts = [(state, word, sum(_state(job) == state for job in jobs)) for state, word in words]
    title = speaker.say(f"report.job.kind.{kind}")
    return JobGroup(
        title=title,
        paths=list(dict.fromkeys(job.source.path for job in chosen))[:6],
        counts=[one for one in counts if one[2]],
        lane=_lane(jobs, axis, title) if axis is not None else None,
        scale=axis.scale(speaker.say("report.job.axis")) if axis is not None else None,
        rows=[_row(job, longest, speaker) for job in chosen],
        more=len(jobs) - len(chosen),
        loose=len(facts) - len(known),
        longest=_lasting(longest, speaker),
        staged=any(isinstance(job.values.get(_FREEZE), int) for job in chosen),
    )


def _is_loose(job: Fact) -> bool:
    """Whether only a single moment of a job is known, and nothing of how it went."""
    values = job.values
    return values.get("result") == "unfinished" and values.get("start") == values.get("end") and "what" not in values


def _telling(jobs: Sequence[Fact]) -> list[Fact]:
    """The latest jobs, with the latest that did not work always among them; both newest first."""
    if len(jobs) <= _SHOWN:
        return list(jobs)
    bad = [at for at, job in enumerate(jobs) if _state(job) == "bad"][: _SHOWN // 2]
    rest = [at for at in range(len(jobs)) if at not in set(bad)]
    return [jobs[at] for at in sorted([*bad, *rest[: _SHOWN - len(bad)]])]


def _lane(jobs: Sequence[Fact], axis: Axis, title: str) -> Markup:
    parts = axis.grid(_LANE)
    # Good ones stay low and bad ones reach up: the height says it without the colour.
    for job in reversed(jobs[:_DRAWN]):
        start, end = _time(job.values.get("start")), _time(job.values.get("end"))
        place = axis.bar(start, end if end is not None else start) if start is not None else None
        if place is None:
            continue
        state = _state(job)
        top = {"good": _LANE - 10, "soon": _LANE - 18, "bad": 2}[state]
        left, width = place
        parts.append(
            element(
                "rect", class_=f"fill {state}", x=share(left), y=top, width=share(max(width, _NARROWEST)),
                height=_LANE - top,
            )
        )  # fmt: skip
    return picture(_LANE, title, parts)


def _row(job: Fact, longest: float, speaker: Speaker) -> JobRow:
    values, state = job.values, _state(job)
    start = _time(values.get("start"))
    seconds = _seconds(values)
    word = speaker.say(f"report.job.{state}")
    stages = _stages(values, speaker)
    what = _what(job, speaker)
    return JobRow(
        start=speaker.when(start) or speaker.say("report.point.undated"),
        local=speaker.local(start),
        what=what,
        state=state,
        word=word,
        duration=_lasting(seconds, speaker) if seconds is not None else "",
        stages=stages,
        bar=_duration_bar(values, seconds, longest, state, f"{what} {word} {stages}") if seconds is not None else None,
        detail=one_line(job.text, 300),
        place=speaker.say("report.line", number=job.source.line),
    )


def _duration_bar(
    values: Mapping[str, Value], seconds: float, longest: float, state: str, title: str
) -> Markup:  # fmt: skip
    """The length of a job beside the longest one, with the freeze and the snapshot inside it."""
    scale = max(longest, 1.0)
    parts = [_span("fill dim", 0.0, seconds / scale, 4, _ROW - 8)]
    start = _time(values.get("start"))
    for first, last, top, kind in ((_FREEZE, _THAW, 2, "freeze"), (_BEFORE, _AFTER, 0, "snapshot")):
        begin, end = _time(values.get(first)), _time(values.get(last))
        if start is not None and begin is not None and end is not None:
            left = (begin - start) / SECOND / scale
            parts.append(_span(f"fill {kind}", left, (end - begin) / SECOND / scale, top, _ROW - 2 * top))
    end_at = min(seconds / scale, 1.0)
    parts.append(element("circle", class_=f"fill {state}", cx=share(end_at * 0.98 + 0.01), cy=_ROW // 2, r=4))
    return picture(_ROW, title, parts)


def _span(class_: str, left: float, width: float, top: int, height: int) -> Markup:
    return element(
        "rect", class_=class_, x=share(left), y=top, width=share(max(width, _NARROWEST)), height=height, rx=1
    )


def _stages(values: Mapping[str, Value], speaker: Speaker) -> str:
    parts = []
    for key in ("freeze_seconds", "snapshot_seconds"):
        seconds = values.get(key)
        if isinstance(seconds, int | float):
            parts.append(speaker.say(f"report.job.{key}", time=_lasting(float(seconds), speaker)))
    last = values.get("last_stage")
    if last is not None and values.get("result") != "success":
        parts.append(speaker.say("report.job.last_stage", stage=last))
    return speaker.join(parts)


def _what(job: Fact, speaker: Speaker) -> str:
    names = {
        "snapshot.job": ("task", "code_name"), "hana.job": ("database", "what", "error"),
        "backint.call": ("function", "pid"), "mars.job": ("task",),
    }[job.name]  # fmt: skip
    parts = [str(job.values[name]) for name in names if job.values.get(name) not in (None, "")]
    code = job.values.get("code") if job.name == "snapshot.job" else job.values.get("exit_code")
    if code not in (None, 0) and _state(job) != "good":
        parts.append(speaker.say("report.job.code", code=code))
    return one_line(" · ".join(parts), 160)


def _state(job: Fact) -> str:
    return _STATES.get(str(job.values.get("result")), "soon")


def _seconds(values: Mapping[str, Value]) -> float | None:
    start, end = _time(values.get("start")), _time(values.get("end"))
    return (end - start) / SECOND if start is not None and end is not None and end >= start else None


def _lasting(seconds: float, speaker: Speaker) -> str:
    if seconds < 60:
        return speaker.say("report.lasting.seconds", seconds=f"{seconds:.1f}".removesuffix(".0"))
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return speaker.say("report.lasting.minutes", minutes=minutes, seconds=rest)
    return speaker.say("report.lasting.hours", hours=minutes // 60, minutes=minutes % 60)


def _time(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
