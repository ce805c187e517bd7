"""What event logs state of the machine itself: its name, its Windows, its time zone."""

from __future__ import annotations

import re
from typing import Any

from saishu.model import Fact, SourceRef
from saishu.parse.reading import FileInput, Sink

EVENT_LOG = "EventLog"
MACHINE_EVENTS = frozenset((6009, 6013))
_ZONE = re.compile(r"(-?\d{1,4})\s+(\S.*)")
_DIGITS = re.compile(r"[0-9]{1,9}")
_MOST = 16


class Machine:
    """Collects facts and states each of them once, with the newest event that says so.

    host: {name}. os: {name, version, service_pack}. zone: {name, bias_minutes}: Windows' own name in the language of
    the machine, and minutes to add to local time to get UTC (-540 in Japan); both of standard time all year round.
    """

    def __init__(self, file: FileInput, sink: Sink) -> None:
        self._file = file
        self._sink = sink
        self._facts: dict[tuple[object, ...], Fact] = {}

    def at(self, computer: object, position: int, time: int | None) -> None:
        """A record from a computer other than the one before it."""
        if isinstance(computer, str) and computer:
            self._keep("host", {"name": computer}, computer, position, time)

    def event(self, ident: int, event: dict[str, Any], position: int, time: int | None, message: str) -> None:
        """An event 6009 (the Windows that started) or 6013 (how long it has been up, and its zone)."""
        data = event.get("EventData")
        strings = data.get("Data") if isinstance(data, dict) else None
        strings = strings.get("#text") if isinstance(strings, dict) else strings
        if not isinstance(strings, list):
            return
        words = [str(one) for one in strings]
        if ident == 6009 and len(words) >= 2:
            version = _version(words[0], words[1])
            pack = {"service_pack": words[2]} if words[2:] and words[2] else {}
            if version:
                self._keep("os", {"name": "Windows", "version": version, **pack}, message, position, time)
        elif ident == 6013:
            self._zone(words, position, time)

    def finish(self) -> None:
        """State what was found, oldest first."""
        for fact in sorted(self._facts.values(), key=lambda fact: (fact.name, fact.time or 0)):
            self._sink.fact(fact)

    def _zone(self, words: list[str], position: int, time: int | None) -> None:
        hit = next(filter(None, map(_ZONE.fullmatch, words)), None)
        if hit is not None and -900 <= int(hit[1]) <= 900:
            values = {"name": hit[2].strip(), "bias_minutes": int(hit[1]), "text": hit[0]}
            self._keep("zone", values, hit[0], position, time)

    def _keep(self, name: str, values: dict[str, str | int], text: str, position: int, time: int | None) -> None:
        key = (name, *values.values())
        if key not in self._facts and len(self._facts) >= _MOST:
            return
        file = self._file
        source = SourceRef(file.path, record=position, evidence=file.evidence)
        self._facts[key] = Fact(name, values, source, " ".join(text.split())[:500], time)


def _version(release: str, build: str) -> str:
    """`10.00.` and `17134` as `10.0.17134`."""
    parts = [part for part in release.split(".") if part]
    if not parts or not all(_DIGITS.fullmatch(part) for part in [*parts, build]):
        return ""
    return ".".join(str(int(part)) for part in [*parts, build])
