"""What lies in real log folders besides plain files: devices, links, loops, holes, names and times of every kind."""

import os
import socket
import stat
import subprocess
import zipfile

import pytest

from e2e_collect.running import SET_FACTS, environment, measured, peak_mib, shown_by
from e2e_collect.trees import Link, grow, log_lines, noise, plain_linux

MIB = 1 << 20
GIB = 1 << 30


def skipped(bundle, path):
    """Return (reason, detail or link target) of an entry that was not read."""
    entry = bundle.entry(path)
    assert entry["outcome"] == "skipped"
    assert "member" not in entry
    return entry["reason"], entry.get("detail") or entry.get("link_target")


def test_what_is_no_file_is_said_and_never_opened(collector, tree, out):
    os.mkfifo(tree / "var/log/fifo")
    os.mkfifo(tree / "var/log/syslog.9")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tree / "var/log/socket"))
    done = collector.collect(out, *SET_FACTS, root=tree, timeout=30)
    listener.close()
    assert done.code == 0, done.err
    bundle = done.bundle()
    assert skipped(bundle, "/var/log/fifo") == ("special_file", "fifo")
    assert skipped(bundle, "/var/log/syslog.9") == ("special_file", "fifo")
    assert skipped(bundle, "/var/log/socket") == ("special_file", "socket")


