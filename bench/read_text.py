"""Times reading text logs into timed records, beside lnav and the shortest Python that could do it.

.venv/bin/python bench/read_text.py [--megabytes 200] [--rounds 5] [--save [NAME]] [--strict]
"""

import argparse
import re
import shutil
import statistics
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from collect import MIB
from contenders import DEFAULT_WORK, open_work, versions
from lines import LogStream
from running import Run, adopt_orphans, run_measured
from tables import Bar, bars_table, machine_facts, publish, table

LINES_S, LIMIT_MIB = 400_000, 200.0
KINDS = {"waagent": "waagent.log", "syslog": "syslog"}
LNAV_TABLES = {"waagent": "generic_log", "syslog": "syslog_log"}
PLAIN = {
    "waagent": re.compile(r"(\S{26})\S* (INFO|WARNING|ERROR|VERBOSE) (\S+) (.*)"),
    "syslog": re.compile(r"(\S{26})\S*( )\S+ ([^\s:\[]+)(?:\[\d+\])?: (.*)"),
}


class Counting:
    """A sink that counts."""

    def __init__(self) -> None:
        self.records = self.timed = 0

    def events(self, batch) -> None:  # type: ignore[no-untyped-def]
        """Count the events of a batch."""
        self.records += len(batch)
        self.timed += len(batch) - batch.time.count(None)

    def fact(self, fact) -> None:  # type: ignore[no-untyped-def]
        """Facts do not count."""

    def note(self, note) -> None:  # type: ignore[no-untyped-def]
        """Notes do not count."""


def read_ours(path: Path, kind: str) -> tuple[int, int]:
    """Records and how many of them have a time, by our reader."""
    from saishu.parse.reading import FileInput, Host
    from saishu.parse.text import read_text

    sink = Counting()
    modified = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    read_text(FileInput(path.name, kind, lambda: path.open("rb"), modified=modified), Host(), sink)
    return sink.records, sink.timed


def read_plainly(path: Path, kind: str) -> tuple[int, int]:
    """The same by one loop: UTF-8 only, no zones, no limits, one form of line; a yardstick and no reader."""
    match = PLAIN[kind].match
    known: dict[str, int] = {}
    times: list[int] = []
    columns: list[tuple[str, ...]] = []
    messages: list[str] = []
    records = 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            hit = match(line)
            if hit is None:
                if messages:
                    messages[-1] += "\n" + line.rstrip("\n")
                continue
            time, level, component, message = hit.groups()
            start = time[:19]
            moment = known.get(start)
            if moment is None:
                moment = known[start] = _second(start)
            times.append(moment + int(time[20:26] or 0))
            columns.append((level, component))
            messages.append(message)
            if len(times) == 65_536:
                records += len(times)
                times, columns, messages = [], [], []
    return records + len(times), records + len(times)


def _second(text: str) -> int:
    return int(datetime.fromisoformat(text + "+00:00").timestamp()) * 1_000_000


def contenders(path: Path, kind: str) -> dict[str, list[str]]:
    """The commands that read one file."""
    again = [sys.executable, str(Path(__file__).resolve()), "--read"]
    query = f";SELECT count(*), min(log_time), max(log_time) FROM {LNAV_TABLES[kind]}"
    found = {"saishu": [*again, "ours", str(path), kind], "plain loop": [*again, "plain", str(path), kind]}
    lnav = shutil.which("lnav")
    if lnav is not None:
        found["lnav"] = [lnav, "-n", "-N", "-c", query, str(path)]
    return found


def measure(commands: dict[str, list[str]], work: Path, rounds: int) -> dict[str, list[Run]]:
    """Every command once a round, after one round that is not counted."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            run = run_measured(command, work, work / "talk.txt", limit=300.0)
            if number:
                runs[name].append(run)
    return runs


def make_log(path: Path, kind: str, size: int) -> int:
    """Write a log; the number of its lines."""
    lines = 0
    with path.open("wb") as file:
        for page in LogStream(kind, path.name).pieces(size):
            file.write(page)
            lines += page.count(b"\n")
    return lines


def compare(work: Path, megabytes: int, rounds: int) -> tuple[list[list[str]], list[Bar]]:
    """The rows of the table and the bars."""
    rows, bars = [], []
    for kind, name in KINDS.items():
        path = work / name
        lines = make_log(path, kind, megabytes * 1_000_000)
        for tool, runs in measure(contenders(path, kind), work, rounds).items():
            cpu, peak = statistics.median(run.cpu for run in runs), max(run.peak for run in runs) / MIB
            said = runs[-1].output.strip().splitlines()[-1:] or [""]
            rows.append(
                [f"{name}, {lines:,} lines", tool, f"{cpu:.2f}", f"{lines / cpu:,.0f}", f"{peak:.0f}", said[0][:60]]
            )
            if tool == "saishu":
                bars.append(Bar(f"CPU for 1,000,000 lines, {kind}", cpu / lines * 1e6, 1e6 / LINES_S, "s"))
                bars.append(Bar(f"peak memory, {kind}", peak, LIMIT_MIB, "MiB"))
        path.unlink()
    return rows, bars


def main() -> int:
    """Make the logs and print the table and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parser.add_argument("--save", nargs="?", const="read_text", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    parser.add_argument("--read", nargs=3, metavar=("HOW", "FILE", "KIND"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.read:
        how: Callable[[Path, str], tuple[int, int]] = read_ours if chosen.read[0] == "ours" else read_plainly
        sys.stdout.write("{} records, {} with a time\n".format(*how(Path(chosen.read[1]), chosen.read[2])))
        return 0
    adopt_orphans()
    work = open_work(chosen.work)
    rows, bars = compare(work, chosen.megabytes, chosen.rounds)
    head = ["log", "tool", "CPU s", "lines/s of CPU", "peak MiB", "says"]
    text = "# Reading text logs into timed records\n\n" + table(head, rows)
    publish(f"{text}\n\n{bars_table(bars)}\n{machine_facts(work, versions(work))}", chosen.save)
    return 1 if chosen.strict and any("FAIL" in bar.verdict for bar in bars) else 0


if __name__ == "__main__":
    sys.exit(main())
