"""A Windows made of values: the registry as a dict, and a context whose system answers what a test says."""

import os
import time
from types import SimpleNamespace

from saishu_collect import commands, outcomes
from saishu_collect.windows import pieces

TICKS_2024 = 133485084000000000  # 2023-12-31T15:00:00Z
SZ, EXPAND, BINARY, DWORD, MULTI, QWORD = 1, 2, 3, 4, 7, 11


class DictHive:
    """keys: {(key, view) or key: {"values": [(name, data, type)], "denied": bool}}; folders on the way exist."""

    def __init__(self, keys):
        self.keys = {}
        for key, found in keys.items():
            name, view = key if isinstance(key, tuple) else (key, None)
            for each in (64, 32) if view is None else (view,):
                self.keys[(name.lower(), each)] = (name, found)

    def read(self, key, view=64):
        below = [name for (_, each), (name, _) in self.keys.items() if each == view]
        start = key.lower() + "\\"
        names = {name[len(start) :].split("\\")[0] for name in below if name.lower().startswith(start)}
        _, found = self.keys.get((key.lower(), view), (None, None))
        if found is None and not names:
            raise FileNotFoundError(2, "absent")
        found = found or {}
        if found.get("denied"):
            refusal = PermissionError(13, "denied")
            refusal.winerror = 5
            raise refusal
        return found.get("values", []), sorted(names), found.get("written", TICKS_2024)

    def value(self, key, name, view=64):
        try:
            values = self.read(key, view)[0]
        except OSError:
            return None
        return next((data for known, data, _ in values if known == name), None)


def ran(outcome=outcomes.COLLECTED, reason=None, code=0, output=b"", errors=""):
    """A commands.Ran."""
    return commands.Ran(outcome, reason, code, 0.1, output, errors, False)


class Events:
    """An event log service. number: what export answers. data: what it writes, None for no file."""

    def __init__(self, number=0, data=b"ElfFile\x00rest", events=(), query_number=0, ends_with=0):
        self.number, self.data, self.events = number, data, list(events)
        self.query_number, self.ends_with = query_number, ends_with

    def export(self, channel, target):
        if self.data is not None:
            with open(target, "wb") as out:
                out.write(self.data)
        return self.number

    def query(self, channel):
        if self.query_number:
            return self.query_number, None
        return 0, _Query(self.events, self.ends_with)


class _Query:
    def __init__(self, events, ends_with):
        self._events, self._ends_with, self.error = events, ends_with, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def __iter__(self):
        yield from self._events
        self.error = self._ends_with


def context(folder, **system):
    """A context of a step: work files in a folder, `run`, `events`, `hive` and so on as given."""

    def work_file(name):
        return os.path.join(str(folder), name)

    found = SimpleNamespace(
        now=1704034800, tss=None, stop=None, bounds=pieces.Bounds(60), bounds_of=pieces.Bounds,
        system_root=str(folder), work_file=work_file, system32=lambda name: "S32\\" + name,
        program=lambda name: name, run=lambda argv, seconds: ran(outcomes.MISSING, outcomes.NO_SUCH_PROGRAM, None),
    )  # fmt: skip
    found.clock = time.time
    for name, value in system.items():
        setattr(found, name, value if name in ("run", "now", "tss", "bounds", "stop") else answering(value))
    return found


def answering(value):
    """Return a function that always answers with a value."""
    return lambda *_: value
