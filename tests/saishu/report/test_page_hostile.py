"""Evidence that wants to become markup, script or confusion stays what it is: text that everybody can see."""

import re
import unicodedata

import pytest

from drawing import Page, drawn
from saishu.report.visible import one_line, visible

SCRIPT = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
TURNED = "\u202egnp.exe\u2066 \u200bhidden\ufeff"
ANSI = "\x1b[2J\x1b[31mred\x1b[0m\x07"
TEMPLATE = "{{7*7}} {% for x in y %} ${1} <!-- --> ]]> </style></script></pre></main>"
FAILED = "Enable,error,122,T:S ###### Enable failed with error: StatusCode.FailedRetryableFsFreezeTimeout,"
EXTENSION = "Microsoft.Azure.RecoveryServices.VMSnapshotLinux"


def log(*texts):
    """An extension.log in which a snapshot fails with these words beside it."""
    lines = [f"2024-05-01 03:06:0{n}.120450 [{EXTENSION}-1.0]{text}" for n, text in enumerate(texts)]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A bundle in which everything is hostile: names, lines, sizes, encodings."""
    root = tmp_path_factory.mktemp("hostile") / f"case {SCRIPT.replace('/', '')[:60]}{TURNED}"
    folder = root / "var/log/azure" / EXTENSION
    folder.mkdir(parents=True)
    lines = (
        "starting enable",
        SCRIPT + FAILED + SCRIPT,
        TURNED + FAILED,
        ANSI + FAILED + TEMPLATE,
        FAILED + "\0" * 2000,
    )
    (folder / "extension.log").write_bytes(log(*lines) + b"\xff\xfe\x80 error failed\n")
    (folder / "extension.log.1").write_bytes(log("starting enable", FAILED + "A" * 10_000_000))
    (root / "var/log/waagent.log").write_text(f"2024-05-01T03:06:52.1Z ERROR ExtHandler {SCRIPT}{TURNED}{ANSI}\n" * 3)
    (root / f"var/log/{TURNED}<b>.log").write_bytes(b"May  1 03:06:52 vm01 x: error\n" * 9)
    (root / "commands").mkdir()
    writer = f"Writer name: '{SCRIPT}'\n   Writer Id: {{x}}\n   State: [8] {TURNED}\n   Last error: {ANSI}\n\n"
    (root / "commands/vssadmin_list_writers.txt").write_text("vssadmin 1.1\n\n" + writer)
    (root / "disks").mkdir()
    disks = '{"disks": [{"number": "<b>", "size": -1, "name": "<script>x</script>", "partitions": [{"size": "x"}, 7]}]}'
    (root / "disks/disks.json").write_text(disks)
    return root


@pytest.fixture(scope="module")
def page(hostile):
    return drawn(hostile, "en")[1]


def test_nothing_becomes_markup(page):
    found = Page(page)
    assert "img" not in found.tags
    assert found.tags.count("script") == page.count("<script>") + page.count('<script type="application/octet-stream"')
    assert found.tags.count("script") <= 4
    assert not [key for key, _ in found.attributes if key.startswith("on") or key == "style"]
    assert "49" not in re.findall(r"\{\{7\*7\}\}|\b49 \{%", page)
    assert "&lt;script&gt;" in page


def test_nothing_is_invisible_and_nothing_turns_the_direction(page):
    odd = {one for one in page if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co") and one not in "\n\t"}
    assert odd == set()
    for name in ("U+202E", "ESC", "U+200B"):
        assert f"⟨{name}⟩" in page
    assert "\0" not in page


def test_a_line_of_ten_megabytes_costs_little(page):
    assert len(page) < 1_500_000
    assert "A" * 5000 not in page


@pytest.mark.browser
def test_a_browser_runs_nothing_of_it(browser, page, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    view, said = browser.new_page(), []
    view.on("console", lambda message: said.append(message.text))
    view.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    view.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    view.goto(path.as_uri())
    view.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert said == []
    assert view.title() != "taken"
    view.close()


def test_what_is_invisible_is_spelled_out():
    assert visible("plain 日本語\u3000\u00a0text") == "plain 日本語\u3000\u00a0text"
    assert visible("a\u202eb") == "a⟨U+202E⟩b"
    assert visible("\0" * 5) == "⟨NUL ×5⟩"
    assert visible("one\r\n") == "one⟨CR⟩\n"
    assert visible("\ud800") == "⟨U+D800⟩"
    assert visible("e" + "\u0301" * 40) == "e" + "\u0301" * 3
    assert one_line("a\n  b\t c", 10) == "a b c"
    assert one_line("x" * 100, 10) == "x" * 10 + "…"
