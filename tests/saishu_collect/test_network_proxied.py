"""Probes through a proxy on loopback: what it refuses, what it asks for, and what it never gets."""

import json
import time

import network_stand_ins as stand_ins
import pytest
from network_probing import check_of, context_of, probe, states, verdict_of

from saishu_collect import connectivity, network_report, stages
from saishu_collect.words import Words

pytestmark = pytest.mark.usefixtures("only_loopback")


def set_proxy(monkeypatch, port, before=""):
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://{before}127.0.0.1:{port}")


# ---- through a proxy


def test_a_tunnel_leads_to_a_name_that_this_machine_cannot_resolve(bare_tree, trusting, monkeypatch, only_loopback):
    with (
        stand_ins.answering(stand_ins.reply(200), context_of(trusting)) as server,
        stand_ins.proxy(onward=server.port) as proxy,
    ):
        set_proxy(monkeypatch, proxy.port)
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="target.invalid"))
    assert verdict_of(entry) == ("open", "as_expected")
    assert states(entry) == dict.fromkeys(stages.STAGES, "ok")
    assert entry["proxy"] == {"address": f"http://127.0.0.1:{proxy.port}", "place": "session"}
    assert proxy.seen[0].startswith(b"CONNECT target.invalid:443 HTTP/1.1\r\nHost: target.invalid:443\r\n")
    assert set(only_loopback.names) == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (stand_ins.reply(403), ("blocked", "proxy_refused")),
        (stand_ins.reply(407, "Proxy-Authenticate: Basic"), ("blocked", "proxy_wants_password")),
        (stand_ins.reply(302, "Location: http://portal.invalid/login"), ("blocked", "portal")),
        (stand_ins.reply(502), ("blocked", "proxy_cannot_reach")),
        (stand_ins.reply(504), ("blocked", "proxy_cannot_reach")),
        (b"+OK POP3 ready\r\n\r\n", ("blocked", "proxy_odd")),
        (b"", ("blocked", "proxy_closed")),
    ],
)
def test_a_proxy_that_opens_no_tunnel_is_told_by_its_answer(bare_tree, monkeypatch, answer, verdict):
    with stand_ins.proxy(answer) as proxy:
        set_proxy(monkeypatch, proxy.port)
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="target.invalid"))
    assert verdict_of(entry) == verdict
    assert states(entry)["proxy"] == "failed"


def test_a_silent_proxy_is_given_up_in_time(bare_tree, monkeypatch):
    with stand_ins.silent() as proxy:
        set_proxy(monkeypatch, proxy.port)
        begun = time.monotonic()
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="target.invalid"))
    assert verdict_of(entry) == ("blocked", "proxy_timed_out")
    assert time.monotonic() - begun < 3.0


def test_a_proxy_that_is_not_there_is_told_apart_from_the_address(bare_tree, monkeypatch):
    set_proxy(monkeypatch, stand_ins.closed_port())
    (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="target.invalid"))
    assert verdict_of(entry) == ("blocked", "proxy_unreachable")
    monkeypatch.setenv("https_proxy", "proxy.invalid:3128")
    (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="target.invalid"))
    assert verdict_of(entry) == ("blocked", "proxy_name_not_found")


def test_a_proxy_that_we_do_not_speak_is_not_contacted(bare_tree, monkeypatch, only_loopback):
    with stand_ins.silent() as proxy:
        monkeypatch.setenv("https_proxy", f"socks5://127.0.0.1:{proxy.port}")
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="target.invalid"))
    assert verdict_of(entry) == ("unknown", "proxy_kind")
    assert only_loopback.ports == []


