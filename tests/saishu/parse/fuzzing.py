"""A small coverage-guided fuzzer: inputs that reach new lines of the readers are kept and changed further.

python tests/saishu/parse/fuzzing.py [--seconds 60] [--seed 1] [FORMAT …]
"""

import argparse
import io
import random
import sys
import time
from functools import lru_cache
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[3] / "src")]

from saishu.catalogue.formats import load_formats  # noqa: E402
from saishu.parse.reading import FileInput, Host  # noqa: E402
from saishu.parse.recognise import open_reader  # noqa: E402
from saishu.timeline.guard import run_reader  # noqa: E402

PARSE = str(Path("saishu") / "parse")
ODD = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\x1b[31m", "\u202e".encode(), b"9" * 400, b"-",
    b"\x81\x40",
    b"[" * 2000, b"{" * 2000, b'"', b"\\", b"%", b"99/99/9999 99:99:99", b"0000-00-00T00:00:00Z", b"A" * 70_000,
    "イベント ID：".encode("cp932"), b"<Event>", b"</Event>", b",", b"\t", b"'" , b": ", b"= ",
)  # fmt: skip
"""What logs are not made of."""


class Sink:
    """Counts, and keeps what the guard caught."""

    def __init__(self):
        self.rows, self.defects = 0, []

    def events(self, batch):
        columns = (batch.time, batch.level, batch.component, batch.event_id, batch.operation, batch.message)
        assert {len(column) for column in columns} == {len(batch)}
        assert all(level in range(6) for level in batch.level)
        assert max(map(len, batch.message), default=0) <= 16 * 1024
        self.rows += len(batch)

    def fact(self, fact):
        assert fact.name
        assert len(fact.text) <= 500

    def note(self, note):
        if note.detail.startswith("E500"):
            self.defects.append(note.detail)


@lru_cache
def fault_units():
    from saishu.catalogue import knowledge_folder
    from saishu.catalogue.faults import read_faults

    return read_faults(knowledge_folder())[0]


def seeds_of(name, unit):
    """Bytes to begin with: the samples of the format and the examples of the knowledge."""
    samples = [one["line"] for one in unit.get("samples", {}).get("match", ())]
    examples = [
        one["text"]
        for source in fault_units().values()
        for one in source.data.get("examples", {}).get("match", ())
        if one["in"] == name
    ]
    texts = ["\n".join(samples), *examples[:20], "x"]
    return [text.encode() for text in texts if text]


def run_once(name, data):
    """Read bytes as a format; what is wrong, or nothing."""
    sink = Sink()
    file = FileInput(f"fuzz/{name}", name, lambda: io.BytesIO(data), size=len(data))
    begun = time.monotonic()
    run_reader(open_reader(name), file, Host(), sink)
    spent = time.monotonic() - begun
    return [*sink.defects, *([f"took {spent:.1f} s"] if spent > 10 else [])]


def lines_reached(name, data):
    """Which lines of the readers an input reaches."""
    reached = set()

    def trace(frame, _event, _argument):
        if PARSE not in frame.f_code.co_filename:
            return None
        reached.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        wrong = run_once(name, data)
    finally:
        sys.settrace(None)
    return reached, wrong


def changed(rng, data):
    """An input with one to four small changes."""
    out = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            out[at:at] = rng.choice(ODD)
        elif kind == 1:
            del out[at : at + rng.randrange(1, 40)]
        elif kind == 2:
            end = min(len(out), at + rng.randrange(1, 200))
            out[at:at] = out[at:end]
        elif kind == 3 and out:
            out[at % len(out)] = rng.randrange(256)
        else:
            other = rng.randrange(len(out) + 1)
            out[at:at] = out[other : other + rng.randrange(1, 80)]
    return bytes(out[:300_000])


def fuzz(name, unit, seconds, seed):
    """Change inputs for some seconds; (inputs tried, lines reached, {defect: input})."""
    rng, corpus, reached, defects, tried = random.Random(f"{name}/{seed}"), seeds_of(name, unit), set(), {}, 0
    end = time.monotonic() + seconds
    for data in corpus:
        reached |= lines_reached(name, data)[0]
    while time.monotonic() < end:
        data = changed(rng, rng.choice(corpus))
        lines, wrong = lines_reached(name, data)
        tried += 1
        for defect in wrong:
            defects.setdefault(defect, data)
        if lines - reached:
            reached |= lines
            corpus.append(data)
    return tried, len(reached), defects


def main():
    """Fuzz all formats, or those that are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("formats", nargs="*")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", default="1")
    chosen = parser.parse_args()
    units = {name: unit for name, unit in load_formats().items() if not chosen.formats or name in chosen.formats}
    failed = False
    for name, unit in units.items():
        tried, reached, defects = fuzz(name, unit, chosen.seconds / len(units), chosen.seed)
        print(f"{name}: {tried} inputs, {reached} lines reached, {len(defects)} defects")
        for defect, data in defects.items():
            failed = True
            print(f"  {defect}: {data[:300]!r}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
