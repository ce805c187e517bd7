"""Patterns of the units: regular expressions that compile, globs that can match, paths that a machine can have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from saishu.catalogue.problems import Problem
from saishu.catalogue.yaml_files import Place, Source

_WINDOWS_PATH = re.compile(r"^(?:[A-Za-z]:\\|%[A-Za-z0-9_()]+%)")


def check_patterns(source: Source) -> Iterator[Problem]:
    """Return what is wrong with the patterns of one unit, of whatever kind."""
    unit = source.data
    yield from _recognise(source, ("recognise",), unit.get("recognise", {}))
    for index, part in enumerate(unit.get("parts", ())):
        yield from _recognise(source, ("parts", index, "recognise"), part["recognise"])
    for index, step in enumerate(unit.get("collect", ())):
        yield from _step(source, ("collect", index), step)
    for index, detect in enumerate(unit.get("detect", ())):
        yield from _machine_paths(source, ("detect", index, "path"), detect.get("path", []), detect["platform"])
        yield from _member_globs(source, ("detect", index, "member"), detect.get("member", []))
    if "fact" in unit:
        yield from _fact(source, unit["fact"])


def _recognise(source: Source, place: Place, recognise: dict[str, Any]) -> Iterator[Problem]:
    yield from _member_globs(source, (*place, "path"), recognise.get("path", []))
    for index, glob in enumerate(recognise.get("name", [])):
        if "/" in glob or "\\" in glob or "**" in glob:
            yield source.problem("catalogue.bare_name", (*place, "name", index), glob=glob)


def _member_globs(source: Source, place: Place, globs: list[str]) -> Iterator[Problem]:
    """Globs over bundle members: forward slashes, no root, `**` only as a whole folder."""
    for index, glob in enumerate(globs):
        if "\\" in glob or glob.startswith("/") or re.match(r"^[A-Za-z]:", glob):
            yield source.problem("catalogue.member_glob", (*place, index), glob=glob)
        yield from _stars(source, (*place, index), glob)


def _stars(source: Source, place: Place, glob: str) -> Iterator[Problem]:
    folders = glob.replace("\\", "/").split("/")
    if any("**" in folder and folder != "**" for folder in folders):
        yield source.problem("catalogue.double_star", place, glob=glob)
    if any(folder in (".", "..") for folder in folders) or "" in folders[1:-1]:
        yield source.problem("catalogue.odd_folder", place, glob=glob)
    if glob.count("[") != glob.count("]"):
        yield source.problem("catalogue.open_bracket", place, glob=glob)


def _step(source: Source, place: Place, step: dict[str, Any]) -> Iterator[Problem]:
    platform = source.data.get("platform", "any")
    if step["do"] == "tree":
        yield from _machine_path(source, (*place, "path"), step["path"], platform)
    elif step["do"] == "glob":
        yield from _machine_paths(source, (*place, "patterns"), step["patterns"], platform)
    elif step["do"] == "search_folder":
        yield from _regex(source, (*place, "folder"), step["folder"])
        for field in ("contains", "take"):
            yield from _member_globs(source, (*place, field), step[field])


def _machine_paths(source: Source, place: Place, paths: list[str], platform: str) -> Iterator[Problem]:
    for index, path in enumerate(paths):
        yield from _machine_path(source, (*place, index), path, platform)


def _machine_path(source: Source, place: Place, path: str, platform: str) -> Iterator[Problem]:
    """Paths on the machine are whole: `/var/log` on Linux, `C:\\Windows` or `%SystemRoot%\\…` on Windows."""
    on_linux, on_windows = path.startswith("/"), bool(_WINDOWS_PATH.match(path))
    fits = {"linux": on_linux, "windows": on_windows}.get(platform, on_linux or on_windows)
    if not fits:
        yield source.problem("catalogue.machine_path", place, path=path, platform=platform)
    yield from _stars(source, place, path)


def _fact(source: Source, fact: dict[str, Any]) -> Iterator[Problem]:
    place: Place = ("fact", "pattern")
    wrong = list(_regex(source, place, fact["pattern"]))
    yield from wrong
    if not wrong and not re.fullmatch(fact["pattern"], fact["example"]):
        yield source.problem("catalogue.example", ("fact", "example"), example=fact["example"])
    for index, found in enumerate(fact.get("found_in", ())):
        place = ("fact", "found_in", index)
        yield from _member_globs(source, (*place, "path"), [found["path"]])
        wrong = list(_regex(source, (*place, "regex"), found["regex"]))
        yield from wrong
        if not wrong and "value" not in re.compile(found["regex"]).groupindex:
            yield source.problem("catalogue.no_value_group", (*place, "regex"))


def _regex(source: Source, place: Place, pattern: str) -> Iterator[Problem]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield source.problem("catalogue.regex", place, reason=error.msg)
