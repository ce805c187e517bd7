"""Everything that was seen, by unit and signal: text, Windows events, codes and facts in one shape."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from saishu.model import Certainty, Fact, Sighting, Value
from saishu.signals import SignalSet, Watched, codes_meant
from saishu.signals.codes import code_key
from saishu.signals.matchers import compiled

FACT = "fact"


class RowSet:
    """Records, by member path and where they begin; millions of them are cheap."""

    def __init__(self, rows: Iterable[tuple[str, int]] = ()) -> None:
        self._few = set(rows)
        self._many: dict[str, list[array[int]]] = {}

    def add(self, path: str, rows: array[int]) -> None:
        """Add records of one file."""
        self._many.setdefault(path, []).append(array("q", sorted(rows)))

    def __contains__(self, row: object) -> bool:
        if row in self._few:
            return True
        return isinstance(row, tuple) and any(_holds(rows, row[1]) for rows in self._many.get(row[0], ()))


class SeenSignals:
    """Sightings by signal number, sorted by time; those of facts are made here."""

    def __init__(self, signals: SignalSet, watched: Watched, facts: Iterable[Fact]) -> None:
        self._signals = signals
        self._sightings: dict[int, list[Sighting]] = {}
        self._counts: dict[int, int] = {}
        self._rows: dict[int, list[tuple[str, array[int]]]] = {}
        for (number, path), kept in watched.sightings.items():
            self._sightings.setdefault(number, []).extend((*kept.first, *kept.last))
            self._counts[number] = self._counts.get(number, 0) + kept.count
            if kept.rows:
                self._rows.setdefault(number, []).append((path, kept.rows))
        for fact in facts:
            for use in signals.facts.get(fact.name, ()):
                if all(_passes(fact.values.get(name), test) for name, test in use.where.items()):
                    self._sightings.setdefault(use.number, []).append(_fact_sighting(use.number, fact))
                    self._counts[use.number] = self._counts.get(use.number, 0) + 1
        for found in self._sightings.values():
            found.sort(key=_order)
        self._by_name = {name: number for number, name in enumerate(signals.names)}

    def of_unit(self, name: str, unit: Mapping[str, Any]) -> tuple[dict[str, list[Sighting]], dict[str, int]]:
        """Sightings and counts of a unit's signals by their names."""
        seen: dict[str, list[Sighting]] = {}
        counts: dict[str, int] = {}
        for signal_name, signal in unit["signals"].items():
            if "code" in signal:
                numbers = [self._signals.codes[code_key(code)] for code in codes_meant(unit, signal["code"])]
            else:
                numbers = [self._by_name[(name, signal_name)]]
            found = self._of(numbers, signal.get("logs") if "code" in signal else None)
            if found:
                seen[signal_name] = found
                counts[signal_name] = max(len(found), sum(self._counts.get(number, 0) for number in numbers))
        return seen, counts

    def rows_of(self, name: str, signal_names: Iterable[str]) -> Iterable[tuple[str, array[int]]]:
        """Path and records of all that was seen of these signals of a harmless unit, kept or not."""
        for signal_name in signal_names:
            yield from self._rows.get(self._by_name.get((name, signal_name), -1), ())

    def code_sightings(self, code: Mapping[str, Any]) -> Sequence[Sighting]:
        """Where a declared code was seen."""
        return self._sightings.get(self._signals.codes[code_key(code)], ())

    def _of(self, numbers: Sequence[int], logs: Sequence[str] | None) -> list[Sighting]:
        found = [one for number in numbers for one in self._sightings.get(number, ())]
        if logs is not None:
            found = [one for one in found if one.format in logs or one.format == "text"]
        return sorted(found, key=_order) if len(numbers) > 1 else found


def _holds(rows: array[int], number: int) -> bool:
    at = bisect_left(rows, number)
    return at < len(rows) and rows[at] == number


def _order(one: Sighting) -> tuple[bool, int, str, int]:
    """By time; what has none comes first, so that the last one is the latest known."""
    return (one.time is not None, one.time or 0, one.path, one.position)


def _passes(value: Value, test: Any) -> bool:
    """Whether a value of a fact is what a signal wants. A value that is not there passes nothing but `not`."""
    if not isinstance(test, dict):
        return _alike(value, test)
    if value is None:
        return set(test) <= {"not", "not_matches"}
    number = value if isinstance(value, int | float) else None
    return all(
        (
            "at_least" not in test or (number is not None and number >= test["at_least"]),
            "at_most" not in test or (number is not None and number <= test["at_most"]),
            "one_of" not in test or any(_alike(value, one) for one in test["one_of"]),
            "not" not in test or not _alike(value, test["not"]),
            "matches" not in test or compiled(test["matches"]).search(str(value)) is not None,
            "not_matches" not in test or compiled(test["not_matches"]).search(str(value)) is None,
        )
    )


def _alike(value: Value, wanted: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return value is wanted
    if isinstance(wanted, str):
        return str(value).casefold() == wanted.casefold()
    return value == wanted or str(value) == str(wanted)


def _fact_sighting(number: int, fact: Fact) -> Sighting:
    source = fact.source
    position = source.record if source.record is not None else source.line or 0
    text = fact.text or ", ".join(f"{name}: {value}" for name, value in fact.values.items() if value is not None)
    return Sighting(
        signal=number, path=source.path, format=FACT, position=position, row=position,
        record_numbers=source.record is not None, time=fact.time,
        certainty=Certainty.NONE if fact.time is None else Certainty.EXACT, level=0, component="", operation=None,
        text=text[:500], found="",
    )  # fmt: skip
