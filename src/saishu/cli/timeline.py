"""`saishu timeline`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from saishu.bundle import map_members
from saishu.cli.opening import add_bundle_arguments, add_zone_argument, given_host, opened
from saishu.model import Level
from saishu.report.timeline_view import Shown, timeline_document, write_timeline
from saishu.timeline.reading import Order, read_bundle
from saishu.timeline.store import Store, Wanted
from saishu_collect import cli as collector

_LIMIT = 200
_LEVELS = {"error": Level.ERROR, "warning": Level.WARNING, "info": Level.INFO}


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    add_bundle_arguments(parser, say)
    add_zone_argument(parser, say)
    moment = collector.values.moment
    for name in ("from", "to", "around"):
        parser.add_argument(
            f"--{name}", type=moment, metavar="TIME", dest=f"{name}_", help=say.say(f"cli.timeline.{name}")
        )
    parser.add_argument("--level", choices=[*_LEVELS, "all"], help=say.say("cli.timeline.level"))
    parser.add_argument("--path", metavar="TEXT", default="", help=say.say("cli.timeline.path"))
    parser.add_argument("--text", metavar="TEXT", default="", help=say.say("cli.timeline.text"))
    parser.add_argument("--operation", metavar="ID", default="", help=say.say("cli.timeline.operation"))
    parser.add_argument("--limit", type=_number, metavar="N", default=_LIMIT, help=say.say("cli.timeline.limit"))
    parser.add_argument("--store", type=Path, metavar="DIR", help=say.say("cli.timeline.store"))
    parser.add_argument("--json", action="store_true", help=say.say("cli.timeline.json"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Mapping[str, Any]) -> int:
    """Read a bundle, or take a store that was kept, and print a part of its events."""
    with _store(arguments, catalogue) as store:
        wanted = _wanted(arguments)
        limit, around = arguments.limit, _moment(arguments.around_)
        events = store.around(around, wanted, limit) if around else store.window(wanted, limit)
        total, undated = store.counts(wanted)
        shown = Shown(events, total, undated, only_dated=around is not None)
        if arguments.json:
            document = timeline_document(shown, store.coverage())
            sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        else:
            sys.stdout.write(write_timeline(shown, catalogue, say.lang))
        sys.stdout.flush()
    if arguments.store:
        sys.stderr.write(say.say("timeline.stored", path=arguments.store) + "\n")
    return int(collector.DONE if total else collector.NOT_ENOUGH)


@contextmanager
def _store(arguments: argparse.Namespace, catalogue: Mapping[str, Any]) -> Iterator[Store]:
    """The store to ask: a kept one as it is, else the bundle read into the folder of --store or a temporary one."""
    if Store.is_one(arguments.bundle):
        store, target = Store(arguments.bundle), arguments.store
        yield store if target is None or _is_same(target, arguments.bundle) else store.copy(_kept(target))
        return
    with (
        opened(arguments, catalogue) as (bundle, passwords),
        tempfile.TemporaryDirectory(prefix="saishu-") as temporary,
    ):
        folder = _kept(arguments.store) if arguments.store else Path(temporary)
        order = Order(bundle, map_members(bundle, catalogue), folder, passwords, given_host(arguments), watch=False)
        try:
            store = read_bundle(order).store
        except BaseException:
            # Half a store would answer as if it were whole.
            Store(folder).remove()
            raise
        yield store


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and one.samefile(other)


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text[:10]) < 1 << 31:
        raise argparse.ArgumentTypeError("N: 1 … 2147483647")
    return int(text)


def _kept(folder: Path) -> Path:
    """The folder to keep a store in, empty or with an older store that is replaced."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not Store.is_one(folder):
            raise FileExistsError(17, "not empty")
        Store(folder).remove()
    except OSError as trouble:
        values = {"path": str(folder), "error": trouble.strerror or str(trouble)}
        raise collector.Refused("E413", collector.NOT_ENOUGH, **values) from trouble
    return folder


def _wanted(arguments: argparse.Namespace) -> Wanted:
    timed = any(getattr(arguments, name) is not None for name in ("from_", "to_", "around_"))
    level = arguments.level or ("all" if timed or arguments.text or arguments.operation else "warning")
    levels = () if level == "all" else tuple(range(Level.CRITICAL, _LEVELS[level] + 1))
    return Wanted(
        start=_moment(arguments.from_), end=_moment(arguments.to_), levels=levels, path=arguments.path,
        operations=(arguments.operation,) if arguments.operation else (), text=arguments.text,
    )  # fmt: skip


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
