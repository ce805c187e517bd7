"""Bundles made with the programs that people use open completely, with the names they had."""

import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bundles import people
from bundles.rawzip import DEFLATED, Piece, unicode_path, write_zip
from saishu.bundle import BundleError, Code, Limits, open_bundle
from saishu.model.bundle import MemberKind

RUN = "import sys; from saishu_collect.cli import main; sys.exit(main())"


def need(program):
    if not people.has(program):
        pytest.skip(f"the program {program} is not on this machine")


def codes(bundle):
    return [note.code for note in bundle.notes]


def test_explorer_zip_with_cp932_names(tmp_path):
    with open_bundle(people.explorer_zip(tmp_path / "証拠.zip")) as bundle:
        assert bundle.kind == "zip"
        assert people.read_all(bundle) == people.JAPANESE
        assert [member.path for member in bundle.members] == sorted(people.JAPANESE)
        assert codes(bundle) == []
        assert bundle.members[0].modified == datetime(2024, 1, 1, 12, 0)  # noqa: DTZ001
        assert bundle.manifest is None


def test_backslashes_of_old_dotnet(tmp_path):
    with open_bundle(people.dotnet_zip(tmp_path / "a.zip")) as bundle:
        assert people.read_all(bundle) == people.TREE


def test_finder_zip(tmp_path):
    with open_bundle(people.finder_zip(tmp_path / "a.zip")) as bundle:
        found = people.read_all(bundle)
        assert set(found) == {*people.JAPANESE, "証拠がず/ディスクの管理.png"}
        assert {name: found[name] for name in people.JAPANESE} == people.JAPANESE
        assert codes(bundle) == [Code.LEFT_OUT]
        assert dict(bundle.notes[0].values)["count"] == "5"


def test_infozip(tmp_path):
    need("zip")
    with open_bundle(people.infozip(tmp_path / "a.zip")) as bundle:
        assert people.read_all(bundle) == people.TREE
        folders = [member.path for member in bundle.members if member.kind is MemberKind.FOLDER]
        assert "var/log/azure" in folders
        assert all(member.modified.tzinfo is UTC for member in bundle.members)


def test_infozip_keeps_japanese_names(tmp_path):
    need("zip")
    with open_bundle(people.infozip(tmp_path / "a.zip", people.JAPANESE)) as bundle:
        assert people.read_all(bundle) == people.JAPANESE


@pytest.mark.parametrize("options", [(), ("-mcl=on",), ("-mcu=on",), ("-mm=BZip2",), ("-mm=LZMA",), ("-mm=PPMd",)])
def test_seven_zip_zips(tmp_path, options):
    need("7z")
    with open_bundle(people.seven_zip(tmp_path / "a.zip", people.JAPANESE, *options)) as bundle:
        assert people.read_all(bundle) == people.JAPANESE


def test_deflate64(tmp_path):
    """Explorer packs files above 2 GiB with it."""
    need("7z")
    bundle_path = people.seven_zip(tmp_path / "a.zip", None, "-mm=Deflate64")
    with open_bundle(bundle_path) as bundle:
        try:
            import zipfile_deflate64  # noqa: F401
        except ImportError:
            member = bundle.find("var/log/syslog")
            with pytest.raises(BundleError) as caught:
                bundle.open(member)
            assert caught.value.code == Code.NEEDS_LIBRARY
            assert caught.value.values == {"what": "Deflate64", "path": "var/log/syslog"}
            assert [(note.code, note.path) for note in bundle.notes] == [(Code.NEEDS_LIBRARY, "a.zip")]
        else:
            assert people.read_all(bundle) == people.TREE
            assert codes(bundle) == []


def test_unicode_path_field(tmp_path):
    raw = "システム.evtx".encode("cp932")
    path = tmp_path / "a.zip"
    path.write_bytes(write_zip([Piece(raw, b"x", host=3, extra=unicode_path(raw, "イベント.evtx"))]))
    with open_bundle(path) as bundle:
        assert [member.path for member in bundle.members] == ["イベント.evtx"]


@pytest.mark.parametrize("ending", ["7z"])
def test_seven_zip_archives(tmp_path, ending):
    need("7z")
    with open_bundle(people.seven_zip(tmp_path / f"a.{ending}", {**people.TREE, **people.JAPANESE})) as bundle:
        assert bundle.kind == ending
        assert people.read_all(bundle) == {**people.TREE, **people.JAPANESE}
        assert codes(bundle) == []


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("a.tar", None),
        ("a.tar.gz", "-z"),
        ("a.tgz", "-z"),
        ("a.tar.bz2", "-j"),
        ("a.tar.xz", "-J"),
        ("a.tar.zst", "--zstd"),
    ],
)
@pytest.mark.parametrize("layout", ["gnu", "posix", "ustar"])
def test_real_tar(tmp_path, name, option, layout):
    need("tar")
    options = [f"--format={layout}", *([option] if option else [])]
    with open_bundle(people.tar_from_root(tmp_path / name, *options)) as bundle:
        assert bundle.kind == "tar"
        assert people.read_all(bundle) == people.TREE
        assert codes(bundle) == []
        assert all(member.modified.tzinfo is UTC for member in bundle.members)


