"""`saishu attach`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from saishu.attach import AttachError, attach_files
from saishu_collect import cli as collector

_EXIT_CODES = {"E110": collector.USAGE, "E111": collector.USAGE, "E410": collector.NOT_ENOUGH, "E510": collector.DEFECT}


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help=say.say("cli.attach.bundle"))
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help=say.say("cli.attach.files"))
    parser.add_argument("--as", dest="evidence", required=True, metavar="ITEM", help=say.say("cli.attach.evidence"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Mapping[str, Any]) -> int:
    """Add files to a bundle and say under which names they are in it."""
    try:
        done = attach_files(arguments.bundle, arguments.files, arguments.evidence, catalogue, datetime.now(UTC))
    except AttachError as trouble:
        code = _EXIT_CODES.get(trouble.code, collector.UNREADABLE)
        raise collector.Refused(trouble.code, code, **trouble.values) from trouble
    title = say.pick(catalogue["evidence"][arguments.evidence]["title"])
    lines = [say.say("cli.attach.done", bundle=arguments.bundle, title=title), *(f"  {name}" for name in done.members)]
    lines.append(say.say("cli.attach.verified", members=done.total))
    sys.stderr.write("\n".join(lines) + "\n")
    return int(collector.DONE)
