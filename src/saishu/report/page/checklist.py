"""The article's own checklist, item by item, and how to get what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from saishu.check import Speech
from saishu.model import Completeness, Item, Need, Status
from saishu.report.asking import Request, systems, what_to_ask
from saishu.report.document import note_texts
from saishu.report.mail import Letter, write_letter
from saishu.report.speaker import Speaker
from saishu.report.terminal import verdict_line
from saishu_collect.words import Words as Phrases

_SHOWN_UNMAPPED = 500
_SHOWN_FILES = 30
_COMMAND = "> "
_SHOWN_FIRST = 6


class Checklist:
    """What the template needs to speak of completeness, in one language."""

    def __init__(self, completeness: Completeness, speaker: Speaker) -> None:
        self.all = completeness
        self._speaker = speaker
        self._lang = speaker.lang
        self._units: Mapping[str, Any] = speaker.catalogue["evidence"]
        self._speech = Speech(speaker.catalogue)
        self.asking = what_to_ask(completeness, speaker.catalogue)

    @property
    def verdict(self) -> str:
        """The whole in one sentence."""
        return verdict_line(self.all, Phrases(self._speaker.catalogue, self._lang))

    @property
    def letter(self) -> Letter:
        """The request letter."""
        return write_letter(self.all, self._speaker.catalogue, self._lang)

    def text(self, evidence: str, field: str) -> str:
        """`why` or `request` of an evidence unit."""
        return str(self._units[evidence][field][self._lang])

    def ask(self, item: Item) -> str:
        """The question for a fact."""
        unit = self._units[item.id]
        return str(unit["fact"].get("ask", unit["title"])[self._lang])

    def steps(self, item: Item) -> list[tuple[bool, str]]:
        """(is a command, text) for each step by hand."""
        steps = self._units[item.id]["by_hand"][self._lang]
        return [(step.startswith(_COMMAND), step.removeprefix(_COMMAND)) for step in steps]

    def reason(self, item: Item) -> str:
        """Why an item stands where it stands."""
        return item.reason.text[self._lang]

    def files(self, item: Item) -> tuple[Sequence[str], int]:
        """The files to show, and how many more there are."""
        return item.files[:_SHOWN_FILES], max(0, len(item.files) - _SHOWN_FILES)

    def reason_of(self, evidence: str) -> str:
        """Why the item with an evidence id stands where it stands."""
        item = self.all.item(evidence)
        return self.reason(item) if item is not None else ""

    def commands(self) -> list[str]:
        """The one line that collects what the tool can collect; empty when it can collect nothing of it."""
        asked = [item for request in self.asking.files for item in request.items]
        if not any(item.id in self.asking.by_tool for item in asked):
            return []
        scenarios = " ".join(self.all.scenarios)
        lines = [self._speaker.say(f"check.how.tool_{one}", scenarios=scenarios) for one in systems(self.all, asked)]
        return [line.removeprefix(_COMMAND) for line in lines]

    def was_looked_for(self, request: Request) -> bool:
        """Whether the collector has looked for it already, so that steps by hand would lead nowhere."""
        return request.item.reason.id == "not_on_machine"

    def warnings(self) -> list[tuple[Mapping[str, Any], Sequence[str]]]:
        """Warning units with their evidence."""
        units = self._speaker.catalogue["warnings"]
        return [(units[one.id], one.evidence) for one in self.all.warnings]

    def notes(self) -> list[tuple[str, str, str]]:
        """(code, what, what to do next) of each note on the bundle."""
        texts = [(note.code, *note_texts(note, self._speech)) for note in self.all.notes]
        return [(code, what[self._lang], following[self._lang]) for code, what, following in texts]

    def unmapped(self) -> tuple[Sequence[str], int]:
        """The files to show, and how many more there are."""
        return self.all.unmapped[:_SHOWN_UNMAPPED], max(0, len(self.all.unmapped) - _SHOWN_UNMAPPED)

    def counts(self) -> list[tuple[str, int]]:
        """(status, how many required items) for every status that occurs."""
        counted = [(status.value, sum(item.status is status for item in self._required)) for status in Status]
        return [(status, number) for status, number in counted if number]

    @property
    def required(self) -> int:
        """How many items are required here."""
        return sum(item.status is not Status.NOT_APPLICABLE for item in self._required)

    @property
    def there(self) -> int:
        """How many of the required ones are complete."""
        return sum(item.status is Status.COMPLETE for item in self._required)

    def open_first(self) -> tuple[Sequence[Item], int]:
        """The required items that are open, the first few of them, and how many more there are."""
        still = self.still_open
        return still[:_SHOWN_FIRST], max(0, len(still) - _SHOWN_FIRST)

    @property
    def still_open(self) -> tuple[Item, ...]:
        """The required items of which something is still to come."""
        return tuple(item for item in self._required if item.is_open)

    @property
    def _required(self) -> list[Item]:
        return [item for item in self.all.items if item.need is Need.REQUIRED]
