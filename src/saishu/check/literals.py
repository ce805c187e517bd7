"""Plain text that a regular expression cannot match without: a cheap test before the expensive one."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SHORTEST = 4
_GROUP = re.compile(r"\(\?:(?P<words>[\w;:/ .\\-]+(?:\|[\w;:/ .\\-]+)+)\)(?![?*{])")
_CLASSES = frozenset("AbBdDsSwWZ")


def needed_literals(regex: str) -> tuple[str, ...]:
    """Lower-case texts, one of which stands in everything the regex matches; empty when none is found.

    Understands what the knowledge files use; where it does not understand, it finds nothing and the regex runs.
    """
    if _has_top_alternative(regex):
        return ()
    longest = max(_runs(regex), key=len, default="")
    if len(longest) >= _SHORTEST:
        return (longest.lower(),)
    for group in _GROUP.finditer(regex):
        words = [word.replace("\\", "") for word in group["words"].split("|")]
        plain = re.search(r"\\[A-Za-z]", group["words"]) is None
        if plain and min(map(len, words)) >= _SHORTEST and _is_outer(regex, group):
            return tuple(word.lower() for word in words)
    return ()


def _is_outer(regex: str, group: re.Match[str]) -> bool:
    return sum({"(": 1, ")": -1}.get(token, 0) for _, token in _tokens(regex[: group.start()])) == 0


def _has_top_alternative(regex: str) -> bool:
    depth = 0
    for _, token in _tokens(regex):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == "|" and depth == 0:
            return True
    return False


def _runs(regex: str) -> Iterator[str]:
    """Runs of plain characters outside all groups; one that may be absent ends its run and is left out."""
    run, depth = "", 0
    for plain, token in [*_tokens(regex), ("", "")]:
        if plain and depth == 0:
            run += plain
            continue
        if token in ("?", "*", "{"):
            run = run[:-1]
        yield run
        run = ""
        depth += {"(": 1, ")": -1}.get(token, 0)


def _tokens(regex: str) -> Iterator[tuple[str, str]]:
    """(plain character, "") or ("", token): `(`, `)`, `|`, a quantifier, or `class` for whatever is not plain."""
    at = 0
    while at < len(regex):
        char = regex[at]
        at += 1
        if char == "\\":
            escaped = regex[at : at + 1]
            at += 1
            yield ("", "class") if escaped in _CLASSES or escaped.isdigit() else (escaped, "")
        elif char == "[":
            end = regex.find("]", at + (2 if regex[at : at + 1] == "^" else 1))
            at = end + 1 if end >= 0 else len(regex)
            yield "", "class"
        elif char == "{":
            at = regex.find("}", at) + 1 or len(regex)
            yield "", "{"
        elif char == "(" and regex[at : at + 1] == "?":
            flags = re.match(r"\?[aiLmsux]+\)", regex[at:])
            head = flags or re.match(r"\?(?:P<\w+>|:|<?[=!])", regex[at:])
            at += len(head[0]) if head else 1
            yield "", "class" if flags else "("
        elif char in "()|?*+.^$":
            yield "", "class" if char in "+.^$" else char
        else:
            yield char, ""
