"""The command line: arguments to calls. The parser and the verbs of the affected machine are the collector's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saishu.cli import attach, check, diagnose, events, explain, report, timeline
from saishu_collect import cli as collector

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""

    def more_verbs(add: Any) -> None:
        add("check", check.run, check.add_arguments)
        add("diagnose", diagnose.run, diagnose.add_arguments)
        add("timeline", timeline.run, timeline.add_arguments)
        add("events", events.run, events.add_arguments)
        add("report", report.run, report.add_arguments)
        add("explain", explain.run, explain.add_arguments)
        add("attach", attach.run, attach.add_arguments)

    code: int = collector.main(argv, "saishu", more_verbs)
    return code
