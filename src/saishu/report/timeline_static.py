"""What the timeline shows without a script: a strip of density as SVG, and the most telling events as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from saishu.model import Diagnosis
from saishu.report.moments import iso, shown
from saishu.report.visible import one_line, visible
from saishu.timeline.store import Store

_BINS = 160
_WIDTH, _HEIGHT = 960, 72
_MOST_ROWS = 60
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Strip:
    """A density picture. bars: (kind, SVG path), the worst first. first, last: as people read them, UTC."""

    bars: Sequence[tuple[str, str]]
    failure: float | None
    first: str
    last: str
    width: int = _WIDTH
    height: int = _HEIGHT


@dataclass(frozen=True, slots=True)
class TellingRow:
    """One event as text. iso: for machines; mark: empty, or how doubtful the time is."""

    time: str
    iso: str
    certainty: str
    level: int
    place: str
    speaker: str
    message: str


def density_strip(store: Store, failure: int | None) -> Strip | None:
    """Events over time, stacked by level; None where nothing has a time."""
    ends = store.ask("select epoch_us(min(time)) as first, epoch_us(max(time)) as last from events")[0]
    first, last = ends["first"], ends["last"]
    if first is None:
        return None
    width = max(1, (last - first) // _BINS + 1)
    rows = store.ask(
        f"select (epoch_us(time) - {first}) // {width} as bin, count(*) filter (level in (1, 2)) as error,"
        " count(*) filter (level = 3) as warning, count(*) as total"
        " from events where time is not null group by bin order by bin"
    )
    most = max(row["total"] for row in rows)
    bars: dict[str, list[str]] = {"error": [], "warning": [], "other": []}
    for row in rows:
        for kind, low, high in _stack(row["error"], row["warning"], row["total"], most):
            x = row["bin"] * _WIDTH / _BINS
            bars[kind].append(f"M{x:.0f} {_HEIGHT - high:.1f}h5v{high - low:.1f}h-5z")
    place = None if failure is None or not first <= failure <= last else (failure - first) / width * _WIDTH / _BINS
    return Strip([(kind, "".join(path)) for kind, path in bars.items() if path], place, shown(first), shown(last))


def _stack(errors: int, warnings: int, total: int, most: int) -> Iterator[tuple[str, float, float]]:
    """(kind, from, to) in pixels: height by the square root, and never a bad one so small that it is not seen."""
    height = max(3.0, (_HEIGHT - 8) * sqrt(total / most))
    low = 0.0
    for kind, count in (("error", errors), ("warning", warnings), ("other", total - errors - warnings)):
        if count:
            high = min(float(_HEIGHT), low + max(2.0 if kind == "other" else 4.0, height * count / total))
            yield kind, low, high
            low = high


def telling_rows(store: Store, diagnosis: Diagnosis, failure: int | None) -> list[TellingRow]:
    """The proofs of the findings and the worst events nearest to the failure, by time; at most 60."""
    proofs = {
        (proof.path, proof.line if proof.line is not None else proof.record)
        for finding in diagnosis.findings
        for proof in finding.evidence[:3]
        if proof.line is not None or proof.record is not None
    }
    places = [f"{path}\t{number}" for path, number in sorted(proofs, key=str)][:_MOST_ROWS]
    near = f"abs(epoch_us(time) - {'null' if failure is None else int(failure)})"
    rows = store.ask(
        "select *, epoch_us(time) as moment from (select * from events where time is not null order by"
        " not list_contains(?, path || chr(9) || coalesce(line, record)),"
        f" case when level in (1, 2) then 1 when level = 3 then 2 else 3 end, {near}, time desc, path, line, record"
        f" limit {_MOST_ROWS}) order by time, path, line, record",
        [places],
    )
    return [
        TellingRow(
            shown(row["moment"]),
            iso(row["moment"]) or "",
            row["certainty"],
            row["level"] or 0,
            f"{visible(row['path'])}:{row['line'] if row['line'] is not None else '#' + str(row['record'])}",
            " ".join(filter(None, (one_line(row["component"] or "", 80), str(row["event_id"] or "")))),
            one_line(row["message"], _LONGEST),
        )
        for row in rows
    ]
