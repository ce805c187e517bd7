"""The author of a log format reads where it is wrong and what to write."""

import shutil

import pytest
import yaml

from saishu.catalogue import KnowledgeError, knowledge_folder
from saishu.catalogue.__main__ import main
from saishu.catalogue.formats import compile_formats, load_formats

UNIT = {
    "id": "some-log",
    "title": {"en": "A log", "ja": "ログ"},
    "files": {"path": ["var/log/some.log"]},
    "lines": [
        {"pattern": r"(?P<time>\S+) (?P<level>\w+) (?P<message>.*)", "time": {"layout": "iso", "zone": "utc"}},
    ],
    "levels": {"BAD": "error"},
    "samples": {"match": [{"line": "2024-05-01T03:06:52Z BAD one", "level": "error"}], "no_match": ["one"]},
    "sources": ["https://example.com"],
}


@pytest.fixture
def problems(tmp_path):
    """problems(unit) gives the keys of what is wrong with it."""

    def run(unit, name="some-log"):
        shutil.copytree(knowledge_folder() / "schema", tmp_path / "schema", dirs_exist_ok=True)
        (tmp_path / "formats").mkdir(exist_ok=True)
        (tmp_path / "formats" / f"{name}.yaml").write_text(yaml.safe_dump(unit), encoding="utf-8")
        try:
            compile_formats(tmp_path)
        except KnowledgeError as error:
            return [problem.key.removeprefix("catalogue.") for problem in error.problems]
        return []

    return run


def test_a_right_unit(problems):
    assert problems(UNIT) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"id": "other"}, "name_is_id"),
        ({"evidence": ["no.such"]}, "no_evidence"),
        ({"lines": None, "samples": None}, "format_unread"),
        ({"operation": "("}, "regex"),
        ({"lines": [{"pattern": "("}]}, "regex"),
        ({"lines": [{"pattern": "(?P<time>x)"}]}, "format_time"),
        ({"lines": [{"pattern": "x", "time": {"layout": "iso", "zone": "utc"}}]}, "format_time"),
        ({"lines": [{"pattern": r"(?P<time>\S+)", "time": {"layout": "%Q", "zone": "utc"}}]}, "format_layout"),
        ({"samples": {"match": [{"line": "one"}], "no_match": ["x"]}}, "sample_no_match"),
        ({"samples": {"match": [{"line": "t BAD one", "level": "info"}], "no_match": ["x"]}}, "sample_differs"),
        ({"samples": {"match": [{"line": "t BAD one", "message": "two"}], "no_match": ["x"]}}, "sample_differs"),
        ({"samples": {"match": [{"line": "t BAD one"}], "no_match": ["a b c"]}}, "sample_matches"),
        ({"samples": None}, "field_missing"),
    ],
)
def test_what_is_wrong_is_said(problems, change, key):
    unit = {name: value for name, value in {**UNIT, **change}.items() if value is not None}
    assert key in problems(unit)


def test_the_bench_of_the_author_looks_at_formats(tmp_path, capsys):
    shutil.copytree(knowledge_folder(), tmp_path / "k", ignore=shutil.ignore_patterns("faults", "__pycache__"))
    (tmp_path / "k" / "formats" / "text.yaml").write_text("id: text\n", encoding="utf-8")
    assert main(["check", "--knowledge", str(tmp_path / "k"), "--lang", "en"]) == 1
    assert "formats/text.yaml:1" in capsys.readouterr().err


def test_what_is_shipped_can_be_opened():
    assert load_formats()["waagent"]["lines"]
