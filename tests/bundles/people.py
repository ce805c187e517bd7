"""Builders of honest bundles; each gives the path of what a person would attach to a mail."""

import io
import os
import shutil
import subprocess
import unicodedata
import zipfile
from pathlib import Path

from bundles.rawzip import DEFLATED, Piece, write_zip

WAAGENT = (
    b"2024-05-01T03:06:52.123456Z INFO ExtHandler [Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0] enabled\n"
)
SYSLOG = b"May  1 03:06:52 vm01 systemd[1]: Started Session 1 of user root.\n" * 40
TREE = {
    "var/log/syslog": SYSLOG,
    "var/log/waagent.log": WAAGENT * 50,
    "var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log": b"x\n" * 2000,
    "var/log/apt/history.log": b"Start-Date\n",
}
JAPANESE = {
    "採取ログ/システム情報.txt": "OS 名: Microsoft Windows Server 2022\r\n".encode("cp932"),
    "採取ログ/イベント/アプリケーション.csv": b"a,b\r\n" * 300,
    "採取ログ/表示ソフト.log": b"0x5c follows the lead byte\r\n",
}


def has(program):
    """Whether a real program of this name is here."""
    return shutil.which(program) is not None


def run(*argv, cwd):
    """Run a real packer quietly; it must succeed."""
    done = subprocess.run(argv, cwd=cwd, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")


def tree(folder, files=None):
    """Write files below a folder."""
    for name, data in (TREE if files is None else files).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def explorer_zip(path, files=None):
    """Explorer on Japanese Windows before 11: cp932 names, no flag, made on FAT, folders as entries."""
    pieces = [
        Piece(name.encode("cp932"), data, DEFLATED if data else 0, host=0)
        for name, data in (JAPANESE if files is None else files).items()
    ]
    path.write_bytes(write_zip(pieces))
    return path


def dotnet_zip(path):
    """PowerShell 5's Compress-Archive and old .NET: backslashes as separators."""
    pieces = [Piece(name.replace("/", "\\").encode("utf-8"), data, DEFLATED, host=0) for name, data in TREE.items()]
    path.write_bytes(write_zip(pieces))
    return path


def finder_zip(path):
    """Finder: UTF-8 without the flag, decomposed characters, sizes behind the data, and __MACOSX beside everything."""
    pieces = []
    for name, data in {"証拠がず/ディスクの管理.png": b"\x89PNG\r\n\x1a\n" + bytes(40), **JAPANESE}.items():
        raw = unicodedata.normalize("NFD", name).encode("utf-8")
        folder, _, base = raw.rpartition(b"/")
        pieces.append(Piece(raw, data, DEFLATED, host=3, attributes=0o100644 << 16, descriptor=True))
        pieces.append(Piece(b"__MACOSX/" + folder + b"/._" + base, b"\0\5\x16\7", DEFLATED, host=3, descriptor=True))
    pieces.append(Piece("採取ログ/.DS_Store".encode(), b"\0\0\0\1Bud1", host=3))
    path.write_bytes(write_zip(pieces))
    return path


def infozip(path, files=None, *options):
    """Real Info-ZIP, recursive, with folder entries and extended times."""
    source = tree(path.parent / (path.stem + ".src"), files)
    run("zip", "-q", "-r", *options, str(path), ".", cwd=source)
    return path


def seven_zip(path, files=None, *options):
    """Real 7-Zip; the ending of the path chooses the format."""
    source = tree(path.parent / (path.stem + ".src"), files)
    run("7z", "a", "-bd", *options, str(path), ".", cwd=source)
    return path


def tar_from_root(path, *options):
    """`cd / && tar czf … var/log`, as root would."""
    source = tree(path.parent / (path.stem + ".src"))
    run("tar", *options, "-cf", str(path), "var/log", cwd=source)
    return path


def tar_from_inside(path, *options):
    """`cd /var/log && tar czf … .`: nothing says any more where it came from."""
    source = tree(path.parent / (path.stem + ".src"), {**TREE, "var/log/dmesg": b"[    0.0] Linux\n"})
    run("tar", *options, "-cf", str(path), ".", cwd=source / "var/log")
    return path


def tar_from_home(path, *options):
    """A copy of the logs in a folder of one's own, packed from the home folder."""
    source = path.parent / (path.stem + ".src")
    tree(source / "evidence-vm01")
    run("tar", *options, "-cf", str(path), "evidence-vm01", cwd=source)
    return path


def zip_bytes(files, method=zipfile.ZIP_DEFLATED):
    """The bytes of an ordinary zip, the same every time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 1, 12, 0, 0)), data, method)
    return held.getvalue()


def matryoshka(path, depth, leaf=b"the innermost\n"):
    """A zip in a zip in a zip …, `depth` archives in all."""
    data = zip_bytes({"leaf.txt": leaf})
    for number in range(depth - 1):
        data = zip_bytes({f"level{number}.zip": data}, zipfile.ZIP_STORED if number % 2 else zipfile.ZIP_DEFLATED)
    path.write_bytes(data)
    return path


def read_all(bundle):
    """Every file of a bundle with its bytes."""
    found = {}
    for member in bundle.members:
        if member.kind == "file":
            with bundle.open(member) as stream:
                found[member.path] = stream.read()
    return found


def left_behind(folder):
    """What lies in a temporary folder."""
    return sorted(os.listdir(folder)) if Path(folder).is_dir() else []
