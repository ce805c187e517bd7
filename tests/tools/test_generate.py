"""What is generated follows the knowledge, and a stale file does not pass."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def generate(tmp_path, monkeypatch):
    """The generator, writing into an empty copy of the project."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    for name in ("generate", "reference_pages", "cli_page"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import generate

    for name in ("pyproject.toml", "uv.lock", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    return generate


def written(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".md", ".json", ".txt") and path.name != "README.md"
    }


def test_generating_twice_changes_nothing(generate, tmp_path, capsys):
    assert generate.main(["--check"]) == 1
    assert written(tmp_path) == {}
    assert generate.main([]) == 0
    first = written(tmp_path)
    assert {"docs/reference/paths.md", "requirements/dev.txt", "src/saishu_collect/catalogue.json"} <= set(first)
    assert generate.main(["--check"]) == 0
    capsys.readouterr()
    assert generate.main([]) == 0
    assert written(tmp_path) == first
    assert capsys.readouterr().out == ""


def test_a_page_changed_by_hand_fails_and_is_shown(generate, tmp_path, capsys):
    generate.main([])
    page = tmp_path / "docs" / "reference" / "evidence.md"
    page.write_text(page.read_text(encoding="utf-8").replace("# Evidence", "# Proof"), encoding="utf-8")
    capsys.readouterr()
    assert generate.main(["--check"]) == 1
    said = capsys.readouterr()
    assert "-# Proof" in said.err
    assert "Run `make gen` and commit." in said.out


def test_a_page_that_nobody_generates_any_more_fails(generate, tmp_path, capsys):
    generate.main([])
    (tmp_path / "docs" / "reference" / "old.md").write_text("old", encoding="utf-8")
    assert generate.main(["--check"]) == 1
    assert "docs/reference/old.md is not generated any more" in capsys.readouterr().err


def test_a_lock_that_does_not_fit_fails(generate, tmp_path, capsys):
    generate.main([])
    project = tmp_path / "pyproject.toml"
    changed = project.read_text(encoding="utf-8").replace('"jinja2>=3.1"', '"jinja2>=3.0"')
    project.write_text(changed, encoding="utf-8")
    assert generate.main(["--check"]) == 1
    assert "uv.lock does not fit" in capsys.readouterr().err


def test_the_requirements_are_pinned_with_hashes_and_name_no_registry(generate, tmp_path):
    generate.main([])
    for purpose in ("run", "dev"):
        text = (tmp_path / "requirements" / f"{purpose}.txt").read_text(encoding="utf-8")
        pins = [line for line in text.splitlines() if line and line[0] not in " #"]
        assert all("==" in line for line in pins)
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text
    assert "pytest==" not in (tmp_path / "requirements" / "run.txt").read_text(encoding="utf-8")
