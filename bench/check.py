"""Times the answer to "do I have what I need?" on large bundles, beside tools that can only list them.

python3 bench/check.py [--members 100000] [--gib 10] [--save [NAME]] [--strict]
"""

import argparse
import statistics
import struct
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from collect import MIB
from contenders import DEFAULT_WORK, open_work, versions
from running import Run, adopt_orphans, run_measured
from tables import Bar, bars_table, machine_facts, publish, table

LIMIT_S = 2.0
ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("var/log/waagent.log", "var/log/syslog", "var/log/azure/run.log")


def make_many(path: Path, count: int) -> None:
    """Write a zip of `count` small members that looks like a collected /var/log."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in NEEDED:
            archive.writestr(name, b"2024-05-01T03:06:52.123456Z INFO ExtHandler ready\n")
        for number in range(count - len(NEEDED)):
            archive.writestr(f"var/log/service{number // 1000:04d}/worker-{number:06d}.log", b"x\n")


def make_large(path: Path, gib: int) -> None:
    """Write a zip of stored members of 1 GiB; the disk holds no data for them, only the structure counts here."""
    size = 1 << 30
    entries = []
    with path.open("wb") as file:
        for number in range(gib):
            name = (NEEDED[number] if number < len(NEEDED) else f"var/log/journal/system-{number}.journal").encode()
            offset = file.tell()
            head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0x800, 0, 0, 33, 0, size, size, len(name), 0)
            file.write(head + name)
            file.seek(size, 1)
            entries.append((name, offset))
        start = file.tell()
        for name, offset in entries:
            wide = struct.pack("<HHQ", 1, 8, offset)
            fields = (b"PK\x01\x02", 45, 45, 0x800, 0, 0, 33, 0, size, size, len(name), len(wide), 0, 0, 0)
            file.write(struct.pack("<4s6H3I5H2I", *fields, 0o100644 << 16, 0xFFFFFFFF) + name + wide)
        end = file.tell()
        tail = (44, 45, 45, 0, 0, gib, gib, end - start, start)
        file.write(struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", *tail) + struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1))
        file.write(struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, gib, gib, end - start, 0xFFFFFFFF, 0))


def measure(command: Sequence[str], work: Path, rounds: int) -> list[Run]:
    """Return the runs of one command, after one that is not counted."""
    return [run_measured(list(command), work, work / "talk.txt") for _ in range(rounds + 1)][1:]


def main() -> int:
    """Make the two bundles and print the table and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--gib", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parser.add_argument("--save", nargs="?", const="check", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    chosen = parser.parse_args()
    adopt_orphans()
    work = open_work(chosen.work)
    bundles = {f"{chosen.members:,} members": work / "many.zip", f"{chosen.gib} GiB": work / "large.zip"}
    make_many(bundles[f"{chosen.members:,} members"], chosen.members)
    make_large(bundles[f"{chosen.gib} GiB"], chosen.gib)
    rows, bars = [], []
    for what, bundle in bundles.items():
        ours = [str(ROOT / ".venv/bin/python"), "-m", "saishu", "check", str(bundle), "--json"]
        others = {"saishu check": ours, "unzip -l": ["unzip", "-l", str(bundle)], "7z l": ["7z", "l", str(bundle)],
                  "python -m zipfile -l": [sys.executable, "-m", "zipfile", "-l", str(bundle)]}  # fmt: skip
        for tool, command in others.items():
            runs = measure(command, work, chosen.rounds)
            wall, peak = statistics.median(run.wall for run in runs), max(run.peak for run in runs)
            rows.append([what, tool, f"{wall:.2f}", f"{statistics.median(run.cpu for run in runs):.2f}",
                         f"{peak / MIB:.0f}", "verdict per item" if tool == "saishu check" else "a list"])  # fmt: skip
            if tool == "saishu check":
                bars.append(Bar(f"wall, {what}", wall, LIMIT_S, "s"))
        bundle.unlink()
    text = "# Answering from the directory of a bundle\n\n" + table(
        ["bundle", "tool", "wall s", "CPU s", "peak MiB", "answers with"], rows
    )
    publish(f"{text}\n{bars_table(bars)}\n{machine_facts(work, versions(work))}", chosen.save)
    return 1 if chosen.strict and any("FAIL" in bar.verdict for bar in bars) else 0


if __name__ == "__main__":
    sys.exit(main())
