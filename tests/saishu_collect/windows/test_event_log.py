import csv
import io
from pathlib import Path

import pytest
from windows_stand_ins import TICKS_2024, Events, context, ran

from saishu.bundle.signatures import event_csv as signature
from saishu_collect import outcomes
from saishu_collect.windows import event_csv, event_log, event_service

BOTH = {"do": "event_log", "channel": "System", "formats": ["evtx", "csv"]}


def event(**given):
    values = {
        "level": 2, "level_text": "Error", "ticks": TICKS_2024, "source": "Service Control Manager", "id": 7031,
        "task": 0, "task_text": None, "message": 'He said "no",\r\nthen stopped.\r\n', "xml": None,
    }  # fmt: skip
    values.update(given)
    return event_service.Event(**values)


def live_copy(folder, data=b"ElfFile\x00live", channel="System"):
    """Put a live event log file where the system of a context has it (the path is one name on this system)."""
    with open(event_log.log_file(channel, str(folder)), "wb") as out:
        out.write(data)


def tool(code=0, data=None, output=b"", **more):
    """Return a `run` that behaves like wevtutil."""

    def run(argv, seconds):
        if data is not None:
            with open(argv[-1], "wb") as out:
                out.write(data)
        return ran(code=code, output=output, **more)

    return run


def test_the_service_is_asked_first(tmp_path):
    piece = event_log.export("System", context(tmp_path, events=Events()))
    assert piece.member == "eventlogs/System.evtx"
    assert piece.detail == "EvtExportLog"
    assert piece.outcome is None


def test_a_slash_becomes_what_windows_makes_of_it():
    assert event_log.member_of("CloudBackup/Operational", "evtx") == "eventlogs/CloudBackup%4Operational.evtx"
    assert event_log.log_file("CloudBackup/Operational", "C:\\Windows") == (
        "C:\\Windows\\System32\\winevt\\Logs\\CloudBackup%4Operational.evtx"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [(None, "no file"), (b"", "an empty file"), (b"<Events/>", "a file that is no event log")],
)
def test_a_success_without_an_event_log_is_none_and_the_tool_is_next(tmp_path, data, said):
    around = context(tmp_path, events=Events(0, data), run=tool(0, b"ElfFile\x00by the tool"))
    piece = event_log.export("System", around)
    assert piece.detail == f"EvtExportLog: {said}; wevtutil"
    with open(piece.path, "rb") as made:
        assert made.read() == b"ElfFile\x00by the tool"


def test_exit_code_0_without_a_file_is_a_failure_and_the_live_file_is_copied(tmp_path):
    live_copy(tmp_path)
    piece = event_log.export("System", context(tmp_path, events=Events(120, None), run=tool(0)))
    assert piece.detail == "EvtExportLog: error 120; wevtutil: no file; copy"
    with open(piece.path, "rb") as made:
        assert made.read() == b"ElfFile\x00live"


@pytest.mark.parametrize("output", ["チャネルが見つかりません".encode("cp932"), "チャネル".encode("utf-16")])
def test_what_the_tool_prints_in_any_encoding_does_no_harm(tmp_path, output):
    piece = event_log.export("System", context(tmp_path, events=Events(5, None), run=tool(5, output=output)))
    assert piece.path is None
    assert (piece.outcome, piece.reason) == (outcomes.DENIED, outcomes.NOT_PERMITTED)
    assert "wevtutil: exit code 5" in piece.detail


def test_a_channel_that_does_not_exist_is_missing(tmp_path):
    piece = event_log.export("Nope/Admin", context(tmp_path, events=Events(15007, None), run=tool(15007)))
    assert (piece.outcome, piece.reason) == (outcomes.MISSING, outcomes.NO_SUCH_FILE)
    assert piece.member is None


def test_no_tool_and_no_service_fail_with_their_reasons(tmp_path):
    live_copy(tmp_path, b"not an event log")
    piece = event_log.export("System", context(tmp_path, events=Events(1722, None)))
    assert piece.outcome == outcomes.FAILED
    assert piece.detail == (
        "EvtExportLog: error 1722; wevtutil: not on this machine; copy: a file that is no event log"
    )


