"""Cases and pages for the tests of the report, and what a browser would find in a page."""

import tempfile
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

from bundles import people
from saishu.bundle import map_members, open_bundle
from saishu.check import judge_bundle
from saishu.cli.investigating import investigate
from saishu.report import draw_page
from saishu_collect import catalogue

KNOWN = catalogue.load()
VOID = {"meta", "input", "br", "img", "hr", "link"}
SHAPES = {"svg", "rect", "line", "circle", "text", "path", "title", "desc", "g"}


class Page(HTMLParser):
    """Tags, attributes and texts by language of a page, and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.links, self._open = [], [], {"en": "", "ja": "", "": ""}, [], []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        named = dict(attributes)
        if "href" in named:
            self.links.append(named["href"])
        if tag not in VOID:
            self._open.append((tag, named.get("lang", "") if tag != "html" else ""))

    def handle_endtag(self, tag):
        assert self._open.pop()[0] == tag

    def handle_data(self, data):
        language = next((name for _, name in reversed(self._open) if name), "")
        self.texts[language] += data


@contextmanager
def case_of(path, scenarios=(), known=KNOWN):
    """The case of a bundle; its store lives inside the block."""
    with open_bundle(Path(path)) as bundle, tempfile.TemporaryDirectory() as folder:
        sorted_files = map_members(bundle, known)
        judged = judge_bundle(bundle, known, scenarios, None, sorted_files)
        yield investigate(bundle, sorted_files, judged, Path(folder), excerpts=True)


def drawn(path, lang="ja", scenarios=()):
    """(case, page) of a bundle; the store of the case is gone."""
    with case_of(path, scenarios) as case:
        return case, draw_page(case, KNOWN, lang, "0.0.0")


def page_of(tmp_path, files, lang="ja", scenarios=()):
    """(case, page) of made-up files by path."""
    return drawn(people.tree(tmp_path / "tree", files), lang, scenarios)
