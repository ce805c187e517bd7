"""Text of the evidence as a page may show it: what is invisible, or turns the reading direction, is spelled out."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

_KEPT = frozenset("\n\t")
_NAMES = {"\0": "NUL", "\x1b": "ESC", "\x07": "BEL", "\x08": "BS", "\r": "CR", "\x7f": "DEL", "\ufeff": "BOM"}
_FEW = 3
_MARKS = re.compile(r"(?P<few>[\u0300-\u036f\u20d0-\u20f0]{3})[\u0300-\u036f\u20d0-\u20f0]+")


def visible(text: str) -> str:
    """The same text with `⟨ESC⟩`, `⟨U+202E⟩`, `⟨NUL ×512⟩` for what nobody would see; line feeds and tabs stay."""
    if text.isprintable():
        return _calm(text)
    parts = []
    for one, run in groupby(text):
        if one in _KEPT or one.isprintable() or unicodedata.category(one) == "Zs":
            parts.append("".join(run))
        else:
            parts.append(_spelled(one, sum(1 for _ in run)))
    return _calm("".join(parts))


def one_line(text: str, longest: int) -> str:
    """The text on one line, visible, and cut with an ellipsis where it is longer than `longest` characters."""
    shown = visible(" ".join(text[: longest * 4].split()))
    return shown if len(shown) <= longest else shown[:longest] + "…"


def _spelled(one: str, count: int) -> str:
    name = _NAMES.get(one) or f"U+{ord(one):04X}"
    return f"⟨{name}⟩" * count if count <= _FEW else f"⟨{name} ×{count}⟩"


def _calm(text: str) -> str:
    """No more than three combining marks on one letter: a tower of them covers the lines around it."""
    return _MARKS.sub(r"\g<few>", text) if not text.isascii() else text