def test_the_table_is_that_of_the_event_viewer(tmp_path):
    found = [event(), event(level_text=None, level=3, source="VSS", id=12293, task=2, message=None, xml=XML)]
    evtx, table = event_log.perform(BOTH, context(tmp_path, events=Events(events=found)))
    assert (evtx.member, table.member) == ("eventlogs/System.evtx", "eventlogs/System.csv")
    raw = Path(table.path).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfLevel,Date and Time,Source,Event ID,Task Category\r\n")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    when = event_csv.local_time(TICKS_2024)
    assert rows[1] == ["Error", when, "Service Control Manager", "7031", "None", 'He said "no",\r\nthen stopped.']
    assert rows[2] == ["Warning", when, "VSS", "12293", "(2)", "PrepareForBackup; 0x80042301 & <more>; 2D20"]


XML = (
    "<Event><EventData><Data>PrepareForBackup</Data><Data Name='hr'>0x80042301 &amp; &lt;more&gt;</Data><Data></Data>"
    "<Binary>2D20</Binary></EventData></Event>"
)


def test_the_engineers_side_knows_the_table(tmp_path):
    from saishu.bundle.signatures.text import Head

    sources = ["Service Control Manager", "volsnap", "Disk"]
    around = context(tmp_path, events=Events(events=[event(source=one) for one in sources]))
    table = event_log.perform(BOTH, around)[1]
    assert signature.channel_of(Head(Path(table.path).read_bytes())) == "System"


def test_times_are_those_of_this_machine(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert event_csv.local_time(TICKS_2024) == "2024/01/01 00:00:00"
    finally:
        monkeypatch.undo()
        time.tzset()
    assert event_csv.local_time(0) == ""


def test_without_the_service_the_table_is_left_to_the_engineers_side(tmp_path):
    evtx, table = event_log.perform(BOTH, context(tmp_path, events=Events(query_number=120)))
    assert evtx.path
    assert (table.outcome, table.reason) == (outcomes.SKIPPED, outcomes.FROM_EVTX)
    assert table.detail == "EvtQuery: error 120"


def test_a_broken_service_and_no_file_in_its_place_is_a_failure_not_an_absence(tmp_path):
    found = event_log.perform(BOTH, context(tmp_path, events=Events(120, None, query_number=120), run=tool(0)))
    assert [(one.outcome, one.reason) for one in found] == [(outcomes.FAILED, outcomes.IO_ERROR)] * 2


def test_without_any_evtx_the_table_is_missing_too(tmp_path):
    found = event_log.perform(BOTH, context(tmp_path, events=Events(15007, None, query_number=15007)))
    assert [one.outcome for one in found] == [outcomes.MISSING, outcomes.MISSING]


def test_a_table_that_ends_early_says_what_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(event_csv, "MOST_ROWS", 3)
    around = context(tmp_path, events=Events(events=[event()] * 9))
    trouble, rows, more = event_csv.write_table("System", str(tmp_path / "t.csv"), around, most_rows=3)
    assert (trouble, rows, more) == (None, 3, True)
    found = event_log.perform(BOTH, context(tmp_path, events=Events(events=[event()] * 2, ends_with=1734)))
    assert found[1].member == "eventlogs/System.csv"
    assert (found[2].outcome, found[2].reason, found[2].detail) == (
        outcomes.SKIPPED, outcomes.OVER_LIMIT, "EvtNext: error 1734",
    )  # fmt: skip


def test_a_copy_ends_with_its_time(tmp_path):
    from saishu_collect.windows import pieces

    live_copy(tmp_path, b"ElfFile\x00" + bytes(100))
    with pytest.raises(TimeoutError):
        event_log.copy_file(event_log.log_file("System", str(tmp_path)), str(tmp_path / "x"), pieces.Bounds(0))
