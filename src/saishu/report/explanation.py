"""What a code means, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from saishu.diagnose.explaining import Explained, other_forms
from saishu_collect.words import Words as Phrases

SCHEMA = "saishu/explain/1"
_STEP = "   "


def explain_document(asked: str, found: Sequence[Explained]) -> dict[str, Any]:
    """What `explain --json` prints."""
    return {"schema": SCHEMA, "code": asked, "known": bool(found), "explanations": [_entry(one) for one in found]}


def _entry(one: Explained) -> dict[str, Any]:
    unit = one.unit
    return {
        "rule": unit["id"], "kind": unit["kind"], "severity": unit["severity"], "knowledge": unit["knowledge"],
        "exact": one.exact, "code": dict(one.code), "forms": other_forms(one.code), "scenarios": unit["scenarios"],
        "platform": unit["platform"], "title": unit["title"], "cause": unit["cause"], "remedy": unit["remedy"],
        "false_alarms": unit.get("false_alarms"), "references": unit["references"],
    }  # fmt: skip


def write_explanation(asked: str, found: Sequence[Explained], catalogue: Mapping[str, Any], lang: str) -> str:
    """The same for a terminal, in one language, with a line end at its end."""
    return "\n".join(_lines(asked, found, Phrases(catalogue, lang), lang)) + "\n"


def _lines(asked: str, found: Sequence[Explained], phrases: Phrases, lang: str) -> Iterator[str]:
    if not found:
        yield phrases.say("explain.nothing", code=asked)
        yield phrases.say("explain.nothing_next")
        return
    if not found[0].exact:
        yield phrases.say("explain.part")
        yield ""
    for number, one in enumerate(found):
        if number:
            yield ""
        yield from _explanation(one, phrases, lang)


def _explanation(one: Explained, phrases: Phrases, lang: str) -> Iterator[str]:
    unit = one.unit
    yield f"[{phrases.say('explain.kind.' + unit['kind'])}] {unit['title'][lang]} ({unit['id']})"
    forms = other_forms(one.code)
    if forms:
        yield _STEP + phrases.say("explain.forms", forms=", ".join(forms.values()))
    if unit["knowledge"] != "documented":
        yield _STEP + phrases.say(f"diagnose.knowledge.{unit['knowledge']}")
    blocks = [("cause", [unit["cause"][lang]]), ("remedy", unit["remedy"][lang])]
    if unit.get("false_alarms"):
        blocks.append(("false_alarms", [unit["false_alarms"][lang]]))
    for name, lines in (*blocks, ("references", unit["references"])):
        yield _STEP + phrases.say(f"diagnose.line.{name}") + ":"
        yield from (_STEP * 2 + line for line in lines)
