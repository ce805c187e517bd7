"""The letters as customers get them: goldens in both languages, and what must hold for every letter.

Refresh the goldens after a change of the knowledge or the phrases, then read them as a customer would:
    SAISHU_UPDATE_GOLDEN=1 python -m pytest tests/saishu/report/test_letters.py
"""

import os
import re

import pytest

from bundles import people, scenes
from saishu.bundle import open_bundle
from saishu.check import judge_bundle
from saishu.report import write_letter
from saishu.report.asking import what_to_ask
from saishu_collect import catalogue

KNOWN = catalogue.load()
GOLDEN = {
    "thanks": "whole /var/log as a folder",
    "linux_half": "half of it: no extension logs",
    "windows_vss": "the four vssadmin lists, no TSS",
    "hana_tenant": "a tenant without backint.log",
    "mars_part": ".evtx without .csv",
    "ilr_picture": "Windows file recovery without a picture",
    "nothing": "nothing that is evidence",
}
UPDATE = bool(os.environ.get("SAISHU_UPDATE_GOLDEN"))


def judged(scene, tmp_path):
    with open_bundle(scenes.build(scene, tmp_path)) as bundle:
        return judge_bundle(bundle, KNOWN, scene.given)


def scene_named(name):
    return next(scene for scene in scenes.SCENES if scene.name == name)


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name, lang, tmp_path, repo):
    letter = write_letter(judged(scene_named(GOLDEN[name]), tmp_path), KNOWN, lang)
    text = f"{letter.subject}\n\n{letter.body}"
    path = repo / "tests" / "golden" / f"mail_{name}.{lang}.txt"
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "the letter has changed; see the head of this file"


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Every scene, judged, that can be built here."""
    able = [one for one in scenes.SCENES if people.has({"tar": "tar", "locked": "zip"}.get(one.packed, "sh"))]
    return [(scene, judged(scene, tmp_path_factory.mktemp("s"))) for scene in able]


def test_a_letter_asks_for_what_is_missing_and_for_nothing_else(everything):
    for scene, found in everything:
        letter = write_letter(found, KNOWN, "ja")
        asking = what_to_ask(found, KNOWN)
        asked = {item.id for request in (*asking.files, *asking.wanted) for item in request.items}
        asked |= {item.id for item in asking.facts}
        open_required = {item.id for item in found.items if item.is_open and item.need == "required"}
        assert open_required <= asked, scene.name
        assert asked <= {item.id for item in found.items if item.is_open}, scene.name
        for item in found.items:
            if item.id in asked or KNOWN["evidence"][item.id]["kind"] == "fact":
                continue
            assert KNOWN["evidence"][item.id]["request"]["ja"] not in letter.body, (scene.name, item.id)


def test_every_request_has_what_why_and_how(everything):
    for scene, found in everything:
        for lang in ("ja", "en"):
            body = write_letter(found, KNOWN, lang).body
            for request in what_to_ask(found, KNOWN).files:
                unit = KNOWN["evidence"][request.item.id]
                assert unit["request"][lang] in body, scene.name
                assert unit["why"][lang].split("。")[0].split(". ")[0] in body, scene.name
                if request.item.reason.id != "not_on_machine":
                    assert all(step in body for step in unit["by_hand"][lang]), scene.name


def test_numbers_run_through_and_match_the_steps(everything):
    for scene, found in everything:
        body = write_letter(found, KNOWN, "ja").body
        numbers = [int(one) for one in re.findall(r"^(\d+)\. ", body, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1)), scene.name
        assert {int(one) for one in re.findall(r"^\[(\d+)\] ", body, re.MULTILINE)} <= set(numbers), scene.name


def test_japanese_is_polite_and_english_is_plain(everything):
    for scene, found in everything:
        polite, plain = write_letter(found, KNOWN, "ja"), write_letter(found, KNOWN, "en")
        assert polite.body.startswith("〇〇様\n\nいつもお世話になっております。")
        assert polite.body.rstrip().endswith("何卒よろしくお願い申し上げます。"), scene.name
        assert plain.body.startswith("Dear [name],\n\n")
        assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", _without_names(plain.body, found)), scene.name
        assert "\n\n\n" not in polite.body + plain.body


def _without_names(text, found):
    """A letter without what it quotes from the bundle."""
    for name in (found.bundle, *found.hosts, *(path for item in found.items for path in item.files), *found.unmapped):
        text = text.replace(name, "")
    return text


def test_the_tool_is_named_once_and_only_where_it_helps(everything):
    for scene, found in everything:
        body = write_letter(found, KNOWN, "ja").body
        times = body.count("saishu.pyz collect") + body.count("saishu.exe collect")
        asking = what_to_ask(found, KNOWN)
        helps = any(item.id in asking.by_tool for request in asking.files for item in request.items)
        systems = 1 if found.platform in ("linux", "windows") else 2
        assert (0 < times <= systems) if helps else times == 0, scene.name


def test_a_form_for_the_facts_with_what_we_guess(tmp_path):
    tree = people.tree(tmp_path / "t", {"var/log/syslog": people.SYSLOG, "etc/hostname": b"vm01\n"})
    with open_bundle(tree) as bundle:
        body = write_letter(judge_bundle(bundle, KNOWN), KNOWN, "ja").body
    assert re.search(r"・Recovery Services コンテナー名 .*: *$", body, re.MULTILINE)
    assert re.search(r"・バックアップ対象の仮想マシン名.*: vm01（", body)


def test_damage_and_several_machines_are_asked_about(tmp_path):
    found = judged(scene_named("cut off on its way"), tmp_path / "a")
    assert "途中で切れて" in write_letter(found, KNOWN, "ja").body
    found = judged(scene_named("two machines in one bundle"), tmp_path / "b")
    assert "vm01、vm02" in write_letter(found, KNOWN, "ja").body
