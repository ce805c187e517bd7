"""The page of the command line, drawn from the parser itself and not from `--help`, which differs between Pythons."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from reference_pages import page_top

from saishu_collect import cli
from saishu_collect.checklist_markdown import code, escape
from saishu_collect.words import Words


def draw_cli_page(catalogue: dict[str, Any]) -> str:
    """Return docs/reference/cli.md."""
    words = Words(catalogue, "en", strict=True)
    parser = cli.make_parser(words, "saishu", _engineers_verbs())
    lines = [*page_top(words, "cli"), *_options(parser, words)]
    for name, verb in _verbs(parser):
        lines += ["", f"## saishu {name}", "", escape(verb.description or ""), ""]
        lines += [code(" ".join(["saishu", name, *_usage(verb)])), "", *_options(verb, words)]
    return "\n".join(lines) + "\n"


def _engineers_verbs() -> Any:
    """Return what adds the verbs of the engineer's side."""
    try:
        return getattr(import_module("saishu.cli"), "add_verbs", None)
    except ModuleNotFoundError:
        return None


def _verbs(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, verb in action.choices.items():
                yield name, verb
                yield from ((f"{name} {below}", deeper) for below, deeper in _verbs(verb))


def _shown(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    hidden = (argparse._SubParsersAction, argparse._HelpAction)
    return [action for action in parser._actions if not isinstance(action, hidden) and action.help != argparse.SUPPRESS]


def _usage(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in sorted(_shown(parser), key=lambda action: bool(action.option_strings)):
        if action.option_strings:
            long = next((name for name in action.option_strings if name.startswith("--")), action.option_strings[0])
            yield "[" + " ".join([long, *_value(action)]) + "]"
        else:
            name = _name(action)
            yield {"*": f"[{name} …]", "+": f"{name} …", "?": f"[{name}]"}.get(str(action.nargs), name)


def _value(action: argparse.Action) -> list[str]:
    return [] if action.nargs == 0 else [_name(action)]


def _name(action: argparse.Action) -> str:
    if action.choices is not None:
        return "|".join(str(choice) for choice in action.choices)
    return str(action.metavar or action.dest.upper())


def _options(parser: argparse.ArgumentParser, words: Words) -> Iterator[str]:
    yield f"| {words.say('reference.cli.argument')} | {words.say('reference.cli.meaning')} |"
    yield "|---|---|"
    for action in _shown(parser):
        spelled = ", ".join(action.option_strings) or _name(action)
        shown = " ".join([spelled, *(_value(action) if action.option_strings else [])])
        yield " | ".join(["", *(_in_cell(text) for text in (code(shown), escape(action.help or ""))), ""]).strip()


def _in_cell(text: str) -> str:
    """Return the text so that its bars do not end the cell of a table."""
    return text.replace("|", "\\|")
