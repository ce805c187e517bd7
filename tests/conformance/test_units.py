"""Every unit of the knowledge, whoever wrote it: both languages, real Japanese, nothing of the requirements missing."""

import json
import re
import subprocess

import pytest

from saishu_collect import catalogue as reader

JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
KANA = re.compile(r"[\u3040-\u30ff]")

# Three English words in a row, none of them a name, look like a sentence that nobody translated.
ENGLISH = re.compile(r"(?<![\w./\\%-])(?:[a-z]{2,}[ ,]+){3,}[a-z]{2,}(?![\w./\\-])")
QUOTED = re.compile(r"\"[^\"]*\"|「[^」]*」|\[[^\]]*\]|`[^`]*`|“[^”]*”|\([^)]*\)")

PLAIN_FORM = re.compile(r"(?:である|だ|する|(?<!ま)(?<!で)した|ない|れる|きる|せよ)。")


def texts(value, place=""):
    """Walk to every text that stands in both languages."""
    if isinstance(value, dict):
        if set(value) == {"en", "ja"}:
            if isinstance(value["ja"], str):
                yield place, value
            else:
                for index, (english, japanese) in enumerate(zip(value["en"], value["ja"], strict=False)):
                    if not japanese.startswith("> "):
                        yield f"{place}[{index}]", {"en": english, "ja": japanese}
            return
        for name, inner in value.items():
            yield from texts(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, f"{place}[{index}]")


def every_text(catalogue):
    for kind in ("evidence", "scenarios", "warnings"):
        yield from texts(catalogue[kind], kind)
    for key, english in catalogue["phrases"]["en"].items():
        yield f"phrases.{key}", {"en": english, "ja": catalogue["phrases"]["ja"][key]}


# These are the same word in both languages: formats, names of products, units, punctuation.
SAME_IN_BOTH = re.compile(
    r"^\s*> |^[\W\d_]*$|^(?:\{\w+\}|[\W\d_])*$"
    r"|^(?:(?:[A-Z0-9][\w.+-]*|\{\w+\})[\s,/()·&:=-]*)+$|^\W*\{\w+\}[^ ]*$|^[a-z/_.]+$"
)


def test_japanese_texts_contain_japanese(catalogue):
    lacking = [
        (place, text["ja"])
        for place, text in every_text(catalogue)
        if not JAPANESE.search(text["ja"]) and not SAME_IN_BOTH.match(text["ja"])
    ]
    assert lacking == []


def test_texts_of_a_sentence_are_translated(catalogue):
    same = [
        (place, text["ja"])
        for place, text in every_text(catalogue)
        if text["ja"] == text["en"] and not SAME_IN_BOTH.match(text["ja"]) and len(text["ja"].split()) > 2
    ]
    assert same == []


def test_english_texts_contain_no_japanese(catalogue):
    strayed = [
        (place, text["en"])
        for place, text in every_text(catalogue)
        if KANA.search(QUOTED.sub("", text["en"])) and "採取" not in text["en"]
    ]
    assert strayed == []


def test_no_english_sentence_is_left_in_japanese_texts(catalogue):
    left = [
        (place, found.group(0))
        for place, text in every_text(catalogue)
        for found in [ENGLISH.search(QUOTED.sub("", text["ja"]))]
        if found
    ]
    assert left == []


def test_japanese_sentences_are_polite(catalogue):
    plain = [(place, text["ja"]) for place, text in every_text(catalogue) if PLAIN_FORM.search(text["ja"])]
    assert plain == []


def test_requests_end_as_sentences(catalogue):
    for name, unit in catalogue["evidence"].items():
        assert unit["request"]["ja"].endswith("。"), name
        assert unit["request"]["en"].endswith("."), name


def test_every_needed_item_says_how_by_hand_and_asks_for_it(catalogue):
    for scenario in catalogue["scenarios"]:
        for need in reader.expand_scenario(catalogue, scenario, None):
            unit = catalogue["evidence"][need["id"]]
            for lang in ("en", "ja"):
                assert unit["by_hand"][lang], (need["id"], lang)
                assert len(unit["request"][lang]) > 10, (need["id"], lang)


def test_every_item_belongs_to_a_scenario(catalogue):
    used = {
        need["id"] for scenario in catalogue["scenarios"] for need in reader.expand_scenario(catalogue, scenario, None)
    }
    assert set(catalogue["evidence"]) - used == set()


def test_every_file_item_can_be_recognised_in_a_bundle(catalogue):
    for name, unit in catalogue["evidence"].items():
        if unit["kind"] != "fact":
            assert unit.get("recognise") or unit.get("parts"), name


def test_every_scenario_can_be_expanded_on_its_platforms(catalogue):
    for name, scenario in catalogue["scenarios"].items():
        for platform in scenario["platforms"]:
            assert reader.expand_scenario(catalogue, name, platform), (name, platform)


