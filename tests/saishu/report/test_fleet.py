"""One page over several bundles, and the forms that one bundle is written in."""

import json
import shutil
import subprocess
import sys
from urllib.parse import unquote

import jsonschema
import pytest

from drawing import KNOWN, Page, case_of
from saishu.report.page.fleet import draw_fleet, machine_of

HOSTILE = "<script>alert(1)</script>"


def run(*argv):
    command = [sys.executable, "-m", "saishu", "report", *map(str, argv)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def written(tmp_path_factory, repo):
    """A page over four bundles and one that is not there, with the page of each."""
    folder = tmp_path_factory.mktemp("fleet")
    failing = repo / "samples" / "failing"
    twin = folder / "javascript:twin"
    shutil.copytree(failing / "azure-vm-linux", twin)
    for name in ("manifest.json", "etc/hostname"):
        text = (twin / name).read_text(encoding="utf-8")
        (twin / name).write_text(text.replace("linux-app01", "linux-app02"), encoding="utf-8")
    bundles = [failing / "azure-vm-linux", twin, failing / "mars", repo / "samples/healthy/azure-vm-linux"]
    out, pages = folder / "fleet.html", folder / "pages"
    answer = run(*bundles, folder / f"{HOSTILE.replace('/', '')}.zip", "-o", out, "--pages", pages, "--lang", "en")
    return answer, out, pages


def test_the_same_fault_is_told_once_with_all_its_machines(written):
    answer, out, _ = written
    assert (answer.returncode, answer.stdout) == (3, b"")
    text = out.read_text(encoding="utf-8")
    page = Page(text)
    assert page.texts["en"].count("Freezing the file systems took too long") >= 1
    shared = text.split('<article class="finding')[1].split("</article>")[0]
    assert "linux-app01" in shared
    assert "linux-app02" in shared
    assert "win-file02" not in shared
    assert text.count('<article class="finding') == 2
    assert "5 bundles, 3 of them with a fault" in page.texts["en"]
    assert "Could not be read" in page.texts["en"]
    for one in ("en", "ja"):
        assert KNOWN["evidence"]["env.vault_name"]["title"][one] in page.texts[one]


def test_every_machine_is_linked_to_its_own_page(written):
    _, out, pages = written
    links = {link for link in Page(out.read_text(encoding="utf-8")).links if not link.startswith("#")}
    assert {unquote(link) for link in links} == {f"pages/{path.name}" for path in pages.iterdir()}
    assert len(links) == 4
    assert all((out.parent / unquote(link)).is_file() for link in links)
    assert not [link for link in links if link.split("/")[0].endswith(":")]


def test_names_stay_text(written):
    text = written[1].read_text(encoding="utf-8")
    page = Page(text)
    assert page.tags.count("script") == 1
    assert HOSTILE.replace("/", "") in page.texts["en"]
    assert not [key for key, _ in page.attributes if key.startswith("on") or key == "style"]


def test_the_order_of_bundles_is_kept_and_the_page_is_the_same_again(repo):
    machines = []
    for name in ("mars", "ilr"):
        with case_of(repo / "samples" / "failing" / name) as case:
            machines.append(machine_of(case, KNOWN, None))
    text = draw_fleet(machines, KNOWN, "ja", "0.0.0")
    assert text == draw_fleet(machines, KNOWN, "ja", "0.0.0")
    assert text.index("win-file02") < text.index("ilr")


@pytest.mark.browser
def test_no_barrier_and_no_complaint(written, browser, axe):
    said = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, bypass_csp=True, viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.goto(written[1].as_uri())
        page.evaluate(axe + ";0")
        for lang in ("en", "ja"):
            page.click(f"label[for=show-{lang}]")
            assert page.evaluate("axe.run(document)")["violations"] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        context.close()
    assert said == []


def test_the_forms_of_one_bundle(repo, tmp_path):
    sample = repo / "samples" / "failing" / "network"
    answer = run(sample, "--format", "json", "-o", "-", "--lang", "en")
    document = json.loads(answer.stdout)
    schema = json.loads((repo / "src/saishu/schemas/report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["diagnose"]["verdict"] == "fault"
    assert document["excerpts"]
    for form in ("md", "sarif"):
        out = tmp_path / f"x.{form}"
        assert run(sample, "--format", form, "-o", out).returncode in (0, 1)
        assert out.stat().st_size > 500


def test_several_bundles_give_a_page_only(repo, tmp_path):
    sample = repo / "samples" / "failing" / "network"
    answer = run(sample, sample, "--format", "json", "-o", tmp_path / "x.json")
    assert (answer.returncode, answer.stderr[:6]) == (2, b"[E117]")
