"""What every verb that takes a BUNDLE does first: open it, judge it, and for some read it."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from saishu.bundle import Bundle, BundleError, map_members, open_bundle, read_password_file
from saishu.check import WrongScenarioError, judge_bundle
from saishu.model import Completeness, ZoneSource
from saishu.parse.reading import Host
from saishu.parse.zones import given_zone
from saishu.timeline.parts import StoreError
from saishu_collect import cli as collector


def add_bundle_arguments(parser: argparse.ArgumentParser, say: Any, several: bool = False) -> None:
    """The arguments that say which bundle is meant and how to judge it. several: `bundle` is a list."""
    if several:
        parser.add_argument("bundle", metavar="BUNDLE", type=Path, nargs="+", help=say.say("cli.report.bundles"))
    else:
        parser.add_argument("bundle", metavar="BUNDLE", type=Path, help=say.say("cli.check.bundle"))
    parser.add_argument("--scenario", action="append", default=[], metavar="ID", help=say.say("cli.check.scenario"))
    parser.add_argument(
        "--failure-time", type=collector.values.moment, metavar="TIME", help=say.say("cli.check.failure_time")
    )
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=say.say("cli.check.password_file"))


def add_zone_argument(parser: argparse.ArgumentParser, say: Any) -> None:
    """The argument that says in which zone the machine's clock runs."""
    parser.add_argument("--zone", metavar="ZONE", help=say.say("cli.diagnose.zone"))


@contextmanager
def opened(arguments: argparse.Namespace, catalogue: Mapping[str, Any]) -> Iterator[tuple[Bundle, Sequence[bytes]]]:
    """The bundle of the arguments, open, and the passwords; raises the collector's `Refused` with its exit code."""
    try:
        passwords = read_password_file(arguments.password_file) if arguments.password_file else ()
        with open_bundle(arguments.bundle, passwords=passwords) as bundle:
            yield bundle, passwords
    except BundleError as trouble:
        values = {"path": str(arguments.bundle), **trouble.values}
        raise collector.Refused(trouble.code, collector.UNREADABLE, **values) from trouble
    except StoreError as trouble:
        raise collector.Refused("E334", collector.UNREADABLE, path=trouble.path, reason=trouble.reason) from trouble
    except WrongScenarioError as trouble:
        known = ", ".join(sorted(catalogue["scenarios"]))
        raise collector.Refused("E102", collector.USAGE, scenario=str(trouble), known=known) from trouble


def judge(arguments: argparse.Namespace, catalogue: Mapping[str, Any]) -> Completeness:
    """Open and judge the bundle of the arguments; see `opened` for what it raises."""
    with opened(arguments, catalogue) as (bundle, _):
        return judge_bundle(bundle, catalogue, arguments.scenario, failure_moment(arguments))


@contextmanager
def case_of(arguments: argparse.Namespace, catalogue: Mapping[str, Any], excerpts: bool = False) -> Iterator[Any]:
    """The bundle of the arguments judged, read and diagnosed; its store is gone when the block ends."""
    from saishu.cli.investigating import investigate

    with opened(arguments, catalogue) as (bundle, passwords), tempfile.TemporaryDirectory(prefix="saishu-") as folder:
        sorted_files = map_members(bundle, catalogue)
        judged = judge_bundle(bundle, catalogue, arguments.scenario, failure_moment(arguments), sorted_files)
        yield investigate(bundle, sorted_files, judged, Path(folder), passwords, given_host(arguments), excerpts)


def failure_moment(arguments: argparse.Namespace) -> datetime | None:
    """The time of the failure as it was given, aware."""
    failure = arguments.failure_time
    return datetime.fromtimestamp(failure, UTC) if failure is not None else None


def given_host(arguments: argparse.Namespace) -> Host | None:
    """The machine's clock as the user says it, or None."""
    if arguments.zone is None:
        return None
    found = given_zone(arguments.zone)
    if found is None:
        raise collector.Refused("E116", collector.USAGE, zone=arguments.zone)
    return Host(zone=found[0], zone_source=ZoneSource.GIVEN, zone_name=found[1])


def exit_code(completeness: Completeness) -> int:
    """0 complete, 1 not complete, 4 nothing that can be judged."""
    if not completeness.judged:
        return int(collector.NOT_ENOUGH)
    return int(collector.DONE if completeness.complete else collector.GAPS)
