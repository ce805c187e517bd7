"""The main ways a path can end, without pytest: run by the oldest Python that the collector promises.

argv: a folder to work in. Prints one JSON object: {case: [verdict, reason, TLS version or null]}.
"""

import contextlib
import json
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import network_stand_ins as stand_ins

from saishu_collect import connectivity, control, endpoints, network, network_report
from saishu_collect.machine import Machine
from saishu_collect.words import Words

LIMITS = {"dns": 1.0, "tcp": 0.5, "proxy": 1.0, "tls": 1.0, "http": 0.5}


def check(folder, *entries):
    known = stand_ins.catalogue_of(entries)
    place = endpoints.Place("japaneast", "jpe", "account", "public", "documented")
    one = connectivity.Check(known, ["network"], place, Machine(folder, "linux"))
    one.run(control.Stop(), 20.0, LIMITS)
    found = connectivity.document(one)
    for lang in ("en", "ja"):
        network_report.text(Words(known, lang, strict=True), found)
    return {
        entry["id"]: [entry["verdict"], entry["reason"], (entry["tls"] or {}).get("version")]
        for entry in found["endpoints"]
    }


def main(folder):
    os.environ["SAISHU_STRICT_WORDS"] = "1"
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
    names = []
    socket.getaddrinfo = stand_ins.loopback_resolver(socket.getaddrinfo, names)
    tree = os.path.join(folder, "tree")
    os.makedirs(os.path.join(tree, "etc"))
    right = stand_ins.Authority(folder, stand_ins.ROOT_NAME)
    wrong = stand_ins.Authority(folder, stand_ins.INSPECTOR_NAME)
    os.environ["SSL_CERT_FILE"] = right.file
    found = straight(tree, right, wrong)
    found.update(through_a_proxy(tree, right))
    found["threads_left"] = [str(sum(one.name == "MainThread" for one in threading.enumerate())), "", None]
    found["offline"] = offline(tree)
    print(json.dumps(found))


def straight(tree, right, wrong):
    def context(issuer, names=("localhost",), **more):
        return stand_ins.server_context(issuer.issue(list(names), **more))

    fine = stand_ins.reply(200)
    with contextlib.ExitStack() as standing:

        def port(server):
            return standing.enter_context(server).port

        silent = port(stand_ins.silent())
        portal = stand_ins.answering(stand_ins.reply(302, "Location: http://portal.invalid/"))
        return check(
            tree,
            stand_ins.endpoint("good", port(stand_ins.answering(fine, context(right)))),
            stand_ins.endpoint("inspected", port(stand_ins.answering(fine, context(wrong)))),
            stand_ins.endpoint("other", port(stand_ins.answering(fine, context(right, ["other.invalid"])))),
            stand_ins.endpoint("old", port(stand_ins.answering(fine, context(right, days=-1)))),
            stand_ins.endpoint("silent_tls", silent),
            stand_ins.endpoint("silent_http", silent, "http"),
            stand_ins.endpoint("closing", port(stand_ins.closing())),
            stand_ins.endpoint("portal", port(portal), "http"),
            stand_ins.endpoint("deaf", standing.enter_context(stand_ins.deaf_port()), "tcp"),
            stand_ins.endpoint("refused", stand_ins.closed_port(), "tcp"),
            stand_ins.endpoint("nameless", 443, host="nothing.invalid"),
        )


def through_a_proxy(tree, right):
    context = stand_ins.server_context(right.issue(["target.invalid"]))
    found = {}
    with stand_ins.answering(stand_ins.reply(200), context) as server:
        for name, proxy in (
            ("tunnel", stand_ins.proxy(onward=server.port)),
            ("password", stand_ins.proxy(stand_ins.reply(407))),
            ("forbidden", stand_ins.proxy(stand_ins.reply(403))),
        ):
            with proxy:
                os.environ["https_proxy"] = f"http://127.0.0.1:{proxy.port}"
                found.update(check(tree, stand_ins.endpoint(name, 443, host="target.invalid")))
    del os.environ["https_proxy"]
    return found


def offline(tree):
    """The hook of a collection, in a run that is stopped before it begins."""
    stop = control.Stop()
    stop.request("interrupted")
    known = stand_ins.catalogue_of([stand_ins.endpoint("one", stand_ins.closed_port())])
    text, data = network.collect_probes(known, ["network"], {"region": None}, stop, Machine(tree, "linux"))
    entry = json.loads(data.decode("utf-8"))["endpoints"][0]
    assert text.startswith(b"\xef\xbb\xbf")
    return [entry["verdict"], entry["reason"], None]


if __name__ == "__main__":
    main(sys.argv[1])
