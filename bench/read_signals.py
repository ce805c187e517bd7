"""Times the search for signatures of faults in text, with file, line and signature of every hit, beside ripgrep.

.venv/bin/python bench/read_signals.py [--megabytes 277] [--signatures 300] [--save [NAME]] [--strict]
"""

import argparse
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from contenders import DEFAULT_WORK, open_work, versions
from lines import LogStream
from tables import Bar, bars_table, machine_facts, publish, table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
LIMIT = 150.0
KINDS = ("waagent", "syslog", "kern", "auth")


def example_lines() -> list[bytes]:
    """Lines on which signatures match: the examples of the fault units."""
    from saishu.catalogue import knowledge_folder
    from saishu.catalogue.faults import read_faults

    sources, _ = read_faults(knowledge_folder())
    examples = [one for source in sources.values() for one in source.data.get("examples", {}).get("match", ())]
    return [line.encode() for one in examples for line in one["text"].splitlines() if line.strip()]


def make_text(path: Path, megabytes: int) -> None:
    """Write a mixed log in which one line of twelve is one that signatures look for."""
    rng, examples = random.Random("signals"), example_lines()
    with path.open("wb") as file:
        for kind in KINDS:
            for page in LogStream(kind, "signals").pieces(megabytes * 1_000_000 // len(KINDS)):
                lines = page.split(b"\n")
                lines[::12] = rng.choices(examples, k=len(lines[::12]))
                file.write(b"\n".join(lines) + b"\n")


def signatures(count: int) -> list[str]:
    """The first patterns of the shipped fault units, without what only looks for codes."""
    from saishu.catalogue.faults import load_faults

    texts = [
        signal["text"]
        for unit in load_faults().values()
        for signal in unit["signals"].values()
        if "text" in signal and signal["text"].isascii()
    ]
    return list(dict.fromkeys(texts))[:count]


def pairs(data: bytes, patterns: Sequence[str], engine: str) -> tuple[float, int]:
    """(CPU seconds, pairs of line and signature) for one engine, in blocks as the reader makes them."""
    from saishu.signals.matchers import open_matcher

    matcher = open_matcher(patterns, engine)
    begun, found, start = time.process_time(), 0, 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + (4 << 20)) + 1 or len(data)
        found += sum(1 for _ in matcher.lines(data[start:end]))
        start = end
    return time.process_time() - begun, found


def ripgrep(path: Path, patterns: Sequence[str], work: Path) -> tuple[float, int] | None:
    """(wall seconds, lines) of ripgrep on one thread, which cannot say which signature it was."""
    program = shutil.which("rg") or str(work / "tools" / "bin" / "rg")
    if not Path(program).exists():
        return None
    file = work / "patterns.txt"
    file.write_text("\n".join(patterns) + "\n", encoding="utf-8")
    begun = time.perf_counter()
    command = [program, "--no-unicode", "-j1", "-c", "-f", str(file), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return time.perf_counter() - begun, int(done.stdout.strip() or 0)


def main() -> int:
    """Make the text and print the table and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=277)
    parser.add_argument("--signatures", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parser.add_argument("--save", nargs="?", const="read_signals", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    chosen = parser.parse_args()
    work = open_work(chosen.work)
    path = work / "signals.log"
    make_text(path, chosen.megabytes)
    data, patterns = path.read_bytes(), signatures(chosen.signatures)
    rows, bars, found = [], [], {}
    for engine in ("hyperscan", "re2"):
        runs = [pairs(data, patterns, engine) for _ in range(chosen.rounds)]
        speed = len(data) / 1e6 / statistics.median(seconds for seconds, _ in runs)
        found[engine] = runs[0][1]
        rows.append([f"saishu, {engine}", f"{speed:.0f}", f"{runs[0][1]:,}", "file, line and signature"])
        if engine == "hyperscan":
            bars.append(Bar("time of the bar of 150 MB/s", LIMIT / speed, 1.0))
    if other := ripgrep(path, patterns, work):
        rows.append(["ripgrep -c, one thread", f"{len(data) / 1e6 / other[0]:.0f}", f"{other[1]:,}", "lines only"])
    same = found["hyperscan"] == found["re2"]
    path.unlink()
    head = f"# {len(patterns)} signatures over {len(data) / 1e6:.0f} MB of text\n\n"
    text = head + table(["tool", "MB per CPU second", "hits", "says"], rows)
    text += f"\n\nBoth engines found the same: {'yes' if same else 'NO'}"
    publish(f"{text}\n\n{bars_table(bars)}\n{machine_facts(work, versions(work))}", chosen.save)
    return 1 if not same or (chosen.strict and any("FAIL" in bar.verdict for bar in bars)) else 0


if __name__ == "__main__":
    sys.exit(main())
