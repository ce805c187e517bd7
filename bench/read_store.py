"""Times the store of events: merging two million of them, and a window out of five million from a cold process.

.venv/bin/python bench/read_store.py [--events 5000000] [--save [NAME]] [--strict]
"""

import argparse
import random
import shutil
import statistics
import sys
import time
from pathlib import Path

from collect import MIB
from contenders import DEFAULT_WORK, open_work, versions
from running import adopt_orphans, run_measured
from tables import Bar, bars_table, machine_facts, publish, table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

MERGED = 2_000_000
START = 1_760_000_000_000_000
DAY = 86_400_000_000
MESSAGES = [f"worker {number} finished a request of the queue in time" for number in range(5000)]

WINDOW = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from saishu.timeline.store import Store, Wanted
middle = datetime.fromtimestamp({middle} / 1e6, UTC)
found = Store(Path({folder!r})).window(Wanted(start=middle, end=middle + timedelta(hours=6), levels=(1, 2, 3)))
print(len(found))
"""


def make_store(folder: Path, events: int, files: int) -> None:
    """Write a store with the writer of the product: `files` files of random times."""
    from saishu.model import Certainty, EventBatch
    from saishu.timeline.parts import PartWriter

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rng = random.Random("store")
    writer = PartWriter(folder, "bench")
    for number in range(files):
        count = events // files
        times = sorted(START + rng.randrange(30 * DAY) for _ in range(count))
        batch = EventBatch(f"var/log/file{number:04d}.log", "syslog", certainty=Certainty.EXACT)
        batch.position = list(range(1, count + 1))
        batch.time = list(times)
        batch.level = [rng.choice((2, 3, 4, 4, 4, 4, 4, 4)) for _ in range(count)]
        batch.component = ["worker"] * count
        batch.event_id = [None] * count
        batch.operation = [None] * count
        batch.message = [rng.choice(MESSAGES) for _ in range(count)]
        writer.add(batch)
    writer.flush()


def merge_seconds(folder: Path, rounds: int) -> list[float]:
    """Seconds to bring two million times, levels and places of 200 files into one order, all in memory."""
    from saishu.timeline.store import Store

    taken = []
    with Store(folder).connect() as connection:
        columns = "time, path, line, level"
        connection.execute(f"create table unsorted as select {columns} from events limit {MERGED}")
        for _ in range(rounds):
            begun = time.perf_counter()
            connection.execute("create or replace table merged as select * from unsorted order by time")
            taken.append(time.perf_counter() - begun)
    return taken


def main() -> int:
    """Make the store and print the table and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parser.add_argument("--save", nargs="?", const="read_store", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    chosen = parser.parse_args()
    adopt_orphans()
    work = open_work(chosen.work)
    folder = work / "store"
    make_store(folder, chosen.events, 200)
    size = sum(part.stat().st_size for part in folder.iterdir())
    merged = merge_seconds(folder, chosen.rounds)
    code = WINDOW.format(middle=START + 15 * DAY, folder=str(folder))
    command = [str(ROOT / ".venv/bin/python"), "-c", code]
    runs = [run_measured(command, ROOT / "src", work / "talk.txt") for _ in range(chosen.rounds + 1)][1:]
    wall = statistics.median(run.wall for run in runs)
    rows = [
        [f"merge of {MERGED:,} events", f"{statistics.median(merged):.3f}", "-"],
        [f"six hours of warnings out of {chosen.events:,} ({size / 1e6:.0f} MB), cold process", f"{wall:.3f}",
         f"{max(run.peak for run in runs) / MIB:.0f}"],
    ]  # fmt: skip
    bars = [
        Bar(f"merge of {MERGED:,} events", statistics.median(merged), 0.2, "s"),
        Bar(f"a window out of {chosen.events:,} events, cold", wall, 0.2, "s"),
    ]
    shutil.rmtree(folder)
    text = "# The store of events\n\n" + table(["what", "seconds", "peak MiB"], rows)
    publish(f"{text}\n\n{bars_table(bars)}\n{machine_facts(work, versions(work))}", chosen.save)
    return 1 if chosen.strict and any("FAIL" in bar.verdict for bar in bars) else 0


if __name__ == "__main__":
    sys.exit(main())
