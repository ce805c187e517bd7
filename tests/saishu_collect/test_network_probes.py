"""Probes without a proxy, against servers on loopback: every way a path can end."""

import socket
import threading
import time

import network_stand_ins as stand_ins
import pytest
from network_probing import QUICK, context_of, probe, states, verdict_of

pytestmark = pytest.mark.usefixtures("only_loopback")


# ---- straight


def test_an_expected_answer_is_open_with_everything_that_was_seen(bare_tree, trusting):
    with stand_ins.answering(stand_ins.reply(200, "Server: stand-in"), context_of(trusting)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port, path="/some/path"))
    assert verdict_of(entry) == ("open", "as_expected")
    assert states(entry) == {"dns": "ok", "tcp": "ok", "proxy": "skipped", "tls": "ok", "http": "ok"}
    assert all(step["ms"] >= 0 for step in entry["stages"] if step["state"] == "ok")
    assert entry["addresses"] == ["127.0.0.1"]
    assert entry["connected"] == "127.0.0.1"
    assert entry["tls"]["version"] in ("TLSv1.2", "TLSv1.3")
    assert entry["tls"]["issuer"] == {"common_name": stand_ins.ROOT_NAME, "organisation": "Stand-in"}
    assert entry["tls"]["subject"]["common_name"] == "localhost"
    assert entry["tls"]["inspection"] == "no"
    assert entry["http"] == {"status": 200, "location": None, "server": "stand-in", "content_type": None}


def test_the_request_is_one_get_without_anything_of_the_machine(bare_tree, trusting):
    with stand_ins.answering(stand_ins.reply(200), context_of(trusting)) as server:
        probe(bare_tree, stand_ins.endpoint("one", server.port, path="/p", headers={"Metadata": "true"}))
    (request,) = server.seen
    lines = request.decode().split("\r\n")
    assert lines[:2] == ["GET /p HTTP/1.1", "Host: localhost"]
    assert lines[2].startswith("User-Agent: saishu/")
    assert lines[3:] == ["Accept: */*", "Connection: close", "Metadata: true", "", ""]


@pytest.mark.parametrize("status", [200, 400, 403, 404, 302, 405])
def test_any_word_of_the_genuine_service_means_that_the_path_is_open(bare_tree, trusting, status):
    with stand_ins.answering(stand_ins.reply(status, "Location: /x"), context_of(trusting)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port, expect=[418]))
    assert verdict_of(entry) == ("open", "answered")


def test_an_error_of_the_service_itself_is_open_and_said(bare_tree, trusting):
    with stand_ins.answering(stand_ins.reply(503), context_of(trusting)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("open", "server_trouble")


def test_a_port_alone_is_open_when_it_takes_the_connection(bare_tree):
    with stand_ins.silent() as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port, "tcp", service="recovery", proxy="never"))
    assert verdict_of(entry) == ("open", "connected")
    assert states(entry)["http"] == "skipped"


def test_a_refused_port_is_blocked(bare_tree):
    (entry,) = probe(bare_tree, stand_ins.endpoint("one", stand_ins.closed_port()))
    assert verdict_of(entry) == ("blocked", "refused")
    assert states(entry) == {"dns": "ok", "tcp": "failed", "proxy": "skipped", "tls": "skipped", "http": "skipped"}


def test_a_port_that_drops_everything_is_blocked_within_its_limit(bare_tree):
    with stand_ins.deaf_port() as port:
        begun = time.monotonic()
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", port))
    assert verdict_of(entry) == ("blocked", "timed_out")
    assert time.monotonic() - begun < 3.0


def test_a_name_that_does_not_exist_is_blocked(bare_tree):
    (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="nothing.invalid"))
    assert verdict_of(entry) == ("blocked", "name_not_found")
    assert states(entry)["tcp"] == "skipped"


def test_a_resolver_that_does_not_answer_is_given_up_in_time(bare_tree, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *rest, **named: release.wait(20))
    begun = time.monotonic()
    (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="slow.invalid"))
    release.set()
    assert verdict_of(entry) == ("blocked", "resolver_timed_out")
    assert time.monotonic() - begun < 3.0


