"""Names of any origin become paths that climb nowhere, whatever the bytes."""

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundles.rawzip import unicode_path
from saishu.bundle.names import (
    ESCAPED,
    MOVED,
    decode_name,
    decode_zip_name,
    is_plain,
    safe_path,
    twin,
    without_twin,
)

NASTY = st.text(alphabet=st.sampled_from([*"ab.:/\\?C<>\0\u202e\u0338\u0301がか", "\ud800"]), max_size=30)


@pytest.mark.parametrize(
    ("raw", "host", "text"),
    [
        ("採取ログ.txt".encode("cp932"), 0, "採取ログ.txt"),
        ("採取ログ.txt".encode("cp932"), 3, "採取ログ.txt"),
        ("採取ログ.txt".encode("euc_jp"), 3, "採取ログ.txt"),
        ("採取ログ.txt".encode(), 3, "採取ログ.txt"),
        ("採取ログ.txt".encode(), 0, "採取ログ.txt"),
        ("表示ソフト".encode("cp932"), 0, "表示ソフト"),
        ("ﾃｽﾄ.log".encode("cp932"), 0, "ﾃｽﾄ.log"),
        ("ﾄｱ.log".encode("cp932"), 0, "ﾄｱ.log"),
        ("Größe".encode(), 3, "Größe"),
        (b"\x81", 0, "ü"),
        (b"caf\xe9", 3, "café"),
    ],
)
def test_zip_name_is_decoded(raw, host, text):
    assert decode_zip_name(raw, host=host) == text


def test_flag_and_unicode_field_win():
    raw = "ログ".encode("cp932")
    assert decode_zip_name("ログ".encode(), flags=0x800) == "ログ"
    assert decode_zip_name(raw, host=3, extra=unicode_path(raw, "本当の名前")) == "本当の名前"
    stale = unicode_path(b"another raw name", "嘘の名前")
    assert decode_zip_name(raw, host=0, extra=stale) == "ログ"


@pytest.mark.parametrize(
    ("name", "path", "flags"),
    [
        ("var/log/syslog", "var/log/syslog", 0),
        ("C:\\Windows\\System32\\x.dll", "C/Windows/System32/x.dll", MOVED),
        ("c:x.txt", "c/x.txt", MOVED),
        ("\\\\server\\share\\x.txt", "server/share/x.txt", MOVED),
        ("\\\\?\\C:\\long.txt", "C/long.txt", MOVED),
        ("../../etc/passwd", "etc/passwd", MOVED),
        ("a/../b/./c//d", "a/b/c/d", MOVED),
        ("/", "", MOVED),
        ("..", "", MOVED),
        ("x\0y\u202e.log", "x<U+0000>y<U+202E>.log", ESCAPED),
        ("か\u3099.txt", "が.txt", 0),
    ],
)
def test_path_is_made_safe(name, path, flags):
    assert safe_path(name) == (path, flags)


def test_backslash_of_a_unix_name_stays():
    assert safe_path("units/dev-disk-by\\x2did.device", backslash=False)[0] == "units/dev-disk-by\\x2did.device"


@given(st.one_of(NASTY, st.text(max_size=60)), st.booleans())
def test_safe_path_never_escapes_and_is_idempotent(text, backslash):
    path, _ = safe_path(text, backslash=backslash)
    assert not path.startswith("/")
    assert not {"", ".", ".."} & set(path.split("/")) or path == ""
    assert not backslash or "\\" not in path
    assert safe_path(path, backslash=backslash)[0] == path
    assert unicodedata.is_normalized("NFC", path)
    path.encode("utf-8")
    assert path.isprintable() or any(unicodedata.category(c) in ("Zs", "Co", "Cn") for c in path)
    assert os.path.normpath(os.path.join("/private/room", path)).startswith("/private/room")


@given(st.binary(max_size=80), st.integers(0, 0xFFFF), st.integers(0, 255), st.binary(max_size=40))
def test_any_bytes_decode(raw, flags, host, extra):
    safe_path(decode_zip_name(raw, flags=flags, host=host, extra=extra))
    safe_path(decode_name(raw))


@given(st.text(st.characters(codec="cp932", exclude_characters="\\/:¢£¬‖−〜"), min_size=1, max_size=20))
def test_explorer_names_survive(text):
    """Every name that cp932 can hold comes back, unless its bytes are as good UTF-8 with other than kana in it."""
    raw = text.encode("cp932")
    decoded = decode_zip_name(raw, host=0)
    try:
        misread = raw.decode("utf-8")
    except UnicodeDecodeError:
        misread = None
    assert decoded in (raw.decode("cp932"), misread)


@given(st.binary(max_size=40))
def test_plain_names_need_no_cleaning(raw):
    if is_plain(raw):
        text = raw.decode("ascii")
        assert safe_path(text) == (text.removesuffix("/"), 0)


@given(st.text(min_size=1, max_size=20), st.integers(2, 99))
def test_twin_mark_comes_off(name, number):
    assert without_twin(twin(name.rstrip(">"), number)) == name.rstrip(">")
