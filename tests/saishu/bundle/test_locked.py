"""Locked archives: passwords in turn, the published one by itself, and clear words when nothing fits."""

import sys

import pytest

from bundles import people
from saishu.bundle import BundleError, Code, open_bundle, read_password_file
from saishu.bundle.openers import libarchive


@pytest.fixture(params=["libarchive", "plain Python"])
def library(request, monkeypatch):
    """With the optional package and without it."""
    if request.param == "libarchive":
        if not libarchive.is_available():
            pytest.skip("libarchive-c is not installed")
    else:
        libarchive._library.cache_clear()
        monkeypatch.setitem(sys.modules, "libarchive", None)
    yield request.param
    monkeypatch.undo()
    libarchive._library.cache_clear()


def codes(bundle):
    return [note.code for note in bundle.notes]


def need(program):
    if not people.has(program):
        pytest.skip(f"the program {program} is not on this machine")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("level", ["-0", "-6"])
def test_traditional_cipher(tmp_path, level):
    need("zip")
    path = people.infozip(tmp_path / "a.zip", None, "-P", "secret", level)
    with open_bundle(path, passwords=[b"wrong", b"secret"]) as bundle:
        assert any(member.encrypted for member in bundle.members)
        assert people.read_all(bundle) == people.TREE
        assert codes(bundle) == []


@pytest.mark.usefixtures("library")
def test_published_password_is_tried_and_said(tmp_path):
    need("zip")
    path = people.infozip(tmp_path / "WABDiag.zip", {"WABDiag.tx": b"# script\n" * 50}, "-P", "AzureBackup")
    with open_bundle(path) as bundle:
        assert people.read_all(bundle) == {"WABDiag.tx": b"# script\n" * 50}
        assert codes(bundle) == [Code.DEFAULT_PASSWORD]


@pytest.mark.usefixtures("library")
def test_no_password_fits(tmp_path):
    need("zip")
    path = people.infozip(tmp_path / "a.zip", None, "-P", "secret")
    with open_bundle(path, passwords=[b"one", b"two"]) as bundle:
        assert codes(bundle) == [Code.LOCKED]
        member = bundle.find("var/log/syslog")
        with pytest.raises(BundleError) as caught:
            bundle.open(member)
        assert caught.value.code == Code.LOCKED
        assert caught.value.values == {"path": "var/log/syslog"}


def test_aes(tmp_path, library):
    need("7z")
    path = people.seven_zip(tmp_path / "a.zip", None, "-psecret", "-mem=AES256")
    with open_bundle(path, passwords=[b"wrong", b"secret"]) as bundle:
        if library == "libarchive":
            assert people.read_all(bundle) == people.TREE
            assert codes(bundle) == []
        else:
            assert codes(bundle) == [Code.NEEDS_LIBRARY]
            assert dict(bundle.notes[0].values)["what"] == "AES"


def test_aes_with_wrong_password(tmp_path):
    need("7z")
    if not libarchive.is_available():
        pytest.skip("libarchive-c is not installed")
    path = people.seven_zip(tmp_path / "a.zip", None, "-psecret", "-mem=AES256")
    with open_bundle(path, passwords=[b"wrong"]) as bundle:
        assert codes(bundle) == [Code.LOCKED]


def test_a_method_that_only_the_package_knows(tmp_path, library):
    need("7z")
    with open_bundle(people.seven_zip(tmp_path / "a.zip", None, "-mm=PPMd")) as bundle:
        if library == "libarchive":
            assert people.read_all(bundle) == people.TREE
            assert codes(bundle) == []
        else:
            assert [dict(note.values)["method"] for note in bundle.notes] == ["98"]
            with pytest.raises(BundleError) as caught:
                bundle.open(bundle.find("var/log/syslog"))
            assert caught.value.code == Code.METHOD


def test_seven_zip_needs_the_package(tmp_path, library):
    need("7z")
    path = people.seven_zip(tmp_path / "a.7z")
    if library == "libarchive":
        with open_bundle(path) as bundle:
            assert people.read_all(bundle) == people.TREE
    else:
        with pytest.raises(BundleError) as caught:
            open_bundle(path)
        assert caught.value.code == Code.NEEDS_LIBRARY
        assert caught.value.values == {"what": "7z", "path": str(path)}


@pytest.mark.parametrize("options", [("-psecret",), ("-psecret", "-mhe=on")])
def test_locked_seven_zip_is_refused_with_a_word(tmp_path, options):
    need("7z")
    if not libarchive.is_available():
        pytest.skip("libarchive-c is not installed")
    path = people.seven_zip(tmp_path / "a.7z", None, *options)
    try:
        with open_bundle(path, passwords=[b"secret"]) as bundle:
            seen = codes(bundle)
    except BundleError as trouble:
        seen = [trouble.code]
    assert seen == [Code.FOREIGN_LOCK]


def test_nested_locked_zip(tmp_path):
    need("zip")
    inner = people.infozip(tmp_path / "inner.zip", {"a.log": b"inside" * 20}, "-P", "AzureBackup")
    people.tree(tmp_path / "src", {"inner.zip": inner.read_bytes()})
    with open_bundle(tmp_path / "src") as bundle:
        assert bundle.head(bundle.find("inner.zip!/a.log")) == b"inside" * 20
        assert [(note.code, note.path) for note in bundle.notes] == [(Code.DEFAULT_PASSWORD, "inner.zip")]


def test_password_file(tmp_path):
    path = tmp_path / "passwords.txt"
    path.write_bytes("secret\r\n\r\nパスワード\n".encode("utf-8-sig"))
    assert read_password_file(path) == (b"secret", "パスワード".encode(), "パスワード".encode("cp932"))
    path.write_bytes("パスワード".encode("cp932"))
    assert "パスワード".encode("cp932") in read_password_file(path)
    path.write_bytes("secret".encode("utf-16"))
    assert read_password_file(path) == (b"secret",)


@pytest.mark.parametrize("content", [None, b"", b"\n\r\n"])
def test_password_file_without_password(tmp_path, content):
    path = tmp_path / "passwords.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BundleError) as caught:
        read_password_file(path)
    assert caught.value.code == Code.PASSWORD_FILE


def test_japanese_password(tmp_path):
    need("zip")
    path = people.infozip(tmp_path / "a.zip", {"a.log": b"inside" * 20}, "-P", "合言葉")
    given = tmp_path / "passwords.txt"
    given.write_text("合言葉\n", encoding="utf-8")
    with open_bundle(path, passwords=read_password_file(given)) as bundle:
        assert people.read_all(bundle) == {"a.log": b"inside" * 20}
