"""Runs texts through the real readers, the real signals and the real judgement, without an archive around them."""

import io
import tempfile
from pathlib import Path

from saishu.catalogue import knowledge_folder
from saishu.catalogue.faults import read_faults, signals_of
from saishu.catalogue.formats import load_formats
from saishu.diagnose import Evidence, diagnose
from saishu.parse.reading import FileInput, Host
from saishu.parse.recognise import open_reader
from saishu.signals import Watcher, build_signal_set
from saishu.timeline.guard import run_reader
from saishu.timeline.parts import PartWriter
from saishu.timeline.taking import Taker

PASTED = "excerpt.txt"


class Bench:
    """All fault units as their files stand, compiled once."""

    def __init__(self):
        self.sources, self.problems = read_faults(knowledge_folder())
        self.units = {
            name: {**source.data, "signals": signals_of(source.data)} for name, source in sorted(self.sources.items())
        }
        self.signals = build_signal_set(self.units)
        self.formats = load_formats()

    def path_of(self, part):
        """Where the file of an example lies."""
        if "path" in part:
            return part["path"]
        return self.formats.get(part["in"], {}).get("example_path") or PASTED

    def read(self, parts):
        """What is taken from some files: [{in, text, path?}]."""
        with tempfile.TemporaryDirectory() as folder:
            taker = Taker(PartWriter(Path(folder), "x"), Watcher(self.signals))
            for part in parts:
                data = part["text"].encode()
                path = self.path_of(part)
                taker.begin(path, part["in"], None, len(data))
                file = FileInput(path, part["in"], lambda data=data: io.BytesIO(data), size=len(data))
                run_reader(open_reader(part["in"]), file, Host(), taker)
            return taker.finish()

    def judge(self, parts):
        """The diagnosis of some files."""
        taken = self.read(parts)
        evidence = Evidence(
            taken.watched, taken.facts, frozenset(), "any", frozenset(part["in"] for part in parts), frozenset(), {}
        )
        return diagnose(evidence, self.units, self.signals)


def parts_of(example):
    """The files of an example of a fault unit."""
    return [{name: example[name] for name in ("in", "path", "text") if name in example}, *example.get("also", ())]
