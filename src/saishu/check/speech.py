"""Texts in both languages at once: a judgement is made once and read by whoever opens it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from saishu.model import Reason, Words
from saishu_collect.words import LANGUAGES
from saishu_collect.words import Words as Phrases

Value = object
"""What fills a placeholder: a text in both languages, or anything that is the same in both."""


class Speech:
    """The phrases of the catalogue in every language."""

    def __init__(self, catalogue: Mapping[str, Any]) -> None:
        self._phrases = {lang: Phrases(catalogue, lang) for lang in LANGUAGES}

    def say(self, key: str, /, **values: Value) -> Words:
        """A phrase in every language, its `{placeholders}` filled in."""
        return {
            lang: phrases.say(key, **{name: _in(lang, value) for name, value in values.items()})
            for lang, phrases in self._phrases.items()
        }

    def knows(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return all(phrases.has(key) for phrases in self._phrases.values())

    def reason(self, name: str, /, **values: Value) -> Reason:
        """The reason `check.reason.<name>`."""
        return Reason(name, self.say(f"check.reason.{name}", **values))

    def listed(self, things: Iterable[Value], most: int = 5) -> Words:
        """A list as a person writes it; behind `most` of them the rest is counted."""
        all_things = list(things)
        shown = all_things if len(all_things) <= most + 1 else all_things[:most]
        texts = {
            lang: phrases.say("check.list_separator").join(_in(lang, thing) for thing in shown)
            for lang, phrases in self._phrases.items()
        }
        if len(shown) == len(all_things):
            return texts
        return self.say("check.list_more", items=texts, count=len(all_things) - len(shown))

    def together(self, reasons: Iterable[Reason]) -> Reason:
        """Several reasons as one: the id of the first, the sentences behind each other."""
        each = list(reasons)
        if len(each) == 1:
            return each[0]
        gap = {"en": " ", "ja": ""}
        return Reason(each[0].id, {lang: gap[lang].join(one.text[lang] for one in each) for lang in LANGUAGES})


def _in(lang: str, value: Value) -> str:
    return str(value[lang]) if isinstance(value, dict) else str(value)
