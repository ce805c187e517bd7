"""The Windows units keep their own promises: what they collect is what they recognise, and lists agree with texts."""

import hashlib
import re
import ssl
from pathlib import Path

import pytest

from saishu.bundle.globs import NameGlobs, PathGlobs
from saishu.catalogue.compiling import compile_knowledge
from saishu.catalogue.knowledge import knowledge_folder

CATALOGUE = compile_knowledge(knowledge_folder())
WINDOWS = sorted(id_ for id_, unit in CATALOGUE["evidence"].items() if unit["platform"] == "windows")
LISTS = CATALOGUE["lists"]
SAVED_AS = re.compile(r"C:\\Temp\\[^\s\"]+\.(?:txt|csv|evtx|nfo|reg|png)(?!\S)")


def claimed(unit, path):
    """Say whether a unit, or one of its parts, takes a member by its path or its name."""
    blocks = [unit.get("recognise", {}), *(part["recognise"] for part in unit.get("parts", ()))]
    low = path.lower()
    paths = PathGlobs([(glob, True) for block in blocks for glob in block.get("path", ())])
    names = NameGlobs([(glob, True) for block in blocks for glob in block.get("name", ())])
    return bool(paths.claims(low) or names.claims(low.rpartition("/")[2]))


def as_member(path):
    """Turn a machine path or glob into one member path that it would give."""
    path = re.sub(r"%SystemRoot%", r"C:\\Windows", path)
    path = re.sub(r"%SystemDrive%", "C:", path)
    path = re.sub(r"%ProgramFiles%", r"C:\\Program Files", path)
    return path.replace("**", "a\\b").replace("*", "x").replace("C:\\", "C/").replace("\\", "/")


def members_of(step):
    """Return the member names that the schema promises for one collection step."""
    kind = step["do"]
    if kind == "tree":
        inside = "System.evtx" if step["path"].endswith("winevt\\Logs") else "some.log"
        return [as_member(step["path"]) + "/" + inside]
    if kind == "glob" and "registry" not in step:
        return [as_member(pattern) for pattern in step["patterns"]]
    if kind == "event_log":
        return [f"eventlogs/{step['channel'].replace('/', '%4')}.{form}" for form in step["formats"]]
    return {
        "command": lambda: [f"commands/{step.get('file') or step['name'] + '.txt'}"],
        "registry": lambda: [f"registry/{step['name']}.txt"],
        "services": lambda: [f"services/{step['name']}.txt"],
        "list": lambda: [f"listings/{step['name']}.txt"],
        "certificates": lambda: [f"certificates/{step['store'].lower()}.txt"],
        "disks": lambda: ["disks/disks.txt"],
        "guided_trace": lambda: [as_member(glob) for glob in step["results"]],
    }.get(kind, list)()


@pytest.mark.parametrize("id_", WINDOWS)
def test_what_a_unit_collects_is_recognised_as_that_unit(id_):
    unit = CATALOGUE["evidence"][id_]
    members = [member for step in unit["collect"] for member in members_of(step)]
    assert [member for member in members if not claimed(unit, member)] == []


@pytest.mark.parametrize("id_", WINDOWS)
def test_what_a_person_gathers_by_hand_is_recognised_as_that_unit(id_):
    unit = CATALOGUE["evidence"][id_]
    for language in ("en", "ja"):
        for line in unit["by_hand"][language]:
            for saved in SAVED_AS.findall(line):
                assert claimed(unit, saved.replace("\\", "/")), saved


@pytest.mark.parametrize("id_", WINDOWS)
def test_both_languages_show_the_same_commands(id_):
    lines = CATALOGUE["evidence"][id_]["by_hand"]
    commands = [[line for line in lines[language] if line.startswith("> ")] for language in ("en", "ja")]
    assert commands[0] == commands[1]


def test_the_steps_name_every_required_root_with_the_thumbprint_of_the_list():
    required = {(root["name"], root["sha1"]) for root in LISTS["azure_roots"] if root["required"]}
    for language in ("en", "ja"):
        lines = CATALOGUE["evidence"]["certificates.root"]["by_hand"][language]
        named = {tuple(line.split(": ")) for line in lines if re.search(r": [0-9A-F]{40}$", line)}
        assert named == required


def test_root_thumbprints_are_those_of_the_certificates_on_this_machine():
    listed = {root["sha1"]: root["sha256"] for root in LISTS["azure_roots"]}
    bundle = Path("/etc/ssl/certs/ca-certificates.crt")
    if not bundle.exists():
        pytest.skip("no certificate bundle of a distribution here")
    text = bundle.read_text(encoding="utf-8")
    found = {}
    for pem in re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL):
        der = ssl.PEM_cert_to_DER_cert(pem)
        found[hashlib.sha1(der).hexdigest().upper()] = hashlib.sha256(der).hexdigest().upper()
    shared = set(listed) & set(found)
    assert "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4" in shared
    assert {sha1: listed[sha1] for sha1 in shared} == {sha1: found[sha1] for sha1 in shared}


def test_the_certificate_lists_hold_well_formed_thumbprints_once():
    rows = [*LISTS["azure_roots"], *LISTS["azure_intermediates"]]
    thumbprints = [row["sha1"] for row in rows]
    assert len(thumbprints) == len(set(thumbprints))
    for row in rows:
        assert re.fullmatch(r"[0-9A-F]{40}", row["sha1"])
        assert row.get("sha256") is None or re.fullmatch(r"[0-9A-F]{64}", row["sha256"])
        assert row["not_after"] is None or re.fullmatch(r"20\d\d-\d\d-\d\d", row["not_after"])


def test_every_service_behind_a_writer_is_collected():
    step = next(step for step in CATALOGUE["evidence"]["vss.services"]["collect"] if step["do"] == "services")
    behind = {writer["service"] for writer in LISTS["vss_writers"]} - {None}
    assert behind <= set(step["names"])


@pytest.mark.parametrize("id_", ["windows.backup_registry", "mars.agent_logs"])
@pytest.mark.parametrize("secret", ["ProxyPassword", "SomeSecret", "BackupCredential"])
def test_values_that_may_hold_secrets_are_withheld(id_, secret):
    steps = [step for step in CATALOGUE["evidence"][id_]["collect"] if step["do"] == "registry"]
    guarded = [step for step in steps if "withhold" in step]
    assert guarded
    assert all(NameGlobs([(glob, True) for glob in step["withhold"]]).claims(secret.lower()) for step in guarded)


def test_the_start_parameter_of_sql_server_gives_the_log_folder():
    steps = CATALOGUE["evidence"]["sql.errorlog"]["collect"]
    regex = next(step["registry"]["regex"] for step in steps if "registry" in step)
    match = re.match(regex, r"-eD:\SQL Data\MSSQL16.PROD\MSSQL\Log\ERRORLOG")
    assert match is not None
    assert match["folder"] == r"D:\SQL Data\MSSQL16.PROD\MSSQL\Log"
    assert re.match(regex, r"-dD:\SQL Data\MSSQL16.PROD\MSSQL\DATA\master.mdf") is None
