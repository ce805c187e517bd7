"""Times reading an event log of 290 MB into the store, beside what other parsers need only to read it.

.venv/bin/python bench/read_evtx.py [--megabytes 290] [--save [NAME]] [--strict]
"""

import argparse
import os
import statistics
import struct
import sys
from pathlib import Path

from collect import MIB
from contenders import DEFAULT_WORK, open_work, versions
from running import adopt_orphans, run_measured
from tables import Bar, bars_table, machine_facts, publish, table

ROOT = Path(__file__).resolve().parent.parent
RECORDS_PER_S, MB_PER_S, LIMIT_MIB = 90_000, 160, 300
CHUNK, HEADER = 65536, 4096
SPARSE = 45
"""Records of a chunk up to which it counts as one of a short log; most logs of a machine are short."""
SHARE_OF_SPARSE = 0.72
SMALL_PART = 20
"""The pure Python parsers get this part of the log, one time."""

OURS = """
import sys
from pathlib import Path
from saishu.parse.readers.events import read
from saishu.parse.reading import FileInput, Host
from saishu.timeline.parts import PartWriter
class Sink:
    count = 0
    writer = PartWriter(Path(sys.argv[2]), "bench")
    def events(self, batch):
        self.count += len(batch)
        self.writer.add(batch)
    def fact(self, fact): pass
    def note(self, note): pass
if sys.argv[3] == "columns":
    Sink.writer.add = lambda batch: None
sink = Sink()
read(FileInput(sys.argv[1], "events", lambda: open(sys.argv[1], "rb")), Host(), sink)
sink.writer.flush()
print(sink.count)
"""
BARE = """
import sys, evtx
print(sum(1 for _ in evtx.PyEvtxParser(sys.argv[1], 1).records_json()))
"""
DECODED = """
import sys, evtx, orjson
print(sum(1 for record in evtx.PyEvtxParser(sys.argv[1], 1).records_json() if orjson.loads(record["data"])))
"""
DISSECT = """
import sys
from dissect.eventlog import evtx
print(sum(1 for _ in evtx.Evtx(open(sys.argv[1], "rb"))))
"""
PYTHON_EVTX = """
import sys, Evtx.Evtx
count = 0
with Evtx.Evtx.Evtx(sys.argv[1]) as log:
    for record in log.records():
        try:
            count += bool(record.xml())
        except Exception:
            pass
print(count)
"""


def real_chunks() -> tuple[list[bytes], list[bytes]]:
    """Whole chunks of real event logs: full ones, and those of logs with few events."""
    folder = Path(os.environ.get("SAISHU_SHARED") or ROOT.parent / "shared") / "evtx"
    full, sparse = [], []
    for path in sorted(folder.glob("*.evtx")):
        data = path.read_bytes()
        for at in range(HEADER, len(data) - CHUNK + 1, CHUNK):
            chunk = data[at : at + CHUNK]
            promised = chunk.startswith(b"ElfChnk\0") and _count(chunk)
            if promised and len(_records(chunk)) == promised:
                (sparse if promised <= SPARSE and len(data) == HEADER + CHUNK else full).append(chunk)
    return full, sparse


def _count(chunk: bytes) -> int:
    first, last = struct.unpack_from("<QQ", chunk, 24)
    return last - first + 1


def _records(chunk: bytes) -> list[int]:
    """Where the records of a chunk begin."""
    at, found = 512, []
    while chunk[at : at + 4] == b"\x2a\x2a\0\0" and at < CHUNK - 28:
        size = struct.unpack_from("<I", chunk, at + 4)[0]
        if size < 28:
            break
        found.append(at)
        at += size
    return found


