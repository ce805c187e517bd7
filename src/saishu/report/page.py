"""The judgement as one HTML page: both languages in one file, no script, nothing from a network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from saishu.check import Speech
from saishu.model import Completeness, Item, Need, Status
from saishu.report.asking import Request, systems, what_to_ask
from saishu.report.document import note_texts
from saishu.report.terminal import verdict_line
from saishu_collect.words import LANGUAGES
from saishu_collect.words import Words as Phrases

_SHOWN_UNMAPPED = 500
_SHOWN_FILES = 30
_COMMAND = "> "


def draw_page(completeness: Completeness, catalogue: Mapping[str, Any], lang: str, version: str) -> str:
    """The page as text. lang: the language it opens in; the reader can switch. version: of this program."""
    style = _file("page.css")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return _template().render(
        languages=[_Language(completeness, catalogue, one) for one in LANGUAGES],
        lang=lang,
        style=style,
        style_hash=f"sha256-{digest}",
        version=version,
        page=completeness,
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("saishu.report", "templates"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2")


def _file(name: str) -> str:
    return resources.files("saishu.report").joinpath("templates", name).read_text(encoding="utf-8")


class _Language:
    """What the template needs, in one language."""

    def __init__(self, completeness: Completeness, catalogue: Mapping[str, Any], lang: str) -> None:
        self.lang = lang
        self.all = completeness
        self._catalogue = catalogue
        self._phrases = Phrases(catalogue, lang)
        self._speech = Speech(catalogue)
        self.asking = what_to_ask(completeness, catalogue)

    def say(self, key: str, /, **values: object) -> str:
        """A phrase."""
        return str(self._phrases.say(key, **values))

    @property
    def name(self) -> str:
        """How the language calls itself."""
        return self.say("language.name")

    @property
    def verdict(self) -> str:
        """The first sentence of the page."""
        return verdict_line(self.all, self._phrases)

    @property
    def scenario(self) -> str:
        """Titles of the scenarios."""
        titles = [self._catalogue["scenarios"][name]["title"][self.lang] for name in self.all.scenarios]
        return self.say("check.list_separator").join(titles)

    def title(self, evidence: str) -> str:
        """Title of an evidence unit."""
        return str(self._catalogue["evidence"][evidence]["title"][self.lang])

    def text(self, evidence: str, field: str) -> str:
        """`why` or `request` of an evidence unit."""
        return str(self._catalogue["evidence"][evidence][field][self.lang])

    def ask(self, item: Item) -> str:
        """The question for a fact."""
        unit = self._catalogue["evidence"][item.id]
        return str(unit["fact"].get("ask", unit["title"])[self.lang])

    def steps(self, item: Item) -> list[tuple[bool, str]]:
        """(is a command, text) for each step by hand."""
        steps = self._catalogue["evidence"][item.id]["by_hand"][self.lang]
        return [(step.startswith(_COMMAND), step.removeprefix(_COMMAND)) for step in steps]

    def reason(self, item: Item) -> str:
        """Why an item stands where it stands."""
        return item.reason.text[self.lang]

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
        lines = [self.say(f"check.how.tool_{one}", scenarios=scenarios) for one in systems(self.all, asked)]
        return [line.removeprefix(_COMMAND) for line in lines]

    def was_looked_for(self, request: Request) -> bool:
        """Whether the collector has looked for it already, so that steps by hand would lead nowhere."""
        return request.item.reason.id == "not_on_machine"

    def warnings(self) -> list[tuple[Mapping[str, Any], Sequence[str]]]:
        """Warning units with their evidence."""
        return [(self._catalogue["warnings"][one.id], one.evidence) for one in self.all.warnings]

    def notes(self) -> list[tuple[str, str, str]]:
        """(code, what, what to do next) of each note on the bundle."""
        texts = [(note.code, *note_texts(note, self._speech)) for note in self.all.notes]
        return [(code, what[self.lang], following[self.lang]) for code, what, following in texts]

    def unmapped(self) -> tuple[Sequence[str], int]:
        """The files to show, and how many more there are."""
        return self.all.unmapped[:_SHOWN_UNMAPPED], max(0, len(self.all.unmapped) - _SHOWN_UNMAPPED)

    def counts(self) -> list[tuple[str, int]]:
        """(status, how many required items) for every status that occurs."""
        required = [item for item in self.all.items if item.need is Need.REQUIRED]
        counted = [(status.value, sum(item.status is status for item in required)) for status in Status]
        return [(status, number) for status, number in counted if number]
