"""Times the timeline of the report: packing it, its size, and how soon a browser has it ready and filtered.

.venv/bin/python bench/report_timeline.py [--events 100000 1000000 3000000] [--save [NAME]] [--strict]
"""

import argparse
import shutil
import statistics
import sys
import time
from pathlib import Path

from contenders import DEFAULT_WORK, open_work, versions
from running import wait_until_idle
from tables import Bar, bars_table, machine_facts, publish, spread, table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "tests" / "saishu" / "report")]

WORDS = ("could not open", "e", "request 7f")
READY = "performance.getEntriesByName('timeline-ready')[0].startTime"


def page_of(work: Path, events: int) -> tuple[Path, float, float]:
    """(page, MB of base64, seconds to make it) of a synthetic machine, of whose messages half are unique."""
    from timeline_page import large_store, page_of, part_of

    folder = work / "timeline-store"
    shutil.rmtree(folder, ignore_errors=True)
    store = large_store(folder, events)
    begun = time.perf_counter()
    part = part_of(store)
    taken = time.perf_counter() - begun
    page = work / f"timeline-{events}.html"
    page.write_text(page_of(part), encoding="utf-8")
    shutil.rmtree(folder)
    return page, len(part.data) / 1e6, taken


def open_once(browser: object, page_path: Path) -> tuple[float, list[float], float]:
    """(seconds from opening until it is ready, ms of each search, MB of the script's heap)."""
    page = browser.new_page()
    page.goto(page_path.as_uri())
    page.wait_for_selector("#timeline-part[data-state=ready]", timeout=60_000)
    ready = page.evaluate(READY) / 1000
    page.wait_for_timeout(2000)
    searches = []
    for word in WORDS:
        page.fill("[name=tl-text]", word)
        page.wait_for_timeout(600)
        searches.append(float(page.get_attribute("#timeline-part", "data-filter-ms")))
    heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    page.close()
    return ready, searches, heap


def measure(browser: object, work: Path, events: int, rounds: int) -> tuple[list[str], list[Bar]]:
    """A row of the table and its bars."""
    path, size, packed = page_of(work, events)
    runs = []
    for _ in range(rounds):
        wait_until_idle(20)
        runs.append(open_once(browser, path))
    path.unlink()
    ready = [run[0] for run in runs]
    search = [max(run[1]) for run in runs]
    row = [
        f"{events:,}",
        f"{size:.1f}",
        f"{packed:.1f}",
        spread(ready),
        spread(search, 0),
        f"{max(r[2] for r in runs):.0f}",
    ]
    most = 7 if events <= 100_000 else 15
    bars = [
        Bar(f"{events:,} events: size", size, most, "MB"),
        Bar(f"{events:,} events: ready", statistics.median(ready), 0.6 if events <= 100_000 else 3, "s"),
        Bar(f"{events:,} events: the slowest search", statistics.median(search), 100, "ms"),
    ]
    return row, bars


def main() -> int:
    """Print the table and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000, 3_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--save", nargs="?", const="report_timeline", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    chosen = parser.parse_args()
    from playwright.sync_api import sync_playwright

    work = open_work(chosen.work)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chosen.chromium, args=["--no-sandbox"])
        found = [measure(browser, work, events, chosen.rounds) for events in chosen.events]
        browser.close()
    bars = [bar for _, some in found for bar in some]
    head = ["events", "MB of base64", "s to make", "s until ready", "ms of the slowest search", "MB heap"]
    text = "# The timeline of the report\n\n" + table(head, [row for row, _ in found])
    publish(f"{text}\n\n{bars_table(bars)}\n{machine_facts(work, versions(work))}", chosen.save)
    return 1 if chosen.strict and any("FAIL" in bar.verdict for bar in bars) else 0


if __name__ == "__main__":
    sys.exit(main())
