"""Little room: full disks, --max-size. A valid zip with its manifest remains, and says what is not in it."""

import contextlib
import gzip
import os
import random
import subprocess

import pytest

from e2e_collect.conftest import lacking
from e2e_collect.running import SET_FACTS, end_of, opened, wait_for
from e2e_collect.trees import grow, log_lines, noise, plain_linux

MIB = 1 << 20


def many_small(root, count=600, size=900):
    """Return a tree whose logs are many files that hardly pack: the archive is as large as they are."""
    files = {f"var/log/app/{number:04d}.log": noise(size, number).hex() for number in range(count)}
    return grow(plain_linux(root), files)


def no_larger_than(bundle, limit):
    assert bundle.path.stat().st_size <= limit, bundle.path.stat().st_size
    assert bundle.state == "partial"


def check_full_disk(done):
    """What must hold when the target fills up."""
    assert done.code == 1, (done.code, done.err)
    bundle = done.bundle()
    assert bundle.state == "partial"
    lost = [entry for entry in bundle.files if entry["outcome"] == "skipped" and entry.get("reason") == "no_space"]
    over = [entry for entry in bundle.files if entry.get("reason") == "over_limit"]
    assert lost or over
    for entry in lost + over:
        assert "member" not in entry or entry["outcome"] == "truncated"
    return bundle


