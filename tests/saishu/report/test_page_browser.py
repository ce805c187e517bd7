"""The page in a real browser: read in ten seconds, in both languages, with the keyboard alone, on paper, on a phone."""

from contextlib import contextmanager

import pytest

from drawing import drawn

pytestmark = pytest.mark.browser
SAMPLES = ("azure-vm-linux", "azure-vm-windows", "ilr", "mars", "sap-hana")
LANGUAGES = ("en", "ja")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory, repo):
    """Name of a made-up case to the address of its page."""
    folder = tmp_path_factory.mktemp("pages")
    for name in SAMPLES:
        _, text = drawn(repo / "samples" / "failing" / name, "en")
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in SAMPLES}


@contextmanager
def opened(browser, address, **options):
    """A page; at the end nothing may have been complained of, and nothing may have left it."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(address)
    yield page
    context.close()
    assert said == []
    assert [one for one in asked if one.split("#")[0] != address] == []


def speak(page, lang):
    page.click(f"label[for=show-{lang}]")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_the_first_screen_holds_the_answer(browser, pages, name, lang):
    with opened(browser, pages[name]) as page:
        speak(page, lang)
        for place in ("h1", ".verdict .mark", ".points", ".proof pre", ".answer .steps li", ".side .meter"):
            found = page.locator(f".edition.{lang} {place}").first
            box = found.bounding_box()
            assert box is not None, place
            assert box["y"] + min(box["height"], 20) < 900, place
        assert page.locator("h1:visible").count() == 1
        assert page.locator(".side a[href^='#mail-']:visible").count() <= 1


def test_the_language_is_switched_for_everything(browser, pages):
    with opened(browser, pages["mars"]) as page:
        for lang, other in (("ja", "en"), ("en", "ja")):
            speak(page, lang)
            assert page.evaluate("document.documentElement.lang") == lang
            hidden = "one => [...document.querySelectorAll(`main [lang=${one}]`)].filter(e => !e.matches('.tab')"
            hidden += " && e.getClientRects().length).length"
            assert page.evaluate(hidden, other) == 0
            assert page.evaluate(hidden, lang) > 3


def test_it_reads_the_same_without_a_script(browser, pages):
    with opened(browser, pages["azure-vm-linux"], java_script_enabled=False) as page:
        speak(page, "ja")
        assert page.locator("h1:visible").count() == 1
        assert page.locator(".edition.ja .letter pre").is_visible()
        assert page.locator("button.copy:visible").count() == 0
        assert page.locator("#timeline:visible").count() == 1
        page.locator(".finding:visible summary").nth(1).click()
        assert page.locator(".finding:visible .excerpt[open]").count() == 2


def test_a_claim_leads_to_its_lines(browser, pages):
    with opened(browser, pages["azure-vm-linux"]) as page:
        page.click(".answer .proof a:visible")
        place = page.url.split("#")[1]
        opened_one = page.locator(f"#{place}")
        assert opened_one.get_attribute("open") is not None
        assert opened_one.locator(".line.hit").count() == 1
        assert opened_one.locator(".hash code").inner_text().strip()
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false })")
        page.evaluate("location.hash = ''")
        page.evaluate("one => { location.hash = one }", place)
        page.wait_for_function("one => document.getElementById(one).open", arg=place)


def test_everything_can_be_reached_with_the_keyboard(browser, pages):
    with opened(browser, pages["azure-vm-linux"]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "show-en"
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.documentElement.lang") == "ja"
        seen = set()
        for _ in range(400):
            page.keyboard.press("Tab")
            now = page.evaluate(FOCUS)
            if now["tag"] == "BODY":
                break
            assert now["shown"], now
            assert now["outlined"], now
            seen.add((now["tag"], now["kind"], now["text"]))
        tags = {tag for tag, _, _ in seen}
        assert {"A", "SUMMARY", "BUTTON", "PRE"} <= tags
        assert any("copy" in kind for _, kind, _ in seen)
        assert len(seen) > 20


FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return { tag: one.tagName, kind: one.className.toString(), text: one.textContent.slice(0, 40),
    shown: box.width > 0 && box.height > 0 || one.tagName === "INPUT",
    outlined: style.outlineStyle !== "none" || one.tagName === "INPUT" || one.tagName === "BODY" };
}"""


def test_the_mail_is_copied(browser, pages):
    with opened(browser, pages["mars"]) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator("button.copy:visible").focus()
        page.keyboard.press("Enter")
        page.wait_for_function(
            "[...document.querySelectorAll('button.copy')].some(one => one.textContent === 'Copied')"
        )
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.strip() == page.locator("#letter-en").inner_text().strip()


def test_on_paper_everything_is_open_and_nothing_is_to_be_clicked(browser, pages):
    with opened(browser, pages["mars"], java_script_enabled=False) as page:
        page.emulate_media(media="print")
        assert page.locator("nav:visible").count() == 0
        assert page.locator(".tabs:visible").count() == 0
        closed = page.locator(".finding:visible .excerpt:not([open]) .line")
        assert closed.count() > 0
        assert all(one.bounding_box()["height"] > 5 for one in closed.all())
        assert page.pdf(prefer_css_page_size=True, print_background=True)[:5] == b"%PDF-"


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_is_wider_than_the_screen(browser, pages, name, width):
    with opened(browser, pages[name], viewport={"width": width, "height": 844}) as page:
        for lang in LANGUAGES:
            speak(page, lang)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SAMPLES)
def test_axe_finds_no_barrier(browser, pages, axe, name, scheme):
    with opened(browser, pages[name], color_scheme=scheme, bypass_csp=True) as page:
        page.evaluate(axe + ";0")
        for lang in LANGUAGES:
            speak(page, lang)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
            told = [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found["violations"]]
            assert told == []
