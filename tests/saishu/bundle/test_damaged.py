"""Broken archives: what is readable is used, and a note says what was lost."""

import gzip
import io
import os
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundles import people
from bundles.rawzip import DEFLATED, Piece, write_zip
from saishu.bundle import BundleError, Code, Limits, open_bundle

LOGS = {f"logs/{number:02}.log": os.urandom(3000) + b"text " * 500 for number in range(12)}


def notes(bundle):
    return {note.code: dict(note.values) for note in bundle.notes}


@pytest.mark.parametrize("descriptor", [False, True])
@pytest.mark.parametrize("method", [0, DEFLATED])
def test_zip_without_its_end(tmp_path, descriptor, method):
    pieces = [Piece(name.encode(), data, method, descriptor=descriptor) for name, data in LOGS.items()]
    path = tmp_path / "a.zip"
    path.write_bytes(write_zip(pieces, directory=False))
    with open_bundle(path) as bundle:
        assert people.read_all(bundle) == LOGS
        assert notes(bundle)[Code.DAMAGED]["count"] == "12"


def test_zip_cut_in_its_last_member(tmp_path):
    whole = people.zip_bytes(LOGS, zipfile.ZIP_STORED)
    path = tmp_path / "a.zip"
    path.write_bytes(whole[: whole.index(b"logs/05.log") + 2000])
    with open_bundle(path) as bundle:
        found = people.read_all(bundle)
        assert {name: found[name] for name in list(LOGS)[:5]} == dict(list(LOGS.items())[:5])
        assert found["logs/05.log"] == LOGS["logs/05.log"][: len(found["logs/05.log"])]
        assert 1900 < len(found["logs/05.log"]) < 2000
        assert notes(bundle)[Code.DAMAGED]["cut"] == "logs/05.log"
        assert notes(bundle)[Code.MEMBER_DAMAGED]["path"] == "logs/05.log"


def test_nested_zip_inside_a_cut_stored_zip_is_not_taken_apart(tmp_path):
    """The headers of an inner zip must not become members of the outer one."""
    inner = people.zip_bytes({"inner.log": b"x" * 100}, zipfile.ZIP_STORED)
    for descriptor in (False, True):
        pieces = [
            Piece(b"inner.zip", inner, descriptor=descriptor),
            Piece(b"after.log", b"y" * 50, descriptor=descriptor),
        ]
        path = tmp_path / f"{descriptor}.zip"
        path.write_bytes(write_zip(pieces, directory=False))
        with open_bundle(path) as bundle:
            assert [member.path for member in bundle.members] == ["after.log", "inner.zip", "inner.zip!/inner.log"]


def test_directory_with_a_broken_record(tmp_path):
    whole = bytearray(people.zip_bytes(LOGS))
    at = whole.index(b"PK\1\2", whole.index(b"PK\1\2") + 4)
    whole[at : at + 4] = b"XXXX"
    path = tmp_path / "a.zip"
    path.write_bytes(whole)
    with open_bundle(path) as bundle:
        assert people.read_all(bundle) == LOGS
        assert Code.DAMAGED in notes(bundle)


def test_bytes_behind_the_end(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(people.zip_bytes(LOGS) + b"\r\n-- appended by a mail gateway --\r\n" * 3)
    with open_bundle(path) as bundle:
        assert people.read_all(bundle) == LOGS
        assert notes(bundle) == {}


def test_one_damaged_member_spoils_no_other(tmp_path):
    whole = bytearray(people.zip_bytes(LOGS))
    at = whole.index(b"logs/03.log") + 200
    whole[at : at + 50] = bytes(50)
    path = tmp_path / "a.zip"
    path.write_bytes(whole)
    with open_bundle(path) as bundle:
        found = people.read_all(bundle)
        assert {name for name in LOGS if found[name] != LOGS[name]} == {"logs/03.log"}
        assert notes(bundle)[Code.MEMBER_DAMAGED]["path"] == "logs/03.log"


@pytest.mark.parametrize("packed", [True, False])
def test_tar_cut_short(tmp_path, packed):
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, data in LOGS.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    whole = gzip.compress(held.getvalue()) if packed else held.getvalue()
    path = tmp_path / ("a.tar.gz" if packed else "a.tar")
    path.write_bytes(whole[: len(whole) // 2])
    with open_bundle(path) as bundle:
        found = people.read_all(bundle)
        assert 4 <= len(found) < 12
        assert all(LOGS[name].startswith(data) for name, data in found.items())
        seen = notes(bundle)
        assert seen[Code.DAMAGED]["count"] == str(len(found))
        assert seen[Code.DAMAGED]["cut"] == max(found)
        assert seen[Code.MEMBER_DAMAGED]["path"] == max(found)


def test_packed_text_cut_short(tmp_path):
    path = tmp_path / "syslog.1.gz"
    whole = gzip.compress(os.urandom(100_000))
    path.write_bytes(whole[:60_000])
    with open_bundle(path) as bundle:
        with bundle.open_text_bytes(bundle.members[0]) as stream:
            assert 50_000 < len(stream.read()) < 60_000
        assert Code.MEMBER_DAMAGED in notes(bundle)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.zip", b"just a text\n" * 20, "TEXT"),
        ("a.zip", "テキスト\n".encode("cp932") * 20, "TEXT"),
        ("a.zip", b"\xef\xbb\xbf<!DOCTYPE html><html>", "HTML"),
        ("a.tar.gz", b"%PDF-1.7 and so on", "PDF"),
        ("a.7z", b"\x89PNG\r\n\x1a\n" + bytes(30), "PNG"),
        ("a.rar", b"ElfFile\0" + bytes(100), "EVTX"),
        ("a.zip", bytes(range(256)) * 4, "DATA"),
    ],
)
def test_file_that_is_not_what_its_name_says(tmp_path, name, content, kind):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BundleError) as caught:
        open_bundle(path)
    assert caught.value.code == Code.NOT_READABLE
    assert caught.value.values == {"path": str(path), "kind": kind}