def make_log(path: Path, count: int) -> int:
    """Write a log of `count` real chunks with their records numbered on; return how many records."""
    full, sparse = real_chunks()
    total = 0
    with path.open("wb") as file:
        head = bytearray(HEADER)
        struct.pack_into("<8sQQQIHHHH", head, 0, b"ElfFile\0", 0, count - 1, 1, 128, 1, 3, HEADER, min(count, 65535))
        struct.pack_into("<I", head, 120, 4)  # No checksums: the numbers in the chunks are changed.
        file.write(head)
        for number in range(count):
            is_sparse = int((number + 1) * SHARE_OF_SPARSE) > int(number * SHARE_OF_SPARSE)
            some = sparse if is_sparse and sparse else full
            chunk = bytearray(some[number % len(some)])
            places = _records(chunk)
            struct.pack_into("<4Q", chunk, 8, *(total + 1, total + len(places)) * 2)
            for at, place in enumerate(places):
                struct.pack_into("<Q", chunk, place + 8, total + 1 + at)
            total += len(places)
            file.write(chunk)
    return total


def main() -> int:
    """Make the log and print the table and the bars."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=290)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parser.add_argument("--save", nargs="?", const="read_evtx", help="keep the result in bench/results/")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bar is missed")
    chosen = parser.parse_args()
    if not real_chunks()[0]:
        print("the folder of real event logs is not here; set SAISHU_SHARED to use it")
        return 0
    adopt_orphans()
    work = open_work(chosen.work)
    log, small = work / "pool.evtx", work / "small.evtx"
    chunks = chosen.megabytes * 1_000_000 // CHUNK
    make_log(log, chunks)
    make_log(small, chunks // SMALL_PART)
    python, other = str(ROOT / ".venv/bin/python"), os.environ.get("SAISHU_DISSECT_PYTHON")
    contenders = [
        ("saishu: columns", python, OURS, log), ("saishu: into the store", python, OURS, log),
        ("evtx: JSON text", python, BARE, log),
        ("evtx: JSON, decoded", python, DECODED, log),
    ]  # fmt: skip
    if other:
        contenders += [("dissect.eventlog", other, DISSECT, small), ("python-evtx: XML", other, PYTHON_EVTX, small)]
    rows, bars = [], []
    for name, program, code, path in contenders:
        rounds = chosen.rounds if path is log else 1
        command = [program, "-c", code, str(path), str(work), name.rsplit(" ", 1)[-1]]
        runs = [run_measured(command, work, work / "talk.txt") for _ in range(rounds + (path is log))][-rounds:]
        said = runs[0].output.split()
        count = int(said[-1]) if said and said[-1].isdigit() else 0
        cpu, peak = statistics.median(run.cpu for run in runs), max(run.peak for run in runs) / MIB
        size = path.stat().st_size / 1e6
        wall = statistics.median(run.wall for run in runs)
        rows.append([name, f"{size:.0f}", f"{count:,}", f"{wall:.2f}", f"{cpu:.2f}", f"{count / cpu:,.0f}",
                     f"{size / cpu:.0f}", f"{peak:.0f}"])  # fmt: skip
        if name.startswith("saishu"):
            bars += [
                Bar(f"{name}, CPU for {RECORDS_PER_S:,} records", cpu * RECORDS_PER_S / max(count, 1), 1.0, "s"),
                Bar(f"{name}, CPU for {MB_PER_S} MB", cpu * MB_PER_S / size, 1.0, "s"),
                Bar(f"{name}, peak memory", peak, LIMIT_MIB, "MiB"),
            ]
    for path in (log, small, *work.glob("events-bench-*.parquet")):
        path.unlink(missing_ok=True)
    head = ["", "MB", "records", "wall s", "CPU s", "records/CPU s", "MB/CPU s", "peak MiB"]
    text = "# Reading an event log\n\n" + table(head, rows)
    publish(f"{text}\n\n{bars_table(bars)}\n{machine_facts(work, versions(work))}", chosen.save)
    return 1 if chosen.strict and any("FAIL" in bar.verdict for bar in bars) else 0


if __name__ == "__main__":
    sys.exit(main())
