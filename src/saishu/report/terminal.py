"""The judgement as text for a terminal: the verdict first, then what is missing and how to get it, then everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from saishu.check import Speech
from saishu.model import Completeness, Item, Need, Status
from saishu.report.asking import Asking, Request, systems, what_to_ask
from saishu.report.document import note_texts
from saishu_collect.words import Words as Phrases
from saishu_collect.words import display_width, pad

_SHOWN_UNMAPPED = 20
_SHOWN_EVIDENCE = 8
_STEP = "    "


def write_check(completeness: Completeness, catalogue: Mapping[str, Any], lang: str) -> str:
    """The whole text in one language, with a line end at its end."""
    page = _Page(completeness, catalogue, lang)
    return "\n".join(page.lines()) + "\n"


def verdict_line(completeness: Completeness, say: Phrases) -> str:
    """The verdict in one sentence."""
    if not completeness.judged:
        return str(say.say("check.verdict.nothing"))
    if completeness.complete:
        return str(say.say("check.verdict.complete"))
    required = [item for item in completeness.items if item.need is Need.REQUIRED]
    numbers = {
        status: sum(item.status is status for item in required)
        for status in (Status.MISSING, Status.PARTIAL, Status.UNKNOWN)
    }
    counts = [say.say(f"check.count.{status}", count=number) for status, number in numbers.items() if number]
    listed = say.say("check.list_separator").join(counts)
    return str(say.say("check.verdict.incomplete", required=len(required), counts=listed))


class _Page:
    def __init__(self, completeness: Completeness, catalogue: Mapping[str, Any], lang: str) -> None:
        self._all = completeness
        self._catalogue = catalogue
        self._lang = lang
        self._phrases = Phrases(catalogue, lang)
        self._speech = Speech(catalogue)
        self._asking: Asking = what_to_ask(completeness, catalogue)

    def lines(self) -> Iterator[str]:
        yield verdict_line(self._all, self._phrases)
        yield ""
        yield from self._about()
        yield from self._missing()
        yield from self._table()
        yield from self._warnings()
        yield from self._notes()
        yield from self._unmapped()

    def _say(self, key: str, /, **values: object) -> str:
        return str(self._phrases.say(key, **values))

    def _title(self, evidence: str) -> str:
        return str(self._catalogue["evidence"][evidence]["title"][self._lang])

    def _heading(self, key: str, **values: object) -> Iterator[str]:
        text = self._say(key, **values)
        yield ""
        yield text
        yield "-" * display_width(text)

    def _about(self) -> Iterator[str]:
        known = self._all
        kind = self._say(f"check.kind.{known.kind}")
        yield self._say("check.line.bundle", bundle=known.bundle, kind=kind, members=known.members)
        titles = [self._catalogue["scenarios"][name]["title"][self._lang] for name in known.scenarios]
        yield self._say(
            "check.line.scenario", scenario=self._say("check.list_separator").join(titles),
            id=", ".join(known.scenarios), reason=known.scenario_reason[self._lang],
        )  # fmt: skip
        system = self._say(f"check.system.{known.platform}")
        yield self._say("check.line.platform", system=system, reason=known.platform_reason[self._lang])
        if known.hosts:
            yield self._say("check.line.hosts", hosts=", ".join(known.hosts))

    def _missing(self) -> Iterator[str]:
        asking = self._asking
        if not asking.is_empty:
            yield from self._heading("check.section.missing")
            yield from self._tool()
            for request in asking.files:
                yield from self._request(request)
            for item in asking.facts:
                yield from self._row(item, item.value)
            if asking.facts:
                yield _STEP + self._say("check.how.facts")
        if asking.wanted:
            yield from self._heading("check.section.recommended")
            for request in asking.wanted:
                yield from self._row(request.item)
        if not asking.is_empty or asking.wanted:
            yield ""
            yield self._say("check.how.mail", bundle=self._all.bundle)

    def _tool(self) -> Iterator[str]:
        asked = [item for request in self._asking.files for item in request.items]
        if not any(item.id in self._asking.by_tool for item in asked):
            return
        yield self._say("check.how.tool")
        for system in systems(self._all, asked):
            yield _STEP + self._say(f"check.how.tool_{system}", scenarios=" ".join(self._all.scenarios))
        yield ""

    def _request(self, request: Request) -> Iterator[str]:
        for item in request.items:
            yield from self._row(item)
        unit = self._catalogue["evidence"][request.item.id]
        if request.item.reason.id == "not_on_machine":
            yield _STEP + self._say("check.how.looked")
            return
        yield _STEP + self._say("check.how.by_hand")
        yield from (_STEP * 2 + step for step in unit["by_hand"][self._lang])

    def _row(self, item: Item, value: str | None = None) -> Iterator[str]:
        status = self._say(f"check.status.{item.status}")
        yield f"[{status}] {self._title(item.id)} ({item.id})" + (f": {value}" if value is not None else "")
        yield _STEP + item.reason.text[self._lang]
        if item.parts_missing == ("csv",):
            yield _STEP + self._say("check.how.csv", bundle=self._all.bundle)

    def _table(self) -> Iterator[str]:
        yield from self._heading("check.section.table")
        rows = [
            (self._say(f"check.status.{item.status}"), self._say(f"need.{item.need}"), item) for item in self._all.items
        ]
        widths = [max(display_width(row[column]) for row in rows) for column in (0, 1)] if rows else [0, 0]
        for status, need, item in rows:
            value = f"{item.value}  " if item.value is not None else ""
            marks = f"{pad(status, widths[0])}  {pad(need, widths[1])}"
            yield f"{marks}  {self._title(item.id)} ({item.id})"
            yield " " * (sum(widths) + 4) + value + item.reason.text[self._lang]

    def _warnings(self) -> Iterator[str]:
        if not self._all.warnings:
            return
        yield from self._heading("check.section.warnings")
        for warned in self._all.warnings:
            unit = self._catalogue["warnings"][warned.id]
            yield f"! {unit['title'][self._lang]} ({warned.id})"
            yield _STEP + unit["meaning"][self._lang]
            yield from _shortened(warned.evidence, self._say)
            yield _STEP + unit["next_step"][self._lang]

    def _notes(self) -> Iterator[str]:
        if not self._all.notes:
            return
        yield from self._heading("check.section.notes")
        for note in self._all.notes:
            what, following = note_texts(note, self._speech)
            yield f"[{note.code}] {what[self._lang]}"
            yield _STEP + following[self._lang]

    def _unmapped(self) -> Iterator[str]:
        paths = self._all.unmapped
        if not paths:
            return
        yield from self._heading("check.section.unmapped", count=len(paths))
        yield from paths[:_SHOWN_UNMAPPED]
        if len(paths) > _SHOWN_UNMAPPED:
            yield self._say("check.unmapped_more", count=len(paths) - _SHOWN_UNMAPPED)


def _shortened(evidence: Sequence[str], say: Any) -> Iterator[str]:
    yield from (f"{_STEP}- {line}" for line in evidence[:_SHOWN_EVIDENCE])
    if len(evidence) > _SHOWN_EVIDENCE:
        yield _STEP + say("check.unmapped_more", count=len(evidence) - _SHOWN_EVIDENCE)
