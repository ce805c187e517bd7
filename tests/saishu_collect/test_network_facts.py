"""Facts of TLS: certificates read from their bytes, configuration and trusted roots of a tree."""

import ssl
import subprocess
import time

import network_stand_ins as stand_ins
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishu_collect import catalogue, der, tls_facts
from saishu_collect.machine import Machine

KNOWN = catalogue.load()


def bytes_of(file):
    with open(file) as source:
        return ssl.PEM_cert_to_DER_cert(source.read())


def shown_by_openssl(file, *what):
    done = subprocess.run(["openssl", "x509", "-in", file, "-noout", *what], capture_output=True, check=True, text=True)
    return done.stdout.strip().partition("=")[2]


def test_a_certificate_says_what_openssl_reads_in_it(authority):
    file, _ = authority.issue(["host.invalid"])
    found = der.read_certificate(bytes_of(file))
    assert found["subject"] == {"organisation": "Holder", "common_name": "host.invalid"}
    assert found["issuer"] == {"organisation": "Stand-in", "common_name": "Stand-in Root"}
    assert int(found["serial"], 16) == int(shown_by_openssl(file, "-serial"), 16)
    assert found["sha1"] == shown_by_openssl(file, "-fingerprint", "-sha1").replace(":", "")
    ends = ssl.cert_time_to_seconds(shown_by_openssl(file, "-enddate"))
    assert found["not_after"] == ends
    assert abs(found["not_after"] - found["not_before"] - 2 * 86400) < 5
    assert abs(found["not_before"] - time.time()) < 3600


def test_names_in_other_alphabets_are_read(tmp_path):
    file = tmp_path / "utf8.pem"
    stand_ins._openssl(
        "req", "-x509", *stand_ins._CURVE, "-utf8", "-subj", "/O=株式会社/OU=検査/CN=検査装置", "-days", "20000",
        "-keyout", str(tmp_path / "k"), "-out", str(file),
    )  # fmt: skip
    found = der.read_certificate(bytes_of(file))
    assert found["subject"] == {"organisation": "株式会社", "unit": "検査", "common_name": "検査装置"}
    assert found["not_after"] > 3_000_000_000


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    try:
        found = der.read_certificate(data)
    except ValueError:
        return
    assert set(found) == {"subject", "issuer", "serial", "not_before", "not_after", "sha1"}


@given(st.data())
def test_a_damaged_certificate_is_read_or_refused(authority, data):
    whole = bytearray(bytes_of(authority.file))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for damaged in (bytes(whole), bytes(whole[:cut])):
        try:
            der.read_certificate(damaged)
        except ValueError:
            continue


def test_thumbprints_come_from_a_bundle_with_comments_and_a_broken_one(authority):
    with open(authority.file) as source:
        good = source.read()
    text = (
        "# a root\n"
        + good.replace("\n", "\r\n")
        + "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"
        + good
    )
    assert tls_facts.thumbprints_of(text) == {der.thumbprint(bytes_of(authority.file))}
    assert tls_facts.thumbprints_of("") == set()


def facts_of(tmp_path, files, known=KNOWN):
    for path, text in files.items():
        file = tmp_path / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tls_facts.find_facts(known, Machine(str(tmp_path), "linux"))


def test_a_red_hat_machine(tmp_path):
    found = facts_of(
        tmp_path,
        {
            "/etc/pki/tls/openssl.cnf": "[crypto_policy]\n.include /etc/crypto-policies/back-ends/opensslcnf.config\n",
            "/etc/crypto-policies/back-ends/opensslcnf.config": "TLS.MinProtocol = TLSv1.2\nDTLS.MinProtocol = x\n",
            "/etc/crypto-policies/config": "# the policy\n  # of the system\nFUTURE\n",
        },
    )
    assert found["min_protocol"] == [{"file": "/etc/crypto-policies/back-ends/opensslcnf.config", "value": "TLSv1.2"}]
    assert found["policy"] == {"file": "/etc/crypto-policies/config", "value": "FUTURE"}
    assert found["library"] == ssl.OPENSSL_VERSION
    assert found["tls12"] is True


def test_the_policy_in_force_counts_before_the_configured_one(tmp_path):
    files = {"/etc/crypto-policies/config": "DEFAULT\n", "/etc/crypto-policies/state/current": "LEGACY\n"}
    assert facts_of(tmp_path, files)["policy"]["value"] == "LEGACY"


def test_a_machine_without_any_of_it(tmp_path):
    (tmp_path / "var").mkdir()
    found = facts_of(tmp_path, {})
    assert (found["min_protocol"], found["policy"], found["bundle"], found["openssl"]) == ([], None, None, None)
    assert {root["found"] for root in found["roots"]} == {None}


def test_published_roots_are_found_by_their_thumbprint(tmp_path, authority):
    known = stand_ins.catalogue_of([])
    mine = dict(known["lists"]["azure_roots"][0], sha1=der.thumbprint(bytes_of(authority.file)).lower())
    other = dict(mine, name="Another Root", sha1="0" * 40)
    old = dict(mine, name="No longer published", published=False)
    known["lists"]["azure_roots"] = [mine, other, old]
    with open(authority.file) as source:
        found = facts_of(tmp_path, {"/etc/ssl/ca-bundle.pem": source.read()}, known)
    assert found["bundle"] == {"file": "/etc/ssl/ca-bundle.pem", "certificates": 1}
    assert [(root["name"], root["found"]) for root in found["roots"]] == [(mine["name"], True), ("Another Root", False)]


def test_the_published_thumbprints_are_of_certificates_in_the_bundle_of_this_machine():
    found = tls_facts.find_facts(KNOWN, Machine())
    if found["bundle"] is None:
        pytest.skip("no bundle of roots on this machine")
    seen = {root["name"] for root in found["roots"] if root["found"]}
    assert "DigiCert Global Root G2" in seen