def test_another_failure_of_the_resolver_is_told_apart(bare_tree, monkeypatch):
    def refuse(*rest, **named):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="nothing.invalid"))
    assert verdict_of(entry) == ("blocked", "resolver_failed")


def test_a_second_address_is_tried_when_the_first_refuses(bare_tree, trusting, monkeypatch):
    with stand_ins.answering(stand_ins.reply(200), context_of(trusting)) as server:
        other = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.2", server.port))
        mine = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *rest, **named: [other, mine, mine])
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert entry["addresses"] == ["127.0.0.2", "127.0.0.1"]
    assert entry["connected"] == "127.0.0.1"
    assert verdict_of(entry) == ("open", "as_expected")


def test_private_addresses_are_remarked(bare_tree, trusting):
    with stand_ins.answering(stand_ins.reply(200), context_of(trusting)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert entry["private_address"] is True
    assert entry["notes"] == ["private_address"]


# ---- TLS


def test_a_silent_server_is_blocked_at_the_handshake(bare_tree, trusting):
    with stand_ins.silent() as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port), limits=dict(QUICK, tls=0.3))
    assert verdict_of(entry) == ("blocked", "tls_timed_out")


def test_a_server_that_cuts_the_handshake_is_blocked(bare_tree, trusting):
    with stand_ins.closing() as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("blocked", "tls_closed")


def test_a_server_without_tls_is_told(bare_tree, trusting):
    def serve(server, link):
        link.recv(4096)
        link.sendall(stand_ins.reply(400))
        link.close()

    with stand_ins.Server(serve) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("blocked", "no_tls")


@pytest.mark.filterwarnings("ignore:ssl.OP_NO")
def test_a_server_that_speaks_only_old_tls_is_told(bare_tree, trusting):
    context = stand_ins.server_context(trusting.issue(["localhost"]), only_old=True)
    with stand_ins.answering(stand_ins.reply(200), context) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("blocked", "tls_version")


