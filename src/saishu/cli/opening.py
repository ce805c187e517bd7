"""What every verb that takes a BUNDLE does first: open it and judge it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from saishu.bundle import BundleError, open_bundle, read_password_file
from saishu.check import WrongScenarioError, judge_bundle
from saishu.model import Completeness
from saishu_collect import cli as collector


def add_bundle_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """The arguments that say which bundle is meant and how to judge it."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help=say.say("cli.check.bundle"))
    parser.add_argument("--scenario", action="append", default=[], metavar="ID", help=say.say("cli.check.scenario"))
    parser.add_argument(
        "--failure-time", type=collector.values.moment, metavar="TIME", help=say.say("cli.check.failure_time")
    )
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=say.say("cli.check.password_file"))


def judge(arguments: argparse.Namespace, catalogue: Mapping[str, Any]) -> Completeness:
    """Open and judge the bundle of the arguments; raises the collector's `Refused` with the right exit code."""
    failure = arguments.failure_time
    moment = datetime.fromtimestamp(failure, UTC) if failure is not None else None
    try:
        passwords = read_password_file(arguments.password_file) if arguments.password_file else ()
        with open_bundle(arguments.bundle, passwords=passwords) as bundle:
            return judge_bundle(bundle, catalogue, arguments.scenario, moment)
    except BundleError as trouble:
        values = {"path": str(arguments.bundle), **trouble.values}
        raise collector.Refused(trouble.code, collector.UNREADABLE, **values) from trouble
    except WrongScenarioError as trouble:
        known = ", ".join(sorted(catalogue["scenarios"]))
        raise collector.Refused("E102", collector.USAGE, scenario=str(trouble), known=known) from trouble


def exit_code(completeness: Completeness) -> int:
    """0 complete, 1 not complete, 4 nothing that can be judged."""
    if not completeness.judged:
        return int(collector.NOT_ENOUGH)
    return int(collector.DONE if completeness.complete else collector.GAPS)
