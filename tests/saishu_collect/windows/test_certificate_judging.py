import io
import json
import types
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishu_collect import catalogue, cli, words
from saishu_collect.windows import certificate_files, certificate_judge, certificate_verb, certificates

LISTS = catalogue.load()["lists"]
READ = 1735689600  # 2025-01-01T00:00:00Z
DAY = 86400
G2_PEM = """-----BEGIN CERTIFICATE-----
MIIDjjCCAnagAwIBAgIQAzrx5qcRqaC7KGSxHQn65TANBgkqhkiG9w0BAQsFADBh
MQswCQYDVQQGEwJVUzEVMBMGA1UEChMMRGlnaUNlcnQgSW5jMRkwFwYDVQQLExB3
d3cuZGlnaWNlcnQuY29tMSAwHgYDVQQDExdEaWdpQ2VydCBHbG9iYWwgUm9vdCBH
MjAeFw0xMzA4MDExMjAwMDBaFw0zODAxMTUxMjAwMDBaMGExCzAJBgNVBAYTAlVT
MRUwEwYDVQQKEwxEaWdpQ2VydCBJbmMxGTAXBgNVBAsTEHd3dy5kaWdpY2VydC5j
b20xIDAeBgNVBAMTF0RpZ2lDZXJ0IEdsb2JhbCBSb290IEcyMIIBIjANBgkqhkiG
9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuzfNNNx7a8myaJCtSnX/RrohCgiN9RlUyfuI
2/Ou8jqJkTx65qsGGmvPrC3oXgkkRLpimn7Wo6h+4FR1IAWsULecYxpsMNzaHxmx
1x7e/dfgy5SDN67sH0NO3Xss0r0upS/kqbitOtSZpLYl6ZtrAGCSYP9PIUkY92eQ
q2EGnI/yuum06ZIya7XzV+hdG82MHauVBJVJ8zUtluNJbd134/tJS7SsVQepj5Wz
tCO7TG1F8PapspUwtP1MVYwnSlcUfIKdzXOS0xZKBgyMUNGPHgm+F6HmIcr9g+UQ
vIOlCsRnKPZzFBQ9RnbDhxSJITRNrw9FDKZJobq7nMWxM4MphQIDAQABo0IwQDAP
BgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAdBgNVHQ4EFgQUTiJUIBiV
5uNu5g/6+rkS7QYXjzkwDQYJKoZIhvcNAQELBQADggEBAGBnKJRvDkhj6zHd6mcY
1Yl9PMWLSn/pvtsrF9+wX3N3KjITOYFnQoQj8kVnNeyIv/iPsGEMNKSuIEyExtv4
NeF22d+mQrvHRAiGfzZ0JFrabA0UWTW98kndth/Jsw1HKj2ZL7tcu7XUIOGZX1NG
Fdtom/DzMNU+MeKNhJ7jitralj41E6Vf8PlwUHBHQRFXGU7Aj64GxJUTFy8bJZ91
8rGOmaFvE7FBcf6IKshPECBV1/MUReXgRPTqh5Uykw7+U0b6LJ3/iyK5S9kJRaTe
pLiaWN0bfVKfjllDiIGknibVb63dDcY3fe0Dkhvld1927jyNxF1WW6LZZm6zNTfl
MrY=
-----END CERTIFICATE-----
"""
G2_SHA1 = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4"
VAULT_NAME = "CN=CB_example-vault-4-30-2024-vaultcredentials"


def certificate(subject, **given):
    values = {
        "issuer": subject, "friendly_name": "", "serial": "0A", "not_before": READ - 300 * DAY,
        "not_after": READ + 300 * DAY, "sha1": "AB" * 20, "sha256": "CD" * 32, "has_private_key": True,
    }  # fmt: skip
    values.update(given)
    return certificates.Certificate(subject=subject, **values)


def roots(but=(), **changed):
    """Every required published root, as the store of a healthy machine holds it."""
    return [
        certificate(f"CN={one['name']}, O=Example", sha1=one["sha1"], sha256=one["sha256"], has_private_key=False)
        for one in LISTS["azure_roots"] if one["required"] and one["name"] not in but
    ]  # fmt: skip


def stores(my=(), root=None, ca=()):
    held = {"MY": my, "ROOT": roots() if root is None else root, "CA": ca}
    return {name: certificates.document(name, found, READ) for name, found in held.items()}


def found_in(**held):
    return certificate_judge.judge(stores(**held), LISTS)


def ids(findings, level=None):
    return [one.id for one in findings if level in (None, one.level)]


HEALTHY = (certificate("CN=CB_example-host._1234567"), certificate(VAULT_NAME, not_after=READ - DAY))


def test_a_healthy_machine_needs_nothing():
    found = found_in(my=HEALTHY)
    assert ids(found, "act") == []
    assert ids(found, "ok") == ["host_valid", "vault_present"] + ["root_matches"] * 5
    assert next(one for one in found if one.id == "vault_present").values["vault"] == "example-vault"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"not_after": READ - 1}, ["host_expired", "reinstall", "passphrase"]),
        ({"not_before": READ + DAY}, ["host_not_yet"]),
        ({"has_private_key": False}, ["host_no_key"]),
    ],
)
def test_what_keeps_the_agent_from_starting(given, said):
    found = found_in(my=(certificate("CN=CB_example-host._1234567", **given), HEALTHY[1]))
    assert ids(found, "act") == said