def test_tar_from_inside_and_from_home(tmp_path):
    need("tar")
    with open_bundle(people.tar_from_inside(tmp_path / "a.tar.gz", "-z")) as bundle:
        assert bundle.find("syslog") is not None
    with open_bundle(people.tar_from_home(tmp_path / "b.tar.gz", "-z")) as bundle:
        assert bundle.find("evidence-vm01/var/log/syslog") is not None


def test_tar_with_long_names_links_and_holes(tmp_path):
    need("tar")
    source = tmp_path / "src"
    long = "深い" * 30 + "/" + "x" * 200 + "/" + "ログ" * 40 + ".log"
    people.tree(source, {long: b"long", "plain.log": b"plain"})
    (source / "link.log").symlink_to("plain.log")
    with (source / "lastlog").open("wb") as file:
        file.seek(3_000_000)
        file.write(b"end")
    for layout in ("gnu", "posix"):
        path = tmp_path / f"{layout}.tar.gz"
        people.run("tar", "-S", f"--format={layout}", "-czf", str(path), ".", cwd=source)
        with open_bundle(path) as bundle:
            assert bundle.head(bundle.find(long)) == b"long"
            assert bundle.find("link.log").kind is MemberKind.LINK
            hole = bundle.find("lastlog")
            assert hole.size == 3_000_003
            with bundle.open(hole) as stream:
                assert stream.read() == bytes(3_000_000) + b"end"
            assert codes(bundle) == [Code.LINKS]


def test_nested_archives_keep_the_path_of_their_archive(tmp_path):
    inner = people.zip_bytes({"Temp/CBEngineCurr.errlog": b"mars"})
    people.tree(tmp_path / "src", {"out/Logs.ZIP": inner, "out/Trace.txt": b"t"})
    people.run("tar", "-czf", str(tmp_path / "inner.tar.gz"), "out", cwd=tmp_path / "src")
    path = tmp_path / "case.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(tmp_path / "inner.tar.gz", "vm01.tar.gz")
    with open_bundle(path) as bundle:
        found = people.read_all(bundle)
        assert found["vm01.tar.gz!/out/Logs.ZIP!/Temp/CBEngineCurr.errlog"] == b"mars"
        assert found["vm01.tar.gz!/out/Trace.txt"] == b"t"
        assert found["vm01.tar.gz!/out/Logs.ZIP"] == inner
        assert bundle.opened_archives == {"vm01.tar.gz", "vm01.tar.gz!/out/Logs.ZIP"}
        assert bundle.find("vm01.tar.gz!/out/Logs.ZIP!/Temp/CBEngineCurr.errlog").name == "CBEngineCurr.errlog"


def test_nesting_ends_at_the_limit(tmp_path):
    with open_bundle(people.matryoshka(tmp_path / "a.zip", 5)) as bundle:
        assert max(member.path.count("!/") for member in bundle.members) == 4
        assert bundle.members[-1].name == "leaf.txt"
    with open_bundle(people.matryoshka(tmp_path / "b.zip", 6)) as bundle:
        assert codes(bundle) == [Code.NOT_ENTERED]
    with open_bundle(tmp_path / "a.zip", limits=Limits(depth=1)) as bundle:
        assert max(member.path.count("!/") for member in bundle.members) == 1


def test_screenshots_pasted_into_a_workbook(tmp_path):
    book = people.zip_bytes(
        {"[Content_Types].xml": b"<x/>", "xl/media/image1.png": b"\x89PNG\r\n\x1a\n", "xl/a.xml": b"<x/>"}
    )
    people.tree(tmp_path / "src", {"証明書.xlsx": book})
    with open_bundle(tmp_path / "src") as bundle:
        assert [member.path for member in bundle.members] == ["証明書.xlsx", "証明書.xlsx!/xl/media/image1.png"]


def test_folder(tmp_path):
    people.tree(tmp_path, {**people.TREE, **people.JAPANESE, ".DS_Store": b"x"})
    with open_bundle(tmp_path) as bundle:
        assert bundle.kind == "folder"
        assert people.read_all(bundle) == {**people.TREE, **people.JAPANESE}
        assert codes(bundle) == [Code.LEFT_OUT]


