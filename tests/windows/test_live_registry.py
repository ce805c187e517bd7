"""The registry of Wine through the real winreg."""

import time
import winreg

import pytest

from saishu_collect.windows import folders, hive, pieces, registry

TOP = "SOFTWARE\\SaishuTest"
KEY = "HKLM\\" + TOP
WIDE, NARROW = winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY


@pytest.fixture
def made():
    """Return a function that writes a value; everything below the test's key is deleted afterwards."""

    def write(below, name, data, kind=winreg.REG_SZ, view=WIDE):
        path = TOP + ("\\" + below if below else "")
        with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_ALL_ACCESS | view) as key:
            winreg.SetValueEx(key, name, 0, kind, data)

    yield write
    for view in (WIDE, NARROW):
        _delete(TOP, view)


def _delete(path, view):
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_ALL_ACCESS | view) as key:
            while True:
                try:
                    _delete(path + "\\" + winreg.EnumKey(key, 0), view)
                except OSError:
                    break
        winreg.DeleteKeyEx(winreg.HKEY_LOCAL_MACHINE, path, view, 0)
    except FileNotFoundError:
        pass


def written(*keys, **step):
    listing = registry.Listing(hive.Hive(), dict({"keys": keys}, **step), pieces.Bounds(30))
    for key in keys:
        listing.add(key)
    return listing.text()


def test_values_of_every_type(made):
    made("", "Text", "値 C:\\x")
    made("", "Path", "%SystemRoot%\\x", winreg.REG_EXPAND_SZ)
    made("", "Number", 4000000000, winreg.REG_DWORD)
    made("", "Long", 1 << 40, winreg.REG_QWORD)
    made("", "List", ["a", "b"], winreg.REG_MULTI_SZ)
    made("", "Bytes", b"\x00\xff", winreg.REG_BINARY)
    lines = written(KEY).splitlines()
    assert lines[0] == f"[{KEY}]"
    assert lines[2:] == [
        '"Bytes" REG_BINARY 2 bytes: 00 FF',
        '"List" REG_MULTI_SZ "a", "b"',
        '"Long" REG_QWORD 0x0000010000000000 (1099511627776)',
        '"Number" REG_DWORD 0xEE6B2800 (4000000000)',
        '"Path" REG_EXPAND_SZ "%SystemRoot%\\x"',
        '"Text" REG_SZ "値 C:\\x"',
    ]


def test_the_last_change_is_that_of_now(made):
    before = time.time()
    made("", "A", "x")
    line = written(KEY).splitlines()[1]
    stamp = time.strptime(line.split(" ")[3].rstrip(","), "%Y-%m-%dT%H:%M:%SZ")
    import calendar

    assert before - 2 <= calendar.timegm(stamp) <= time.time() + 2
    assert line.endswith("64-bit view")


def test_both_views_are_kept_apart(made):
    made("", "Which", "wide")
    made("", "Which", "narrow", view=NARROW)
    text = written(KEY)
    assert text.index('"wide"') < text.index('"narrow"')
    assert text.count("32-bit view") == 1


def test_a_key_only_in_the_wide_view_comes_once(made):
    made("deep\\er", "A", "x")
    text = written(KEY)
    assert "32-bit" not in text
    assert text.count("[") == 3


def test_depth_values_withheld_and_stars(made):
    made("v4.0.30319", "SchUseStrongCrypto", 1, winreg.REG_DWORD)
    made("v2.0.50727", "SchUseStrongCrypto", 0, winreg.REG_DWORD)
    made("v4.0.30319\\below", "SchUseStrongCrypto", 7, winreg.REG_DWORD)
    made("v4.0.30319", "Password", "hunter2")
    text = written(KEY + "\\v*", depth=0, values=["Sch*", "Pass*"], withhold=["*password*"])
    assert [line for line in text.splitlines() if line.startswith("[")] == [
        f"[{KEY}\\v2.0.50727]", f"[{KEY}\\v4.0.30319]",
    ]  # fmt: skip
    assert '"Password" REG_SZ withheld, 16 bytes' in text
    assert "hunter2" not in text
    assert "(7)" not in text


def test_what_is_absent_is_said():
    assert written("HKLM\\SOFTWARE\\Microsoft\\BcdrAgentPersistentKeys") == (
        "[HKLM\\SOFTWARE\\Microsoft\\BcdrAgentPersistentKeys]\n; absent\n"
    )
    assert "; absent" in written("HKU\\S-1-5-80-1-2-3-4-5\\Software")


def test_a_whole_hive_is_written_without_an_error():
    text = written("HKLM\\SYSTEM\\CurrentControlSet\\Services", "HKCU\\Software")
    assert len(text) > 20000
    assert "; error" not in text


def test_folders_that_the_registry_names(made):
    made("Setup", "InstallPath", "C:\\windows\\")
    made("A\\Parameters", "SQLArg1", "-eC:\\windows\\temp\\ERRORLOG")
    made("B\\Parameters", "SQLArg1", '-e"%SystemRoot%\\ERRORLOG"', winreg.REG_EXPAND_SZ)
    made("B\\Parameters", "SQLArg0", "-dC:\\x\\master.mdf")
    assert folders.named({"key": KEY + "\\Setup", "value": "InstallPath"}) == ["C:\\windows"]
    spec = {"key": KEY + "\\*\\Parameters", "value": "SQLArg*", "regex": '^-e"?(?P<folder>.+)[\\\\/][^\\\\/]+$'}
    assert [one.lower() for one in folders.named(spec)] == ["c:\\windows", "c:\\windows\\temp"]
