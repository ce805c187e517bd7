"""Member names: whatever bytes a file is called by, Windows can unpack it and no two files share a name."""

import os
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saishu_collect import names

PART = st.binary(min_size=1, max_size=255).filter(lambda raw: b"/" not in raw and b"\0" not in raw)
PATHS = st.lists(PART, min_size=1, max_size=12).map(lambda parts: os.fsdecode(b"/" + b"/".join(parts)))
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?\Z")


def windows_takes(member):
    for part in member.split("/"):
        assert part not in ("", ".", "..")
        assert not re.search('[\x00-\x1f<>:"|?*\\\\\x7f]', part)
        assert not part.endswith((".", " "))
        assert not RESERVED.match(part), part
        assert len(part) <= names.LONGEST_COMPONENT
    assert len(member) <= names.LONGEST_MEMBER


@pytest.mark.skipif(os.name == "nt", reason="paths are bytes on Linux only")
@given(PATHS)
@example("/a/..b/...")
@example("/" + "x" * 300)
@example("/" + "/".join(["長い名前" * 20] * 12))
@example("/CON/aux.txt/Lpt1")
@example("/a /b. /c")
def test_windows_takes_every_name(path):
    windows_takes(names.member_name(path))


@given(PATHS)
def test_the_manifest_gives_every_path_back(path):
    raw = names.raw_hex(path)
    text = names.text_of(path)
    text.encode("utf-8")
    assert (bytes.fromhex(raw) if raw else text.encode("utf-8")) == os.fsencode(path)


@given(st.lists(PATHS, unique=True, max_size=60))
def test_no_two_files_share_a_name(paths):
    taken = names.Taken()
    given_names = [taken.unique(names.member_name(path)) for path in paths]
    assert len({name.lower() for name in given_names}) == len(paths)


def test_plain_names_stay_what_they_are():
    assert names.member_name("/var/log/syslog.1") == "var/log/syslog.1"
    assert names.member_name("/var/log/採取 記録.log") == "var/log/採取 記録.log"
    assert names.member_name("/var/log/./x/../y") == "var/log/x/y"


def test_odd_names_are_readable():
    assert names.member_name("/a:b?") == "a%3Ab%3F"
    assert names.member_name(os.fsdecode(b"/\xff.log")) == "%FF.log"
    assert names.member_name("/CON.txt") == "_CON.txt"
    assert names.member_name("/x.") == "x%2E"
    assert names.member_name("/two\nlines") == "two%0Alines"


def test_long_names_keep_their_ending_and_stay_apart():
    first = names.member_name("/" + "a" * 200 + "1" + "b" * 50 + ".log.gz")
    second = names.member_name("/" + "a" * 200 + "2" + "b" * 50 + ".log.gz")
    assert first != second
    assert first.endswith(".log.gz")


def test_a_taken_name_gets_a_number_before_its_ending():
    taken = names.Taken()
    assert [taken.unique(name) for name in ("a/Log.txt", "a/log.TXT", "A/LOG.txt", "b/log.txt")] == [
        "a/Log.txt", "a/log~2.TXT", "A/LOG~3.txt", "b/log.txt",
    ]  # fmt: skip
    assert [taken.unique(name) for name in ("a/x", "a/X", "a/.profile", "a/.Profile")] == [
        "a/x", "a/X~2", "a/.profile", "a/.Profile~2",
    ]  # fmt: skip


def test_a_number_that_is_a_name_already_is_passed_over():
    taken = names.Taken()
    assert [taken.unique(name) for name in ("s.log", "s~2.log", "S.log")] == ["s.log", "s~2.log", "S~3.log"]


def test_the_filter_hardly_ever_takes_a_new_name_for_a_known_one():
    taken = names.Taken()
    wanted = [f"var/log/many/{number}.log" for number in range(200_000)]
    assert [taken.unique(name) for name in wanted] == wanted
