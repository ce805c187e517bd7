"""Event logs: wevtapi and wevtutil are stand-ins that replay, the rest is real. Nothing here is a real event log."""

import csv
import ctypes
import io
import os
from pathlib import Path

import pytest

from saishu_collect import outcomes
from saishu_collect.windows import context, event_log, event_service

LIBRARY = Path("C:/stand_ins/stand_in_wevtapi.dll")
API = Path("C:/faketools/wevtapi")
EVTX = b"ElfFile\x00" + bytes(200)
TICKS = 133485084000000000  # 2023-12-31T15:00:00Z
BOTH = {"do": "event_log", "channel": "System", "formats": ["evtx", "csv"]}


@pytest.fixture
def service(faketools):
    """The functions of wevtapi, replayed; what they answer is recorded in API."""
    API.mkdir(parents=True, exist_ok=True)
    return event_service.Service(str(LIBRARY))


@pytest.fixture
def around(tmp_path):
    found = context.Context(str(tmp_path), 0)
    found.begin(60)
    yield found
    found.clean()
    assert list(tmp_path.iterdir()) == []


def record_events(channel, *rows):
    lines = ["\t".join(map(str, row)) for row in rows]
    (API / f"{channel}.events").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_service_writes_the_file(service, faketools, around):
    (API / "CloudBackup%4Operational.evtx").write_bytes(EVTX)
    around._events = service
    piece = event_log.export("CloudBackup/Operational", around)
    assert (piece.member, piece.detail) == ("eventlogs/CloudBackup%4Operational.evtx", "EvtExportLog")
    assert Path(piece.path).read_bytes() == EVTX
    assert not (faketools.folder / "calls.log").exists()


def test_a_success_of_the_service_without_a_file_is_none(service, faketools, around):
    around._events = service
    faketools("wevtutil", "epl_System_PATH", file=EVTX)
    piece = event_log.export("System", around)
    assert piece.detail == "EvtExportLog: no file; wevtutil"
    assert Path(piece.path).read_bytes() == EVTX
    assert len(faketools.calls()) == 1


def test_wines_own_service_has_no_event_logs_and_the_tool_stands_in(faketools, around):
    faketools("wevtutil", "epl_System_PATH", file=EVTX)
    assert event_log.export("System", around).detail == "EvtExportLog: error 120; wevtutil"


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "utf-8"])
def test_the_tool_may_answer_in_any_encoding(service, faketools, around, encoding):
    around._events = service
    (API / "System.error").write_text("5")
    faketools("wevtutil", "epl_System_PATH", rc=5, err="アクセスが拒否されました。\r\n".encode(encoding))
    piece = event_log.export("System", around)
    assert (piece.outcome, piece.reason) == (outcomes.DENIED, outcomes.NOT_PERMITTED)
    assert piece.detail.startswith("EvtExportLog: error 5; wevtutil: exit code 5; copy: ")


def test_an_empty_success_of_both_ends_with_the_live_file(service, faketools, around):
    around._events = service
    faketools("wevtutil", "epl_System_PATH")
    live = Path(event_log.log_file("System", around.system_root))
    live.parent.mkdir(parents=True, exist_ok=True)
    live.write_bytes(EVTX)
    try:
        # As the event log service has it: open for writing all the time.
        with live.open("r+b") as writer:
            piece = event_log.export("System", around)
            writer.write(b"ElfFile")
        assert piece.detail == "EvtExportLog: no file; wevtutil: no file; copy"
        assert Path(piece.path).read_bytes() == EVTX
    finally:
        live.unlink()


def test_a_channel_that_does_not_exist(service, faketools, around):
    around._events = service
    (API / "Nope%4Admin.error").write_text("15007")
    faketools("wevtutil", "epl_Nope-Admin_PATH", rc=15007 % 256)
    piece = event_log.export("Nope/Admin", around)
    assert (piece.outcome, piece.reason) == (outcomes.MISSING, outcomes.NO_SUCH_FILE)


def test_the_tool_may_hang(service, faketools, around):
    around._events = service
    around.begin(3)
    (API / "System.error").write_text("1722")
    faketools("wevtutil", "epl_System_PATH", ms=60000)
    piece = event_log.export("System", around)
    assert piece.outcome in (outcomes.FAILED, outcomes.TIMED_OUT)
    assert "wevtutil: no answer within 3 s" in piece.detail


def test_the_table_reads_what_the_service_renders(service, faketools, around):
    around._events = service
    (API / "System.evtx").write_bytes(EVTX)
    record_events(
        "System",
        (2, TICKS, "Service Control Manager", 7031, 0, "エラー", "", "サービスは\\n予期せず終了しました。"),
        (3, TICKS, "VSS", 12293, 2, "", "", ""),
        (4, TICKS, "", 1, 0, "", "", "never shown: the provider is not there"),
        (4, TICKS + 10**7, "Long", 65535, 9, "情報", "カテゴリ", "x" * 5000),
    )
    evtx, table = event_log.perform(BOTH, around)
    assert (evtx.outcome, table.outcome) == (None, None)
    rows = list(csv.reader(io.StringIO(Path(table.path).read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Level", "Date and Time", "Source", "Event ID", "Task Category"]
    assert [row[0] for row in rows[1:]] == ["エラー", "Warning", "Information", "情報"]
    assert rows[1][2:] == ["Service Control Manager", "7031", "None", "サービスは\r\n予期せず終了しました。"]
    assert rows[2][2:] == ["VSS", "12293", "(2)", ""]
    assert rows[3][5] == "never shown: the provider is not there"
    assert rows[4][3:] == ["65535", "カテゴリ", "x" * 5000]
    assert rows[1][1][:5] in ("2023/", "2024/")


def test_many_events_come_in_their_order_and_all_handles_are_closed(service, around):
    record_events(
        "System", *((4, TICKS, "S", number, 0, "Information", "None", f"event {number}") for number in range(500))
    )
    number, query = service.query("System")
    assert number == 0
    assert service._api.StandInOpenHandles() > 0
    with query:
        assert [event.id for event in query] == list(range(500))
    assert query.error == 0
    assert service._api.StandInOpenHandles() == 0
    number, query = service.query("System")
    with query:
        next(iter(query))
    assert service._api.StandInOpenHandles() == 0


def test_a_service_that_refuses_leaves_the_table_to_the_engineers_side(service, faketools, around):
    around._events = service
    (API / "System.evtx").write_bytes(EVTX)
    evtx, table = event_log.perform(BOTH, around)
    assert evtx.path
    assert (table.outcome, table.reason, table.detail) == ("skipped", "from_evtx", "EvtQuery: error 15007")


def test_the_locale_of_the_suite_is_what_it_claims():
    assert (ctypes.windll.kernel32.GetACP() == 932) == os.environ.get("LC_ALL", "").startswith("ja_JP")