# What the support article names, section by section, and the item that must take it.
ARTICLE_PATHS = {
    "linux": {
        "/var/log": "linux.var_log",
        "/var/log/azure": "linux.azure_logs",
        "/var/log/syslog*": "linux.syslog",
        "/var/log/messages*": "linux.syslog",
        "/var/log/waagent.*": "linux.waagent_log",
        "/opt/msawb/var/log": "msawb.logs",
    },
    "windows": {
        r"%systemroot%\system32\winevt\logs": "windows.eventlogs",
        r"c:\windowsazure": "windows.azure_logs",
    },
}


@pytest.mark.parametrize(
    ("system", "path"), [(system, path) for system in ARTICLE_PATHS for path in ARTICLE_PATHS[system]]
)
def test_a_path_of_the_article_is_taken(catalogue, system, path):
    unit = catalogue["evidence"][ARTICLE_PATHS[system][path]]
    taken = [step.get("path") or "" for step in unit["collect"]]
    taken += [pattern for step in unit["collect"] for pattern in step.get("patterns", ())]
    assert path in [place.rstrip("/*\\").lower() if path[-1] != "*" else place.lower() for place in taken]


def steps_of(catalogue, unit, kind):
    return [step for step in catalogue["evidence"][unit]["collect"] if step["do"] == kind]


def test_the_hana_logs_are_searched_when_the_usual_place_has_none(catalogue):
    for unit, name in (("hana.backup_log", "backup.log"), ("hana.backint_log", "backint.log")):
        searched = [wanted for step in steps_of(catalogue, unit, "search") for wanted in step["names"]]
        assert any(wanted.startswith(name) for wanted in searched)


def test_both_event_logs_are_taken_in_both_formats(catalogue):
    for unit, channel in (("windows.eventlog.system", "System"), ("windows.eventlog.application", "Application")):
        (step,) = steps_of(catalogue, unit, "event_log")
        assert step["channel"] == channel
        assert set(step["formats"]) == {"evtx", "csv"}


def test_the_three_certificate_stores_are_read(catalogue):
    stores = {
        unit: [step["store"] for step in steps_of(catalogue, unit, "certificates")]
        for unit in ("certificates.personal", "certificates.root", "certificates.intermediate")
    }
    assert stores == {
        "certificates.personal": ["MY"],
        "certificates.root": ["ROOT"],
        "certificates.intermediate": ["CA"],
    }


def test_the_thumbprints_have_the_length_of_sha1(catalogue):
    roots = catalogue["lists"]["azure_roots"]
    assert [root["name"] for root in roots if not re.fullmatch(r"[0-9A-F]{40}", root["sha1"])] == []
    assert len({root["sha1"] for root in roots}) == len(roots)


def needs_of(catalogue, scenario, platform=None):
    return {need["id"]: need for need in reader.expand_scenario(catalogue, scenario, platform)}


def test_databases_and_mars_include_section_one(catalogue):
    ground = needs_of(catalogue, "azure-vm", "linux")
    assert set(ground) <= set(needs_of(catalogue, "sap-hana"))
    ground = needs_of(catalogue, "azure-vm", "windows")
    for scenario in ("mars", "vss", "sql"):
        assert set(ground) <= set(needs_of(catalogue, scenario))


def test_mars_asks_for_the_vm_only_where_there_is_one(catalogue):
    needs = needs_of(catalogue, "mars")
    for name in ("env.vm_name", "env.vm_resource_group"):
        assert (needs[name]["need"], needs[name]["only_if"]) == ("required", {"azure_vm": True})


def test_the_whole_log_tree_stands_for_its_parts(catalogue):
    needs = needs_of(catalogue, "azure-vm", "linux")
    for name in ("linux.azure_logs", "linux.syslog", "linux.waagent_log"):
        assert needs[name]["need"] == "required"
        assert "linux.var_log" in needs[name]["satisfied_by"]


def test_the_requirements_name_no_id_that_is_missing(catalogue, shared):
    text = (shared / "design" / "requirements.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| ")]
    named = set(re.findall(r"`([a-z]+(?:\.[a-z_]+)+)`", "\n".join(line.split("|")[3] for line in table)))
    files = {"backup.log", "backint.log"}
    assert named - files - set(catalogue["evidence"]) == set()
    assert len(named) > 30
    scenarios = set(re.findall(r"`([a-z-]+)`", text.split("Scenario ids:")[1].split("\n\n")[0]))
    assert scenarios == set(catalogue["scenarios"])
    assert "nva-unsupported" in catalogue["warnings"]


def patterns(value):
    """Walk to every regular expression of the units."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("pattern", "regex", "folder", "skip_folders") and isinstance(inner, str):
                yield inner
            else:
                yield from patterns(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from patterns(inner)


def test_every_regular_expression_compiles_on_python_36(catalogue, python36):
    wanted = sorted(set(patterns(catalogue["evidence"])))
    assert len(wanted) > 10
    script = "import json, re, sys\nfor pattern in json.load(sys.stdin):\n    re.compile(pattern)\n"
    given = json.dumps(wanted).encode()
    done = subprocess.run([python36, "-c", script], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
