"""The request letter: exactly what is missing, why, and how to get it, as the customer reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from saishu.model import Completeness, Item, Status
from saishu.report.asking import Asking, Request, systems, what_to_ask
from saishu_collect.words import Words as Phrases

_GROUPS = ("any", "windows", "linux")
_SILENT = ("not_there", "platform_unknown", "parts_of_nothing")
"""Reasons that add nothing to the request itself."""
_TOOL_WORDS = ("collector_missing", "collector_gaps", "collector_partial")
_MOST_HOSTS = 6
_COMMAND = "> "


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready to send but for the name of the addressee."""

    subject: str
    body: str
    lang: str


def write_letter(completeness: Completeness, catalogue: Mapping[str, Any], lang: str) -> Letter:
    """The letter that asks for everything open; a short thank-you when nothing required is."""
    return _Writer(completeness, catalogue, lang).letter()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A numbered request."""

    number: int
    request: Request


class _Writer:
    def __init__(self, completeness: Completeness, catalogue: Mapping[str, Any], lang: str) -> None:
        self._all = completeness
        self._units = catalogue["evidence"]
        self._lang = lang
        self._phrases = Phrases(catalogue, lang)
        self._asking: Asking = what_to_ask(completeness, catalogue)
        self._scenario = self._say("check.list_separator").join(
            catalogue["scenarios"][name]["title"][lang] for name in completeness.scenarios
        )
        self._entries = self._numbered()

    def letter(self) -> Letter:
        """The whole letter; blocks are parted by one empty line."""
        kind = "thanks" if self._asking.is_empty else "ask"
        intro = "nothing" if kind == "ask" and not self._all.judged else kind
        subject = self._say(f"mail.subject.{kind}", scenario=self._scenario)
        blocks = [
            [self._say("mail.addressee")],
            [self._say(f"mail.greeting.{kind}")],
            [self._say(f"mail.intro.{intro}", bundle=self._all.bundle)],
            *self._items(), *self._facts(), *self._how(), *self._wanted(), *self._unreadable(), *self._confirm(),
            [self._say("mail.closing" if kind == "ask" else "mail.closing.thanks")],
        ]  # fmt: skip
        body = "\n\n".join("\n".join(line.rstrip() if line.strip() else "" for line in block) for block in blocks)
        return Letter(subject, body + "\n", self._lang)

    def _say(self, key: str, /, **values: object) -> str:
        return str(self._phrases.say(key, **values))

    def _text(self, evidence: str, field: str) -> str:
        return str(self._units[evidence][field][self._lang])

    def _numbered(self) -> list[_Entry]:
        """The requests by system (when there is more than one), numbered through."""
        numbers = count(1)
        return [
            _Entry(next(numbers), request)
            for group in _GROUPS
            for request in self._asking.files
            if request.item.platform == group
        ]

    def _items(self) -> Iterator[list[str]]:
        if not self._entries:
            return
        yield [self._say("mail.section.items")]
        grouped = len({entry.request.item.platform for entry in self._entries} - {"any"}) > 1
        group = ""
        for entry in self._entries:
            platform = entry.request.item.platform
            if grouped and platform != group:
                group = platform
                yield [self._say(f"mail.group.{group}")]
            yield self._item(entry)

    def _item(self, entry: _Entry) -> list[str]:
        item = entry.request.item
        lines = [
            self._say("mail.item", number=entry.number, title=self._text(item.id, "title")),
            self._say("mail.item.what", text=self._text(item.id, "request")),
            self._say("mail.item.why", text=_first_sentence(self._text(item.id, "why"))),
        ]
        state = self._state(item)
        if state:
            lines.append(self._say("mail.item.state", text=state))
        if entry.request.at_least:
            lines.append(self._say("mail.item.at_least"))
            requests = [self._text(one.id, "request") for one in entry.request.at_least]
            lines += [self._say("mail.item.at_least_one", text=text) for text in requests]
        return lines

    def _state(self, item: Item) -> str:
        """What we have of it already, in words for the customer; empty when there is nothing to add."""
        name, text = item.reason.id, item.reason.text[self._lang]
        if name in _SILENT:
            return ""
        if self._phrases.has(f"mail.state.{name}"):
            return self._say(f"mail.state.{name}", **({"text": _bare(text)} if name in _TOOL_WORDS else {}))
        return self._say("mail.state.partial", text=text) if item.status is Status.PARTIAL else text

    def _facts(self) -> Iterator[list[str]]:
        if not self._asking.facts:
            return
        yield [self._say("mail.section.facts")]
        lines = [self._say("mail.facts.intro")]
        for item in self._asking.facts:
            key = "mail.fact.open" if item.value is None else "mail.fact.confirm"
            lines.append(self._say(key, ask=self._ask(item), **({} if item.value is None else {"value": item.value})))
        lines += [self._say("mail.fact.azure_only", ask=self._ask(item)) for item in self._asking.facts_if_azure]
        yield lines

    def _ask(self, item: Item) -> str:
        fact = self._units[item.id]["fact"]
        return str(fact.get("ask", self._units[item.id]["title"])[self._lang])

    def _how(self) -> Iterator[list[str]]:
        by_tool = [one for one in self._entries if any(item.id in self._asking.by_tool for item in one.request.items)]
        by_hand = [entry for entry in self._entries if entry.request.item.reason.id != "not_on_machine"]
        if by_tool:
            yield [self._say("mail.section.tool")]
            yield self._tool(by_tool)
        if by_hand:
            yield [self._say("mail.section.hand")]
            yield [self._say("mail.how.hand")]
        for entry in by_hand:
            yield from self._steps(entry)

    def _tool(self, entries: Sequence[_Entry]) -> list[str]:
        numbers = self._say("check.list_separator").join(str(entry.number) for entry in entries)
        whole = len(entries) == len(self._entries)
        lines = [self._say("mail.how.tool_all") if whole else self._say("mail.how.tool_some", numbers=numbers)]
        named = systems(self._all, [one for entry in entries for one in entry.request.items])
        for system in named:
            if len(named) > 1 or system == "windows":
                lines.append(self._say(f"mail.how.tool_on_{system}"))
            lines.append(self._say(f"mail.how.tool_run_{system}", scenarios=" ".join(self._all.scenarios)))
        return [*lines, self._say("mail.how.tool_end")]

    def _steps(self, entry: _Entry) -> Iterator[list[str]]:
        """The steps by hand, first for the whole, then for what does instead."""
        for at, item in enumerate(entry.request.items):
            key = "mail.how.hand_instead" if at else "mail.how.hand_item"
            title = self._say(key, number=entry.number, title=self._text(item.id, "title"))
            yield [title, *self._lettered(self._units[item.id]["by_hand"][self._lang])]

    def _lettered(self, steps: Sequence[str]) -> Iterator[str]:
        """Steps with letters; a command belongs to the step above it."""
        letters = count(0)
        for step in steps:
            if step.startswith(_COMMAND):
                yield self._say("mail.how.command", text=step)
            else:
                yield self._say("mail.how.step", letter=_letter(next(letters)), text=step)

    def _wanted(self) -> Iterator[list[str]]:
        if not self._asking.wanted:
            return
        yield [self._say("mail.section.wanted")]
        requests = [self._text(one.item.id, "request") for one in self._asking.wanted]
        ours = all(one.item.id in self._asking.by_tool for one in self._asking.wanted) and self._names_tool()
        yield [
            self._say("mail.wanted.intro"),
            *(self._say("mail.wanted.item", text=text) for text in requests),
            self._say("mail.wanted.by_tool" if ours else "mail.wanted.steps"),
        ]

    def _names_tool(self) -> bool:
        """Whether the letter has told of the tool."""
        return any(one.id in self._asking.by_tool for entry in self._entries for one in entry.request.items)

    def _unreadable(self) -> Iterator[list[str]]:
        told = [
            self._say(f"mail.unreadable.{note.code}", path=note.path or self._all.bundle)
            for note in self._all.notes
            if self._phrases.has(f"mail.unreadable.{note.code}")
        ]
        if told:
            yield [self._say("mail.section.unreadable")]
            yield list(dict.fromkeys(told))

    def _confirm(self) -> Iterator[list[str]]:
        hosts = self._say("check.list_separator").join(self._all.hosts[:_MOST_HOSTS])
        told = [
            self._say(f"mail.confirm.{warned.id}", hosts=hosts)
            for warned in self._all.warnings
            if self._phrases.has(f"mail.confirm.{warned.id}") and hosts
        ]
        if told:
            yield [self._say("mail.section.confirm")]
            yield told


def _first_sentence(text: str) -> str:
    """One line of reason: up to the first full stop that ends a sentence."""
    for end in ("。", ". "):
        head, stop, _ = text.partition(end)
        if stop:
            return head + stop.strip()
    return text


def _bare(text: str) -> str:
    """A sentence for use inside brackets: without its full stop."""
    return text.rstrip("。.")


def _letter(number: int) -> str:
    """a, b, … z, aa, ab …"""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text
