"""The self-test: a table of what works here; a fault in one check is its result and stops nothing."""

import io
import json
import tempfile
from argparse import Namespace
from pathlib import Path

import pytest

from saishu_collect import catalogue, selftest, words

KNOWN = catalogue.load()


def run(as_json, lang="en"):
    out = io.StringIO()
    code = selftest.run(Namespace(json=as_json), words.Words(KNOWN, lang, strict=True), KNOWN, out)
    return code, out.getvalue()


def test_everything_works_on_this_linux():
    code, text = run(True)
    document = json.loads(text)
    states = {row["id"]: row["state"] for row in document["checks"]}
    assert code == 0, document
    assert document["ok"] is True
    assert {name for name, state in states.items() if state == "ok"} >= {"archive", "program", "time_limit", "system"}
    assert states["locked"] == "not_here"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_table_has_a_line_for_every_check(lang):
    _, text = run(False, lang)
    lines = text.strip().split("\n")
    assert len(lines) == len(selftest.checks()) + 2
    assert "[" not in lines[-1]


def test_a_fault_in_one_check_is_its_result(monkeypatch):
    def broken(catalogue, folder):
        raise RuntimeError("odd machine")

    monkeypatch.setattr(selftest, "checks", lambda: [("archive", broken), ("program", selftest._program)])
    code, text = run(True)
    assert code == 1
    assert [(row["state"], row["detail"]) for row in json.loads(text)["checks"]] == [
        ("failed", "RuntimeError: odd machine"),
        ("ok", "1"),
    ]


def test_it_leaves_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    run(True)
    assert list(Path(tmp_path).iterdir()) == []
