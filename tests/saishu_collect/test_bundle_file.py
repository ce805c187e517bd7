"""The bundle on disk: closed whatever happens; where room is short, the manifest comes before any evidence."""

import json
import os
import resource
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saishu_collect import archive, bundle_file, deflate, manifest, outcomes


def record_for(name, offset, data):
    return {
        "p": "/" + name, "m": name, "e": [], "o": "collected", "t": 1.0, "s": len(data), "k": len(data),
        "me": archive.STORED, "off": offset, "crc": ENGINE.crc32(data),
    }  # fmt: skip


ENGINE = deflate.standard_engine()


def add_members(bundle, count, size):
    """Add members of different content, as the packer does: archive first, then the record."""
    for number in range(count):
        data = (b"%06d" % number) * (size // 6 + 1)
        name = f"var/log/{number:05d}"
        offset, _ = bundle.archive.add(name, 1.0, archive.STORED, ENGINE.crc32(data), len(data), data)
        bundle.records.add(record_for(name, offset, data))


def tail(bundle):
    yield "run.log", [b"said\n" * 200]
    yield manifest.MEMBER, manifest.chunks({"schema": "x"}, bundle.records.read(), bundle.in_archive)


class FileLimit:
    """No file of this process may grow beyond a size: like a full disk, and it needs no root."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.before[1]))

    def __exit__(self, *_):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


def close_within(tmp_path, limit, count, size):
    """Return (names in the archive, its manifest, its size) of a bundle that was closed below a size limit."""
    bundle = bundle_file.BundleFile(str(tmp_path / "b.zip"), ENGINE)
    bundle.records.on_disk = False
    add_members(bundle, count, size)
    with FileLimit(limit):
        bundle.finish(tail)
        members, _, total = bundle.conclude(1)
    assert total <= limit
    with zipfile.ZipFile(bundle.path) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        document = json.loads(opened.read(manifest.MEMBER))
    assert members == len(names)
    return names, document


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(min_value=8_000, max_value=300_000),
    count=st.integers(min_value=1, max_value=220),
    size=st.integers(min_value=1, max_value=2_000),
)
def test_evidence_gives_way_to_the_manifest(tmp_path_factory, limit, count, size):
    names, document = close_within(tmp_path_factory.mktemp("b"), limit, count, size)
    assert names[-2:] == ["run.log", "manifest.json"]
    assert len(document["files"]) == count
    inside = [entry["member"] for entry in document["files"] if "member" in entry]
    assert inside == names[:-2]
    for entry in document["files"]:
        if "member" not in entry:
            assert (entry["outcome"], entry["reason"]) == ("skipped", "no_space")
    whole = sum(size + 150 for _ in range(count))
    if whole + 60_000 < limit:
        assert len(inside) == count


def test_no_room_at_all_is_an_error_and_not_a_broken_file(tmp_path):
    bundle = bundle_file.BundleFile(str(tmp_path / "b.zip"), ENGINE)
    add_members(bundle, 5, 100)
    with FileLimit(100), pytest.raises(OSError, match="large"):
        bundle.finish(tail)
    bundle.abandon()
    assert not (tmp_path / "b.zip").exists()


def test_names_state_host_scenarios_and_time():
    name = bundle_file.name_of("db-1.example", ["azure-vm", "ilr"], 0, outcomes.RUN_COMPLETE)
    assert name == "saishu_db-1-example_azure-vm+ilr_19700101T000000Z.zip"
    interrupted = bundle_file.name_of("h", ["ilr"], 0, outcomes.RUN_INTERRUPTED, 2)
    assert interrupted == "saishu_h_ilr_19700101T000000Z-2_interrupted.zip"
    assert bundle_file.name_of("採取", ["ilr"], 0, outcomes.RUN_COMPLETE).startswith("saishu_host_")


def test_a_bundle_of_the_same_second_gets_a_number(tmp_path):
    names = []
    for _ in range(3):
        bundle, number = bundle_file.begin(str(tmp_path), "h", ["ilr"], 0, ENGINE)
        names.append((os.path.basename(bundle.path), number))
        bundle.abandon()
    os.rename(tmp_path / (names[0][0] + ".partial"), tmp_path / (names[0][0][:-4] + "_interrupted.zip"))
    bundle, number = bundle_file.begin(str(tmp_path), "h", ["ilr"], 0, ENGINE)
    bundle.abandon()
    assert [number for _, number in names] + [number] == [1, 2, 3, 4]


def test_the_partial_file_and_its_journal_are_private(tmp_path):
    before = os.umask(0)
    try:
        bundle = bundle_file.BundleFile(str(tmp_path / "b.zip"), ENGINE)
        add_members(bundle, 1, 10)
        bundle.checkpoint()
        bundle.abandon()
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"b.zip.partial": 0o600, "b.zip.journal": 0o600}


def test_a_link_in_the_place_of_the_archive_is_not_followed(tmp_path):
    (tmp_path / "b.zip.partial").symlink_to(tmp_path / "victim")
    with pytest.raises(FileExistsError):
        bundle_file.BundleFile(str(tmp_path / "b.zip"), ENGINE)
    assert not (tmp_path / "victim").exists()