def test_zip_with_another_name_is_still_a_zip(tmp_path):
    path = tmp_path / "evidence.dat"
    path.write_bytes(people.zip_bytes(LOGS))
    with open_bundle(path) as bundle:
        assert bundle.kind == "zip"


def test_nothing_there(tmp_path):
    for path in (tmp_path / "none.zip", tmp_path / "none"):
        with pytest.raises(BundleError) as caught:
            open_bundle(path)
        assert caught.value.code == Code.NOT_THERE


def test_empty_zip_and_empty_folder_are_no_error(tmp_path):
    (tmp_path / "a.zip").write_bytes(people.zip_bytes({}))
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "a.zip", tmp_path / "folder"):
        with open_bundle(path) as bundle:
            assert list(bundle.members) == []


def test_unreadable_nested_archive_is_a_note(tmp_path):
    people.tree(tmp_path / "src", {"broken.zip": b"not at all", "a.log": b"x"})
    with open_bundle(tmp_path / "src") as bundle:
        assert [member.path for member in bundle.members] == ["a.log", "broken.zip"]
        assert notes(bundle)[Code.NESTED_UNREADABLE] == {"path": "broken.zip", "count": "1", "reason": "E311"}


def test_limit_of_members(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(people.zip_bytes(LOGS))
    people.tree(tmp_path / "src", LOGS)
    for what in (path, tmp_path / "src"):
        with pytest.raises(BundleError) as caught:
            open_bundle(what, limits=Limits(members=5))
        assert caught.value.code == Code.TOO_MANY


def test_directory_of_nothing_but_damage(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\1\2" + b"PK\5\6" + bytes(4) + b"\1\0\1\0" + b"\4\0\0\0" + bytes(6))
    with pytest.raises(BundleError) as caught:
        open_bundle(path)
    assert caught.value.code == Code.NOT_READABLE


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_random_damage_never_crashes(tmp_path_factory, data):
    """Bytes of a good zip or tar changed, cut or doubled at random: an error with a code, or members and notes."""
    folder = tmp_path_factory.mktemp("damage")
    form = data.draw(st.sampled_from(["zip", "tar", "tar.gz"]))
    whole = bytearray(_archive(form))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    path = folder / f"a.{form}"
    path.write_bytes(whole[: data.draw(st.integers(1, len(whole)))])
    _survives(path)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh9"]),
    st.binary(max_size=600),
)
def test_random_bytes_never_crash(tmp_path_factory, magic, noise):
    path = tmp_path_factory.mktemp("noise") / "a.zip"
    path.write_bytes(magic + noise)
    _survives(path)


def _archive(form):
    files = {"var/log/a.log": b"abc" * 50, "採取/b.zip": people.zip_bytes({"c": b"c" * 40})}
    if form == "zip":
        return people.zip_bytes(files)
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(held.getvalue(), mtime=0) if form == "tar.gz" else held.getvalue()


def _survives(path):
    try:
        with open_bundle(path, limits=Limits(member_bytes=10_000_000)) as bundle:
            for member in bundle.members:
                if member.kind == "file":
                    _read(bundle, member)
    except BundleError as trouble:
        _known(trouble)
    finally:
        path.unlink()


def _read(bundle, member):
    try:
        with bundle.open_text_bytes(member) as stream:
            stream.read()
    except BundleError as trouble:
        _known(trouble)


def _known(trouble):
    assert trouble.code in set(Code)