def test_expiry_counts_at_the_time_of_the_listing_not_today():
    expired_today = certificate("CN=CB_example-host._1234567", not_after=READ + 40 * DAY)
    assert ids(found_in(my=(expired_today, HEALTHY[1])))[0] == "host_valid"
    soon = certificate("CN=CB_example-host._1234567", not_after=READ + 12 * DAY)
    first = found_in(my=(soon, HEALTHY[1]))[0]
    assert (first.id, first.values["days"]) == ("host_soon", 12)


def test_of_two_certificates_of_the_agent_the_newer_counts():
    old = certificate("CN=CB_example-host._1234567", not_after=READ - DAY, sha1="00" * 20)
    assert ids(found_in(my=(old, *HEALTHY)), "act") == []


def test_what_is_missing_is_to_do():
    assert ids(found_in(), "act") == ["host_missing", "vault_missing"]
    assert ids(found_in(my=HEALTHY[1:]), "act") == ["host_missing"]


def test_the_friendly_name_counts_too():
    assert ids(found_in(my=(certificate("CN=x", friendly_name="CB_example-host._1234567"), HEALTHY[1])), "act") == []


def test_a_root_that_is_missing_is_named_with_its_download():
    (one,) = [one for one in found_in(my=HEALTHY, root=roots(but=["DigiCert Global Root G2"])) if one.level == "act"]
    assert one.id == "root_missing"
    assert one.values["sha1"] == G2_SHA1
    assert one.values["download"] == "https://cacerts.digicert.com/DigiCertGlobalRootG2.crt"


@pytest.mark.parametrize("subject", ["CN=DigiCert Global Root G2, O=Evil", 'O=Evil, CN="DigiCert Global Root G2"'])
def test_another_certificate_of_the_same_name_is_not_the_root(subject):
    held = [*roots(but=["DigiCert Global Root G2"]), certificate(subject)]
    assert ids(found_in(my=HEALTHY, root=held), "act") == ["root_differs"]


def test_a_right_sha1_with_a_wrong_sha256_is_not_the_root():
    held = [*roots(but=["DigiCert Global Root G2"]), certificate("CN=DigiCert Global Root G2", sha1=G2_SHA1)]
    assert ids(found_in(my=HEALTHY, root=held), "act") == ["root_differs"]


def test_names_that_only_begin_alike_are_others():
    assert not certificate_judge.is_named("CN=DigiCert Global Root G22, C=US", "DigiCert Global Root G2")
    assert not certificate_judge.is_named("CN=x, OU=DigiCert Global Root G2", "DigiCert Global Root G2")


def test_intermediates_are_recorded_and_never_required():
    known = LISTS["azure_intermediates"][0]
    held = (certificate("CN=x"), certificate("CN=y", sha1=known["sha1"], not_after=READ - DAY))
    found = [one for one in found_in(my=HEALTHY, ca=held) if one.id.startswith("intermediate")]
    assert [(one.level, one.id) for one in found] == [("note", "intermediates"), ("note", "intermediate_expired")]
    assert (found[0].values["count"], found[0].values["known"]) == (2, 1)


def test_a_store_that_was_not_given_is_not_judged():
    found = certificate_judge.judge({"MY": stores(my=HEALTHY)["MY"]}, LISTS)
    assert ids(found) == ["host_valid", "vault_present", "store_not_given", "store_not_given"]


# ---- files


def test_a_published_root_is_known_by_its_thumbprint(tmp_path):
    path = tmp_path / "g2.pem"
    path.write_text(G2_PEM)
    (known,) = certificate_files.find_published(str(path), LISTS)
    assert (known.store, known.sha1, known.entry["name"]) == ("ROOT", G2_SHA1, "DigiCert Global Root G2")
    path.write_bytes(known.der)
    assert certificate_files.find_published(str(path), LISTS) == [known]


