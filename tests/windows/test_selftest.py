"""The self-test on a Windows: every check of its own kind runs; only what Wine lacks may fail."""

import io
import json
import os
from argparse import Namespace

from saishu_collect import catalogue, selftest, words
from windows.below import UNDER_WINE

LACKING = {"step_event_log"} if UNDER_WINE else set()


def test_every_check_runs_and_leaves_nothing_behind():
    known = catalogue.load()
    before = set(os.listdir(os.environ["TEMP"]))
    out = io.StringIO()
    code = selftest.run(Namespace(json=True), words.Words(known, "ja", strict=True), known, out)
    rows = {row["id"]: (row["state"], row["detail"]) for row in json.loads(out.getvalue())["checks"]}
    failed = {name for name, (state, _) in rows.items() if state == "failed"}
    assert failed <= LACKING, rows
    assert code == (1 if failed else 0)
    assert rows["locked"] == ("ok", "locked (32)")
    assert not [name for name, (state, _) in rows.items() if state == "not_here"]
    assert set(os.listdir(os.environ["TEMP"])) == before
