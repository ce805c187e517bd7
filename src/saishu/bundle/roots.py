"""Where a tree was cut off: `cd /var/log && tar czf x.tgz .` sends `azure/…` and `syslog`, and means `/var/log`.

A folder of the bundle is taken for a folder that the catalogue knows (`var/log`) when enough of what the catalogue
expects in there lies in it. Paths below it are then read as if the missing front stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from saishu.bundle.globs import component_regex, tidy

_WILD = re.compile(r"[*?\[]")
_LEAST_LETTERS = 3
_NAMED, _NAMELESS = 2, 3
"""Different children that must be there: fewer when the folder bears the right name."""


class Roots:
    """Folders of one bundle, each with the path that is missing in front of what lies in it."""

    def __init__(self, fronts: dict[str, str], tops: frozenset[str] = frozenset()) -> None:
        self._fronts = fronts
        self._tops = tops

    def __bool__(self) -> bool:
        return bool(self._fronts)

    def whole(self, path: str) -> str:
        """A lower-case path as it would read with its missing front, or as it is."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            front = self._fronts.get(folder)
            if front is not None:
                below = path[len(folder) + 1 if folder else 0 :]
                # What begins at the top of a disk (`var/…`, `windows/…`) was not cut off and stands beside the tree.
                return path if below.partition("/")[0] in self._tops else front + below
        return path

    @classmethod
    def of(cls, folders: Iterable[str], files: Iterable[str], globs: Iterable[str]) -> Roots:
        """The roots of a bundle, from all its folders, its unclaimed files (lower case) and the catalogue's globs."""
        known = _known_children(globs)
        if not known:
            return cls({})
        tests = [(parent, re.compile(child, re.DOTALL)) for parent, children in known.items() for child in children]
        anything = re.compile("|".join(f"(?:{test.pattern})" for _, test in tests), re.DOTALL)
        seen: dict[str, dict[str, bool]] = {}
        for folder, child, is_folder in _children(folders, files):
            if anything.fullmatch(child):
                seen.setdefault(folder, {})[child] = is_folder
        fronts = {folder: _front(folder, children, tests) for folder, children in seen.items()}
        tops = frozenset(parent.partition("/")[0] for parent in known if "/" in parent)
        return cls({folder: front for folder, front in fronts.items() if front is not None}, tops)


def _known_children(globs: Iterable[str]) -> dict[str, set[str]]:
    """Known folder (`var/log`) to the patterns of its telling children."""
    known: dict[str, set[str]] = {}
    for glob in globs:
        parts = tidy(glob).split("/")
        for at in range(1, len(parts)):
            if _WILD.search(parts[at - 1]):
                break
            if len(_WILD.sub("", parts[at])) >= _LEAST_LETTERS and parts[at] != "**":
                known.setdefault("/".join(parts[:at]), set()).add(component_regex(parts[at]))
    return known


def _children(folders: Iterable[str], files: Iterable[str]) -> Iterable[tuple[str, str, bool]]:
    for path in files:
        folder, _, name = path.rpartition("/")
        yield folder, name, False
    done: set[str] = {""}
    for start in folders:
        folder = start
        while folder not in done:
            done.add(folder)
            above, _, name = folder.rpartition("/")
            yield above, name, True
            folder = above


def _front(folder: str, children: dict[str, bool], tests: list[tuple[str, re.Pattern[str]]]) -> str | None:
    """The known folder that this one must be, with a slash at its end; None when it is not clear."""
    hits: dict[str, set[str]] = {}
    with_folder: set[str] = set()
    for parent, test in tests:
        for child, is_folder in children.items():
            if test.fullmatch(child):
                hits.setdefault(parent, set()).add(test.pattern)
                if is_folder:
                    with_folder.add(parent)
    best: tuple[int, str] | None = None
    for parent, found in sorted(hits.items()):
        if f"/{folder}".endswith(f"/{parent}"):
            return None
        named = folder.rpartition("/")[2] == parent.rpartition("/")[2]
        enough = len(found) >= (_NAMED if named else _NAMELESS) and (named or parent in with_folder)
        if enough and (best is None or len(found) > best[0]):
            best = (len(found), parent)
    return None if best is None else best[1] + "/"
