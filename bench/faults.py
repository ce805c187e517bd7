"""Compares collecting from a log folder that misbehaves: ours and public tools, side by side, then with Ctrl-C.

python3 bench/faults.py [--limit 60] [--only NAME …] [--save [NAME]] [--strict]
"""

import argparse
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import nasty
from collect import fresh
from contenders import DEFAULT_WORK, TOOLS, Place, Tool, find_archive, obstacle, open_work, versions
from contents import Contents, compare, read_contents, unzip_says
from running import Run, adopt_orphans, run_measured
from tables import Bar, bars_table, machine_facts, mega, publish, table
from verdict import Verdict, judge_interrupted, judge_whole

INTERRUPT_AFTER = 2.0
TRIES = 5
_REMARK = re.compile(
    r"chang|grew|grow|shr[aiu]nk|truncat(?!ing)|vanish|remov|modif|not found|no such|fail|error|warn", re.IGNORECASE
)
ORDINARY = [name.encode() for name, _, _ in nasty.ORDINARY]


class Outcome(NamedTuple):
    """One tool's run over the folder, and what it left."""

    tool: Tool
    run: Run
    archive: int
    ordinary: int
    opens: str
    unzip: str
    growing: str
    truncating: str
    says: str
    verdict: Verdict | None


def run_among_trouble(tool: Tool, place: Place, limit: float, interrupt_after: float | None) -> Run:
    """Run a tool while the folder moves."""
    fresh(place.out)
    command = tool.command(place)
    trouble = subprocess.Popen(
        [sys.executable, str(Path(nasty.__file__)), str(place.log)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert trouble.stdout is not None
        trouble.stdout.readline()
        keep = frozenset({trouble.pid})
        return run_measured(command, place.tree, place.work / "talk.txt", limit, interrupt_after, keep)
    finally:
        trouble.communicate()


def interrupt_among_trouble(tool: Tool, place: Place, limit: float, usual: float) -> Run:
    """Run a tool and send it SIGINT on the way; again, and earlier, when it was done by then."""
    for _ in range(TRIES):
        run = run_among_trouble(tool, place, limit, min(INTERRUPT_AFTER, usual / 2))
        if run.stopped_in is not None:
            break
        usual = run.wall
    return run


def _member(contents: Contents, name: str) -> tuple[bytes, int, str] | None:
    ends = b"/" + name.encode()
    found = [member for member in contents.members if member[0].endswith(ends)]
    return min(found, key=lambda member: len(member[0]), default=None)


def read_member(archive: Path, name: bytes) -> bytes:
    """Return the bytes of one member of a zip or tar, b'' when it cannot be read."""
    try:
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as opened:
                return opened.read(name.decode("utf-8", "surrogateescape"))
        with tarfile.open(archive, errors="surrogateescape") as packed:
            source = packed.extractfile(name.decode("utf-8", "surrogateescape"))
            return source.read() if source else b""
    except (OSError, KeyError, EOFError, zipfile.BadZipFile, tarfile.TarError):
        return b""


def tell_growing(archive: Path | None, contents: Contents) -> str:
    """Say how much of the growing file was stored, and whether it is its beginning."""
    member = _member(contents, nasty.GROWING)
    if archive is None or member is None:
        return "absent"
    kept = read_member(archive, member[0])
    return f"{mega(member[1])} MB" + ("" if nasty.is_prefix(kept) else ", not its beginning")


def tell_truncating(archive: Path | None, contents: Contents) -> str:
    """Say what was stored of the file that is rewritten all the time."""
    member = _member(contents, nasty.TRUNCATING)
    if archive is None or member is None:
        return "absent"
    if member[1] == 0:
        return "0 bytes"
    return (
        "one version" if nasty.is_one_version(read_member(archive, member[0])) else f"a torn one, {mega(member[1])} MB"
    )


def tell_talk(talk: str) -> str:
    """Return what a tool says on the screen about the moving files, the first line of each kind."""
    lines = {}
    for line in re.split(r"[\r\n]+", talk):
        for name in (nasty.GROWING, nasty.TRUNCATING, nasty.CHURN + "/"):
            if name in line and name not in lines and _REMARK.search(line):
                lines[name] = re.sub(r"\S*/(?=growing|truncating|churn)", "", line).strip()[:90]
    return "; ".join(lines.values()) or "nothing"


def observe(tool: Tool, place: Place, run: Run, wanted: dict[bytes, tuple[int, str]]) -> Outcome:
    """Look at what a run left behind."""
    archive = find_archive(place.out)
    contents = read_contents(archive) if archive else Contents([], [], "no archive")
    ordinary = {name: wanted[name] for name in ORDINARY}
    found = compare(ordinary, contents)
    verdict = None
    if tool.kind == "ours":
        judge = judge_whole if run.stopped_in is None else judge_interrupted
        verdict = judge(archive, contents, wanted, place.log, run)
    opens = contents.damage or (f"{len(contents.broken)} broken" if contents.broken else "yes")
    return Outcome(
        tool, run, archive.stat().st_size if archive else 0, found.whole + found.renamed,
        opens[:60], unzip_says(archive) if archive else "-", tell_growing(archive, contents),
        tell_truncating(archive, contents), tell_talk(run.output), verdict,
    )  # fmt: skip


def ending(run: Run, archive: int) -> str:
    """Say how a run ended; one that left no archive, with its last words."""
    if run.ended != "exited":
        return {"killed": "**killed at the limit**", "deaf": "**deaf to SIGINT, killed**"}[run.ended]
    last = [line.strip() for line in run.output.splitlines() if line.strip()][-1:]
    return f"exit {run.exit_code}" + (f" ({last[0][:70]})" if last and not archive else "")


def outcome_row(outcome: Outcome) -> list[str]:
    """Return one line of the table."""
    run = outcome.run
    stopped = [] if run.stopped_in is None else [f"{run.wall - run.stopped_in:.1f} / {run.stopped_in:.1f}"]
    return [
        outcome.tool.name, ending(run, outcome.archive), f"{run.wall:.1f}", *stopped, mega(outcome.archive),
        mega(run.written), f"{outcome.ordinary} of {len(ORDINARY)}", outcome.opens, outcome.unzip, outcome.growing,
        outcome.truncating, outcome.says if outcome.verdict is None else outcome.verdict.says,
    ]  # fmt: skip


def outcomes_table(outcomes: list[Outcome], interrupted: bool) -> str:
    """Return the table of all tools."""
    stopped = ["SIGINT after / stopped in s"] if interrupted else []
    head = ["tool", "ended", "wall s", *stopped, "archive MB", "written MB", "ordinary files", "opens", "unzip -t",
            nasty.GROWING, nasty.TRUNCATING, "what it says of the moving ones"]  # fmt: skip
    return table(head, [outcome_row(outcome) for outcome in outcomes])


def bars(whole: list[Outcome], stopped: list[Outcome]) -> list[Bar]:
    """Return what must hold of ours."""
    ours = next((outcome for outcome in whole if outcome.tool.kind == "ours"), None)
    cut = next((outcome for outcome in stopped if outcome.tool.kind == "ours"), None)
    if ours is None or ours.verdict is None:
        return []
    untrue = len(ours.verdict.faults)
    return [
        Bar("ordinary files that did not come back", float(len(ORDINARY) - ours.ordinary), 0, "files"),
        Bar("bytes written against the archive", ours.run.written / max(ours.archive, 1), 1.2),
        Bar("wall", ours.run.wall, 5, "s"),
        Bar("entries without a truthful outcome", float(untrue), 0, "entries"),
        Bar("after SIGINT: defects of the zip or the manifest",
            float(len(cut.verdict.faults)) if cut and cut.verdict else None, 0, "defects"),
        Bar("after SIGINT: time to stop", cut.run.stopped_in if cut else None, 2, "s"),
    ]  # fmt: skip


def verdicts(title: str, outcomes: list[Outcome]) -> str:
    """Return the details of ours as a list."""
    lines = [
        f"- {outcome.tool.name}, {title}: {line}"
        for outcome in outcomes
        if outcome.verdict
        for line in (*outcome.verdict.details, *(f"**not true:** {fault}" for fault in outcome.verdict.faults))
    ]
    return "\n".join(lines)


def parse_arguments() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--limit", type=float, default=60, help="seconds before a tool is killed")
    parser.add_argument("--only", nargs="*", default=[], help="parts of tool names")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="folder for tree and archives (needs 10 GiB)")
    parser.add_argument("--save", nargs="?", const="faults", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    return parser.parse_args()


def main() -> int:
    """Make the folder, run every tool twice, print tables and bars."""
    chosen = parse_arguments()
    adopt_orphans()
    work = open_work(chosen.work)
    place = Place(work / "nasty", work / "out", work)
    device = nasty.can_make_device(work)
    wanted = nasty.make_still(place.log, device)
    asked = [t for t in TOOLS if "faults" in t.bench and (not chosen.only or any(o in t.name for o in chosen.only))]
    absent = {tool.name: reason for tool in asked if (reason := obstacle(tool, work))}
    whole, stopped = [], []
    for tool in (tool for tool in asked if tool.name not in absent):
        run = run_among_trouble(tool, place, chosen.limit, None)
        whole.append(observe(tool, place, run, wanted))
        sys.stderr.write(f"{tool.name}: {ending(run, whole[-1].archive)}, {run.wall:.1f} s\n")
        run = interrupt_among_trouble(tool, place, chosen.limit, run.wall)
        stopped.append(observe(tool, place, run, wanted))
        sys.stderr.write(
            f"{tool.name}, SIGINT: {ending(run, stopped[-1].archive)}, stopped in {run.stopped_in or 0:.1f} s\n"
        )
    held = bars(whole, stopped)
    publish("\n\n".join(filter(None, [
        "# Collecting from a folder that misbehaves",
        f"Limit {chosen.limit:g} s. Device node: {'yes' if device else 'left out, it takes root'}.",
        outcomes_table(whole, interrupted=False),
        f"## The same with SIGINT after {INTERRUPT_AFTER:g} s, or at half of the tool's own time when it is faster",
        outcomes_table(stopped, interrupted=True),
        verdicts("whole run", whole),
        verdicts("interrupted", stopped),
        bars_table(held) if held else "",
        "\n".join(f"- {name}: {reason}" for name, reason in absent.items()),
        machine_facts(work, versions(work)),
    ])), chosen.save)  # fmt: skip
    shutil.rmtree(place.tree, ignore_errors=True)
    fresh(place.out)
    return 1 if chosen.strict and any("FAIL" in bar.verdict for bar in held) else 0


if __name__ == "__main__":
    sys.exit(main())
