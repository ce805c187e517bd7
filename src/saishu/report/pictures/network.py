"""Which endpoints answered, by name, by port and by HTTP: one row for each, one column for each way of asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saishu.model import Fact
from saishu.report.speaker import Speaker
from saishu.report.visible import one_line

_COLUMNS = {"nslookup": "dns", "nc": "tcp", "tnc": "tcp", "curl": "http", "Invoke-WebRequest": "http", "saishu": "all"}
_ORDER = ("dns", "tcp", "http", "all")
_STATES = {"ok": "good", "failed": "bad"}
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """What one way of asking brought. state: `good`, `bad` or `odd`; place: path and line."""

    state: str
    word: str
    detail: str
    place: str


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint; cells: one for each column, None where nobody asked so."""

    name: str
    note: str
    cells: tuple[Cell | None, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """columns: what was asked, in words. blocked: how many targets have a failure."""

    columns: Sequence[str]
    rows: Sequence[Target]
    more: int
    blocked: int


def draw_matrix(facts: Sequence[Fact], speaker: Speaker) -> Matrix | None:
    """Facts `net.check` by target, those with a failure first."""
    if not facts:
        return None
    used = [name for name in _ORDER if any(_column(fact) == name for fact in facts)]
    grouped: dict[str, dict[str, Fact]] = {}
    for fact in facts:
        target = str(fact.values.get("target") or "?")
        kept = grouped.setdefault(target, {})
        column = _column(fact)
        # Of two answers to one question the failure is what somebody must see.
        if column not in kept or fact.values.get("result") == "failed":
            kept[column] = fact
    rows = [_target(name, kept, used, speaker) for name, kept in grouped.items()]
    rows.sort(key=lambda row: (("bad", "odd", "good").index(row.state), row.name))
    columns = [speaker.say(f"report.network.{name}") for name in used]
    blocked = sum(row.state == "bad" for row in rows)
    return Matrix(columns, rows[:_SHOWN], max(0, len(rows) - _SHOWN), blocked)


def _column(fact: Fact) -> str:
    return _COLUMNS.get(str(fact.values.get("tool")), "all")


def _target(name: str, kept: dict[str, Fact], used: Sequence[str], speaker: Speaker) -> Target:
    cells = tuple(_cell(kept[column], column, speaker) if column in kept else None for column in used)
    states = {cell.state for cell in cells if cell is not None}
    state = "bad" if "bad" in states else "odd" if "odd" in states else "good"
    ports = sorted({str(fact.values["port"]) for fact in kept.values() if fact.values.get("port") not in (None, 53)})
    needs = {str(fact.values["need"]) for fact in kept.values() if fact.values.get("need")}
    words = [speaker.say(f"need.{need}") for need in sorted(needs) if speaker.has(f"need.{need}")]
    return Target(name, " · ".join((*ports, *words)), cells, state)


def _cell(fact: Fact, column: str, speaker: Speaker) -> Cell:
    state = _STATES.get(str(fact.values.get("result")), "odd")
    detail = one_line(str(fact.values.get("detail") or ""), 160)
    if not detail and fact.values.get("http"):
        detail = f"HTTP {fact.values['http']}"
    line = f":{fact.source.line}" if fact.source.line else ""
    words = "name" if column == "dns" else "state"
    return Cell(state, speaker.say(f"report.network.{words}.{state}"), detail, f"{fact.source.path}{line}")