def test_single_file_and_packed_text(tmp_path):
    import gzip

    path = tmp_path / "waagent.log-2024-05-01-1714500000.gz"
    path.write_bytes(gzip.compress(people.WAAGENT * 3) + gzip.compress(people.WAAGENT))
    with open_bundle(path) as bundle:
        assert bundle.kind == "file"
        (member,) = bundle.members
        assert member.path == path.name
        assert bundle.head(member)[:2] == b"\x1f\x8b"
        with bundle.open_text_bytes(member) as stream:
            assert stream.read() == people.WAAGENT * 4
        with bundle.open_text_bytes(member, 10) as stream:
            assert stream.read() == people.WAAGENT[:10]
        assert bundle.text_head(member, 20) == people.WAAGENT[:20]
        assert codes(bundle) == []


def test_plain_text_is_given_as_it_is(tmp_path):
    (tmp_path / "syslog").write_bytes(people.SYSLOG)
    with open_bundle(tmp_path / "syslog") as bundle, bundle.open_text_bytes(bundle.members[0]) as stream:
        assert stream.read() == people.SYSLOG
    with open_bundle(tmp_path / "syslog") as bundle, bundle.open_text_bytes(bundle.members[0], 5) as stream:
        assert stream.read() == people.SYSLOG[:5]


def test_split_archive_with_all_its_pieces(tmp_path):
    whole = people.zip_bytes(people.TREE)
    third = len(whole) // 3 + 1
    for number in range(3):
        (tmp_path / f"case.zip.{number + 1:03}").write_bytes(whole[number * third : (number + 1) * third])
    with open_bundle(tmp_path / "case.zip.001") as bundle:
        assert people.read_all(bundle) == people.TREE
    with pytest.raises(BundleError) as caught:
        open_bundle(tmp_path / "case.zip.002")
    assert caught.value.code == Code.SPLIT


def test_archive_behind_a_program(tmp_path):
    """A self-extracting zip that somebody renamed to .zip."""
    path = tmp_path / "a.zip"
    path.write_bytes(write_zip([Piece(b"a.log", b"abc" * 100, DEFLATED)], front=b"MZ" + bytes(5000)))
    with open_bundle(path) as bundle:
        assert people.read_all(bundle) == {"a.log": b"abc" * 100}


def test_reading_is_bounded(tmp_path):
    people.tree(tmp_path / "src")
    with open_bundle(tmp_path / "src") as bundle:
        member = bundle.find("var/log/syslog")
        with bundle.open(member, 7) as stream:
            assert stream.read() == people.SYSLOG[:7]
        assert bundle.head(member, 3) == people.SYSLOG[:3]
        with pytest.raises(BundleError) as caught:
            bundle.open(next(m for m in bundle.members if m.kind is MemberKind.FOLDER))
        assert caught.value.code == Code.NOT_A_FILE
    with open_bundle(tmp_path / "src", limits=Limits(member_bytes=100)) as bundle:
        with pytest.raises(BundleError) as caught, bundle.open(bundle.find("var/log/syslog")) as stream:
            stream.read()
        assert caught.value.code == Code.BOMB


def test_streams_are_read_only_and_forward(tmp_path):
    with open_bundle(people.explorer_zip(tmp_path / "a.zip")) as bundle, bundle.open(bundle.members[0]) as stream:
        assert stream.readable()
        assert not stream.writable()
        assert stream.readline() == b"a,b\r\n"


def test_bundle_of_our_own_collector(tmp_path, repo):
    """What `saishu collect` writes is one input among many, and its manifest is found."""
    root = tmp_path / "root"
    people.tree(root, {**people.TREE, "etc/os-release": b'ID=ubuntu\nVERSION_ID="22.04"\n', "etc/waagent.conf": b"x"})
    out = tmp_path / "out"
    out.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", RUN, "collect", "azure-vm", "-o", str(out), "--root", str(root), "--yes", "--offline"],
        cwd=tmp_path, env={"PYTHONPATH": str(repo / "src"), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    bundles = list(out.glob("*.zip"))
    assert bundles, done.stderr
    with open_bundle(bundles[0]) as bundle:
        assert bundle.manifest["schema"] == "saishu/manifest/1"
        assert bundle.find("var/log/syslog") is not None
        assert codes(bundle) == []
    unpacked = tmp_path / "unpacked" / "by hand"
    shutil.unpack_archive(bundles[0], unpacked)
    with open_bundle(unpacked.parent) as bundle:
        assert bundle.manifest["schema"] == "saishu/manifest/1"
        assert [found.folder for found in bundle.manifests] == ["by hand/"]


def test_damaged_manifest_is_no_obstacle(tmp_path):
    people.tree(tmp_path / "src", {"manifest.json": b'{"schema": "saishu/manifest/1", ', "a.log": b"x"})
    with open_bundle(tmp_path / "src") as bundle:
        assert bundle.manifest is None
        assert codes(bundle) == [Code.BAD_MANIFEST]


def test_foreign_manifest_is_not_ours(tmp_path):
    people.tree(tmp_path / "src", {"manifest.json": b'{"name": "an extension"}', "a.log": b"x"})
    with open_bundle(Path(tmp_path / "src")) as bundle:
        assert bundle.manifest is None
        assert codes(bundle) == []
