"""`saishu report`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saishu.cli.opening import add_bundle_arguments, add_zone_argument, case_of, exit_code
from saishu.report import draw_page
from saishu_collect import cli as collector


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    add_bundle_arguments(parser, say)
    add_zone_argument(parser, say)
    parser.add_argument("-o", "--out", type=Path, metavar="FILE.html", help=say.say("cli.report.out"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Mapping[str, Any]) -> int:
    """Read and judge a bundle and write the page."""
    out: Path = arguments.out or Path(arguments.bundle.name + ".html")
    with case_of(arguments, catalogue, excerpts=True) as case:
        text = draw_page(case, catalogue, say.lang, collector.__version__)
        code = exit_code(case.completeness)
    write_out(out, text)
    sys.stderr.write(say.say("cli.report.written", path=out) + "\n")
    return code


def write_out(out: Path, text: str) -> None:
    """Write a file; raises the collector's `Refused` where that is not possible."""
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        values = {"path": str(out), "error": error.strerror or str(error)}
        raise collector.Refused("E411", collector.NOT_ENOUGH, **values) from error
