"""The paper form: complete, safe to show, and readable as Markdown and as a printed page."""

import argparse
import base64
import hashlib
import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from saishu_collect import catalogue, checklist, checklist_markdown
from saishu_collect.words import Words

KNOWN = catalogue.load()
EVERY = [(name, lang) for name in sorted(KNOWN["scenarios"]) for lang in ("en", "ja")]
HOSTILE = "<script>alert(1)</script> & \"quoted\" 'x' `tick` *star* _under_ C:\\* | ]( \\"


def printed(scenario, lang, kind, known=KNOWN, encoding="utf-8"):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, newline="\n", write_through=True)
    words = Words(known, lang, strict=True)
    parser = argparse.ArgumentParser()
    checklist.add_arguments(parser, words)
    assert checklist.run(parser.parse_args([scenario, "--format", kind]), words, known, out) == 0
    return raw.getvalue().decode(encoding)


class Reading(HTMLParser):
    """Collects the text and checks that every element is closed in order."""

    VOID = frozenset(["meta", "wbr"])

    def __init__(self):
        super().__init__()
        self.open, self.text, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read_html(text):
    reading = Reading()
    reading.feed(text)
    reading.close()
    assert reading.open == []
    return reading


def shown_by_markdown(text):
    return read_html(
        MarkdownIt("commonmark").enable("table").render(text).replace("<hr />", "").replace("<br />", "\n")
    )


def squeezed(text):
    return re.sub(r"\s+", " ", text)


def expected_texts(scenario, lang):
    """Everything that a person must be able to read, straight from the units."""
    for need in catalogue.expand_scenario(KNOWN, scenario, None):
        unit = KNOWN["evidence"][need["id"]]
        for field in ("title", "why", "request", "note"):
            if field in unit:
                yield unit[field][lang]
        for line in unit["by_hand"][lang]:
            yield line.removeprefix("> ")


@pytest.mark.parametrize(("scenario", "lang"), EVERY)
@pytest.mark.parametrize("kind", ["html", "md"])
def test_the_form_shows_every_text_of_every_item(scenario, lang, kind):
    text = printed(scenario, lang, kind)
    reading = read_html(text) if kind == "html" else shown_by_markdown(text)
    shown = squeezed("".join(reading.text))
    missing = [wanted for wanted in expected_texts(scenario, lang) if squeezed(wanted) not in shown]
    assert missing == []


@pytest.mark.parametrize(("scenario", "lang"), EVERY)
def test_the_form_has_two_boxes_for_every_item_that_is_not_filled_in(scenario, lang):
    reading = read_html(printed(scenario, lang, "html"))
    boxes = [tag for tag, attributes in reading.tags if attributes.get("class") == "box"]
    form = checklist.draw_form(KNOWN, scenario, Words(KNOWN, lang))
    rows = sum(len(group["rows"]) for group in form["groups"]) + len(form["roots"])
    assert len(boxes) == 2 * rows
    assert rows > 0


@pytest.mark.parametrize(("scenario", "lang"), EVERY)
def test_the_page_loads_nothing_and_its_policy_fits_its_style(scenario, lang):
    text = printed(scenario, lang, "html")
    style = text.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(
        attributes["content"]
        for tag, attributes in read_html(text).tags
        if "http-equiv" in attributes and tag == "meta"
    )
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"<script|<link|<img|<iframe|\ssrc=|\sstyle=|\shref=|@import|url\(", text)
    assert f'<html lang="{lang}">' in text


def hostile_catalogue():
    known = catalogue.load()
    for unit in known["evidence"].values():
        for field in ("title", "why", "request", "note"):
            unit[field] = {"en": HOSTILE, "ja": HOSTILE}
        unit["by_hand"] = {lang: [HOSTILE, "> " + HOSTILE] for lang in ("en", "ja")}
        for step in unit["collect"]:
            if step["do"] == "glob":
                step["patterns"] = ["/" + HOSTILE]
    return known


@pytest.mark.parametrize("kind", ["html", "md"])
def test_hostile_text_stays_text(kind):
    text = printed("azure-vm", "en", kind, hostile_catalogue())
    reading = read_html(text) if kind == "html" else shown_by_markdown(text)
    assert "script" not in [tag for tag, _ in reading.tags]
    assert "".join(reading.text).count(HOSTILE) > 10


def test_numbers_run_through_the_form_without_a_gap():
    form = checklist.draw_form(KNOWN, "azure-vm", Words(KNOWN, "ja"))
    rows = form["facts"] + [row for group in form["groups"] for row in group["rows"]]
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    needs = catalogue.expand_scenario(KNOWN, "azure-vm", None)
    assert {row["id"] for row in rows} == {need["id"] for need in needs}


def test_a_substitute_is_named_with_its_number():
    form = checklist.draw_form(KNOWN, "azure-vm", Words(KNOWN, "en"))
    rows = {row["id"]: row for group in form["groups"] for row in group["rows"]}
    whole = rows["linux.var_log"]
    remark = rows["linux.syslog"]["remarks"][0]
    assert remark.startswith("Not needed when you send one of these: ")
    assert "{}. {}".format(whole["number"], whole["title"]) in remark


def test_the_roots_are_on_the_form_of_mars_with_their_thumbprints():
    form = checklist.draw_form(KNOWN, "mars", Words(KNOWN, "ja"))
    published = {root["sha1"].lower() for root in KNOWN["lists"]["azure_roots"] if root["published"]}
    assert {root["thumbprint"] for root in form["roots"]} == published
    shown = "".join(read_html(printed("mars", "ja", "html")).text)
    assert all(thumbprint in shown for thumbprint in published)
    assert checklist.draw_form(KNOWN, "azure-vm", Words(KNOWN, "ja"))["roots"] == []


def test_the_language_decides_the_words():
    assert "情報採取シート" in printed("azure-vm", "ja", "md")
    assert "Evidence form" in printed("azure-vm", "en", "md")


def test_html_survives_a_console_that_is_not_utf8():
    text = printed("azure-vm", "ja", "html", encoding="cp932")
    assert text.isascii()
    assert "情報採取シート" in "".join(read_html(text).text)


def test_an_unknown_scenario_is_wrong_usage(capsys):
    words = Words(KNOWN, "en")
    args = argparse.Namespace(scenario="nothing", format="md")
    out = io.StringIO()
    assert checklist.run(args, words, KNOWN, out) == 2
    assert out.getvalue() == ""
    said = capsys.readouterr().err
    assert "[E102]" in said
    assert "azure-vm" in said


@given(st.text(alphabet="ab*_`<>&~\\[]()#+-.1 \u63a1!|", min_size=1, max_size=30))
def test_markdown_shows_an_escaped_text_as_it_is(text):
    text = squeezed(text).strip()
    if not text:
        return
    shown = "".join(shown_by_markdown("- **x**: " + checklist_markdown.escape(text)).text)
    assert squeezed(shown).strip() == "x: " + text
    item = "".join(shown_by_markdown("1. " + checklist_markdown.escape(text)).text)
    assert squeezed(item).strip() == text


@given(st.text(alphabet="ab` ", min_size=1, max_size=12).filter(lambda text: text == text.strip()))
def test_markdown_code_holds_backticks(text):
    assert squeezed("".join(shown_by_markdown(checklist_markdown.code(text)).text)).strip() == squeezed(text)
