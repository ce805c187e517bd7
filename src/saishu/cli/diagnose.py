"""`saishu diagnose`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from saishu.cli.opening import add_bundle_arguments, add_zone_argument, case_of
from saishu.model import Diagnosis, Verdict
from saishu.report.diagnosis_document import diagnose_document
from saishu.report.diagnosis_text import write_diagnosis
from saishu_collect import cli as collector


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    add_bundle_arguments(parser, say)
    add_zone_argument(parser, say)
    parser.add_argument("--json", action="store_true", help=say.say("cli.diagnose.json"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Mapping[str, Any]) -> int:
    """Read a bundle, judge it and print the answer."""
    with case_of(arguments, catalogue) as case:
        if arguments.json:
            sys.stdout.write(json.dumps(diagnose_document(case), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        else:
            sys.stdout.write(write_diagnosis(case, catalogue, say.lang))
        sys.stdout.flush()
        return verdict_code(case.diagnosis)


def verdict_code(diagnosis: Diagnosis) -> int:
    """0 no fault, 1 a fault, 4 not enough evidence."""
    codes = {Verdict.NO_FAULT: collector.DONE, Verdict.FAULT: collector.GAPS}
    return int(codes.get(diagnosis.verdict, collector.NOT_ENOUGH))
