"""What every part of the page says things with: one language, its phrases and its times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

from saishu.model import Proof
from saishu.report.moments import moment, shown
from saishu_collect.words import Words as Phrases


class Speaker:
    """One language of one page. zone: that of the machine, or None where nothing says it."""

    def __init__(self, catalogue: Mapping[str, Any], lang: str, zone: tzinfo | None = None) -> None:
        self.catalogue = catalogue
        self.lang = lang
        self._phrases = Phrases(catalogue, lang)
        self._zone = zone

    def say(self, key: str, /, **values: object) -> str:
        """A phrase."""
        return str(self._phrases.say(key, **values))

    def has(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return bool(self._phrases.has(key))

    @property
    def name(self) -> str:
        """How the language calls itself."""
        return self.say("language.name")

    def join(self, parts: Iterable[str]) -> str:
        """A list in one line."""
        return self.say("check.list_separator").join(parts)

    def number(self, value: float) -> str:
        """A number with its thousands parted."""
        return f"{value:,}"

    def when(self, time: int | None) -> str:
        """`2024-05-01 03:06:52 UTC`; empty for no time."""
        text = shown(time)
        return self.say("report.time.utc", time=text) if text else ""

    def local(self, time: int | None) -> str:
        """The same on the machine's clock, `12:06:52 (UTC+09:00)`; empty where that is not known, or is UTC."""
        found = moment(time)
        if found is None or self._zone is None:
            return ""
        there = found.astimezone(self._zone)
        offset = there.strftime("%z")
        if offset in ("", "+0000"):
            return ""
        day = "" if there.date() == found.date() else there.strftime("%m-%d ")
        return self.say("report.time.local", time=f"{day}{there:%H:%M:%S}", offset=f"{offset[:3]}:{offset[3:]}")

    def proof_time(self, proof: Proof) -> str:
        """When a proof was written, with the doubt about it in words."""
        text = shown(proof.time)
        return self.say(f"diagnose.line.time_{proof.certainty}", time=text) if text else ""

    def place(self, proof: Proof) -> str:
        """Where a proof stands."""
        kind = "line" if proof.line is not None else "record" if proof.record is not None else "file"
        number = proof.line if proof.line is not None else proof.record
        return self.say(f"diagnose.line.place_{kind}", path=proof.path, number=number)

    def title(self, evidence: str) -> str:
        """Title of an evidence unit; the id itself for one that is not known here."""
        unit = self.catalogue["evidence"].get(evidence)
        return str(unit["title"][self.lang]) if unit else evidence

    def scenarios(self, names: Iterable[str]) -> str:
        """Titles of scenarios."""
        return self.join(self.catalogue["scenarios"][name]["title"][self.lang] for name in names)

    def size(self, amount: object) -> str:
        """Bytes as `512 GB` (units of 1024, as Disk Management writes them); empty for no number."""
        if not isinstance(amount, int | float) or isinstance(amount, bool) or amount < 0:
            return ""
        value, unit = float(amount), "B"
        for unit in ("B", "KB", "MB", "GB", "TB", "PB"):
            if value < 1024 or unit == "PB":
                break
            value /= 1024
        return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
