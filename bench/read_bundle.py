"""Times a whole diagnosis, cold, of a mixed bundle of Linux logs and Windows event logs.

.venv/bin/python bench/read_bundle.py [--megabytes 500] [--save [NAME]] [--strict]
"""

import argparse
import os
import statistics
import sys
import zipfile
from pathlib import Path

from collect import MIB
from contenders import DEFAULT_WORK, open_work, versions
from lines import LogStream
from running import adopt_orphans, run_measured
from tables import Bar, bars_table, machine_facts, publish, table

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S, LIMIT_MIB = 15.0, 1024.0
PARTS = (
    ("var/log/waagent.log", "waagent", 0.25),
    ("var/log/syslog", "syslog", 0.3),
    ("var/log/kern.log", "kern", 0.15),
    ("var/log/auth.log", "auth", 0.1),
)
"""Path, kind of lines, share of all; what is left goes to event logs where real ones lie beside the project."""


def event_logs() -> list[Path]:
    """Real event logs, from the folder of public material beside the project; none where it is absent."""
    folder = Path(os.environ.get("SAISHU_SHARED") or ROOT.parent / "shared") / "evtx"
    return sorted(folder.glob("*.evtx"))


def make_bundle(path: Path, megabytes: int) -> dict[str, int]:
    """Write the bundle; bytes before packing by kind of content."""
    total = megabytes * 1_000_000
    sizes = {"text": 0, "event logs": 0}
    logs = event_logs()
    scale = 1.0 if logs else 1 / sum(share for *_, share in PARTS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, kind, share in PARTS:
            with archive.open(name, "w", force_zip64=True) as member:
                for page in LogStream(kind, name).pieces(int(total * share * scale)):
                    member.write(page)
                    sizes["text"] += len(page)
        number = 0
        while logs and sizes["text"] + sizes["event logs"] < total:
            data = logs[number % len(logs)].read_bytes()
            archive.writestr(f"C/Windows/System32/winevt/Logs/{number:04d}-{logs[number % len(logs)].name}", data)
            sizes["event logs"] += len(data)
            number += 1
    return sizes


def main() -> int:
    """Make the bundle and print the table and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parser.add_argument("--save", nargs="?", const="read_bundle", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    chosen = parser.parse_args()
    adopt_orphans()
    work = open_work(chosen.work)
    bundle = work / "mixed.zip"
    sizes = make_bundle(bundle, chosen.megabytes)
    command = [str(ROOT / ".venv/bin/python"), "-m", "saishu", "diagnose", str(bundle), "--json"]
    runs = [run_measured(command, work, work / "talk.txt") for _ in range(chosen.rounds + 1)][1:]
    wall, peak = statistics.median(run.wall for run in runs), max(run.peak for run in runs) / MIB
    held = ", ".join(f"{size / 1e6:.0f} MB {what}" for what, size in sizes.items())
    rows = [[held, f"{wall:.2f}", f"{statistics.median(run.cpu for run in runs):.2f}", f"{peak:.0f}"]]
    bars = [Bar("wall", wall, LIMIT_S, "s"), Bar("peak memory of the largest process", peak, LIMIT_MIB, "MiB")]
    bundle.unlink()
    text = "# A mixed bundle, diagnosed cold\n\n" + table(["bundle", "wall s", "CPU s", "peak MiB"], rows)
    publish(f"{text}\n\n{bars_table(bars)}\n{machine_facts(work, versions(work))}", chosen.save)
    return 1 if chosen.strict and any("FAIL" in bar.verdict for bar in bars) else 0


if __name__ == "__main__":
    sys.exit(main())
