"""The other forms of a report: JSON, Markdown and SARIF from the same case, and the made-up cases of every scenario."""

import json

import jsonschema
import pytest

from drawing import KNOWN, case_of
from saishu.report.case_document import case_document
from saishu.report.markdown import write_markdown
from saishu.report.sarif import sarif_document

SCENARIOS = ("azure-vm-linux", "azure-vm-windows", "ilr", "mars", "network", "sap-hana", "sql")
HOSTILE = (
    "2024-05-01T03:06:52.1Z ERROR ExtHandler ExtHandler [x](http://a) <img src=x> [Errno 28] No space left on device\n"
)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_failing_sample_is_found_and_told_in_every_form(name, repo):
    with case_of(repo / "samples" / "failing" / name) as case:
        assert case.diagnosis.verdict == "fault"
        sarif = sarif_document(case, "0.0.0", "ja")
        text = write_markdown(case, KNOWN, "ja")
    run = sarif["runs"][0]
    assert sarif["version"] == "2.1.0"
    assert len(run["results"]) == len(run["tool"]["driver"]["rules"]) == len(case.diagnosis.findings)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["kind"] == "fail" or result["level"] == "none"
        assert all(place["physicalLocation"]["artifactLocation"]["uri"] for place in result["locations"])
    assert json.loads(json.dumps(sarif)) == sarif
    assert text.startswith("# ")
    assert "障害が見つかりました" in text


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_healthy_sample_is_called_a_fault(name, repo):
    with case_of(repo / "samples" / "healthy" / name) as case:
        assert case.diagnosis.verdict != "fault", [one.rule for one in case.diagnosis.findings]


def test_log_text_becomes_no_markup(tmp_path):
    (tmp_path / "waagent.log").write_text(HOSTILE, encoding="utf-8")
    with case_of(tmp_path) as case:
        text = write_markdown(case, KNOWN, "en")
    assert not [line for line in text.splitlines() if "<img" in line and not line.startswith("    ")]


def test_the_json_form_holds_both_documents(tmp_path, repo):
    with case_of(repo / "samples" / "failing" / "mars") as case:
        document = case_document(case, KNOWN, "en", "0.0.0")
    for name in ("check", "diagnose"):
        schema = json.loads((repo / "src/saishu/schemas" / f"{name}.schema.json").read_text("utf-8"))
        jsonschema.Draft202012Validator(schema).validate(document[name])
