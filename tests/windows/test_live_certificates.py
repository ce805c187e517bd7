"""The certificate stores of Wine through crypt32: certificates are added, listed, judged and imported for real."""

import contextlib
import hashlib
import io
import json
import winreg
from pathlib import Path

import pytest

from saishu_collect import catalogue, cli, words
from saishu_collect.windows import certificate_files, certificate_store, certificate_verb, certificates

HERE = Path(__file__).parent / "certificates"
STORE_KEY = "SOFTWARE\\Microsoft\\SystemCertificates\\{}\\Certificates\\{}"


def der_of(name):
    return certificate_files.read_certificates(str(HERE / f"{name}.pem"))[0]


@pytest.fixture
def held():
    """Return a function that adds a certificate to a store; all of them are deleted afterwards."""
    added = []

    def add(store, name):
        der = der_of(name)
        added.append((store, hashlib.sha1(der).hexdigest().upper()))
        return certificate_store.add(store, der)

    yield add
    for store, sha1 in added:
        _delete(store, sha1)


def _delete(store, sha1):
    with contextlib.suppress(FileNotFoundError):
        winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, STORE_KEY.format(store, sha1))


def run(*argv, lang="en", known=None):
    known = known or catalogue.load()
    say = words.Words(known, lang, strict=True)
    out = io.StringIO()
    arguments = cli.make_parser(say, "saishu").parse_args(["certificates", *argv])
    return certificate_verb.run(arguments, say, known, out), out.getvalue()


def test_a_store_that_was_never_used_is_empty():
    assert certificate_store.read_store("SaishuNeverUsed") == []


def test_what_was_added_is_listed_with_everything(held):
    assert held("MY", "host_expired") is True
    assert held("MY", "host_expired") is False
    found = {one.sha1: one for one in certificate_store.read_store("MY")}
    der = der_of("host_expired")
    one = found[hashlib.sha1(der).hexdigest().upper()]
    assert one.subject == "CN=CB_example-host._1234567"
    assert [part in one.issuer for part in ("Example Test Authority", "Example, Inc.", "C=JP")] == [True, True, True]
    assert one.sha256 == hashlib.sha256(der).hexdigest().upper()
    assert (one.not_before, one.not_after) == (1577836800, 1609459200)
    assert one.serial.encode() in der.hex().upper().encode()
    assert one.has_private_key is False


def test_a_japanese_name_survives(held):
    held("MY", "japanese")
    text = certificates.list_text(certificate_store.read_store("MY"))
    assert "バックアップの試験" in text
    assert "例の会社" in text


def test_an_expired_certificate_of_the_agent_is_judged(held):
    held("MY", "host_expired")
    held("MY", "vault")
    code, text = run("check", "--json")
    found = {one["id"]: one for one in json.loads(text)["findings"]}
    assert code == 1
    assert found["host_expired"]["values"]["until"] == "2021-01-01"
    assert found["host_expired"]["level"] == "act"
    assert found["vault_present"]["values"]["vault"] == "example-vault"
    assert {"reinstall", "passphrase"} < set(found)
    assert found["root_matches"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_renewed_certificate_counts_and_what_it_lacks_is_said(held, lang):
    """The certificates of the test have no key in the store, and that keeps an agent from starting as well."""
    for name in ("host_expired", "host_valid", "vault"):
        held("MY", name)
    code, text = run("check", lang=lang)
    assert code == 1
    assert {"en": "has no private key", "ja": "秘密キーがストアにありません"}[lang] in text
    assert "2021-01-01" not in text


def test_import_adds_a_published_certificate_and_says_how_to_undo(held):
    held("CA", "japanese")
    der = der_of("authority")
    sha1 = hashlib.sha1(der).hexdigest().upper()
    known = catalogue.load()
    entry = {"name": "Example Test Authority", "sha1": sha1, "not_after": None, "status": "current"}
    known["lists"]["azure_intermediates"].append(entry)
    path = str(HERE / "authority.pem")
    try:
        code, text = run("import", path, known=known)
        assert (code, sha1 in text) == (0, True)
        assert sha1 not in [one.sha1 for one in certificate_store.read_store("CA")]
        code, text = run("import", "--do-it", path, known=known)
        assert code == 0
        assert f"certutil -delstore CA {sha1}" in text
        assert sha1 in [one.sha1 for one in certificate_store.read_store("CA")]
        code, text = run("import", "--do-it", "--json", path, known=known)
        assert json.loads(text)["certificates"][0]["outcome"] == "was_there"
    finally:
        _delete("CA", sha1)


def test_import_refuses_what_is_not_published(capsys):
    code, text = run("import", "--do-it", str(HERE / "authority.pem"))
    assert (code, text) == (4, "")
    assert "[E442]" in capsys.readouterr().err
    assert "Example Test Authority" not in certificates.list_text(certificate_store.read_store("ROOT"))


def test_the_published_roots_of_this_system_are_recognised():
    """Wine takes its roots from the system below; all five that Azure needs are among them."""
    code, text = run("check", "--json")
    found = json.loads(text)["findings"]
    assert code == 1
    assert [one["values"]["name"] for one in found if one["id"] == "root_matches"] == [
        one["name"] for one in catalogue.load()["lists"]["azure_roots"] if one["required"]
    ]
