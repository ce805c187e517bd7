"""The EXE as a file: what its resources say, that it can be signed, and what it says on an old Windows."""

import os
import shutil
import subprocess

import pytest

from e2e_windows.conftest import ROOT
from e2e_windows.machines import Wine, copy_prefix, environment


def test_its_resources_ask_for_elevation_and_long_paths(exe):
    data = exe.read_bytes()
    assert b"requireAdministrator" in data
    assert b"longPathAware" in data
    assert "Azure Backup 調査情報の採取ツール".encode("utf-16-le") in data
    assert data[:2] == b"MZ"


def test_it_is_signed_with_a_certificate_of_the_user(exe, server, tmp_path):
    key, cert, mine = tmp_path / "k.pem", tmp_path / "c.pem", tmp_path / "saishu.exe"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "3650",
         "-subj", "/CN=TEST ONLY", "-addext", "extendedKeyUsage=codeSigning"], check=True, capture_output=True,
    )  # fmt: skip
    shutil.copyfile(exe, mine)
    sign = ROOT / "tools" / "wine" / "sign.sh"
    subprocess.run([sign, cert, key], env=dict(os.environ, EXE=str(mine)), check=True, capture_output=True)
    verify = ["osslsigncode", "verify", "-CAfile", cert, "-in"]
    done = subprocess.run([*verify, mine], check=False, capture_output=True)
    assert done.returncode == 0, done.stdout
    assert b"Signature verification: ok" in done.stdout
    shutil.copyfile(mine, server.drive / "signed.exe")
    assert server.run(["C:\\signed.exe", "--version"]).returncode == 0
    changed = bytearray(mine.read_bytes())
    changed[len(changed) // 2] ^= 1
    mine.write_bytes(changed)
    assert subprocess.run([*verify, mine], check=False, capture_output=True).returncode != 0


def test_signing_without_a_certificate_says_what_to_give(exe):
    done = subprocess.run([ROOT / "tools" / "wine" / "sign.sh"], check=False, capture_output=True)
    assert done.returncode == 2
    assert b"CERT=" in done.stderr


@pytest.fixture
def old_windows(cache, exe):
    """A Windows 8.1, which has the build number of Server 2012 R2."""
    target = cache / "old"
    shutil.rmtree(target, ignore_errors=True)
    wine = Wine(cache, copy_prefix(cache / "prefix", target), environment(cache, target, LC_ALL="ja_JP.UTF-8"))
    try:
        wine.run(["winecfg", "-v", "win81"])
        wine.stop()
        wine.start()
        shutil.copyfile(exe, wine.drive / "saishu.exe")
        yield wine
    finally:
        wine.stop()
        shutil.rmtree(target, ignore_errors=True)


def test_a_copied_prefix_leaves_its_source_alone(cache, old_windows):
    """Windows tests run in the source; what one machine is made to look like must not show there."""
    marks = {path.name: path.stat() for path in (cache / "prefix").glob("*.reg")}
    assert marks
    for name, status in marks.items():
        assert status.st_nlink == 1, name
        assert not (old_windows.prefix / name).samefile(cache / "prefix" / name)


def test_an_old_windows_is_sent_to_the_paper_form(old_windows):
    done = old_windows.run(["C:\\saishu.exe", "collect", "mars", "--yes", "--offline"])
    said = done.stderr.decode("cp932")
    assert done.returncode == 4, said
    assert "[E440]" in said
    assert "9600" in said
    assert "checklist" in said
    form = old_windows.run(["C:\\saishu.exe", "checklist", "mars", "--format", "html"])
    assert form.returncode == 0
    assert len(form.stdout) > 5000