def refusal(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(certificate_files.RefusedFileError) as refused:
        certificate_files.find_published(str(path), LISTS)
    return refused.value.code


def der():
    return certificate_files._decoded(b"".join(G2_PEM.encode().split(b"\n")[1:-2]))


def test_whatever_is_not_exactly_a_published_certificate_is_refused(tmp_path):
    good = der()
    changed = good[:-1] + bytes([good[-1] ^ 1])
    assert refusal(tmp_path, changed) == "E442"
    assert refusal(tmp_path, good + b"x") == "E342"
    assert refusal(tmp_path, good[:-1]) == "E342"
    assert refusal(tmp_path, b"") == "E342"
    assert refusal(tmp_path, b"\x30\x84\xff\xff\xff\xff" + bytes(50)) == "E342"
    assert refusal(tmp_path, b"x" * (2 << 20)) == "E342"
    key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    assert refusal(tmp_path, G2_PEM.encode() + key) == "E344"
    assert refusal(tmp_path, b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n") == "E342"
    assert refusal(tmp_path, G2_PEM.replace("MIID", "M!ID").encode()) == "E342"


def test_a_root_that_is_no_longer_published_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "g2.pem"
    path.write_text(G2_PEM)
    lists = {"azure_roots": [dict(one, published=False) for one in LISTS["azure_roots"]], "azure_intermediates": []}
    with pytest.raises(certificate_files.RefusedFileError, match="E442"):
        certificate_files.find_published(str(path), lists)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_break_the_reader(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz"
    path.write_bytes(data)
    with pytest.raises(certificate_files.RefusedFileError):
        certificate_files.find_published(str(path), LISTS)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", '{"schema": "saishu/certificates/1"}', "[" * 100000, '{"schema": "other", "store": "MY"}',
        '{"schema": "saishu/certificates/1", "store": "MY", "read": "today", "certificates": []}',
        '{"schema": "saishu/certificates/1", "store": "MY", "read": "2025-01-01T00:00:00Z", "certificates": [{}]}',
        '{"schema": "saishu/certificates/1", "store": "MY", "read": "2025-01-01T00:00:00Z", "certificates": 7}',
    ],
)  # fmt: skip
def test_only_a_listing_of_ours_is_judged(tmp_path, text):
    path = tmp_path / "my.json"
    path.write_text(text)
    with pytest.raises(certificate_files.RefusedFileError, match="E341"):
        certificate_files.read_listing(str(path))


# ---- the verb


def run(tmp_path, *argv, lang="en"):
    """Return (exit code, what was printed) of the verb as the command line runs it."""
    known = catalogue.load()
    say = words.Words(known, lang, strict=True)
    parser = cli.make_parser(say, "saishu")
    out = io.StringIO()
    code = certificate_verb.run(parser.parse_args(["certificates", *argv]), say, known, out)
    return code, out.getvalue()


def listings(tmp_path, **held):
    paths = []
    for name, found in stores(**held).items():
        path = tmp_path / f"{name.lower()}.json"
        path.write_text(json.dumps(found), encoding="utf-8")
        paths.append(str(path))
    return paths


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_check_prints_every_finding_in_both_languages(tmp_path, lang):
    expired = (certificate("CN=CB_example-host._1234567", not_after=READ - DAY),)
    code, text = run(tmp_path, "check", "--from", *listings(tmp_path, my=expired, root=[]), lang=lang)
    assert code == 1
    assert "CB_example-host._1234567" in text
    assert {"en": "passphrase", "ja": "パスフレーズ"}[lang] in text
    assert text.count({"en": "[TO DO]", "ja": "[要対応]"}[lang]) >= 9
    assert text.count(G2_SHA1) == 1


def test_check_of_a_healthy_machine_ends_with_0_and_speaks_json(tmp_path):
    code, text = run(tmp_path, "check", "--from", *listings(tmp_path, my=HEALTHY), "--json")
    found = json.loads(text)
    assert code == 0
    assert found["ok"] is True
    assert found["stores"]["MY"] == {"count": 2, "read": "2025-01-01T00:00:00Z"}
    assert all(one["text"] for one in found["findings"])


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (["check"], 4, "E441"), (["import", "nowhere.crt"], 3, "E343"),
        (["check", "--from", "nowhere.json"], 3, "E343"),
    ],
)  # fmt: skip
def test_refusals_have_codes(tmp_path, capsys, argv, code, error):
    assert run(tmp_path, *argv) == (code, "")
    assert f"[{error}]" in capsys.readouterr().err


def test_import_shows_what_it_would_do_and_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "g2.crt"
    path.write_text(G2_PEM)
    monkeypatch.setattr(certificate_verb.certificate_store, "add", None)
    code, text = run(tmp_path, "import", str(path))
    assert code == 0
    assert G2_SHA1 in text
    assert "--do-it" in text
    code, text = run(tmp_path, "import", "--json", str(path))
    assert [one["outcome"] for one in json.loads(text)["certificates"]] == ["would_add"]


def test_one_refused_file_refuses_all(tmp_path, monkeypatch, capsys):
    good, bad = tmp_path / "g2.crt", tmp_path / "bad.crt"
    good.write_text(G2_PEM)
    bad.write_bytes(b"\x30\x82\x00\x04abcd")
    added = []
    monkeypatch.setattr(certificate_verb.certificate_store, "add", lambda store, der: added.append(store))
    monkeypatch.setattr(certificate_verb, "os", types.SimpleNamespace(name="nt"))
    code, _ = run(tmp_path, "import", "--do-it", str(good), str(bad))
    assert (code, added) == (4, [])
    assert "[E442]" in capsys.readouterr().err


def test_the_verb_is_reached_from_the_command_line(tmp_path, capsys):
    assert cli.main(["certificates", "check", "--from", *listings(tmp_path, my=HEALTHY), "--lang", "ja"]) == 0
    assert "拇印が一致" in capsys.readouterr().out
    assert Path(certificate_verb.__file__).is_file()
