"""Words for people: phrases, language, widths, and streams that survive any locale."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishu_collect import words as room

PHRASES = {"phrases": {"en": {"a.b": "{count} files in {place}"}, "ja": {"a.b": "{place} に {count} 件"}}}


def test_say_fills_placeholders_in_both_languages():
    assert room.Words(PHRASES, "en").say("a.b", count=3, place="/var") == "3 files in /var"
    assert room.Words(PHRASES, "ja").say("a.b", count=3, place="/var") == "/var に 3 件"


def test_a_missing_phrase_is_an_error_when_strict_and_visible_otherwise():
    with pytest.raises(KeyError):
        room.Words(PHRASES, "en", strict=True).say("a.c")
    assert room.Words(PHRASES, "en", strict=False).say("a.c", path="/x") == "[a.c path=/x]"


def test_a_missing_value_is_an_error_when_strict_and_visible_otherwise():
    with pytest.raises(KeyError):
        room.Words(PHRASES, "en", strict=True).say("a.b", count=3)
    assert room.Words(PHRASES, "en", strict=False).say("a.b", count=3) == "3 files in {place}"


def test_strictness_comes_from_the_environment_of_the_tests(monkeypatch):
    monkeypatch.setenv("SAISHU_STRICT_WORDS", "1")
    assert room.Words(PHRASES, "en").strict
    monkeypatch.delenv("SAISHU_STRICT_WORDS")
    assert not room.Words(PHRASES, "en").strict


def test_values_with_braces_are_not_filled_again():
    spoken = room.Words(PHRASES, "en").say("a.b", count="{place}", place="{0.__class__}")
    assert spoken == "{place} files in {0.__class__}"


def test_placeholders_may_have_any_name():
    known = {"phrases": {"en": {"a.b": "{key} {self} {text}"}, "ja": {}}}
    assert room.Words(known, "en").say("a.b", key=1, self=2, text=3) == "1 2 3"
    assert room.Words(known, "en").pick({"en": "{text}{self}"}, text=1, self=2) == "12"


def test_pick_takes_the_language_and_fills_only_when_asked():
    text = {"en": "found {path}", "ja": "{path} あり"}
    assert room.Words(PHRASES, "ja").pick(text, path="/x") == "/x あり"
    assert room.Words(PHRASES, "en").pick(text) == "found {path}"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no such language"):
        room.Words(PHRASES, "fr")


@pytest.mark.parametrize(
    ("argument", "environ", "expected"),
    [
        ("ja", {"LANG": "en_US.UTF-8"}, "ja"),
        ("en", {"LANG": "ja_JP.UTF-8"}, "en"),
        (None, {"LANG": "ja_JP.UTF-8"}, "ja"),
        (None, {"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "en"),
        (None, {"LC_ALL": "", "LC_MESSAGES": "ja_JP.eucJP"}, "ja"),
        (None, {"LANGUAGE": "ja:en"}, "ja"),
        (None, {}, "en"),
    ],
)
def test_choose_language(argument, environ, expected):
    assert room.choose_language(argument, environ) == expected


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("採取", 4), ("ｱｲ", 2), ("e\u0301", 1), ("Azure ポータル", 14), ("", 0)],
)
def test_display_width(text, width):
    assert room.display_width(text) == width


def test_pad_aligns_columns_and_never_cuts():
    assert room.pad("採取", 6) == "採取  "
    assert room.pad("採取", 3) == "採取"


@given(st.text(max_size=20), st.integers(0, 40))
def test_a_padded_text_is_never_narrower_than_asked(text, width):
    assert room.display_width(room.pad(text, width)) == max(width, room.display_width(text))


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (10 * 1024, "10 KiB"),
        (1048575, "1.0 MiB"),
        (1572864, "1.5 MiB"),
        (5 * 1024**4, "5.0 TiB"),
    ],
)
def test_size_text(size, text):
    assert room.size_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (-1, "0.0 s"),
        (9.97, "10 s"),
        (59.6, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3599.6, "1 h 0 min"),
        (7199, "2 h 0 min"),
    ],
)
def test_duration_text(seconds, text):
    assert room.duration_text(seconds) == text


SPEAK = (
    "import sys\n"
    "from saishu_collect.words import open_talk_streams\n"
    "open_talk_streams()\n"
    "print('\\u63a1\\u53d6 \\u2603', end='\\n')\n"
    "sys.stderr.write('\\u62c7\\u5370 \\udcff\\n')\n"
)


def speak(python, **environ):
    source = str(Path(room.__file__).parent.parent)
    environ = dict(environ, PYTHONPATH=source)
    done = subprocess.run([python, "-c", SPEAK], env=environ, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def check_every_locale(python):
    for environ in ({"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}):
        out, err = speak(python, **environ)
        assert out == "採取 \u2603\n".encode()
        assert err == b"\xe6\x8b\x87\xe5\x8d\xb0 \\udcff\n"
    out, err = speak(python, PYTHONIOENCODING="cp932")
    assert out == "採取 ?\n".encode("cp932")
    assert err == "拇印 ?\n".encode("cp932")
    out, err = speak(python, PYTHONIOENCODING="utf-8:strict")
    assert out == "採取 \u2603\n".encode()
    assert err.endswith(b"\\udcff\n")


def test_streams_survive_every_locale():
    check_every_locale(sys.executable)


def test_streams_survive_every_locale_on_python_36(python36):
    check_every_locale(python36)


def test_streams_without_a_buffer_are_left_alone_and_missing_ones_lead_nowhere(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", None)
    room.open_talk_streams()
    assert sys.stdout is stream
    sys.stderr.write("nobody reads this\n")
    assert sys.stderr.name == os.devnull
