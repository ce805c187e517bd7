"""Every code has its words in both languages, and the values that fill them are really given."""

import re

import pytest
import yaml

from bundles import hostile, people
from saishu.bundle import BundleError, Code, open_bundle


@pytest.fixture(scope="module")
def phrases(repo):
    folder = repo / "src/saishu_knowledge/phrases"
    return {
        language: yaml.safe_load((folder / language / "errors_bundle.yaml").read_text(encoding="utf-8"))
        for language in ("en", "ja")
    }


def test_every_code_says_what_and_what_next(phrases):
    wanted = {f"error.{code}.{word}" for code in Code for word in ("what", "next")}
    assert set(phrases["en"]) == wanted
    assert set(phrases["ja"]) == wanted


def test_both_languages_use_the_same_values(phrases):
    for key, text in phrases["en"].items():
        assert sorted(set(_places(text))) == sorted(set(_places(phrases["ja"][key]))), key


@pytest.mark.parametrize("name", sorted(set(hostile.BUILDERS) - {"bomb_in_a_nested_zip", "archives_without_end"}))
def test_values_fill_the_words(tmp_path, phrases, name):
    file_name, build, _ = hostile.BUILDERS[name]
    path = tmp_path / file_name
    build(path)
    for code, values in _troubles(path):
        for texts in phrases.values():
            for word in ("what", "next"):
                filled = texts[f"error.{code}.{word}"].format(**values)
                assert "{" not in filled


def test_values_fill_the_words_of_honest_trouble(tmp_path, phrases):
    people.tree(tmp_path / "src", {"broken.zip": b"no", "x.zip.002": b"no", "deep.zip": _deep(7)})
    paths = [tmp_path / "none", tmp_path / "src"]
    seen = {code: values for path in paths for code, values in _troubles(path)}
    assert {Code.NOT_THERE, Code.NESTED_UNREADABLE, Code.NOT_ENTERED, Code.SPLIT} <= set(seen)
    for code, values in seen.items():
        for texts in phrases.values():
            texts[f"error.{code}.what"].format(**values)
            texts[f"error.{code}.next"].format(**values)


def _deep(depth):
    data = people.zip_bytes({"leaf": b"x"})
    for _ in range(depth):
        data = people.zip_bytes({"inner.zip": data})
    return data


def _troubles(path):
    """(code, values) of the error or the notes, and of the first error met while reading."""
    found = []
    try:
        with open_bundle(path) as bundle:
            for member in bundle.members[:3]:
                found += _reading(bundle, member)
            found += [(note.code, dict(note.values)) for note in bundle.notes]
    except BundleError as trouble:
        found.append((trouble.code, trouble.values))
    return found


def _reading(bundle, member):
    try:
        with bundle.open_text_bytes(member) as stream:
            while stream.read(1 << 20):
                pass
    except BundleError as trouble:
        return [(trouble.code, trouble.values)]
    return []


def _places(text):
    return re.findall(r"\{(\w+)\}", text)
