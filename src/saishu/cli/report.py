"""`saishu report`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from saishu.cli.opening import add_bundle_arguments, add_zone_argument, case_of, exit_code
from saishu.report import draw_page
from saishu.report.case_document import case_document
from saishu.report.case_file import CaseFile
from saishu.report.markdown import write_markdown
from saishu.report.page.fleet import Machine, draw_fleet, machine_of
from saishu.report.sarif import sarif_document
from saishu_collect import cli as collector
from saishu_collect.words import LANGUAGES
from saishu_collect.words import Words as Phrases

_STDOUT = Path("-")
_FLEET = "saishu_report.html"
_FORMS = ("html", "json", "md", "sarif")

Catalogue = Mapping[str, Any]


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    add_bundle_arguments(parser, say, several=True)
    add_zone_argument(parser, say)
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help=say.say("cli.report.out"))
    parser.add_argument("--format", choices=_FORMS, default="html", help=say.say("cli.report.format"))
    parser.add_argument("--pages", type=Path, metavar="DIR", help=say.say("cli.report.pages"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Catalogue) -> int:
    """Read and judge a bundle, or several, and write the page or document."""
    if len(arguments.bundle) > 1 or arguments.pages:
        return _fleet(arguments, say, catalogue)
    alone = _one(arguments, arguments.bundle[0])
    with case_of(alone, catalogue, excerpts=True) as case:
        text = _text(case, arguments.format, say.lang, catalogue)
        code = exit_code(case.completeness)
    out: Path = arguments.out or Path(f"{alone.bundle.name}.{arguments.format}")
    _write(out, text)
    if out != _STDOUT:
        sys.stderr.write(say.say("cli.report.written", path=out) + "\n")
    return code


def _one(arguments: argparse.Namespace, bundle: Path) -> argparse.Namespace:
    return argparse.Namespace(**{**vars(arguments), "bundle": bundle})


def _text(case: CaseFile, form: str, lang: str, catalogue: Catalogue) -> str:
    """A case in one of the forms."""
    version = collector.__version__
    if form == "html":
        return draw_page(case, catalogue, lang, version)
    if form == "md":
        return write_markdown(case, catalogue, lang)
    content = sarif_document(case, version, lang) if form == "sarif" else case_document(case, catalogue, lang, version)
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _fleet(arguments: argparse.Namespace, say: Any, catalogue: Catalogue) -> int:
    """One page over all bundles; the worst exit code of them."""
    if arguments.format != "html":
        raise collector.Refused("E117", collector.USAGE, format=arguments.format)
    out: Path = arguments.out or Path(_FLEET)
    names = _names(arguments.bundle)
    codes: list[int] = []
    machines: list[Machine] = []
    for bundle in arguments.bundle:
        machine, code = _machine(_one(arguments, bundle), next(names), out, say.lang, catalogue)
        machines.append(machine)
        codes.append(code)
    _write(out, draw_fleet(machines, catalogue, say.lang, collector.__version__))
    if out != _STDOUT:
        sys.stderr.write(say.say("cli.report.written", path=out) + "\n")
    return max(codes)


def _machine(
    arguments: argparse.Namespace, name: str, out: Path, lang: str, catalogue: Catalogue
) -> tuple[Machine, int]:
    """What one bundle adds to the page over all; its own page is written where that is wanted."""
    try:
        with case_of(arguments, catalogue, excerpts=bool(arguments.pages)) as case:
            page = _page(case, arguments.pages / name, out, lang, catalogue) if arguments.pages else None
            return machine_of(case, catalogue, page), exit_code(case.completeness)
    except collector.Refused as refused:
        if refused.exit_code == collector.USAGE:
            raise
        key = f"error.{refused.code}.what"
        trouble = {one: Phrases(catalogue, one).say(key, **refused.values) for one in LANGUAGES}
        return Machine(arguments.bundle.name, trouble=trouble), int(refused.exit_code)


def _page(case: CaseFile, path: Path, out: Path, lang: str, catalogue: Catalogue) -> str:
    """Write the page of one bundle; its address as seen from the page over all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, _text(case, "html", lang, catalogue))
    beside = Path.cwd() if out == _STDOUT else out.absolute().parent
    return quote(Path(os.path.relpath(path.absolute(), beside)).as_posix())


def _names(bundles: list[Path]) -> Iterator[str]:
    """A file name for the page of each bundle; no two are the same."""
    used: set[str] = set()
    for bundle in bundles:
        whole = name = bundle.absolute().name
        number = 2
        while name.lower() in used:
            name, number = f"{whole}_{number}", number + 1
        used.add(name.lower())
        yield f"{name}.html"


def _write(out: Path, text: str) -> None:
    """Write a file or standard output; raises the collector's `Refused` where that is not possible."""
    data = text.encode("utf-8", "replace")
    if out == _STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        values = {"path": str(out), "error": error.strerror or str(error)}
        raise collector.Refused("E411", collector.NOT_ENOUGH, **values) from error
