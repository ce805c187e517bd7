"""Measures how the memory of our collector depends on the number of files.

python3 bench/memory.py [--counts 1000 20000 100000] [--save [NAME]] [--strict]
"""

import argparse
import os
import random
import shutil
import sys
from pathlib import Path

from collect import MIB, fresh
from contenders import DEFAULT_WORK, TOOLS, Place, find_archive, obstacle, open_work, versions
from contents import compare, read_contents
from lines import LogStream
from running import Run, adopt_orphans, run_measured
from tables import Bar, bars_table, machine_facts, mega, publish, table
from tree import digest_tree

GROWTH_MIB, PEAK_MIB = 8, 64
FILES_PER_FOLDER = 1000
LARGEST = 4096


def make_files(log: Path, count: int) -> None:
    """Make `count` log files of 0 to 4 KiB, 1,000 in a folder."""
    rng = random.Random(count)
    page = LogStream("syslog", "memory").page()
    shutil.rmtree(log.parent.parent, ignore_errors=True)
    for number in range(count):
        folder = log / f"service{number // FILES_PER_FOLDER:04d}"
        if number % FILES_PER_FOLDER == 0:
            folder.mkdir(parents=True)
        start = rng.randrange(len(page) - LARGEST)
        (folder / f"worker-{number:06d}.log").write_bytes(page[start : start + rng.randrange(LARGEST)])


def measure_tree(place: Place, count: int) -> tuple[Run, list[str]]:
    """Return the run over `count` files and its line of the table."""
    make_files(place.log, count)
    fresh(place.out)
    run = run_measured(TOOLS[0].command(place), place.tree, place.work / "talk.txt")
    archive = find_archive(place.out)
    wanted = digest_tree(os.fsencode(place.log))
    missing = len(compare(wanted, read_contents(archive)).missing) if archive else count
    size = archive.stat().st_size if archive else 0
    return run, [f"{count:,}", f"{run.peak / MIB:.1f}", f"{run.wall:.1f}", f"{run.cpu:.1f}", f"{count / run.wall:,.0f}",
                 mega(size), f"{count - missing:,} of {count:,}"]  # fmt: skip


def main() -> int:
    """Make the trees one after another and print the table and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--counts", type=int, nargs="*", default=[1000, 20000, 100000])
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parser.add_argument("--save", nargs="?", const="memory", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    chosen = parser.parse_args()
    adopt_orphans()
    work = open_work(chosen.work)
    if reason := obstacle(TOOLS[0], work):
        sys.exit(reason)
    place = Place(work / "many", work / "out", work)
    measured = [measure_tree(place, count) for count in chosen.counts]
    peaks = [run.peak / MIB for run, _ in measured]
    held = [Bar("memory of the largest tree over that of the smallest", peaks[-1] - peaks[0], GROWTH_MIB, "MiB"),
            Bar("peak memory", max(peaks), PEAK_MIB, "MiB")]  # fmt: skip
    head = ["files", "peak MiB", "wall s", "CPU s", "files a second", "archive MB", "whole files"]
    publish("\n\n".join([
        "# Memory against the number of files",
        table(head, [line for _, line in measured]), bars_table(held), machine_facts(work, versions(work)),
    ]), chosen.save)  # fmt: skip
    shutil.rmtree(place.tree, ignore_errors=True)
    fresh(place.out)
    return 1 if chosen.strict and any("FAIL" in bar.verdict for bar in held) else 0


if __name__ == "__main__":
    sys.exit(main())
