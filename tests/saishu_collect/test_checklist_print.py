"""The printed form: what a person fills in with a pen fits on one or two A4 pages."""

import re
import subprocess

import pytest

from saishu_collect import catalogue, checklist, checklist_html
from saishu_collect.words import Words

KNOWN = catalogue.load()


def pages(chromium, html, folder):
    """Print a document and return the sizes of its pages in points."""
    source, printed = folder / "form.html", folder / "form.pdf"
    source.write_text(html, encoding="utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-pdf-header-footer",
    ]
    command = [chromium, *options, f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}", source.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
    data = printed.read_bytes()
    count = len(re.findall(rb"/Type\s*/Page\b(?!s)", data))
    sizes = {
        tuple(round(float(side)) for side in box.split()[2:]) for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", data)
    }
    return count, sizes


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("scenario", sorted(KNOWN["scenarios"]))
def test_the_form_itself_fits_on_two_pages_of_a4(chromium, tmp_path, scenario, lang):
    words = Words(KNOWN, lang, strict=True)
    html = checklist_html.write(checklist.draw_form(KNOWN, scenario, words), words)
    form = re.sub(r'<section class="details">.*</section>', "", html, flags=re.DOTALL)
    assert len(form) < len(html)
    count, sizes = pages(chromium, form, tmp_path)
    assert sizes == {(595, 842)}
    assert 1 <= count <= 2
