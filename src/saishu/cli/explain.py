"""`saishu explain`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from saishu.catalogue.faults import load_faults
from saishu.diagnose.explaining import explain
from saishu.report.explanation import explain_document, write_explanation
from saishu_collect import cli as collector


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("code", metavar="CODE", nargs="+", help=say.say("cli.explain.code"))
    parser.add_argument("--json", action="store_true", help=say.say("cli.explain.json"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Mapping[str, Any]) -> int:
    """Print what every unit says that knows the code."""
    asked = " ".join(arguments.code)
    found = explain(asked, load_faults())
    if arguments.json:
        sys.stdout.write(
            json.dumps(explain_document(asked, found), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        )
    else:
        sys.stdout.write(write_explanation(asked, found, catalogue, say.lang))
    sys.stdout.flush()
    return int(collector.DONE if found else collector.NOT_ENOUGH)
