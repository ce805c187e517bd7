"""Globs over member paths, compiled so that one hundred thousand members are matched in a blink.

A glob is split at its last slash. What stands in front is looked at once for each folder of the bundle, what stands
behind once for each file; both are plain text comparisons where the glob holds no wildcard.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, TypeVar

Claim = TypeVar("Claim", bound=Hashable)
_WILD = re.compile(r"[*?\[]")
_DRIVE = re.compile(r"\A[a-z?]:?\$?/(?=.)")
_LETTERS = 3
_ALL = re.compile(r".*", re.DOTALL)


def component_regex(glob: str) -> str:
    """The regular expression of one path component: `*`, `?` and `[…]` never cross a slash."""
    out, at = [], 0
    while at < len(glob):
        char = glob[at]
        at += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[" and "]" in glob[at + 1 :]:
            end = glob.index("]", at + 1)
            chosen = glob[at:end].replace("\\", "\\\\").replace("[", "\\[")
            out.append("[" + ("^" + chosen[1:] if chosen[0] in "!^" else chosen) + "]")
            at = end + 1
        else:
            out.append(re.escape(char))
    return "".join(out)


def tidy(glob: str) -> str:
    """A glob as members are compared: lower case, forward slashes, no root, no drive, no `**/` in front."""
    text = _DRIVE.sub("", glob.replace("\\", "/").lower()).lstrip("/")
    while text.startswith("**/"):
        text = text[3:]
    return text


class PathGlobs(Generic[Claim]):
    """Globs over the end of a path, each with what it claims; any folders may stand in front."""

    def __init__(self, globs: Iterable[tuple[str, Claim]]) -> None:
        self._ends: dict[str, list[tuple[re.Pattern[str], Claim]]] = {}
        self._trees: list[tuple[str, Claim]] = []
        self._wild: list[tuple[re.Pattern[str], re.Pattern[str], Claim]] = []
        self._anywhere: list[tuple[re.Pattern[str], Claim]] = []
        for glob, claim in globs:
            self._add(tidy(glob), claim)
        self._deepest = max((end.count("/") for end in self._ends), default=0)
        joined = "|".join(f"(?:{folder.pattern})" for folder, _, _ in self._wild)
        self._any_wild = re.compile(joined) if joined else None
        self._folders: dict[str, tuple[tuple[Claim, ...], tuple[tuple[re.Pattern[str], Claim], ...]]] = {}

    def _add(self, glob: str, claim: Claim) -> None:
        folder, _, name = glob.rpartition("/")
        test = _ALL if name == "**" else re.compile(component_regex(name), re.DOTALL)
        if not folder:
            self._anywhere.append((test, claim))
        elif name == "**" and not _WILD.search(folder):
            self._trees.append((f"/{folder}/", claim))
        elif name != "**" and not _WILD.search(folder):
            self._ends.setdefault(folder, []).append((test, claim))
        else:
            parts = ["(?:[^/]+/)*" if part == "**" else component_regex(part) + "/" for part in folder.split("/")]
            end = "" if name == "**" else r"\Z"
            self._wild.append((re.compile("/" + "".join(parts) + end, re.DOTALL), test, claim))

    def claims(self, path: str) -> list[Claim]:
        """Every claim on a lower-case path, in the order of the globs within their kind."""
        folder, _, name = path.rpartition("/")
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = self._of_folder(folder)
        whole, tests = known
        if not tests:
            return list(whole)
        return [*whole, *(claim for test, claim in tests if test.fullmatch(name))]

    def folders(self) -> list[str]:
        """Every folder that was asked about so far."""
        return list(self._folders)

    def _of_folder(self, folder: str) -> tuple[tuple[Claim, ...], tuple[tuple[re.Pattern[str], Claim], ...]]:
        """What holds for every file of a folder, and what still has to look at the file's name."""
        slashed = f"/{folder}/"
        whole = [claim for tree, claim in self._trees if tree in slashed]
        tests = list(self._anywhere)
        parts = folder.split("/")
        for count in range(1, min(len(parts), self._deepest + 1) + 1):
            tests += self._ends.get("/".join(parts[-count:]), ())
        if self._any_wild is not None and self._any_wild.search(slashed):
            for pattern, test, claim in self._wild:
                if pattern.search(slashed):
                    if test is _ALL:
                        whole.append(claim)
                    else:
                        tests.append((test, claim))
        return tuple(whole), tuple(tests)


class NameGlobs(Generic[Claim]):
    """Globs over bare file names, sorted into boxes by their first letters; a name is compared with two boxes."""

    def __init__(self, globs: Sequence[tuple[str, Claim]]) -> None:
        self._boxes: dict[str, list[tuple[re.Pattern[str], Claim]]] = {}
        self._open: list[tuple[re.Pattern[str], Claim]] = []
        for glob, claim in globs:
            test = (re.compile(component_regex(glob.lower()), re.DOTALL), claim)
            first = glob[:_LETTERS].lower()
            if len(first) < _LETTERS or _WILD.search(first):
                self._open.append(test)
            else:
                self._boxes.setdefault(first, []).append(test)
        self._any_open = re.compile("|".join(f"(?:{test.pattern})" for test, _ in self._open) or r"(?!)", re.DOTALL)

    def claims(self, name: str) -> list[Claim]:
        """Every claim on a lower-case name."""
        found = [claim for test, claim in self._boxes.get(name[:_LETTERS], ()) if test.fullmatch(name)]
        if self._any_open.fullmatch(name) is not None:
            found += [claim for test, claim in self._open if test.fullmatch(name)]
        return found