def test_an_unknown_issuer_is_an_inspecting_device(bare_tree, trusting, inspector):
    with stand_ins.answering(stand_ins.reply(200), context_of(inspector)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
        assert server.seen == []
    assert verdict_of(entry) == ("blocked", "untrusted_inspection")
    assert entry["tls"]["trusted"] is False
    assert entry["tls"]["inspection"] == "likely"
    assert entry["tls"]["issuer"]["common_name"] == stand_ins.INSPECTOR_NAME
    assert states(entry)["tls"] == "failed"


def test_the_right_issuer_without_trust_is_a_missing_root(bare_tree, authority, inspector, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", inspector.file)
    with stand_ins.answering(stand_ins.reply(200), context_of(authority)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("blocked", "root_missing")


def test_an_inspecting_device_that_is_trusted_is_open_and_likely(bare_tree, inspector, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", inspector.file)
    with stand_ins.answering(stand_ins.reply(200), context_of(inspector)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("open", "answered_inspected")
    assert entry["tls"]["trusted"] is True
    assert entry["tls"]["inspection"] == "likely"


@pytest.mark.parametrize(
    ("answer", "expect", "verdict"),
    [
        (stand_ins.reply(302, "Location: https://portal.invalid/login"), [302], ("blocked", "portal")),
        (stand_ins.reply(302, "Location: https://sign-in.own.invalid/"), [302], ("open", "answered_inspected")),
        (stand_ins.reply(302, "Location: https://shown.invalid/own.invalid"), [302], ("blocked", "portal")),
        (stand_ins.reply(302, "Location: https://notown.invalid/"), [302], ("blocked", "portal")),
        (stand_ins.reply(403), [400], ("blocked", "refused_in_between")),
        (stand_ins.reply(502), [400], ("blocked", "proxy_cannot_reach")),
        (stand_ins.reply(200), [400], ("unknown", "odd_status")),
        (stand_ins.reply(404), [400], ("open", "answered_inspected")),
        (stand_ins.reply(407), [400], ("blocked", "proxy_wants_password")),
    ],
)
def test_an_inspecting_device_may_answer_for_the_service(bare_tree, inspector, monkeypatch, answer, expect, verdict):
    monkeypatch.setenv("SSL_CERT_FILE", inspector.file)
    with stand_ins.answering(answer, context_of(inspector)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port, expect=expect))
    assert verdict_of(entry) == verdict


def test_a_trusted_issuer_of_a_known_organisation_is_unclear(bare_tree, tmp_path, monkeypatch):
    newcomer = stand_ins.Authority(tmp_path, "Issuing CA 99", "Known Organisation")
    monkeypatch.setenv("SSL_CERT_FILE", newcomer.file)
    with stand_ins.answering(stand_ins.reply(200), context_of(newcomer)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("open", "as_expected")
    assert entry["tls"]["inspection"] == "unclear"
    assert "issuer_unlisted" in entry["notes"]


def test_a_certificate_for_another_host_is_told(bare_tree, trusting):
    with stand_ins.answering(stand_ins.reply(200), context_of(trusting, ["elsewhere.invalid"])) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("blocked", "wrong_name")
    assert entry["tls"]["subject"]["common_name"] == "elsewhere.invalid"


def test_an_expired_certificate_is_told(bare_tree, trusting):
    with stand_ins.answering(stand_ins.reply(200), context_of(trusting, days=-1)) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("blocked", "certificate_dates")


# ---- HTTP


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (stand_ins.reply(200), ("open", "as_expected")),
        (stand_ins.reply(403), ("open", "answered")),
        (stand_ins.reply(302, "Location: http://portal.invalid/login"), ("blocked", "portal")),
        (stand_ins.reply(301, "Location: https://localhost/"), ("open", "answered")),
        (stand_ins.reply(301), ("open", "answered")),
        (stand_ins.reply(418), ("unknown", "odd_status")),
        (b"SSH-2.0-OpenSSH_8.0\r\n\r\n", ("blocked", "not_http")),
        (b"\x00\xff\x00\r\n\r\n", ("blocked", "not_http")),
        (b"HTTP/1.1 099 Odd\r\n\r\n", ("blocked", "not_http")),
    ],
)
def test_plain_http_is_judged_by_what_comes_back(bare_tree, answer, verdict):
    with stand_ins.answering(answer) as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port, "http"))
    assert verdict_of(entry) == verdict


def test_a_server_that_takes_the_request_and_says_nothing(bare_tree):
    with stand_ins.silent() as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port, "http"))
    assert verdict_of(entry) == ("blocked", "http_timed_out")


def test_a_server_that_closes_without_a_word(bare_tree):
    with stand_ins.answering(b"") as server:
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port, "http"))
    assert verdict_of(entry) == ("blocked", "http_closed")


def test_a_head_without_end_is_cut_in_time_and_in_size(bare_tree):
    def serve(server, link):
        stand_ins.read_head(link)
        while True:
            link.sendall(b"X: y\r\n" * 100)

    def drip(server, link):
        stand_ins.read_head(link)
        while True:
            link.sendall(b"H")
            time.sleep(0.05)

    with stand_ins.Server(serve) as flood, stand_ins.Server(drip) as slow:
        begun = time.monotonic()
        first, second = probe(
            bare_tree, stand_ins.endpoint("one", flood.port, "http"), stand_ins.endpoint("two", slow.port, "http")
        )
    assert verdict_of(first) == ("blocked", "not_http")
    assert verdict_of(second) == ("blocked", "http_timed_out")
    assert time.monotonic() - begun < 3.0


def test_redirects_are_not_followed(bare_tree):
    with stand_ins.answering(stand_ins.reply(200)) as elsewhere:
        away = stand_ins.reply(302, f"Location: http://localhost:{elsewhere.port}/")
        with stand_ins.answering(away) as server:
            probe(bare_tree, stand_ins.endpoint("one", server.port, "http"))
    assert elsewhere.seen == []
