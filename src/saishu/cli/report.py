"""`saishu report`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saishu.cli.opening import add_bundle_arguments, exit_code, judge
from saishu.report import draw_page
from saishu_collect import cli as collector


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    add_bundle_arguments(parser, say)
    parser.add_argument("-o", "--out", type=Path, metavar="FILE.html", help=say.say("cli.report.out"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Mapping[str, Any]) -> int:
    """Judge a bundle and write the page."""
    judged = judge(arguments, catalogue)
    out: Path = arguments.out or Path(arguments.bundle.name + ".html")
    try:
        out.write_text(draw_page(judged, catalogue, say.lang, collector.__version__), encoding="utf-8")
    except OSError as error:
        values = {"path": str(out), "error": error.strerror or str(error)}
        raise collector.Refused("E411", collector.NOT_ENOUGH, **values) from error
    sys.stderr.write(say.say("cli.report.written", path=out) + "\n")
    return exit_code(judged)
