"""Compares collecting one log tree: ours and public tools, side by side, in interleaved rounds.

python3 bench/collect.py [--scale 1.0] [--rounds 3] [--cold] [--only NAME …] [--save [NAME]] [--strict]
"""

import argparse
import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

from contenders import DEFAULT_WORK, TOOLS, Place, Tool, find_archive, obstacle, open_work, versions
from contents import Completeness, compare, read_contents
from running import Run, adopt_orphans, run_measured, wait_until_idle
from tables import Bar, bars_table, machine_facts, mega, publish, spread, table
from tree import digest_tree, grow_tree

MIB = 1024 * 1024
DISTURBED = 0.08
"""A run during which others used more than this share of the machine is made again."""
PACKED_BELOW = 0.9
"""An archive larger than this share of the tree counts as not packed."""


class Row(NamedTuple):
    """One tool's runs; archive: bytes of the archive, found: what came back, both of the first round."""

    tool: Tool
    runs: list[Run]
    archives: list[int]
    found: Completeness

    def median(self, field: str) -> float:
        """Return the median of one measured field."""
        return float(statistics.median(getattr(run, field) for run in self.runs))


def fresh(folder: Path) -> Path:
    """Return an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def prepare_cache(log: Path, cold: bool) -> None:
    """Bring the tree into the page cache, or (root only) empty the cache."""
    if cold:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3\n")
        return
    for folder, _, names in os.walk(log):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                with open(path, "rb", buffering=0) as file:
                    while file.read(MIB):
                        pass


def run_quietly(tool: Tool, place: Place, cold: bool, patience: float, attempts: int) -> Run:
    """Run a tool until nobody else disturbs it, `attempts` times at most; return the run that was disturbed least."""
    best: Run | None = None
    for _ in range(attempts):
        fresh(place.out)
        command = tool.command(place)
        wait_until_idle(patience)
        prepare_cache(place.log, cold)
        run = run_measured(command, place.tree, place.work / "talk.txt")
        best = run if best is None or run.others < best.others else best
        if run.others <= DISTURBED:
            break
    assert best is not None
    return best


def run_rounds(tools: list[Tool], place: Place, rounds: int, cold: bool, patience: float, attempts: int) -> list[Row]:
    """Run every tool once per round, another one first each time; return a row per tool."""
    wanted = digest_tree(os.fsencode(place.log))
    rows: dict[str, Row] = {}
    for number in range(rounds):
        turn = number % len(tools)
        for tool in tools[turn:] + tools[:turn]:
            run = run_quietly(tool, place, cold, patience, attempts)
            archive = find_archive(place.out)
            if tool.name not in rows:
                found = compare(wanted, read_contents(archive)) if archive else Completeness(0, 0, sorted(wanted))
                rows[tool.name] = Row(tool, [], [], found)
            rows[tool.name].runs.append(run)
            rows[tool.name].archives.append(archive.stat().st_size if archive else 0)
            sys.stderr.write(
                f"round {number + 1}: {tool.name}: {run.wall:.2f} s, exit {run.exit_code}, others {run.others:.0%}\n"
            )
    return [rows[tool.name] for tool in tools]


def is_full(row: Row) -> bool:
    """Say whether everything came back."""
    return not row.found.missing


def ratio(row: Row | None, other: Row | None) -> float | None:
    """Return the median over the rounds of one tool's wall time as a share of the other's in the same round."""
    if row is None or other is None:
        return None
    return statistics.median(a.wall / b.wall for a, b in zip(row.runs, other.runs, strict=True))


def fastest_full_collector(rows: list[Row], total: int) -> Row | None:
    """Return the fastest collector of others that keeps every file and packs them."""
    able = [row for row in rows if row.tool.kind == "collector" and is_full(row)]
    return min(
        (row for row in able if row.archives[0] < PACKED_BELOW * total), key=lambda r: r.median("wall"), default=None
    )


def results_table(rows: list[Row], total: int, files: int) -> str:
    """Return the table of all tools."""
    by_name = {row.tool.name: row for row in rows}
    zip1, collector = by_name.get("zip -1yr"), fastest_full_collector(rows, total)
    lines = []
    for row in rows:
        shares = [ratio(row, other) for other in (zip1, collector)]
        found = row.found.whole + row.found.renamed
        codes = sorted({run.exit_code for run in row.runs})
        lines.append([
            row.tool.name,
            spread([run.wall for run in row.runs]),
            spread([run.cpu for run in row.runs]),
            f"{row.median('peak') / MIB:.0f}",
            mega(statistics.median(row.archives)),
            mega(row.median("written")),
            f"{found} of {files}" + ("" if is_full(row) else " **not complete**"),
            *("-" if share is None else f"{share:.2f}" for share in shares),
            f"{100 * max(run.others for run in row.runs):.0f} %",
            "; ".join(filter(None, [row.tool.note, f"exit {codes}" if codes != [0] else ""])),
        ])  # fmt: skip
    head = ["tool", "wall s", "CPU s", "peak MiB", "archive MB", "written MB", "whole files", "× zip -1",
            "× fastest full collector", "others' CPU", "note"]  # fmt: skip
    return table(head, lines)


def bars(rows: list[Row], total: int) -> list[Bar]:
    """Return what must hold of ours."""
    by_name = {row.tool.name: row for row in rows}
    plain, fast = by_name.get("saishu"), by_name.get("saishu with isal")
    zip1, zip6, collector = by_name.get("zip -1yr"), by_name.get("zip -6yr"), fastest_full_collector(rows, total)
    size = plain.archives[0] / zip6.archives[0] if plain and zip6 and zip6.archives[0] else None
    return [
        Bar("wall against zip -1, hashed and read back", ratio(plain, zip1), 0.6),
        Bar(f"wall against the fastest full collector ({collector.tool.name if collector else 'none'})",
            ratio(plain, collector), 0.3),
        Bar("peak memory", plain.median("peak") / MIB if plain else None, 64, "MiB"),
        Bar("archive against zip -6", size, 1.15),
        Bar("with isal: wall against zip -1", ratio(fast, zip1), 0.3),
        Bar("files not whole in the archive", float(len(plain.found.missing)) if plain else None, 0, "files"),
    ]  # fmt: skip


def introduce(facts: dict[str, object], rounds: int, cold: bool) -> str:
    """Return what was collected and how it was timed."""
    journals = "genuine" if facts["genuine_journals"] else "stand-ins that pack alike"
    return (
        f"{facts['files']} files, {int(str(facts['bytes'])) / MIB:.0f} MiB, seed {facts['seed']}, "
        f"sha256 {str(facts['sha256'])[:16]}…, journals: {journals}. {rounds} rounds, interleaved; median (min–max). "
        f"Page cache {'emptied' if cold else 'filled'} before each run."
    )


def parse_arguments() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="size of the tree; 1.0 is about 1 GiB")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cold", action="store_true", help="empty the page cache before each run (root)")
    parser.add_argument("--patience", type=float, default=20, help="seconds to wait for an idle machine before a run")
    parser.add_argument("--attempts", type=int, default=3, help="how often a disturbed run is made, at most")
    parser.add_argument("--only", nargs="*", default=[], help="parts of tool names")
    parser.add_argument("--journals", choices=("auto", "genuine", "stand-in"), default="auto")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder for tree and archives (needs 5 GiB)")
    parser.add_argument("--save", nargs="?", const="collect", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    return parser.parse_args()


def main() -> int:
    """Make the tree, run the rounds, print the table and the bars."""
    chosen = parse_arguments()
    adopt_orphans()
    work = open_work(chosen.work)
    if chosen.cold and os.geteuid() != 0:
        sys.exit("--cold needs root")
    facts = grow_tree(work / "tree", chosen.seed, chosen.scale, chosen.journals)
    asked = [t for t in TOOLS if "collect" in t.bench and (not chosen.only or any(o in t.name for o in chosen.only))]
    absent = {tool.name: reason for tool in asked if (reason := obstacle(tool, work))}
    rows = run_rounds([t for t in asked if t.name not in absent], Place(work / "tree", work / "out", work),
                      chosen.rounds, chosen.cold, chosen.patience, chosen.attempts)  # fmt: skip
    total, files = int(str(facts["bytes"])), int(str(facts["files"]))
    held = bars(rows, total)
    publish("\n\n".join([
        "# Collecting one log tree",
        introduce(facts, chosen.rounds, chosen.cold),
        results_table(rows, total, files),
        bars_table(held),
        "\n".join(f"- {name}: {reason}" for name, reason in absent.items()),
        machine_facts(work, versions(work)),
    ]), chosen.save)  # fmt: skip
    fresh(work / "out")
    return 1 if chosen.strict and any("FAIL" in bar.verdict for bar in held) else 0


if __name__ == "__main__":
    sys.exit(main())
