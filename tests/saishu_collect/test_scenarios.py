"""The list of scenarios, for people and for programs."""

import argparse
import io
import json

import pytest

from saishu_collect import catalogue, scenarios
from saishu_collect.words import Words

KNOWN = catalogue.load()


def listed(lang, *arguments):
    words = Words(KNOWN, lang, strict=True)
    parser = argparse.ArgumentParser()
    scenarios.add_arguments(parser, words)
    out = io.StringIO()
    assert scenarios.run(parser.parse_args(arguments), words, KNOWN, out) == 0
    return out.getvalue()


def test_the_document_names_every_scenario_and_its_evidence():
    document = json.loads(listed("ja", "--json"))
    assert document["schema"] == "saishu/scenarios/1"
    assert {entry["id"] for entry in document["scenarios"]} == set(KNOWN["scenarios"])
    for entry in document["scenarios"]:
        needs = catalogue.expand_scenario(KNOWN, entry["id"], None)
        assert entry["evidence"] == [need["id"] for need in needs]
        assert set(entry["title"]) == {"en", "ja"}


def test_the_document_is_the_same_in_every_language():
    assert listed("ja", "--json") == listed("en", "--json")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_list_names_every_scenario_in_the_language(lang):
    text = listed(lang)
    for name, scenario in KNOWN["scenarios"].items():
        assert name in text
        assert scenario["title"][lang] in text
        assert scenario["about"][lang] in text