def test_devices_are_never_read(oldest, tree, out, as_root):
    os.mknod(tree / "var/log/zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    os.mknod(tree / "var/log/syslog.zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    os.mknod(tree / "var/log/disk", stat.S_IFBLK | 0o600, os.makedev(7, 0))
    done = oldest.collect(out, *SET_FACTS, root=tree, timeout=30)
    assert done.code == 0, done.err
    bundle = done.bundle()
    assert skipped(bundle, "/var/log/zero") == ("special_file", "character device")
    assert skipped(bundle, "/var/log/syslog.zero") == ("special_file", "character device")
    assert skipped(bundle, "/var/log/disk") == ("special_file", "block device")


def test_special_files_where_the_collector_itself_looks(oldest, tree, out):
    """A FIFO in the place of a file that facts are read from."""
    for name in ("etc/hostname", "etc/os-release", "etc/waagent.conf"):
        (tree / name).unlink()
        os.mkfifo(tree / name)
    done = oldest.collect(out, *SET_FACTS, root=tree, timeout=30)
    assert done.code in (0, 1)
    done.bundle()


def test_links_are_recorded_and_loops_end(collector, tree, out):
    links = {f"var/log/chain{n:02d}": Link(f"chain{n + 1:02d}") for n in range(60)}
    links |= {f"var/log/ring{n:02d}": Link(f"ring{(n + 1) % 40:02d}") for n in range(40)}
    links |= {"var/log/up": Link(".."), "var/log/azure/top": Link("/var/log"), "var/log/gone": Link("/nowhere")}
    grow(tree, links)
    done = collector.collect(out, *SET_FACTS, root=tree, timeout=30)
    assert done.code == 0, done.err
    bundle = done.bundle()
    assert skipped(bundle, "/var/log/up") == ("symlink", "..")
    assert skipped(bundle, "/var/log/azure/top") == ("symlink", "/var/log")
    assert skipped(bundle, "/var/log/gone") == ("symlink", "/nowhere")
    assert skipped(bundle, "/var/log/ring07") == ("symlink", "ring08")
    assert len([name for name in bundle.names if name.startswith("var/log")]) == 6


def test_a_log_that_is_a_link_is_taken_by_its_name(oldest, tree, out):
    """Asked for by name it is followed, inside the tree: /var/log/syslog may lie on a data disk."""
    (tree / "var/log/syslog").unlink()
    grow(tree, {"data/real.log": log_lines(5000, 44), "var/log/syslog": Link("/data/real.log")})
    done = oldest.collect(out, *SET_FACTS, root=tree)
    bundle = done.bundle()
    recorded, taken = bundle.all_entries("/var/log/syslog")
    assert (recorded["reason"], recorded["link_target"]) == ("symlink", "/data/real.log")
    assert bundle.read(taken["member"]) == log_lines(5000, 44)


def test_a_linked_folder_of_logs_is_taken_too(oldest, tree, out):
    grow(tree, {"data/azure/ext/a.log": "on the data disk\n"})
    (tree / "var/log/azure").rename(tree / "data/azure2")
    grow(tree, {"var/log/azure": Link("/data/azure")})
    bundle = oldest.collect(out, *SET_FACTS, root=tree).bundle()
    assert bundle.content("/var/log/azure/ext/a.log") == b"on the data disk\n"
    assert bundle.item("linux.azure_logs")["status"] == "complete"


def test_a_link_to_a_log_that_is_taken_anyway_is_not_taken_twice(oldest, tree, out):
    grow(tree, {"var/log/messages": Link("syslog")})
    bundle = oldest.collect(out, *SET_FACTS, root=tree).bundle()
    assert skipped(bundle, "/var/log/messages") == ("symlink", "syslog")


def test_a_folder_of_logs_that_is_a_link_is_taken_by_its_name(oldest, tree, out):
    (tree / "var/log").rename(tree / "logs")
    grow(tree, {"var/log": Link("../logs")})
    done = oldest.collect(out, *SET_FACTS, root=tree)
    assert done.code == 0, done.err
    assert done.bundle().entry("/var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log")


def test_a_folder_mounted_into_itself(oldest, tree, out, mounted):
    inner = tree / "var/log/inner"
    mounted(inner, "--bind", str(tree / "var/log"))
    done = oldest.collect(out, *SET_FACTS, root=tree, timeout=60)
    assert done.code == 0, done.err
    bundle = done.bundle()
    assert skipped(bundle, "/var/log/inner") == ("loop", None)
    assert len(bundle.all_entries("/var/log/syslog")) == 1


def test_folders_nested_too_deeply_are_said(oldest, tree, out):
    deep = tree / "var/log"
    here = os.open(deep, os.O_RDONLY)
    for _ in range(90):
        os.mkdir("d", dir_fd=here)
        following = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = following
    os.close(here)
    done = oldest.collect(out, *SET_FACTS, root=tree)
    bundle = done.bundle()
    assert [entry for entry in bundle.files if entry.get("reason") == "too_deep"]


ODD_NAMES = {
    "cp932": "採取ログ.txt".encode("cp932"),
    "euc": "障害情報.log".encode("euc_jp"),
    "utf8": "採取ログ.txt".encode(),
    "invalid": b"bad\xff\xfe\x80.log",
    "newline": b"two\nlines.log",
    "tab": b"a\tb.log",
    "escape": b"\x1b[31mred.log",
    "colon": b"a:b?.log",
    "quote": b"q\"<>|*'.log",
    "backslash": b"c\\d\\e.log",
    "long": b"l" * 251 + b".log",
    "long-ja": ("長" * 83).encode() + b".log",
    "con": b"CON.txt",
    "nul": b"nul",
    "com1": b"com1.log.1",
    "dot": b"trailing.",
    "blank": b"trailing ",
    "blanks": b" leading",
    "upper": b"Same.log",
    "lower": b"same.log",
    "mixed": b"SAME.LOG",
    "percent": b"a%3Ab%3F.log",
    "tilde": b"same~2.log",
    "under": b"_CON.txt",
    "bidi": "a\u202egnp.exe".encode(),
    "nfd": "か\u3099.log".encode(),
    "nfc": "が.log".encode(),
    "dash": b"-rf",
    "hash": b"#x #y",
    "dots": b"..data",
    "emoji": "🗾.log".encode(),
}  # fmt: skip


def grow_odd_names(folder):
    """Make the files; returns {raw name: content}."""
    os.makedirs(folder, exist_ok=True)
    made = {}
    for number, (key, name) in enumerate(sorted(ODD_NAMES.items())):
        content = b"%s %d\n" % (key.encode(), number)
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(content)
        made[name] = content
    return made


def raw_name(entry):
    """Return the raw bytes of the path of an entry."""
    if "path_hex" in entry:
        return bytes.fromhex(entry["path_hex"])
    return entry["path"].encode()


def check_odd_names(bundle, made, top):
    """Every file is there once, under a name that Windows takes, and the manifest gives its raw bytes."""
    found = {}
    for entry in bundle.files:
        raw = raw_name(entry)
        if raw.startswith(top):
            assert entry["outcome"] == "collected", entry
            found[raw[len(top) :]] = entry
    assert set(found) == set(made)
    for name, content in made.items():
        member = found[name]["member"]
        assert bundle.read(member) == content
        for part in member.split("/"):
            assert not part.endswith((".", " ")), member
            assert part.split(".")[0].upper() not in ("CON", "NUL", "COM1"), member
            assert len(part) <= 120
        assert len(member) <= 200
    return found


@pytest.mark.parametrize("locale", ["C", "ja_JP.eucJP"])
def test_names_of_every_kind(collector, tree, out, tmp_path, locale):
    made = grow_odd_names(tree / "var/log/odd")
    done = collector.collect(out, *SET_FACTS, root=tree, env=environment(LC_ALL=locale))
    assert done.code == 0, done.err
    bundle = done.bundle()
    found = check_odd_names(bundle, made, b"/var/log/odd/")
    assert found[ODD_NAMES["utf8"]]["member"] == "var/log/odd/採取ログ.txt"
    assert found[ODD_NAMES["cp932"]]["path_hex"] == (b"/var/log/odd/" + ODD_NAMES["cp932"]).hex()


def test_unzip_and_7z_unpack_all_names(newest, tree, out, tmp_path):
    made = grow_odd_names(tree / "var/log/odd")
    bundle = newest.collect(out, *SET_FACTS, root=tree).bundle()
    for name, command in (("unzip", ["unzip", "-q"]), ("7z", ["7z", "x", "-bd", "-y"])):
        folder = tmp_path / name
        folder.mkdir()
        done = subprocess.run(
            [*command, str(bundle.path)],
            cwd=folder,
            env=environment(LC_ALL="C.UTF-8"),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        inside = {path.read_bytes() for path in (folder / "var/log/odd").iterdir()}
        assert inside == set(made.values()), name
        member = bundle.all_entries("/var/log/odd/採取ログ.txt")[0]["member"]
        assert (folder / member).is_file()


def test_colliding_names_in_different_passes_stay_apart(newest, tree, out):
    """What is required is packed in another pass than the rest, and new files in another than old ones."""
    now = os.stat(tree).st_mtime
    names = ["Syslog", "syslog%3A1", "syslog:1", "SYSLOG.1", "Messages", "messages", "x:1", "x%3A1", "X:1"]
    grow(tree, {f"var/log/{name}": f"content of {name}\n" * 40 for name in names})
    grow(tree, {f"var/log/LOG/sub/{n}": b"1\n" for n in range(3)} | {"var/log/LOG/a": b"A\n"})
    grow(tree, {f"var/log/log/sub/{n}": b"2\n" for n in range(3)} | {"var/log/log/A": b"a\n"})
    grow(tree, {"var/log/fill.log": noise(300_000).hex()})
    for number, name in enumerate(names):
        os.utime(tree / "var/log" / name, (now - number * 400_000, now - number * 400_000))
    for limit in ("10M", "250K"):
        folder = out / limit
        folder.mkdir()
        bundle = newest.collect(folder, "--max-size", limit, *SET_FACTS, root=tree).bundle()
        for name in names:
            assert bundle.content(f"/var/log/{name}") == f"content of {name}\n".encode() * 40


def test_a_part_does_not_take_the_name_of_a_file(newest, tree, out):
    data = log_lines(6 * MIB, 5)
    grow(tree, {"var/log/huge.log": data, "var/log/huge.log.part": b"a file of that name\n"})
    done = newest.collect(out, "--max-size", "400K", *SET_FACTS, root=tree)
    bundle = done.bundle()
    assert bundle.entry("/var/log/huge.log")["outcome"] == "truncated"
    assert data.endswith(bundle.content("/var/log/huge.log"))
    assert bundle.content("/var/log/huge.log.part") == b"a file of that name\n"


TIMES = {
    "1969": -86400 * 200,
    "1970": 0,
    "1979": 315_000_000,
    "2038": 2**31 + 5,
    "2107": 4_354_000_000,
    "2110": 4_500_000_000,
}


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/St_Johns"])
def test_times_of_every_kind(collector, tree, out, zone):
    for name, seconds in TIMES.items():
        grow(tree, {f"var/log/time/{name}": name})
        os.utime(tree / "var/log/time" / name, (seconds, seconds))
    done = collector.collect(out, *SET_FACTS, root=tree, env=environment(TZ=zone))
    assert done.code == 0, done.err
    bundle = done.bundle()
    assert bundle.entry("/var/log/time/1969")["modified"] == "1969-06-15T00:00:00Z"
    assert bundle.entry("/var/log/time/1970")["modified"] == "1970-01-01T00:00:00Z"
    assert bundle.entry("/var/log/time/2110")["modified"] == "2112-08-07T08:00:00Z"
    offset = bundle.manifest["run"]["utc_offset_seconds"]
    assert (offset == 32400) == (zone == "Asia/Tokyo")
    assert bundle.infos["var/log/time/1969"].date_time[0] == 1980
    argv = ["unzip", "-Z", "-T", str(bundle.path), "var/log/syslog"]
    listed = subprocess.run(argv, capture_output=True, check=True, text=True, env=environment(TZ=zone))
    assert "20" in listed.stdout


def test_times_beyond_every_calendar(oldest, tmp_path, out, mounted):
    """tmpfs keeps any 64-bit time: a listing and a manifest must survive it."""
    root = mounted(tmp_path / "tree", "-t", "tmpfs", "tmpfs")
    plain_linux(root)
    folder = "home/user/vm-20240501030652/Scripts"
    grow(root, {f"{folder}/MicrosoftAzureBackupILRLogFile.log": "x\n", "var/log/far": "x\n"})
    for name in ("var/log/far", f"{folder}/MicrosoftAzureBackupILRLogFile.log"):
        os.utime(root / name, (10**17, 10**17))
    for scenario in ("azure-vm", "ilr"):
        target = out / scenario
        target.mkdir()
        done = oldest.collect(target, scenario, *SET_FACTS, root=root)
        assert done.code in (0, 1), done.err
        done.bundle()


def test_a_sparse_file_of_5_gib(collector, tree, out, tmp_path):
    """Only its data is read, the archive is small, and the manifest says where the data belongs."""
    first, middle, last = noise(70_000, 1), log_lines(3 * MIB, 2), noise(90_000, 3)
    path = tree / "var/log/lastlog"
    with open(path, "wb") as file:
        file.write(first)
        file.seek(2 * GIB + 12345)
        file.write(middle)
        file.seek(5 * GIB - len(last))
        file.write(last)
    done = collector.collect(out, *SET_FACTS, root=tree, before=measured(tmp_path / "peak"))
    assert done.code == 0, done.err
    assert done.seconds < 20
    assert peak_mib(tmp_path / "peak") < 64
    bundle = done.bundle()
    assert bundle.path.stat().st_size < 4 * MIB
    entry = bundle.entry("/var/log/lastlog")
    assert entry["member"] == "var/log/lastlog.sparse"
    assert entry["file_size"] == 5 * GIB
    restored = tmp_path / "restored"
    data = bundle.content("/var/log/lastlog")
    with open(restored, "wb") as file:
        file.truncate(entry["file_size"])
        position = 0
        for offset, length in entry["extents"]:
            file.seek(offset)
            file.write(data[position : position + length])
            position += length
    assert position == len(data) == entry["size"]
    for offset, wanted in ((0, first), (2 * GIB + 12345, middle), (5 * GIB - len(last), last)):
        with open(restored, "rb") as file:
            file.seek(offset)
            assert file.read(len(wanted)) == wanted


def test_a_file_that_is_one_hole(oldest, tree, out):
    with open(tree / "var/log/hole", "wb") as file:
        file.truncate(GIB)
    done = oldest.collect(out, *SET_FACTS, root=tree)
    assert done.code == 0, done.err
    bundle = done.bundle()
    entry = bundle.entry("/var/log/hole")
    assert (entry["file_size"], entry["size"], entry["extents"]) == (GIB, 0, [])


@pytest.mark.slow
def test_a_hundred_thousand_files(oldest, tmp_path, out):
    """Memory does not follow the number of files; the directory of the archive is a ZIP64 one."""
    root = plain_linux(tmp_path / "tree")
    line = log_lines(300)
    for folder in range(100):
        os.makedirs(root / f"var/log/many/{folder}")
        for name in range(1000):
            with open(root / f"var/log/many/{folder}/{name}.log", "wb", buffering=0) as file:
                file.write(line)
    done = oldest.collect(out, *SET_FACTS, root=root, before=measured(tmp_path / "peak"))
    assert done.code == 0, done.err
    print(f"100,000 files: {done.seconds:.1f} s, {peak_mib(tmp_path / 'peak'):.0f} MiB")
    assert peak_mib(tmp_path / "peak") < 64
    bundle = done.bundle(sums=False)
    assert len(bundle.names) > 100_000
    assert bundle.read("var/log/many/99/999.log") == line


@pytest.mark.slow
def test_a_file_beyond_4_gib_and_an_archive_with_it(newest, tmp_path, out):
    """Around 4 GiB the sizes in the headers change their form; every program must still read them."""
    root = plain_linux(tmp_path / "tree")
    for name, size in (("full.log", 4 * GIB), ("under.log", 4 * GIB - 600_000)):
        with open(root / "var/log" / name, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
            file.write(b"first line\n" * 1000)
            file.seek(size - 11000)
            file.write(b"final line\n" * 1000)
    done = newest.collect(out, *SET_FACTS, root=root, timeout=280)
    assert done.code in (0, 1), done.err
    print(f"8 GiB: {done.seconds:.1f} s")
    (path,) = out.iterdir()
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("var/log/full.log").file_size == 4 * GIB
        assert archive.getinfo("var/log/under.log").file_size == 4 * GIB - 600_000
        with archive.open("var/log/full.log") as member:
            assert member.read(11000) == b"first line\n" * 1000
    shown_by("zipinfo", str(path))
    assert b"No errors detected" in shown_by("unzip", "-tq", str(path))
    assert b"Everything is Ok" in shown_by("7z", "t", "-bd", str(path))
