"""The pages of docs/reference, drawn from the compiled catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from saishu_collect import catalogue as knowledge
from saishu_collect.checklist_markdown import code, escape
from saishu_collect.scenarios import in_article_order
from saishu_collect.words import Words

Catalogue = dict[str, Any]
Unit = dict[str, Any]


def draw_pages(catalogue: Catalogue) -> dict[str, str]:
    """Return {file name: text} of all pages."""
    english, japanese = Words(catalogue, "en", strict=True), Words(catalogue, "ja", strict=True)
    drawn = {
        "evidence.md": _evidence(catalogue, english),
        "evidence.ja.md": _evidence(catalogue, japanese),
        "scenarios.md": _scenarios(catalogue, english),
        "scenarios.ja.md": _scenarios(catalogue, japanese),
        "paths.md": _paths(catalogue, english),
        "warnings.md": _warnings(catalogue, english),
    }
    return {name: "\n".join(lines) + "\n" for name, lines in drawn.items()}


def page_top(words: Words, page: str) -> list[str]:
    """Return the first lines of a page."""
    return [
        "# " + words.say(f"reference.{page}.title"),
        "",
        "<!-- " + words.say("reference.generated") + " -->",
        "",
        words.say(f"reference.{page}.intro"),
        "",
    ]


def _evidence(catalogue: Catalogue, words: Words) -> list[str]:
    lines = page_top(words, "evidence")
    used = _used_in(catalogue)
    heads = ("id", "title", "platform", "scenarios")
    lines += _table_head(words.say(f"reference.column.{head}") for head in heads)
    for name, unit in sorted(catalogue["evidence"].items()):
        cells = [_link(name), _cell(words.pick(unit["title"])), words.say(f"reference.platform.{unit['platform']}")]
        lines.append(_row([*cells, ", ".join(scenario for scenario, _ in used.get(name, []))]))
    for name, unit in sorted(catalogue["evidence"].items()):
        lines += ["", *_one_evidence(name, unit, used.get(name, []), words)]
    return lines


def _one_evidence(name: str, unit: Unit, used: list[tuple[str, str]], words: Words) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    yield f"**{escape(words.pick(unit['title']))}**"
    yield ""
    yield escape(words.pick(unit["why"]))
    yield ""
    sections = [words.say("reference.article.extra") if part == "extra" else part for part in unit["article"]]
    yield _fact(words, "reference.article", ", ".join(sections))
    yield _fact(words, "reference.platform", words.say(f"reference.platform.{unit['platform']}"))
    yield _fact(words, "reference.kind", words.say(f"reference.kind.{unit['kind']}"))
    needs = [f"{scenario} ({words.say('checklist.need.' + need)})" for scenario, need in used]
    yield _fact(words, "reference.used_in", ", ".join(needs) or words.say("reference.used_in_none"))
    private = [words.say(f"checklist.privacy.{item}") for item in unit["privacy"]]
    yield _fact(words, "checklist.privacy", ", ".join(private))
    yield _fact(words, "reference.confidence", _confidence(unit, words))
    if "note" in unit:
        yield _fact(words, "checklist.note", escape(words.pick(unit["note"])))
    yield _fact(words, "checklist.request", escape(words.pick(unit["request"])))
    yield from _listed(words.say("reference.taken"), (code(taken) for taken in taken_by(unit)))
    yield from _listed(words.say("reference.recognised"), _recognised(unit, words))
    yield from ["", words.say("reference.by_hand") + ":", ""]
    for line in words.pick(unit["by_hand"]):
        yield "- " + (code(line[2:]) if line.startswith("> ") else escape(line))
    yield from _listed(words.say("reference.sources"), (escape(source) for source in unit["sources"]))


def _confidence(unit: Unit, words: Words) -> str:
    if unit["confidence"] == "documented":
        return str(words.say("reference.confidence.documented"))
    note = escape(words.pick(unit["confidence_note"])) if "confidence_note" in unit else ""
    return " ".join(part for part in (words.say(f"checklist.confidence.{unit['confidence']}"), note) if part)


def _recognised(unit: Unit, words: Words) -> Iterator[str]:
    rules = [("", unit.get("recognise", {}))]
    rules += [(f"{escape(words.pick(part['title']))}: ", part["recognise"]) for part in unit.get("parts", ())]
    for label, rule in rules:
        for glob in [*rule.get("path", ()), *rule.get("name", ())]:
            yield label + code(glob)
        if "content" in rule:
            yield label + words.say("reference.recognised_content", names=", ".join(rule["content"]))


TAKEN: dict[str, Callable[[Unit], list[str]]] = {
    "tree": lambda step: [step["path"]],
    "glob": lambda step: step["patterns"],
    "list": lambda step: [f"{step['path']} > ls"],
    "search": lambda step: [f"**/{name}" for name in step["names"]],
    "search_folder": lambda step: [f"{place} > {step['folder']}" for place in step["where"]],
    "command": lambda step: [" ".join(step["argv"])],
    "registry": lambda step: step["keys"],
    "services": lambda step: [f"service {name}" for name in step["names"]],
    "event_log": lambda step: [f"{step['channel']} ({', '.join(step['formats'])})"],
    "certificates": lambda step: [f"LocalMachine\\{step['store']}"],
    "guided_trace": lambda step: step.get("results", []),
    "fact": lambda step: step["from"],
}
"""What each kind of collection step takes; a kind that takes nothing by itself (a question) is not here."""


def taken_by(unit: Unit) -> list[str]:
    """Return what the collection steps of a unit take: paths, names, commands, keys, channels, stores."""
    taken = [path for step in unit["collect"] if step["do"] in TAKEN for path in TAKEN[step["do"]](step)]
    return list(dict.fromkeys(taken))


def _scenarios(catalogue: Catalogue, words: Words) -> list[str]:
    lines = page_top(words, "scenarios")
    for name in in_article_order(catalogue):
        scenario = catalogue["scenarios"][name]
        lines += [f"## {name}", "", f"**{escape(words.pick(scenario['title']))}**", ""]
        lines += [escape(words.pick(scenario["about"])), ""]
        lines.append(_fact(words, "reference.article", ", ".join(scenario["article"])))
        systems = [words.say(f"reference.platform.{platform}") for platform in scenario["platforms"]]
        lines.append(_fact(words, "reference.platform", ", ".join(systems)))
        if "article_url" in scenario:
            lines.append(_fact(words, "reference.see", f"<{scenario['article_url']}>"))
        for include in scenario.get("includes", ()):
            because = escape(words.pick(include["because"])) if "because" in include else ""
            lines.append(_fact(words, "reference.includes", f"{_link(include['scenario'])} {because}".strip()))
        lines += ["", *_needs(catalogue, name, words), "", words.say("reference.detected") + ":", ""]
        lines += [*_detected(scenario, words), ""]
    return lines[:-1]


def _needs(catalogue: Catalogue, name: str, words: Words) -> Iterator[str]:
    heads = ("id", "title", "need", "platform", "condition", "satisfied_by")
    yield from _table_head(words.say(f"reference.column.{head}") for head in heads)
    page = "evidence.ja.md" if words.lang == "ja" else "evidence.md"
    for need in knowledge.expand_scenario(catalogue, name, None):
        unit = catalogue["evidence"][need["id"]]
        condition = ""
        if need["only_if"]:
            kind = "azure_vm" if need["only_if"]["azure_vm"] else "not_azure_vm"
            condition = words.say(f"checklist.only_if.{kind}")
        yield _row(
            [
                _link(need["id"], page),
                _cell(words.pick(unit["title"])),
                words.say(f"checklist.need.{need['need']}"),
                words.say(f"reference.platform.{need['platform']}"),
                condition,
                ", ".join(_link(other, page) for other in need["satisfied_by"]),
            ]
        )


def _detected(scenario: Unit, words: Words) -> Iterator[str]:
    for detect in scenario["detect"]:
        shown = " / ".join(code(path) for path in detect.get("path", ())) or "…"
        yield "- " + escape(words.pick(detect["because"])).replace("{path}", shown)
        if "search_folder_of" in detect:
            yield "  - " + words.say("reference.detected_folder", id=detect["search_folder_of"])
        if "member" in detect:
            yield f"  - {words.say('reference.detected_member')} {', '.join(code(glob) for glob in detect['member'])}"


def _paths(catalogue: Catalogue, words: Words) -> list[str]:
    used = _used_in(catalogue)
    takers: dict[str, list[str]] = {}
    for name, unit in sorted(catalogue["evidence"].items()):
        if unit["kind"] != "fact":
            for path in taken_by(unit):
                takers.setdefault(path, []).append(name)
    lines = page_top(words, "paths")
    lines += ["## " + words.say("reference.paths.by_path"), ""]
    lines += _table_head(words.say(f"reference.column.{head}") for head in ("path", "items", "scenarios"))
    for path, names in sorted(takers.items()):
        scenarios = sorted({scenario for name in names for scenario, _ in used.get(name, [])})
        links = ", ".join(_link(name, "evidence.md") for name in names)
        lines.append(_row([_cell_code(path), links, ", ".join(scenarios)]))
    lines += ["", "## " + words.say("reference.paths.by_scenario")]
    for name in in_article_order(catalogue):
        lines += ["", f"### {name}", ""]
        lines += _table_head(words.say(f"reference.column.{head}") for head in ("id", "need", "path"))
        for need in knowledge.expand_scenario(catalogue, name, None):
            unit = catalogue["evidence"][need["id"]]
            if unit["kind"] != "fact":
                paths = "<br>".join(_cell_code(path) for path in taken_by(unit))
                strength = words.say(f"checklist.need.{need['need']}")
                lines.append(_row([_link(need["id"], "evidence.md"), strength, paths]))
    return lines


def _warnings(catalogue: Catalogue, words: Words) -> list[str]:
    lines = page_top(words, "warnings")
    for name, warning in sorted(catalogue["warnings"].items()):
        lines += [f"## {name}", "", f"**{escape(words.pick(warning['title']))}**", ""]
        for field in ("meaning", "next_step"):
            lines.append(_fact(words, f"reference.{field}", escape(words.pick(warning[field]))))
        lines.append(_fact(words, "reference.confidence", _confidence(warning, words)))
        for listed, values in sorted(warning.get("lists", {}).items()):
            lines.append(_fact(words, "reference.compared", f"{listed}: " + escape(", ".join(values))))
        for threshold, value in sorted(warning.get("thresholds", {}).items()):
            lines.append(_fact(words, "reference.threshold", f"{threshold} = {value:g}"))
        lines += [_fact(words, "reference.see", f"<{address}>") for address in warning.get("references", ())]
        lines += [*_listed(words.say("reference.sources"), (escape(source) for source in warning["sources"])), ""]
    return lines[:-1]


def _used_in(catalogue: Catalogue) -> dict[str, list[tuple[str, str]]]:
    """Return {evidence id: [(scenario, need)]} with the included scenarios resolved."""
    used: dict[str, list[tuple[str, str]]] = {}
    for name in in_article_order(catalogue):
        for need in knowledge.expand_scenario(catalogue, name, None):
            used.setdefault(need["id"], []).append((name, need["need"]))
    return used


def _fact(words: Words, key: str, text: str) -> str:
    return f"- **{words.say(key)}**: {text}"


def _listed(label: str, items: Iterable[str]) -> list[str]:
    lines = [f"- {item}" for item in items]
    return ["", f"{label}:", "", *lines] if lines else []


def _link(name: str, page: str = "") -> str:
    return f"[{name}]({page}#{name.replace('.', '')})"


def _cell(text: str) -> str:
    return str(escape(text)).replace("|", "\\|")


def _cell_code(text: str) -> str:
    # A bar ends a table cell even inside code, so it is escaped there too.
    return str(code(text)).replace("|", "\\|")


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _table_head(heads: Iterable[str]) -> list[str]:
    names = list(heads)
    return [_row(names), "|" + "---|" * len(names)]
