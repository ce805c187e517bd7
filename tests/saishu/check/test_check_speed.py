"""`check` reads the directory and some heads: it answers in a moment for a bundle of any size."""

import time

from bundles.rawzip import write_wide_zip
from saishu.bundle import open_bundle
from saishu.check import judge_bundle
from saishu_collect import catalogue

MEMBERS = 100_000
SECONDS = 2.0
"""The promise for a machine of its own; a machine shared with others gets three times as long."""


def test_a_hundred_thousand_members(tmp_path):
    path = tmp_path / "wide.zip"
    write_wide_zip(path, MEMBERS, 10 * MEMBERS)
    known = catalogue.load()
    times = []
    for _ in range(3):
        started = time.process_time()
        with open_bundle(path) as bundle:
            found = judge_bundle(bundle, known)
        times.append(time.process_time() - started)
    assert found.members == MEMBERS
    assert len(found.item("windows.azure_logs").files) == MEMBERS
    assert min(times) < SECONDS * 3, times
    print(f"{MEMBERS} members: {min(times):.2f} s of processor time")
