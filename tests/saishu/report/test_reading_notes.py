"""What is said about how files were read, and about the bundle itself, on a terminal and by `events`."""

import gzip
import shutil
import subprocess
import sys

import pytest

from saishu.bundle import map_members, open_bundle
from saishu.model import NoteKind, ReadNote
from saishu.report.reading_notes import note_line
from saishu.timeline.reading import Order, read_bundle
from saishu_collect.catalogue import load
from saishu_collect.words import Words


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize(
    ("detail", "holds"),
    [
        ("zone UTC", "UTC"),
        ("year 2024 name", "2024"),
        ("year 2024 modified", "2024"),
        ("year 2024 bundle", "2024"),
        ("year - nothing", "a.log"),
        ("something", "something"),
    ],
)
def test_where_a_time_comes_from_is_a_sentence(lang, detail, holds):
    text = note_line(ReadNote(NoteKind.TIME, "a.log", "syslog", detail=detail), Words(load(), lang).say)
    assert holds in text
    assert "diagnose." not in text
    assert "year 2024" not in text


def saishu(*arguments):
    argv = [sys.executable, "-m", "saishu", *map(str, arguments), "--lang", "en"]
    return subprocess.run(argv, capture_output=True, check=False, text=True, encoding="utf-8", timeout=120)


def test_a_file_that_ends_too_soon_is_told(tmp_path):
    lines = "".join(f"2024-05-01T03:06:{n % 60:02d}.000000Z INFO ExtHandler ExtHandler {n * n}\n" for n in range(9000))
    (tmp_path / "waagent.log-20240501.gz").write_bytes(gzip.compress(lines.encode())[:-9000])
    (tmp_path / "messages-20240501").write_text("May  1 03:06:52 web01 kernel: quiet\n", encoding="utf-8")
    said = saishu("diagnose", tmp_path).stdout
    assert "waagent.log-20240501.gz: 1 damaged place(s)" in said
    assert said.index("damaged place(s)") < said.index("do not say the time zone")
    assert "time zone: UTC (nothing says it; UTC was assumed)" in said


def test_events_writes_every_log_once_and_tells_of_the_rest(tmp_path, shared):
    real = shared / "evtx" / "system.evtx"
    for name in ("a/System.evtx", "b/System.evtx", "c/System-2.evtx"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        shutil.copy(real, tmp_path / "in" / name)
    (tmp_path / "in" / "Application.evtx").write_text("no log at all", encoding="utf-8")
    answer = saishu("events", tmp_path / "in", "-o", tmp_path / "out")
    assert answer.returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "System-2-2.csv", "System-2.csv", "System.csv",
    ]  # fmt: skip
    assert answer.stderr.startswith("Application.evtx: could not be read as events")
    alone = saishu("events", tmp_path / "in" / "Application.evtx", "-o", tmp_path / "none")
    assert (alone.returncode, alone.stdout, (tmp_path / "none").exists()) == (3, "", False)


def test_a_member_that_does_not_open_is_unreadable(tmp_path):
    log = tmp_path / "bundle" / "var" / "log" / "waagent.log"
    log.parent.mkdir(parents=True)
    log.write_text("2024-05-01T03:06:52.000000Z INFO ExtHandler ExtHandler fine\n", encoding="utf-8")
    with open_bundle(tmp_path / "bundle") as bundle:
        order = Order(bundle, map_members(bundle, load()), tmp_path)
        log.unlink()
        found = read_bundle(order)
    assert [note.kind for note in found.notes] == [NoteKind.UNREADABLE]
    assert found.files[0].events == 0
