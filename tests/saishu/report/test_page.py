"""The page: one file, both languages, nothing from outside, everything escaped."""

import base64
import hashlib
import re
import subprocess
import sys

import pytest

from bundles import evidence as e
from bundles import people, scenes
from drawing import KNOWN, Page, drawn, page_of
from saishu.catalogue.faults import load_faults

HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}}.log"


def test_hostile_names_stay_text(tmp_path):
    name = HOSTILE.replace("/", "")
    _, text = page_of(tmp_path, {**e.LINUX, name: b"x", f"var/log/azure/{name}": b"x"})
    page = Page(text)
    assert "img" not in page.tags
    assert not [key for key, _ in page.attributes if key.startswith("on")]
    assert page.texts["en"].count(HOSTILE) >= 1
    assert "49" not in re.findall(r"\{\{.*?\}\}|49\.log", text)


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_nothing_from_outside_and_only_what_the_policy_names(tmp_path):
    _, text = page_of(tmp_path, e.WINDOWS)
    page = Page(text)
    assert not {"iframe", "object", "embed", "img", "image", "use", "link", "form", "base"} & set(page.tags)
    assert not [value for key, value in page.attributes if key in ("src", "action", "style", "srcset", "xlink:href")]
    assert not [key for key, _ in page.attributes if key.startswith("on")]
    # What can be clicked is a place of this page or a public document that our knowledge names.
    sources = {one for unit in load_faults().values() for one in unit["references"]}
    assert all(link.startswith("#") or link in sources for link in page.links)
    policy = next(value for key, value in page.attributes if key == "content" and "default-src" in (value or ""))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert policy.startswith("default-src 'none'")
    assert f"style-src 'sha256-{digest(style)}';" in policy
    allowed = " ".join(f"'sha256-{digest(one)}'" for one in scripts)
    assert f"script-src {allowed};" in policy
    assert "unsafe" not in policy
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_both_languages_are_there_and_one_is_shown_first(tmp_path, lang):
    found, text = page_of(tmp_path, {**e.MARS_AGENT, **e.MARS_EVENTS}, lang)
    page = Page(text)
    for one in ("en", "ja"):
        for item in found.completeness.items:
            assert KNOWN["evidence"][item.id]["title"][one] in page.texts[one]
            assert item.reason.text[one] in page.texts[one]
    checked = re.search(r'id="show-(\w+)" checked', text)[1]
    assert checked == lang
    assert text.count(" checked ") == 1
    assert re.search(r'<html lang="(\w+)"', text)[1] == lang


def test_warnings_notes_and_strangers_are_shown(tmp_path):
    scene = next(one for one in scenes.SCENES if one.name == "cut off on its way")
    _, text = drawn(scenes.build(scene, tmp_path), "en")
    assert "E316" in text
    files = {**e.LINUX, "vm02/var/log/syslog": e.SYSLOG.replace(b"vm01", b"vm02"), "stranger.bin": b"\0"}
    _, text = page_of(tmp_path, files)
    page = Page(text)
    assert KNOWN["warnings"]["mixed-machines"]["title"]["ja"] in page.texts["ja"]
    assert "stranger.bin" in page.texts["en"]


def test_the_page_of_every_scene_is_well_formed(tmp_path):
    for number, scene in enumerate(scenes.SCENES):
        if scene.packed in ("tar", "locked"):
            continue
        _, text = drawn(scenes.build(scene, tmp_path / str(number)), "ja", scene.given)
        Page(text)
        assert len(text) < 400_000


def test_the_verb_writes_a_file_and_keeps_stdout_clean(tmp_path):
    tree = people.tree(tmp_path / "tree", e.WINDOWS)
    out = tmp_path / "page.html"
    argv = [sys.executable, "-m", "saishu", "report", str(tree), "-o", str(out), "--lang", "en"]
    answer = subprocess.run(argv, capture_output=True, check=False, text=True, timeout=60)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert str(out) in answer.stderr
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    argv[6] = str(tmp_path / "no" / "such" / "folder.html")
    answer = subprocess.run(argv, capture_output=True, check=False, text=True, timeout=60)
    assert (answer.returncode, answer.stderr[:6]) == (4, "[E411]")


@pytest.mark.browser
def test_a_browser_shows_one_language_at_a_time_without_script(tmp_path, chromium):
    _, text = page_of(tmp_path, e.WINDOWS, "en")
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    argv = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", (tmp_path / "page.html").as_uri(),
    ]  # fmt: skip
    answer = subprocess.run(argv, capture_output=True, check=False, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    assert "Refused to apply" not in answer.stderr
    assert 'id="show-en" checked' in answer.stdout