@pytest.mark.parametrize("kib", [64, 96, 128, 256])
def test_a_tiny_target(oldest, tmp_path, mounted, kib):
    many_small(tmp_path / "tree")
    small = mounted(tmp_path / "small", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs")
    check_full_disk(oldest.collect(small, *SET_FACTS, root=tmp_path / "tree"))


def test_a_target_of_3_mib(collector, tmp_path, mounted):
    root = many_small(tmp_path / "tree", 200)
    grow(root, {"var/log/big.bin": noise(5 * MIB), "var/log/big.log": log_lines(12 * MIB)})
    small = mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=3m", "tmpfs")
    bundle = check_full_disk(collector.collect(small, *SET_FACTS, root=root))
    assert bundle.entry("/var/log/syslog")["outcome"] == "collected"


@pytest.mark.parametrize("eaten", [400, 1200, 2400])
def test_a_target_that_somebody_else_fills_meanwhile(oldest, tmp_path, mounted, eaten):
    """The room was there when we looked: the writes themselves fail, at many different places."""
    root = many_small(tmp_path / "tree", 1500, 1500)
    grow(root, {"var/log/mid.bin": noise(700 * 1024), "var/log/mid.log": log_lines(3 * MIB)})
    small = mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=3m", "tmpfs")
    hog = small / "hog"
    process = oldest.start(small, *SET_FACTS, root=root)
    wait_for(lambda: list(small.glob("*.partial")) or process.poll() is not None)
    assert process.poll() is None
    with open(hog, "wb", buffering=0) as file, contextlib.suppress(OSError):
        file.writelines(bytes(1024) for _ in range(eaten))
    done = end_of(process, small)
    hog.unlink()
    check_full_disk(done)


def test_a_small_real_file_system(oldest, tmp_path, mounted):
    """ext4 in a loop device, as a quota or a small /tmp would be."""
    root = many_small(tmp_path / "tree", 1500)
    image = tmp_path / "image"
    image.write_bytes(bytes(2 * MIB))
    made = subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", str(image)], capture_output=True, check=False)
    if made.returncode:
        lacking(f"no small file system can be made here: {made.stderr!r}")
    small = mounted(tmp_path / "small", "-o", "loop", str(image))
    folder = small / "bundle"
    folder.mkdir()
    check_full_disk(oldest.collect(folder, *SET_FACTS, root=root))


def test_too_little_room_is_refused_before_anything_is_written(newest, tree, tmp_path, mounted):
    small = mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=16k", "tmpfs")
    done = newest.collect(small, root=tree)
    assert done.code == 4
    assert "[E401]" in done.err
    assert done.left == []


def test_max_size_takes_required_and_newer_first(collector, tmp_path, out):
    """A limit: the archive stays below it, what is left out is listed, a .gz is never cut."""
    root = plain_linux(tmp_path / "tree")
    now = os.stat(root).st_mtime
    for number in range(40):
        age = number * 86400.0
        for name, data in (
            (f"var/log/app/app.log.{number:02d}", noise(30000, number).hex()),
            (f"var/log/app/old.{number:02d}.gz", gzip.compress(noise(30000, 99 + number))),
        ):
            grow(root, {name: data})
            os.utime(root / name, (now - age, now - age))
    limit = 500 * 1024
    done = collector.collect(out, "--max-size", "500K", *SET_FACTS, root=root)
    bundle = done.bundle()
    assert bundle.path.stat().st_size <= limit
    assert bundle.path.stat().st_size > limit // 2
    for path in ("/var/log/syslog", "/var/log/syslog.1", "/var/log/syslog.2.gz", "/var/log/waagent.log"):
        assert bundle.entry(path)["outcome"] == "collected", path
    wanted = {f"/var/log/app/app.log.{number:02d}" for number in range(40)}
    wanted |= {f"/var/log/app/old.{number:02d}.gz" for number in range(40)}
    entries = {entry["path"]: entry for entry in bundle.files}
    assert wanted <= set(entries)
    left_out = {path for path in wanted if "member" not in entries[path]}
    assert left_out
    assert {entries[path]["reason"] for path in left_out} == {"over_limit"}
    for path in wanted - left_out:
        data = (root / path.lstrip("/")).read_bytes()
        if path.endswith(".gz"):
            assert bundle.content(path) == data
    newest_in = [int(path.rpartition(".")[2]) for path in wanted - left_out if "app.log" in path]
    oldest_out = [int(path.rpartition(".")[2]) for path in left_out if "app.log" in path]
    # Classes of age are 1, 3, 7, 14, 30 days: nothing of a younger class is out while an older one is in.
    assert max(newest_in) <= min(oldest_out) + 16
    assert 0 in newest_in
    assert done.code in (0, 1)


def test_a_text_that_is_too_large_keeps_its_end_from_a_line_start(collector, tmp_path, out):
    root = plain_linux(tmp_path / "tree")
    data = b"".join(b"%07d %s\n" % (number, noise(30, number).hex().encode()) for number in range(60000))
    packed = gzip.compress(noise(3 * MIB))
    grow(root, {"var/log/huge.log": data, "var/log/huge.gz": packed, "var/log/b.bin": noise(MIB)})
    done = collector.collect(out, "--max-size", "600K", *SET_FACTS, root=root)
    bundle = done.bundle()
    assert bundle.path.stat().st_size <= 600 * 1024
    entry = bundle.entry("/var/log/huge.log")
    assert entry["outcome"] == "truncated"
    assert entry["reason"] == "over_limit"
    assert entry["member"] == "var/log/huge.log.part"
    kept = bundle.content("/var/log/huge.log")
    assert len(kept) > 100 * 1024
    assert data.endswith(kept)
    assert data[-len(kept) - 1 :][:1] == b"\n"
    assert entry["start"] == len(data) - len(kept)
    assert bundle.entry("/var/log/huge.gz")["outcome"] == "skipped"
    assert bundle.entry("/var/log/b.bin")["outcome"] == "skipped"


def test_one_required_file_larger_than_the_limit(newest, tmp_path, out):
    root = plain_linux(tmp_path / "tree")
    data = log_lines(30 * MIB)
    grow(root, {"var/log/messages": data})
    done = newest.collect(out, "--max-size", "1M", *SET_FACTS, root=root)
    assert done.code == 1
    bundle = done.bundle()
    no_larger_than(bundle, MIB)
    kept = bundle.content("/var/log/messages")
    assert data.endswith(kept)
    assert len(kept) > 2 * MIB
    assert bundle.item("linux.syslog")["status"] == "partial"


@pytest.mark.parametrize("limit", ["30K", "50K", "70K", "100K", "200K"])
def test_small_limits_hold(newest, tmp_path, limit):
    root = many_small(tmp_path / "tree", 300)
    folder = tmp_path / "out"
    folder.mkdir()
    done = newest.collect(folder, "--max-size", limit, *SET_FACTS, root=root)
    bundle = done.bundle()
    no_larger_than(bundle, int(limit[:-1]) * 1024)


@pytest.mark.parametrize("limit", ["70K", "300K"])
def test_small_limits_hold_with_long_names(newest, tmp_path, limit):
    root = plain_linux(tmp_path / "tree")
    draw = random.Random(7)
    names = ["".join(draw.choice("採取記録情報障害調査検証") for _ in range(80)) for _ in range(200)]
    grow(root, {f"var/log/長い名前のフォルダー/{name}.log": noise(300, number) for number, name in enumerate(names)})
    folder = tmp_path / "out"
    folder.mkdir()
    done = newest.collect(folder, "--max-size", limit, *SET_FACTS, root=root)
    assert done.bundle().path.stat().st_size <= int(limit[:-1]) * 1024


def test_since_leaves_older_files_out_and_says_so(newest, tree, out):
    now = os.stat(tree).st_mtime
    old = tree / "var/log/dpkg.log"
    os.utime(old, (now - 20 * 86400, now - 20 * 86400))
    done = newest.collect(out, "--since", "14d", *SET_FACTS, root=tree)
    bundle = done.bundle()
    entry = bundle.entry("/var/log/dpkg.log")
    assert (entry["outcome"], entry["reason"]) == ("skipped", "older_than_since")
    assert bundle.entry("/var/log/syslog")["outcome"] == "collected"
    assert bundle.manifest["run"]["options"]["since_seconds"] == 14 * 86400


def test_an_archive_in_the_tree_never_collects_itself_or_earlier_ones(newest, tree):
    folder = tree / "var" / "log" / "evidence"
    folder.mkdir()
    first = newest.collect(folder, *SET_FACTS, root=tree)
    assert first.code == 0, first.err
    (earlier,) = first.left
    second = newest.collect(folder, *SET_FACTS, root=tree)
    assert second.code == 0
    names = second.left
    assert len(names) == 2
    bundle = opened(folder / next(name for name in names if name != earlier))
    for path in ("/var/log/evidence/" + name for name in names):
        for entry in bundle.all_entries(path):
            assert (entry["outcome"], entry["reason"]) == ("skipped", "own_output")
    assert bundle.entry("/var/log/evidence/" + earlier)
    assert not [name for name in bundle.names if "evidence" in name]
