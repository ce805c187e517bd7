"""The verb and the step of a collection: what is printed, exit codes, and what the bundle holds."""

import argparse
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import network_stand_ins as stand_ins
import pytest
from network_probing import SCHEMA

from saishu_collect import catalogue, cli, collect, control, network
from saishu_collect.machine import Machine
from saishu_collect.words import Words

ROOT = Path(__file__).parents[2]
KNOWN = catalogue.load()


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    """No proxy from outside the test; the signals as they were afterwards, since the verb listens to them."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def run(known, *argv, lang="en"):
    """Return (exit code, what went to standard output)."""
    say = Words(known, lang, strict=True)
    parser = argparse.ArgumentParser()
    network.add_arguments(parser, say)
    out = io.StringIO()
    return network.run(parser.parse_args(list(argv)), say, known, out), out.getvalue()


@pytest.fixture
def open_port():
    with stand_ins.answering(stand_ins.reply(200)) as server:
        yield stand_ins.endpoint("good", server.port, "http", host="127.0.0.1")


def closed(name="closed", **more):
    more.setdefault("host", "127.0.0.1")
    return stand_ins.endpoint(name, stand_ins.closed_port(), "http", **more)


def test_all_open_is_0(open_port, capsys):
    code, text = run(stand_ins.catalogue_of([open_port]), "--region", "japaneast")
    assert code == 0
    assert "Open: 1   Blocked: 0   Unknown: 0" in text
    said = capsys.readouterr().err
    assert said.startswith("These addresses are contacted (1):\n  127.0.0.1:")


def test_something_blocked_is_1(open_port):
    code, text = run(stand_ins.catalogue_of([open_port, closed()]), "--region", "japaneast", "--json")
    assert code == 1
    document = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["counts"] == {"open": 1, "blocked": 1, "unknown": 0}


def test_what_is_only_recommended_does_not_make_it_1(open_port):
    code, _ = run(stand_ins.catalogue_of([open_port, closed(need="recommended")]), "--region", "japaneast")
    assert code == 0


def test_what_could_not_be_judged_makes_it_1(open_port):
    other = closed(host="pod01-x.{geo}.{nothing}")
    code, text = run(stand_ins.catalogue_of([open_port, other]), "--region", "japaneast", "--json")
    assert code == 1
    assert json.loads(text)["counts"] == {"open": 1, "blocked": 0, "unknown": 1}


def test_nothing_judged_is_4():
    known = stand_ins.catalogue_of([closed(only_on="azure", service="platform", proxy="never")])
    code, text = run(known, "--region", "japaneast", lang="ja")
    assert code == 4
    assert "判定不能: 1" in text


def test_offline_contacts_nothing_and_shows_the_settings(open_port, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://someone:secret@proxy.invalid:3128")
    known = stand_ins.catalogue_of([open_port])
    code, text = run(known, "--offline")
    assert code == 4
    assert "https_proxy=http://***@proxy.invalid:3128" in text
    assert "secret" not in text
    assert "OpenSSL" in text


def test_the_list_is_shown_without_contacting_anything():
    with stand_ins.answering(stand_ins.reply(200)) as server:
        entry = stand_ins.endpoint("one", server.port, "http", host="127.0.0.1")
        unknown = closed(host="pod01-x.{geo}.{backup}")
        code, text = run(stand_ins.catalogue_of([entry, unknown]), "--list")
        assert code == 0
        assert server.most == 0
    lines = text.split("\n")
    assert lines[0] == "These addresses are contacted (1):"
    assert lines[1].split() == ["127.0.0.1:" + str(server.port), "HTTP", "straight", "Purpose", "of", "one"]
    assert "pod01-x.{geo}.backup.windowsazure.com" in text


def test_the_list_as_a_document(open_port):
    code, text = run(stand_ins.catalogue_of([open_port]), "--list", "--json")
    assert code == 0
    document = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert [entry["reason"] for entry in document["endpoints"]] == ["not_run"]


def test_the_region_is_asked_of_the_metadata_service_of_the_list(capsys):
    answer = json.dumps({"compute": {"location": "japanwest", "azEnvironment": "AzurePublicCloud"}}).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer)
    with stand_ins.answering(head + answer) as service:
        imds = stand_ins.endpoint(
            "imds", service.port, "http", host="127.0.0.1", only_on="azure", service="platform", proxy="never"
        )
        code, text = run(stand_ins.catalogue_of([imds]), "--json")
    assert code == 0
    document = json.loads(text)
    assert (document["region"], document["geo"], document["azure_vm"]) == ("japanwest", "jpw", True)
    assert b"GET /metadata/instance" in service.seen[0]
    assert "Asking the Azure metadata service" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "code"), [(["nothing"], "E102"), (["--region", "atlantis"], "E125"), (["vss"], "E126")]
)
def test_wrong_usage_is_2_and_explained(argv, code, capsys):
    known = stand_ins.catalogue_of([closed()])
    assert run(known, *argv, *([] if "--region" in argv else ["--region", "japaneast"]))[0] == 2
    assert f"[{code}]" in capsys.readouterr().err


def test_the_command_line_knows_the_verb():
    done = subprocess.run(
        [sys.executable, "-m", "saishu_collect.cli", "network", "--list", "--lang", "ja", "--region", "japaneast"],
        capture_output=True, check=False, env=dict(os.environ, PYTHONPATH=str(ROOT / "src")),
    )  # fmt: skip
    assert done.returncode == 0
    text = done.stdout.decode("utf-8")
    assert "pod01-prot1.jpe.backup.windowsazure.com:443" in text
    assert "168.63.129.16:32526" in text
    assert "リダイレクト" in text


# ---- in a collection


def small_catalogue(entries):
    """The catalogue with the network scenario cut down to the connectivity check."""
    known = stand_ins.catalogue_of(entries)
    known["scenarios"]["network"]["needs"] = [{"id": "network.connectivity", "need": "required"}]
    unit = known["evidence"]["network.connectivity"]
    unit["collect"] = [step for step in unit["collect"] if step["do"] == "probe_network"]
    return known


def collected(known, out, root=None, **options):
    """Return (the run, its Result, the members of the bundle by name)."""
    options = collect.Options(scenarios=["network"], out=str(out), root=root, metadata_port=1, **options)
    options.metadata_host = "127.0.0.1"
    run_ = collect.Collection(known, Machine(root), options, control.Stop())
    run_.prepare()
    result = run_.collect()
    with zipfile.ZipFile(result.path) as bundle:
        return run_, result, {name: bundle.read(name) for name in bundle.namelist()}


def test_a_collection_holds_the_check_and_is_complete(tmp_path, open_port):
    run_, result, members = collected(small_catalogue([open_port]), tmp_path)
    document = json.loads(members["network/connectivity.json"])
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["counts"]["open"] == 1
    assert members["network/connectivity.txt"].startswith(b"\xef\xbb\xbf")
    assert [(item["id"], item["status"], item["files"]) for item in result.items] == [
        ("network.connectivity", "complete", 2)
    ]
    files = {entry["member"]: entry for entry in json.loads(members["manifest.json"])["files"] if entry.get("member")}
    assert files["network/connectivity.json"]["evidence"] == ["network.connectivity"]
    plan = cli.plan_document(run_)
    assert plan["probes"] == [{"id": "good", "host": "127.0.0.1", "port": open_port["port"], "protocol": "http"}]


def test_a_recovery_script_decides_the_region(tmp_path, monkeypatch):
    script = tmp_path / "vm02kensho_1_jpw_6591639015130036692_802427195716_899298aac7c0.py"
    script.write_text("#!/usr/bin/python\n")
    known = stand_ins.catalogue_of([closed(host="pod01-rec2.{geo}.{backup}", scenarios=["ilr"])])
    known["evidence"]["ilr.script"]["collect"] = [{"do": "glob", "patterns": [str(tmp_path / "*.py")]}]
    kept = {"ilr.script", "network.connectivity"}
    known["scenarios"]["ilr"]["needs"] = [need for need in known["scenarios"]["ilr"]["needs"] if need["id"] in kept]
    options = collect.Options(scenarios=["ilr"], out=str(tmp_path), metadata_host="127.0.0.1", metadata_port=1)
    run_ = collect.Collection(known, Machine(), options, control.Stop())
    run_.prepare()
    assert [one.host for one in network.planned(run_)] == ["pod01-rec2.jpw.backup.windowsazure.com"]


@pytest.mark.parametrize("reason", ["offline", "not_with_root"])
def test_a_collection_that_may_not_ask_says_so(tmp_path, reason):
    (tmp_path / "tree/var/log").mkdir(parents=True)
    root = str(tmp_path / "tree") if reason == "not_with_root" else None
    with stand_ins.answering(stand_ins.reply(200)) as server:
        known = small_catalogue([stand_ins.endpoint("one", server.port, "http", host="127.0.0.1")])
        run_, result, members = collected(known, tmp_path, root, offline=reason == "offline")
        assert server.most == 0
    assert "network/connectivity.json" not in members
    notes = [
        one for one in json.loads(members["manifest.json"])["files"] if one["evidence"] == ["network.connectivity"]
    ]
    assert [(one["outcome"], one["reason"]) for one in notes] == [("skipped", reason)]
    assert [(item["status"], item["reason"]) for item in result.items] == [("missing", reason)]
    assert cli.plan_document(run_)["probes"] == []


def test_the_plan_for_people_names_every_address(tmp_path, open_port):
    known = small_catalogue([open_port, closed(host="pod01-x.{geo}.{backup}")])
    options = collect.Options(scenarios=["network"], out=str(tmp_path), metadata_host="127.0.0.1", metadata_port=1)
    run_ = collect.Collection(known, Machine(), options, control.Stop())
    run_.prepare()
    for lang, wanted in (("en", "1 addresses to contact"), ("ja", "接続する宛先 1 件")):
        out = io.StringIO()
        cli.talk.Talk(Words(known, lang, strict=True), out).plan(run_)
        assert wanted in out.getvalue()
        assert f"127.0.0.1:{open_port['port']}" in out.getvalue()
        assert "pod01-x" not in out.getvalue()


# ---- old Pythons


EXPECTED = {
    "good": ["open", "as_expected"],
    "inspected": ["blocked", "untrusted_inspection"],
    "other": ["blocked", "wrong_name"],
    "old": ["blocked", "certificate_dates"],
    "silent_tls": ["blocked", "tls_timed_out"],
    "silent_http": ["blocked", "http_timed_out"],
    "closing": ["blocked", "tls_closed"],
    "portal": ["blocked", "portal"],
    "deaf": ["blocked", "timed_out"],
    "refused": ["blocked", "refused"],
    "nameless": ["blocked", "name_not_found"],
    "tunnel": ["open", "as_expected"],
    "password": ["blocked", "proxy_wants_password"],
    "forbidden": ["blocked", "proxy_refused"],
    "offline": ["unknown", "interrupted"],
}


def check_on(python, tmp_path):
    script = str(Path(__file__).with_name("network_on_old_python.py"))
    done = subprocess.run(
        [python, "-W", "error::SyntaxWarning", script, str(tmp_path)],
        capture_output=True, check=False, timeout=120, env=dict(os.environ, PYTHONPATH=str(ROOT / "src")),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    found = json.loads(done.stdout)
    assert found.pop("threads_left")[0] == "1"
    assert {name: one[:2] for name, one in found.items()} == EXPECTED
    assert found["good"][2].startswith("TLSv1.")


def test_python_36_sees_the_same(python36, tmp_path):
    check_on(python36, tmp_path)


def test_python_38_sees_the_same(python38, tmp_path):
    check_on(python38, tmp_path)


def test_this_python_sees_the_same(tmp_path):
    check_on(sys.executable, tmp_path)
