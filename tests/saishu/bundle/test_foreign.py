"""Archives that only the optional library reads: 7z, RAR, CAB; alone, nested, damaged, hostile."""

import os

import pytest

from bundles import foreign, people
from saishu.bundle import BundleError, Code, Limits, open_bundle
from saishu.bundle.limits import MIB
from saishu.bundle.openers import libarchive, zip_locked
from saishu.bundle.openers.zip import ZipContainer
from saishu.bundle.passwords import Passwords
from saishu.bundle.sources import FileSource

pytestmark = pytest.mark.skipif(not libarchive.is_available(), reason="libarchive-c is not installed")
FILES = {"logs/a.log": b"alpha\n" * 100, "b.txt": b"beta"}


def need(program):
    if not people.has(program):
        pytest.skip(f"the program {program} is not on this machine")


@pytest.mark.parametrize(("kind", "build"), [("rar", foreign.rar_bytes), ("cab", foreign.cab_bytes)])
def test_rar_and_cab(tmp_path, kind, build):
    path = tmp_path / f"a.{kind}"
    path.write_bytes(build(FILES))
    with open_bundle(path) as bundle:
        assert bundle.kind == kind
        assert people.read_all(bundle) == FILES
        assert list(bundle.notes) == []


def test_nested_in_a_folder(tmp_path):
    people.tree(tmp_path, {"one.cab": foreign.cab_bytes(FILES), "two.rar": foreign.rar_bytes(FILES)})
    with open_bundle(tmp_path) as bundle:
        found = people.read_all(bundle)
        assert {found["one.cab!/b.txt"], found["two.rar!/b.txt"]} == {b"beta"}


@pytest.mark.parametrize("kind", ["7z", "rar", "cab"])
def test_cut_archive(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "7z":
        need("7z")
        people.seven_zip(path, {"a.log": os.urandom(50_000)})
        whole = path.read_bytes()
    else:
        noise = {"a.log": os.urandom(10_000), "b.log": os.urandom(10_000)}
        whole = (foreign.rar_bytes if kind == "rar" else foreign.cab_bytes)(noise)
    path.write_bytes(whole[: len(whole) * 3 // 4])
    try:
        with open_bundle(path) as bundle:
            found = people.read_all(bundle)
            codes = {note.code for note in bundle.notes}
        assert found["a.log"]
        assert codes & {Code.DAMAGED, Code.MEMBER_DAMAGED}
    except BundleError as trouble:
        assert (kind, trouble.code) == ("7z", Code.NOT_READABLE)  # noqa: PT017


def test_bomb_is_refused_once_and_stays_refused(tmp_path):
    need("7z")
    source = people.tree(tmp_path / "a.src", {"1.log": b"first"})
    with (source / "2.log").open("wb") as file:
        file.truncate(400 * MIB)
    people.tree(source, {"3.log": b"third"})
    people.run("7z", "a", "-bd", "-mx=1", str(tmp_path / "a.7z"), ".", cwd=source)
    with open_bundle(tmp_path / "a.7z") as bundle:
        codes = {}
        for name in ("3.log", "2.log", "1.log"):
            try:
                codes[name] = bundle.head(bundle.find(name))
            except BundleError as trouble:
                codes[name] = trouble.code
    assert Code.BOMB in codes.values()
    assert codes["2.log"] == Code.BOMB
    assert codes["1.log"] in (b"first", Code.BOMB)


def test_spool_limit_is_said(tmp_path):
    need("7z")
    path = people.seven_zip(tmp_path / "a.7z", {"a.bin": os.urandom(3 * MIB)})
    with open_bundle(path, limits=Limits(spool_bytes=MIB)) as bundle:
        with pytest.raises(BundleError) as caught:
            bundle.open(bundle.find("a.bin"))
        assert caught.value.code == Code.SPOOL_LIMIT


def test_a_locked_member_larger_than_four_gibibytes_has_wide_headers(tmp_path, monkeypatch):
    """The Zip64 form of the made-up headers, reached by pretending that 32 bits end early."""
    need("7z")
    path = people.seven_zip(tmp_path / "a.zip", {"a.log": b"inside" * 5000}, "-psecret", "-mem=AES256")
    source = FileSource(path.open("rb"))
    container = ZipContainer(source, Limits(), Passwords([b"secret"]))
    number = next(n for n, member in enumerate(container.members) if member.path == "a.log")
    entry = container.entry(number)
    start, length = container._extent(entry)
    whole = zip_locked.single_member(source, start, length, entry)
    monkeypatch.setattr(zip_locked, "MAXIMUM32", 50)
    wide = zip_locked.single_member(source, start, length, entry)
    assert wide.size > whole.size
    assert b"PK\6\6" in wide.read_at(0, wide.size)
    container.close()


def test_many_nested_archives_need_few_open_files(tmp_path):
    """More archives than a process may hold files open."""
    import resource

    inner = people.zip_bytes({"a.log": b"x"})
    people.tree(tmp_path / "folder", {f"{number:03}.zip": inner for number in range(300)})
    path = tmp_path / "outer.zip"
    path.write_bytes(people.zip_bytes({f"{number:03}.zip": inner for number in range(300)}))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        for what in (path, tmp_path / "folder"):
            with open_bundle(what) as bundle:
                assert len(bundle.members) == 600
                assert {data for name, data in people.read_all(bundle).items() if "!/" in name} == {b"x"}
                assert list(bundle.notes) == []
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
