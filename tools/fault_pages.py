"""The pages of docs/reference that list what is known of faults and of log formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reference_pages import page_top

from saishu.signals.codes import code_names
from saishu_collect.checklist_markdown import code, escape
from saishu_collect.words import LANGUAGES, Words

Units = Mapping[str, Mapping[str, Any]]
_KINDS = ("fault", "benign", "success", "context")
_SHOWN_CODES = 6


def draw_fault_pages(faults: Units, formats: Units, catalogue: dict[str, Any]) -> dict[str, str]:
    """Return {file name: text} of these pages, in both languages."""
    drawn = {}
    for lang in LANGUAGES:
        words, ending = Words(catalogue, lang, strict=True), "" if lang == "en" else f".{lang}"
        drawn[f"faults{ending}.md"] = "\n".join(_faults(faults, words, lang)) + "\n"
        drawn[f"formats{ending}.md"] = "\n".join(_formats(formats, words, lang)) + "\n"
    return drawn


def _faults(units: Units, words: Words, lang: str) -> Iterable[str]:
    yield from page_top(words, "faults")
    heads = [words.say(f"reference.column.{name}") for name in ("id", "title", "codes", "scenarios", "knowledge")]
    for kind in _KINDS:
        chosen = {name: unit for name, unit in units.items() if unit["kind"] == kind}
        yield f"## {words.say(f'explain.kind.{kind}')} ({len(chosen)})"
        yield ""
        yield _row(heads)
        yield "|" + "---|" * len(heads)
        for name, unit in sorted(chosen.items()):
            yield _row(
                [code(name), escape(unit["title"][lang]), _codes(unit), ", ".join(unit["scenarios"]), unit["knowledge"]]
            )
        yield ""


def _codes(unit: Mapping[str, Any]) -> str:
    shown = [code_names(one)[0] if "event" not in one else f"{one['provider']} {one['event']}" for one in unit["codes"]]
    more = len(shown) - _SHOWN_CODES
    return ", ".join(map(code, shown[:_SHOWN_CODES])) + (f" (+{more})" if more > 0 else "")


def _formats(units: Units, words: Words, lang: str) -> Iterable[str]:
    yield from page_top(words, "formats")
    heads = [words.say(f"reference.column.{name}") for name in ("id", "title", "where", "zone", "knowledge")]
    yield _row(heads)
    yield "|" + "---|" * len(heads)
    for name, unit in sorted(units.items()):
        zones = dict.fromkeys(line["time"]["zone"] for line in unit.get("lines", ()) if "time" in line)
        places = ", ".join(map(code, unit["files"]["path"][:3]))
        known = unit.get("confidence", "documented")
        yield _row([code(name), escape(unit["title"][lang]), places, ", ".join(zones), known])


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
