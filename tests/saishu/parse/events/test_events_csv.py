"""Event lists in CSV: Event Viewer's in two languages, PowerShell's, our own; and the one we write ourselves."""

import csv
import io
from datetime import timedelta, timezone

import pytest

from saishu.model import Certainty, EventBatch, Level, ZoneSource
from saishu.parse.readers.events.csv_export import write_csv
from saishu.parse.reading import Host
from saishu_collect.windows import event_csv as collected

JST = timezone(timedelta(hours=9))
TOKYO = Host(JST, ZoneSource.HOST, "Tokyo Standard Time")
JAPANESE = (
    "レベル,日付と時刻,ソース,イベント ID,タスクのカテゴリ\r\n"
    '警告,2024/05/21 13:02:04,volsnap,36,なし,"領域を拡張できません。\r\n\r\n操作:\r\n   ""作成"" 中"\r\n'
    "情報,2024/05/21 13:02:03,Service Control Manager,7036,なし,開始しました。\r\n"
)
ENGLISH = (
    "Level,Date and Time,Source,Event ID,Task Category\r\n"
    'Error,5/2/2024 1:02:04 PM,VSS,8193,None,"Failed.\r\n\r\nOperation:\r\n   Making"\r\n'
    'Information,5/2/2024 1:02:03 PM,ESENT,2001,(16),"a, b"\r\n'
)


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
def test_event_viewer_in_japanese(read_events, moment, encoding):
    kept = read_events(JAPANESE, "システム.csv", TOKYO, encoding)
    assert kept.column("position") == [2, 6]
    assert kept.column("level") == [Level.WARNING, Level.INFO]
    assert kept.column("component") == ["volsnap", "Service Control Manager"]
    assert kept.column("event_id") == [36, 7036]
    assert kept.column("message") == ['領域を拡張できません。\n\n操作:\n   "作成" 中', "開始しました。"]
    assert kept.column("time") == [moment("2024-05-21T04:02:04"), moment("2024-05-21T04:02:03")]
    assert kept.batches[0].certainty is Certainty.ZONE_ASSUMED


def test_event_viewer_in_english_and_a_date_that_can_be_read_in_two_ways(read_events, moment):
    kept = read_events(ENGLISH, "Application.csv")
    assert kept.column("event_id") == [8193, 2001]
    assert kept.column("message") == ["Failed.\n\nOperation:\n   Making", "a, b"]
    assert kept.column("time")[0] == moment("2024-05-02T13:02:04")
    assert {note.detail for note in kept.notes("time")} == {"M/D", "UTC"}


def test_one_day_over_twelve_settles_the_order_for_the_whole_file(read_events, moment):
    rows = "".join(f"Error,{day}/05/2024 10:00:00,VSS,1,None,m\r\n" for day in ("02", "03", "21"))
    kept = read_events("Level,Date and Time,Source,Event ID,Task Category\r\n" + rows)
    assert kept.column("time") == [moment(f"2024-05-{day}T10:00:00") for day in ("02", "03", "21")]


def test_powershell_with_its_type_line_and_columns_in_any_order(read_events, moment):
    text = (
        '#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\n"Message","Id","ProviderName","LevelDisplayName",'
        '"TimeCreated","MachineName"\n"one\ntwo","12293","VSS","エラー","2024/05/21 13:02:03","sql01"\n'
    )
    kept = read_events(text, host=TOKYO)
    assert kept.column("message") == ["one\ntwo"]
    assert (kept.column("event_id"), kept.column("component"), kept.column("level")) == ([12293], ["VSS"], [2])
    assert kept.column("time") == [moment("2024-05-21T04:02:03")]
    assert kept.values("host") == [{"name": "sql01"}]


def test_get_eventlog_numbers_and_tabs(read_events):
    text = "EventID\tMachineName\tEntryType\tMessage\tSource\tTimeGenerated\n17\ta\t4\tm\tVSS\t2024/05/21 13:02:03\n"
    kept = read_events(text)
    assert (kept.column("event_id"), kept.column("level"), kept.column("message")) == ([17], [Level.INFO], ["m"])


def test_what_our_own_collector_writes(read_events, tmp_path):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(collected.HEADER)
    writer.writerow(("エラー", "2024/05/21 13:02:03", "VSS", 8194, "None", "first\r\nsecond"))
    kept = read_events(out.getvalue(), "eventlogs/Application.csv", TOKYO, "utf-8-sig")
    assert (kept.column("event_id"), kept.column("level")) == ([8194], [2])
    assert kept.column("message") == ["first\nsecond"]


def test_a_quotation_mark_that_never_ends_does_not_swallow_memory_or_the_rest(read_events):
    rows = "".join(f"Error,2024/05/21 13:02:03,VSS,{number},None,m\n" for number in range(20_000))
    kept = read_events(
        'Level,Date and Time,Source,Event ID,Task Category\nError,2024/05/21 13:02:03,VSS,1,None,"open\n' + rows
    )
    assert kept.total > 10_000
    assert kept.notes("partly")[0].position == 2


def _batch(**columns):
    batch = EventBatch("a", "events", None, True, Certainty.EXACT, ZoneSource.FORMAT)
    for name, values in columns.items():
        setattr(batch, name, values)
    return batch


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_what_we_write_can_be_read_again(read_events, lang):
    batch = _batch(
        position=[1, 2, 3], time=[1_716_264_123_000_000, None, 1_716_264_124_000_000], level=[2, 0, 3],
        component=["VSS", "a,b", "volsnap"], event_id=[8193, 5, 36], operation=[None] * 3,
        message=['one\n"two"', "名前: 値", "=cmd|' /C calc'!A0"],
    )  # fmt: skip
    out = io.BytesIO()
    assert write_csv([batch], out, lang, JST) == 3
    data = out.getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    kept = read_events(data, "Application.csv", TOKYO)
    assert kept.column("event_id") == [8193, 5, 36]
    assert kept.column("component") == ["VSS", "a,b", "volsnap"]
    assert kept.column("time") == batch.time
    assert kept.column("level") == [Level.ERROR, Level.INFO, Level.WARNING]
    assert kept.column("message") == ['one\n"two"', "名前: 値", "'=cmd|' /C calc'!A0"]


def test_an_evtx_becomes_a_list(evtx, read_events):
    kept = read_events(evtx("2-vss_7-System.evtx"), "System.evtx")
    out = io.BytesIO()
    write_csv(kept.batches, out, "ja")
    again = read_events(out.getvalue(), "System.csv")
    assert again.column("event_id") == kept.column("event_id")
    assert again.column("component") == kept.column("component")


@pytest.mark.parametrize("word", ["²", "𐩀", "9" * 6000, "-1", "٣", "１"])
def test_digits_of_other_kinds_are_no_trouble(read_events, word):
    kept = read_events(f"EventID,EntryType,Source,Message\n{word},{word},a,m\n5,{word},b,m\n")
    assert kept.column("event_id")[-1] == 5
    kept = read_events(f"Source: a\nEvent ID: 7\nLevel: {word}\nDate: 2024/05/{word} 10:00:00\nDescription:\nx\n")
    assert kept.column("event_id") == [7]
    read_events(f"Source: a\nEvent ID: {word}\nDescription:\nx\n")
    read_events(f'[{{"EventID": "{word}", "Source": "a", "EntryType": "{word}", "Message": ""}}]')
