"""The contract from both sides: documents follow their schemas, and `check` agrees with what the collector says."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from bundles import evidence as e
from bundles import people, scenes
from saishu.bundle import open_bundle
from saishu.check import judge_bundle
from saishu.report import SCHEMA, check_document, write_check, write_letter
from saishu_collect import catalogue

TREES = {
    "whole": {**e.LINUX, **e.HANA, "etc/os-release": e.OS_RELEASE, "etc/hostname": b"hana01\n"},
    "a tenant without a log": {**e.LINUX, **e.without(e.HANA, "DB_HXE/backint.log"), "etc/hostname": b"hana01\n"},
    "no agent": {**e.without(e.LINUX, "waagent.log", "extension.log"), **e.HANA, "etc/hostname": b"hana01\n"},
    "nothing": {"etc/hostname": b"hana01\n", "var/log/x": b"x\n"},
}


def saishu(*arguments, cwd=None):
    """Run the program; its answer with stdout as text."""
    argv = [sys.executable, "-m", "saishu", *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, check=False, text=True, encoding="utf-8", cwd=cwd, timeout=120)


@pytest.fixture(scope="module")
def schema(repo):
    def load(name):
        document = json.loads((repo / "src" / "saishu" / "schemas" / f"{name}.schema.json").read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(document)
        return jsonschema.Draft202012Validator(document)

    return load


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """{tree: (what `collect --json` printed, path of the bundle)}, each made by the real collector."""
    made = {}
    for name, files in TREES.items():
        root = people.tree(tmp_path_factory.mktemp("tree"), files)
        out = tmp_path_factory.mktemp("out")
        options = ["--root", root, "--yes", "--offline", "--json", "-o", out, "--set", "env.vault_name=my-vault"]
        answer = saishu("collect", "sap-hana", *options)
        assert answer.returncode in (0, 1), answer.stderr
        document = json.loads(answer.stdout)
        made[name] = (document, document["bundle"])
    return made


def test_what_the_collector_prints_and_writes_follows_the_schemas(collected, schema, tmp_path):
    for document, path in collected.values():
        schema("collect").validate(document)
        schema("manifest").validate(manifest_of(path))
    root = people.tree(tmp_path / "tree", TREES["whole"])
    plan = saishu("collect", "sap-hana", "--root", root, "--dry-run", "--offline", "--json", "-o", tmp_path)
    schema("plan").validate(json.loads(plan.stdout))


def manifest_of(path):
    """The manifest of a bundle as `check` reads it."""
    with open_bundle(Path(path)) as bundle:
        return bundle.manifest


@pytest.mark.parametrize("tree", TREES)
def test_check_agrees_with_the_collector(collected, schema, tree):
    document, path = collected[tree]
    answer = saishu("check", path, "--json")
    judged = json.loads(answer.stdout)
    schema("check").validate(judged)
    assert answer.returncode == (0 if judged["complete"] else 1)
    assert (judged["scenario"], judged["platform"]) == ("sap-hana", "linux")
    mine = {item["id"]: item for item in judged["items"]}
    theirs = {item["id"]: item for item in document["items"]}
    assert list(mine) == list(theirs)
    for name, said in theirs.items():
        assert (name, mine[name]["status"]) in _allowed(said, mine[name])


def _allowed(said, mine):
    """The collector's own status; and what `check` may know better, because it reads files and weighs parts."""
    name = said["id"]
    allowed = {(name, said["status"])}
    if name.startswith("env.") and mine["value"]:
        allowed |= {(name, "complete"), (name, "partial")}
    elif name.startswith("env.") and said["need"] == "if_present":
        allowed.add((name, "not_applicable"))
    if mine["reason_id"] == "parts_missing":
        allowed.add((name, "partial"))
    return allowed


def test_given_facts_reach_the_check(collected):
    answer = saishu("check", collected["whole"][1], "--json")
    item = next(item for item in json.loads(answer.stdout)["items"] if item["id"] == "env.vault_name")
    assert (item["value"], item["status"], item["reason_id"]) == ("my-vault", "complete", "fact_given")


