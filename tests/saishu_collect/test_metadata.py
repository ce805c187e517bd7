"""The metadata service: a stand-in on the loopback answers, lies, stays silent or drips."""

import email.utils
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from saishu_collect import collect, control, facts, machine, metadata, observe, outcomes

COMPUTE = {
    "name": "vm-1", "resourceGroupName": "RG-1", "subscriptionId": "11111111-2222-3333-4444-555555555555",
    "publisher": "Canonical", "offer": "ubuntu", "vmId": "id", "tags": "secret:1", "customData": "c2VjcmV0",
    "osProfile": {"adminUsername": "root"}, "publicKeys": [{"keyData": "ssh-rsa"}], "userData": "secret", "zone": "",
}  # fmt: skip


class Service:
    """A metadata service that can be told what to say."""

    def __init__(self):
        self.body = json.dumps({"compute": COMPUTE, "network": {"interface": []}}).encode()
        self.status = 200
        self.date_shift = 0.0
        self.requests = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append((self.path, dict(self.headers)))
                self.send_response_only(outer.status)
                self.send_header("Date", email.utils.formatdate(time.time() + outer.date_shift, usegmt=True))
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def ask(self):
        return facts.ask_metadata(machine.Machine(mounts={}), False, "127.0.0.1", self.port)


@pytest.fixture
def service():
    one = Service()
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_only_what_an_investigation_needs_is_kept(service):
    answer = service.ask()
    assert answer.error is None
    assert answer.field("compute/name") == "vm-1"
    assert answer.field("compute/zone") is None
    assert "secret" not in json.dumps(answer.compute)
    assert "ssh-rsa" not in json.dumps(answer.compute)
    (path, headers), *_ = service.requests
    assert path == metadata.PATH
    assert headers["Metadata"] == "true"
    assert "X-Forwarded-For" not in headers


def test_proxies_of_the_environment_are_not_asked(service, monkeypatch):
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        port = dead.getsockname()[1]
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    monkeypatch.delenv("no_proxy", raising=False)
    assert service.ask().field("compute/name") == "vm-1"


def test_the_facts_of_a_run_come_from_it(service, tmp_path):
    known = {
        "evidence": {
            name: {"id": name, "kind": "fact", "platform": "any", "fact": {"pattern": pattern, "example": "x"},
                   "collect": [{"do": "fact", "from": [source, "ask"]}]}
            for name, pattern, source in (
                ("env.vm_name", "[a-z0-9-]+", "imds:compute/name"),
                ("env.rg", "[a-z]+", "imds:compute/resourceGroupName"),
                ("env.given", ".+", "imds:compute/vmId"),
            )
        },
        "scenarios": {"s": {
            "platforms": ["linux"], "detect": [], "article": ["1"], "title": {}, "about": {},
            "needs": [{"id": name, "need": "required"} for name in ("env.vm_name", "env.rg", "env.given")],
        }},
        "warnings": {}, "lists": {}, "phrases": {"en": {}, "ja": {}}, "version": "1.0.0",
    }  # fmt: skip
    options = collect.Options(
        scenarios=["s"], out=str(tmp_path), given={"env.given": "by me"}, metadata_host="127.0.0.1",
        metadata_port=service.port,
    )  # fmt: skip
    run = collect.Collection(known, machine.Machine(), options, control.Stop())
    run.prepare()
    assert (run.facts["env.vm_name"].value, run.facts["env.vm_name"].source) == ("vm-1", "imds")
    # A value that does not look like what the unit describes is not used.
    assert "env.rg" not in run.facts
    assert facts.open_questions(known, run.plan.needs, run.facts) == ["env.rg"]
    assert (run.facts["env.given"].value, run.facts["env.given"].source) == ("by me", "person")
    assert run.options.azure_vm is True


@pytest.mark.parametrize(("shift", "seen"), [(0, False), (40, False), (-300, True), (3600 * 9, True)])
def test_a_clock_that_is_off(service, shift, seen):
    service.date_shift = shift
    answer = service.ask()
    assert abs(answer.clock_off_s + shift) < 3
    unit = {"thresholds": {"seconds": 60}}
    copied = machine.Machine.__new__(machine.Machine)
    copied.root = "/somewhere"
    assert bool(observe._clock_off(unit, copied, answer)) == seen


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b"null", b'{"compute": []}', b'{"compute": null}', b"\xff\xfe", b'{"compute": 5}']
)
def test_nonsense_is_an_answer_without_facts(service, body):
    service.body = body
    answer = service.ask()
    assert answer.compute == {}
    assert answer.field("compute/name") is None


def test_an_error_of_the_service_is_said(service):
    service.status = 404
    assert service.ask().error == "HTTP 404"


def test_an_answer_without_an_end_is_bounded(service):
    service.body = b'{"compute": {"name": "' + b"x" * (3 << 20)
    assert service.ask().compute == {}


def test_nobody_there_is_an_ordinary_answer():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.monotonic()
    answer = facts.ask_metadata(machine.Machine(mounts={}), False, "127.0.0.1", port)
    assert "refused" in answer.error
    assert time.monotonic() - started < 1


def serve_raw(behave):
    """Return (socket, port) of a server that treats each connection as told."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(8)

    def loop():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=behave, args=(connection,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    return server, server.getsockname()[1]


def stay_silent(connection):
    time.sleep(30)
    connection.close()


def drip(connection):
    try:
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1000:
            connection.sendall(bytes([byte]))
            time.sleep(0.3)
    except OSError:
        pass


@pytest.mark.parametrize("behave", [stay_silent, drip])
def test_two_seconds_is_all_it_gets(behave):
    server, port = serve_raw(behave)
    started = time.monotonic()
    answer = facts.ask_metadata(machine.Machine(mounts={}), False, "127.0.0.1", port)
    spent = time.monotonic() - started
    server.close()
    assert answer.error
    assert answer.compute == {}
    assert spent < 3


def test_it_is_not_asked_offline_or_for_a_copied_disk(tmp_path):
    asked = []
    server, port = serve_raw(asked.append)
    offline = facts.ask_metadata(machine.Machine(mounts={}), True, "127.0.0.1", port)
    copied = facts.ask_metadata(machine.Machine(str(tmp_path), "linux", {}), False, "127.0.0.1", port)
    server.close()
    assert (offline.error, copied.error) == (outcomes.OFFLINE, outcomes.NOT_WITH_ROOT)
    assert asked == []
