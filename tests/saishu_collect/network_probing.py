"""Probing as the tests do it: endpoints in, entries of a document out that fits its schema and can be read."""

import json
from pathlib import Path

import jsonschema
import network_stand_ins as stand_ins

from saishu_collect import connectivity, control, endpoints, network_report
from saishu_collect.machine import Machine
from saishu_collect.words import Words

QUICK = {"dns": 0.5, "tcp": 0.5, "proxy": 0.5, "tls": 1.0, "http": 0.5}
SCHEMA = json.loads((Path(__file__).parents[2] / "src/saishu/schemas/network.schema.json").read_text())
PLACE = endpoints.Place("japaneast", "jpe", "account", "public", "documented")


def context_of(issuer, names=("localhost", "target.invalid"), **more):
    """Return the TLS context of a server whose certificate this authority has issued."""
    return stand_ins.server_context(issuer.issue(list(names), **more))


def check_of(tree, *entries, azure=None, seconds=20.0, stop=None, limits=None):
    """Return the Check of these endpoints after it ran."""
    known = stand_ins.catalogue_of(entries)
    check = connectivity.Check(known, ["network"], PLACE, Machine(str(tree), "linux"), azure)
    check.run(control.Stop() if stop is None else stop, seconds, limits or QUICK)
    return check


def probe(tree, *entries, **more):
    """Return the entries of the document, valid against its schema and readable in both languages."""
    check = check_of(tree, *entries, **more)
    found = connectivity.document(check)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    for lang in ("en", "ja"):
        assert network_report.text(Words(check.catalogue, lang, strict=True), found)
    return found["endpoints"]


def verdict_of(entry):
    """Return (verdict, reason)."""
    return entry["verdict"], entry["reason"]


def states(entry):
    """Return {stage: state}."""
    return {step["stage"]: step["state"] for step in entry["stages"]}
