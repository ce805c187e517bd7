"""The verbs diagnose, explain and timeline as programs: documents follow their schemas, exit codes their contract."""

import json
import subprocess
import sys

import jsonschema
import pytest

DISABLED = (
    "Event: name=Microsoft.Azure.RecoveryServices.VMSnapshotLinux, op=None, message=Extension will not be processed "
    "since extension processing is disabled. To enable it, set Extensions.Enabled=y in '/etc/waagent.conf', duration=0"
)
AGENT = (
    "2024-05-01T03:06:50.000000Z INFO ExtHandler ExtHandler Distro: ubuntu-22.04\n"
    f"2024-05-01T03:06:52.123456Z ERROR ExtHandler ExtHandler {DISABLED}\n"
)
JOB = "Error code: UserErrorGuestAgentStatusUnavailable\nError message: VM agent unable to communicate\n"


def saishu(*arguments):
    argv = [sys.executable, "-m", "saishu", *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, check=False, text=True, encoding="utf-8", timeout=120)


@pytest.fixture
def bundle(tmp_path):
    log = tmp_path / "bundle" / "var" / "log" / "waagent.log"
    log.parent.mkdir(parents=True)
    log.write_text(AGENT, encoding="utf-8")
    (tmp_path / "bundle" / "portal_job_error.txt").write_text(JOB, encoding="utf-8")
    return tmp_path / "bundle"


@pytest.fixture
def follows(repo):
    def check(name, text):
        schema = json.loads((repo / "src/saishu/schemas" / f"{name}.schema.json").read_text("utf-8"))
        document = json.loads(text)
        jsonschema.Draft202012Validator(schema).validate(document)
        return document

    return check


def test_diagnose_names_the_fault_and_the_line(bundle, follows):
    answer = saishu("diagnose", bundle, "--json")
    document = follows("diagnose", answer.stdout)
    assert answer.returncode == 1
    assert document["verdict"] == "fault"
    first = document["findings"][0]
    assert (first["evidence"][0]["path"], first["evidence"][0]["line"]) == ("var/log/waagent.log", 2)
    assert first["evidence"][0]["time"] == "2024-05-01T03:06:52.123456Z"
    assert "UserErrorGuestAgentStatusUnavailable" in document["codes_seen"]


@pytest.mark.parametrize(("lang", "verdict"), [("en", "A fault was found."), ("ja", "障害が見つかりました。")])
def test_diagnose_for_people(bundle, lang, verdict):
    answer = saishu("diagnose", bundle, "--lang", lang)
    assert answer.stdout.startswith(verdict)
    assert "waagent.log" in answer.stdout
    assert answer.stderr == ""


def test_no_evidence_is_an_answer_of_its_own(tmp_path, follows):
    (tmp_path / "notes.txt").write_text("backup did not work on Monday\n", encoding="utf-8")
    answer = saishu("diagnose", tmp_path, "--json")
    assert answer.returncode == 4
    document = follows("diagnose", answer.stdout)
    assert (document["verdict"], document["findings"]) == ("not_enough_evidence", [])
    assert document["not_evaluated"]


def test_a_hostile_line_cannot_steer_the_terminal(tmp_path):
    said = "\x1b[2J\x1b[31m\u202egnp.exe failed: [Errno 28] No space left on device"
    text = f"2024-05-01T03:06:52.123456Z ERROR ExtHandler ExtHandler {said}\n"
    (tmp_path / "waagent.log").write_text(text, encoding="utf-8")
    answer = saishu("diagnose", tmp_path, "--lang", "en")
    assert "\x1b" not in answer.stdout
    assert "\u202e" not in answer.stdout


def test_timeline_in_order_with_zones(bundle, follows):
    answer = saishu("timeline", bundle, "--level", "all", "--json")
    document = follows("timeline", answer.stdout)
    assert answer.returncode == 0
    assert [event["line"] for event in document["events"] if event["format"] == "waagent"] == [1, 2]
    assert document["undated"] == 2
    answer = saishu("timeline", bundle, "--around", "2024-05-01T12:06+09:00", "--limit", "1", "--lang", "ja")
    assert "2024-05-01 03:06" in answer.stdout


def test_a_store_can_be_kept_and_asked_again(bundle, tmp_path, follows):
    kept = tmp_path / "kept"
    first = saishu("timeline", bundle, "--level", "all", "--json", "--store", kept)
    again = saishu("timeline", kept, "--level", "all", "--json")
    assert follows("timeline", first.stdout) == follows("timeline", again.stdout)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("x", encoding="utf-8")
    refused = saishu("timeline", bundle, "--store", tmp_path / "full")
    assert refused.returncode == 4
    assert "E413" in refused.stderr


@pytest.mark.parametrize(
    "asked", ["0x80070005", "-2147024891", "2147942405", "E_ACCESSDENIED", "usererrorvmnotfound", "VSS 8193"]
)
def test_explain_in_every_form(asked, follows):
    answer = saishu("explain", "--json", "--", asked)
    document = follows("explain", answer.stdout)
    assert answer.returncode == 0
    assert document["known"]


def test_an_unknown_code_is_not_called_harmless(follows):
    answer = saishu("explain", "UserErrorOfNobody", "--lang", "ja")
    assert answer.returncode == 4
    assert "無害であるという意味ではありません" in answer.stdout


def test_a_wrong_zone_is_refused(bundle):
    answer = saishu("diagnose", bundle, "--zone", "Nowhere/Land")
    assert (answer.returncode, "E116" in answer.stderr) == (2, True)
