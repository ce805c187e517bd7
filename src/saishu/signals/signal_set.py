"""Every signal of the knowledge, numbered: what to look for in text, in Windows events and in facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from saishu.model import Level
from saishu.signals.codes import FORMATS, GENERIC, code_key, code_names, code_pattern, number_pattern
from saishu.signals.matchers import Matcher, Packed, open_matcher

ANY_TEXT = "text"
EVENTS = "events"
TROUBLE = "trouble"
_TROUBLE = (
    r"(?i:\b(?:errors?|fail(?:ed|ure|s)?|fatal|exception|denied|refused|timed? ?out|unable to|cannot"
    r"|corrupt(?:ed|ion)?)\b)"
    r"|失敗|エラー|拒否|タイムアウト|できませ"
)


@dataclass(frozen=True, slots=True)
class TextUse:
    """A signal that uses a pattern. formats, levels: where it counts, None for everywhere."""

    number: int
    formats: frozenset[str] | None = None
    levels: frozenset[int] | None = None

    def reads(self, format_id: str) -> bool:
        """Whether files of this format are meant. Text that nobody can name always is, whatever its level."""
        return self.formats is None or format_id == ANY_TEXT or format_id in self.formats


@dataclass(frozen=True, slots=True)
class EventUse:
    """A signal that wants Windows events of an id. providers: lower case, None for any."""

    number: int
    providers: frozenset[str] | None
    data: str | None = None
    not_data: str | None = None
    levels: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class FactUse:
    """A signal that wants a fact with these values."""

    number: int
    where: Mapping[str, Any]


@dataclass
class SignalSet:
    """Signals by number.

    names: (unit id, signal name), or ("", code key) for a declared code. patterns: each once, with who uses it.
    generic: pattern number to the kind of code that it recognises. number_kinds: pattern number to the kind of number.
    codes: code key to its number. hresults, numbers: the signals of codes that need no pattern of their own, by their
    usual form, and by kind and number. spelled: the usual form by signal number.
    harmless: numbers of the signals of what only looks bad: all their records count, not only those kept.
    """

    names: list[tuple[str, str]] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    uses: list[list[TextUse]] = field(default_factory=list)
    generic: dict[int, str] = field(default_factory=dict)
    events: dict[int, list[EventUse]] = field(default_factory=dict)
    facts: dict[str, list[FactUse]] = field(default_factory=dict)
    number_kinds: dict[int, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    hresults: dict[str, int] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    spelled: dict[int, str] = field(default_factory=dict)
    harmless: set[int] = field(default_factory=set)
    ready: Packed | None = None
    _numbers: dict[str, int] = field(default_factory=dict)

    @cached_property
    def matcher(self) -> Matcher:
        """Finds all patterns at once; made when first asked for."""
        return open_matcher(self.patterns, ready=self.ready)

    def number(self, unit: str, signal: str) -> int:
        """A new number for a signal."""
        self.names.append((unit, signal))
        return len(self.names) - 1

    def look_for(self, pattern: str, use: TextUse | None) -> int:
        """Add a user of a pattern; returns the number of the pattern."""
        at = self._numbers.setdefault(pattern, len(self.patterns))
        if at == len(self.patterns):
            self.patterns.append(pattern)
            self.uses.append([])
        if use is not None:
            self.uses[at].append(use)
        return at


def build_signal_set(units: Mapping[str, Mapping[str, Any]]) -> SignalSet:
    """The signals of fault units, always in the same order for the same units."""
    built = SignalSet()
    for kind, pattern in GENERIC.items():
        built.generic[built.look_for(pattern, TextUse(-1, FORMATS.get(kind)))] = kind
    built.generic[built.look_for(_TROUBLE, TextUse(-1))] = TROUBLE
    for unit in units.values():
        for code in unit["codes"]:
            _add_code(built, code)
    for name, unit in units.items():
        for signal_name, signal in unit["signals"].items():
            _add_signal(built, name, signal_name, signal)
    benign = {name for name, unit in units.items() if unit["kind"] == "benign"}
    built.harmless = {number for number, (name, _) in enumerate(built.names) if name in benign}
    return built


def codes_meant(unit: Mapping[str, Any], wanted: str) -> list[Mapping[str, Any]]:
    """The codes of a unit that `code: …` means: all of them, or the one that is written so."""
    return [code for code in unit["codes"] if wanted == "any" or wanted in code_names(code)]


def _add_code(built: SignalSet, code: Mapping[str, Any]) -> None:
    key = code_key(code)
    if key in built.codes:
        return
    number = built.codes[key] = built.number("", key)
    built.spelled[number] = code_names(code)[0]
    if "event" in code:
        use = EventUse(number, frozenset((code["provider"].lower(),)))
        built.events.setdefault(code["event"], []).append(use)
        return
    if "hresult" in code:
        built.hresults[code["hresult"]] = number
    if "number" in code:
        built.numbers[code["of"], code["number"]] = number
        at = built.look_for(number_pattern(code["of"]), TextUse(-1, FORMATS.get(code["of"])))
        built.number_kinds[at] = code["of"]
        return
    pattern = code_pattern(code)
    if pattern is not None:
        built.look_for(pattern, TextUse(number))


def _add_signal(built: SignalSet, unit: str, name: str, signal: Mapping[str, Any]) -> None:
    if "code" in signal:
        return
    number = built.number(unit, name)
    if "text" in signal:
        formats = frozenset(signal["logs"]) if "logs" in signal else None
        built.look_for(signal["text"], TextUse(number, formats, _levels(signal.get("levels"))))
    elif "event" in signal:
        event = signal["event"]
        providers = frozenset(one.lower() for one in event["provider"]) if "provider" in event else None
        use = EventUse(number, providers, event.get("data"), event.get("not_data"), _levels(event.get("levels")))
        for event_id in event["ids"]:
            built.events.setdefault(event_id, []).append(use)
    else:
        built.facts.setdefault(signal["fact"], []).append(FactUse(number, signal.get("where", {})))


def _levels(names: Iterable[str] | None) -> frozenset[int] | None:
    return None if names is None else frozenset(Level[name.upper()].value for name in names)