def test_plain_http_names_the_whole_address_to_the_proxy(bare_tree, monkeypatch):
    with stand_ins.answering(stand_ins.reply(200)) as proxy:
        set_proxy(monkeypatch, proxy.port)
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", 80, "http", host="target.invalid", path="/a?b"))
    assert verdict_of(entry) == ("open", "as_expected")
    assert proxy.seen[0].startswith(b"GET http://target.invalid:80/a?b HTTP/1.1\r\nHost: target.invalid\r\n")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (403, ("blocked", "refused_in_between")),
        (407, ("blocked", "proxy_wants_password")),
        (503, ("blocked", "proxy_cannot_reach")),
        (404, ("open", "answered")),
    ],
)
def test_plain_http_through_a_proxy_may_be_its_own_answer(bare_tree, monkeypatch, status, verdict):
    with stand_ins.answering(stand_ins.reply(status)) as proxy:
        set_proxy(monkeypatch, proxy.port)
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", 80, "http", host="target.invalid"))
    assert verdict_of(entry) == verdict


def test_an_inspecting_proxy_is_recognised_through_its_tunnel(bare_tree, trusting, inspector, monkeypatch):
    with (
        stand_ins.answering(stand_ins.reply(200), context_of(inspector)) as server,
        stand_ins.proxy(onward=server.port) as proxy,
    ):
        set_proxy(monkeypatch, proxy.port)
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", 443, host="target.invalid"))
    assert verdict_of(entry) == ("blocked", "untrusted_inspection")
    assert len(proxy.seen) == 2


def test_a_password_is_never_sent_and_never_shown(bare_tree, monkeypatch):
    secret = "s3cr:et@#1"
    with stand_ins.proxy(stand_ins.reply(407)) as proxy:
        set_proxy(monkeypatch, proxy.port, f"DOMAIN\\user:{secret}@")
        check = check_of(bare_tree, stand_ins.endpoint("one", 443, host="target.invalid"))
    found = connectivity.document(check)
    shown = json.dumps(found) + network_report.text(Words(check.catalogue, "ja", strict=True), found)
    shown += network_report.intention(Words(check.catalogue, "en", strict=True), check.declared, check.route_of)
    for part in ("s3cr", "et@#1", "DOMAIN", "user:"):
        assert part not in shown
        assert part.encode() not in proxy.seen[0]
    assert b"uthorization" not in proxy.seen[0]
    assert verdict_of(found["endpoints"][0]) == ("unknown", "password_not_sent")
    assert "***@127.0.0.1" in shown


def test_the_azure_host_and_the_recovery_service_never_go_through_a_proxy(bare_tree, monkeypatch, only_loopback):
    with stand_ins.answering(stand_ins.reply(200)) as server, stand_ins.silent() as proxy:
        set_proxy(monkeypatch, proxy.port)
        host, recovery = probe(
            bare_tree,
            stand_ins.endpoint("host", server.port, "http", service="platform", proxy="never"),
            stand_ins.endpoint("recovery", server.port, "tcp", service="recovery", proxy="never"),
        )
    assert (host["proxy"], recovery["proxy"]) == (None, None)
    assert verdict_of(host) == ("open", "as_expected")
    assert only_loopback.ports == [server.port]


def test_an_exception_from_the_proxy_is_heeded(bare_tree, trusting, monkeypatch):
    with stand_ins.answering(stand_ins.reply(200), context_of(trusting)) as server:
        set_proxy(monkeypatch, stand_ins.closed_port())
        monkeypatch.setenv("no_proxy", "10.0.0.0/8, localhost")
        (entry,) = probe(bare_tree, stand_ins.endpoint("one", server.port))
    assert verdict_of(entry) == ("open", "as_expected")


def test_a_proxy_that_this_traffic_does_not_use_is_remarked(bare_tree, monkeypatch):
    (bare_tree / "opt/msawb/bin").mkdir(parents=True)
    settings = {"UseProxyForAAD": True, "UseProxyForAzureBackup": False, "ProxyServerAddress": "http://127.0.0.1:1"}
    (bare_tree / "opt/msawb/bin/ExtensionSettingsOverrides.json").write_text(json.dumps(settings))
    port = stand_ins.closed_port()
    backup, entra = probe(bare_tree, stand_ins.endpoint("one", port), stand_ins.endpoint("two", port, service="entra"))
    assert verdict_of(backup) == ("blocked", "refused")
    assert backup["notes"] == ["private_address", "other_proxy"]
    assert verdict_of(entra) == ("blocked", "proxy_unreachable")
    assert entra["proxy"]["place"] == "workload_settings"