@pytest.mark.parametrize("scene", scenes.SCENES, ids=lambda scene: scene.name.replace(" ", "_"))
def test_every_scene_gives_a_valid_document_a_text_and_a_letter(scene, schema, tmp_path):
    if scene.packed in ("tar", "locked") and not people.has({"tar": "tar", "locked": "zip"}[scene.packed]):
        pytest.skip("a packer is not on this machine")
    known = catalogue.load()
    with open_bundle(scenes.build(scene, tmp_path)) as bundle:
        found = judge_bundle(bundle, known, scene.given)
    for lang in ("en", "ja"):
        document = check_document(found, known, lang)
        schema("check").validate(document)
        assert document["schema"] == SCHEMA
        assert all(item["reason"] == item["reasons"][lang] for item in document["items"])
        text = write_check(found, known, lang)
        letter = write_letter(found, known, lang)
        for words in (text, letter.subject + letter.body):
            assert "{" not in words.replace("@{n=", "").replace(";e={", "").replace("${", "")
            assert "[check." not in words
    required = [item for item in document["items"] if item["need"] == "required"]
    assert document["complete"] == all(item["status"] in ("complete", "not_applicable") for item in required)


def test_exit_codes(tmp_path):
    whole = people.tree(tmp_path / "whole", {**e.LINUX, "etc/os-release": e.OS_RELEASE})
    half = people.tree(tmp_path / "half", {"var/log/syslog": e.SYSLOG})
    nothing = people.tree(tmp_path / "nothing", {"readme.txt": b"hello\n"})
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"<html>not found</html>")
    codes = {
        saishu("check", whole).returncode: 0, saishu("check", half).returncode: 1,
        saishu("check", half, "--scenario", "no-such").returncode: 2, saishu("check").returncode: 2,
        saishu("check", broken).returncode: 3, saishu("check", tmp_path / "absent").returncode: 3,
        saishu("check", nothing).returncode: 4,
    }  # fmt: skip
    assert codes == {code: code for code in (0, 1, 2, 3, 4)}


def test_errors_say_code_what_and_next_in_the_reader_s_language(tmp_path):
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"<html>not found</html>")
    for lang, word in (("en", "cannot be opened"), ("ja", "開けません")):
        answer = saishu("check", broken, "--lang", lang)
        assert answer.stdout == ""
        assert answer.stderr.startswith("[E3")
        assert word in answer.stderr
        assert "Traceback" not in answer.stderr


def test_one_json_document_and_nothing_else(tmp_path):
    half = people.tree(tmp_path / "half", {"var/log/syslog": e.SYSLOG})
    answer = saishu("check", half, "--json", "--mail", "ja", "--lang", "ja")
    document = json.loads(answer.stdout)
    assert answer.stderr == ""
    assert document["mail"]["lang"] == "ja"
    assert "ご提供" in document["mail"]["body"]
    assert "該当する" in next(item["reason"] for item in document["items"] if item["id"] == "linux.azure_logs")


def test_a_password_file_is_read(tmp_path):
    if not people.has("zip"):
        pytest.skip("the program zip is not on this machine")
    scene = next(one for one in scenes.SCENES if one.packed == "locked")
    path = scenes.build(scene, tmp_path)
    (tmp_path / "passwords.txt").write_text("wrong\nexample-password\n")
    answer = saishu("check", path, "--json", "--password-file", tmp_path / "passwords.txt")
    status = {item["id"]: item["status"] for item in json.loads(answer.stdout)["items"]}
    assert status["windows.eventlogs"] == "complete"


def test_the_failure_time_of_the_command_line_counts(tmp_path):
    tree = people.tree(tmp_path / "t", {**e.LINUX, "var/log/syslog": b"2024-05-01T03:06:52Z vm01 systemd[1]: x\n" * 5})
    answer = saishu("check", tree, "--json", "--failure-time", "2024-04-30T21:00+09:00")
    reasons = {item["id"]: item["reason_id"] for item in json.loads(answer.stdout)["items"]}
    assert reasons["linux.syslog"] == "begins_late"
    assert saishu("check", tree, "--failure-time", "yesterday").returncode == 2
