"""Beside the most tolerant parser there is: what dissect.eventlog finds, we find or say that it is lost.

It is no dependency of ours (AGPL): SAISHU_DISSECT_PYTHON names a Python that has it; without one the test is skipped.
"""

import json
import os
import random
import subprocess

import pytest

ASK = """
import io, json, sys
from dissect.eventlog import evtx
out = []
try:
    for record in evtx.Evtx(open(sys.argv[1], "rb")):
        out.append(record.get("EventRecordID"))
except Exception as trouble:
    pass
print(json.dumps([int(number) for number in out if number is not None]))
"""
CHUNK = 65536


@pytest.fixture(scope="session")
def dissect(tmp_path_factory):
    python = os.environ.get("SAISHU_DISSECT_PYTHON")
    if not python:
        pytest.skip("dissect.eventlog is not here; SAISHU_DISSECT_PYTHON may name a Python that has it")
    folder = tmp_path_factory.mktemp("oracle")

    def ask(data):
        path = folder / "one.evtx"
        path.write_bytes(data)
        try:
            answer = subprocess.run(
                [python, "-c", ASK, str(path)], capture_output=True, check=True, text=True, timeout=30
            )
        except subprocess.TimeoutExpired:
            return []  # It never ends on some damage; then there is nothing to compare with.
        return json.loads(answer.stdout)

    return ask


def _compare(dissect, read_events, data, name):
    theirs, kept = set(dissect(data)), read_events(data, name)
    ours = set(kept.column("position"))
    lost = theirs - ours
    damage = kept.notes("damaged")
    assert not lost or damage, f"{name}: {sorted(lost)[:10]} are lost without a word"
    return len(theirs), len(ours), len(lost)


def test_every_real_file(dissect, read_events, shared):
    for path in sorted((shared / "evtx").glob("*.evtx")):
        theirs, ours, lost = _compare(dissect, read_events, path.read_bytes(), path.name)
        print(f"{path.name}: dissect {theirs}, saishu {ours}, lost {lost}")
        assert lost == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plaso-System2.evtx", "2-vss_7-System.evtx", "sample_with_a_bad_chunk_magic.evtx"])
def test_real_files_with_more_damage(dissect, read_events, evtx, name):
    dice = random.Random(name)
    total = [0, 0, 0]
    for _ in range(15):
        data = bytearray(evtx(name)[: 4096 + 3 * CHUNK])
        for _ in range(dice.choice((1, 5, 40))):
            place = dice.randrange(4096, len(data) - 64)
            length = dice.choice((1, 4, 64))
            data[place : place + length] = dice.choice((bytes(length), dice.randbytes(length)))
        total = [sum(pair) for pair in zip(total, _compare(dissect, read_events, bytes(data), name), strict=True)]
    print(f"{name}: dissect {total[0]}, saishu {total[1]}, lost but told {total[2]}")
    assert total[1] >= total[0] - total[2]
