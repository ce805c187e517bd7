"""Events that somebody copied as text: as Event Viewer, wevtutil and PowerShell write them, or pasted."""

from datetime import timedelta, timezone

import pytest

from saishu.bundle.signatures.text import Head
from saishu.model import Certainty, Level, ZoneSource
from saishu.parse.readers.events import looks_like_events
from saishu.parse.reading import Host

TOKYO = Host(timezone(timedelta(hours=9)), ZoneSource.HOST, "Tokyo Standard Time")

ENGLISH = """Log Name:      Application
Source:        VSS
Date:          5/21/2024 1:02:03 PM
Event ID:      12293
Task Category: None
Level:         Error
Keywords:      Classic
User:          N/A
Computer:      sql01.example.com
Description:
A provider failed while it made a shadow copy.

Operation:
   Asking the writer

Context:
   Snapshot set ID: {0A1B2C3D-0001-0002-0003-0123456789AB}
   Source: a line of the message, not of the header
   Computer: neither is this

Log Name:      System
Source:        volsnap
Date:          5/21/2024 1:02:04 PM
Event ID:      27
Level:         Warning
Description:
The shadow copies of E: went away.
"""

JAPANESE = """ログの名前:         Application
ソース:           VSS
日付:            2024/05/21 13:02:03
イベント ID:       8194
タスクのカテゴリ:      なし
レベル:           エラー
キーワード:         クラシック
ユーザー:          N/A
コンピューター:       sql01
説明:
ボリューム シャドウ コピー サービス エラー: 予期しないエラーです。hr = 0x80070005
"""


def test_two_english_events(read_events, moment):
    kept = read_events(ENGLISH, host=TOKYO)
    assert kept.column("position") == [1, 21]
    assert kept.column("component") == ["VSS", "volsnap"]
    assert kept.column("event_id") == [12293, 27]
    assert kept.column("level") == [Level.ERROR, Level.WARNING]
    assert kept.column("time") == [moment("2024-05-21T04:02:03"), moment("2024-05-21T04:02:04")]
    assert kept.column("operation") == ["0a1b2c3d-0001-0002-0003-0123456789ab", None]
    first = kept.column("message")[0]
    assert first.startswith("A provider failed")
    assert first.endswith("Computer: neither is this")
    assert {(batch.certainty, batch.zone_source) for batch in kept.batches} == {
        (Certainty.ZONE_ASSUMED, ZoneSource.HOST)
    }
    assert kept.values("host") == [{"name": "sql01.example.com"}]
    assert not kept.found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_japanese_in_every_encoding(read_events, moment, encoding):
    kept = read_events(JAPANESE, host=TOKYO, encoding=encoding)
    assert (kept.column("component"), kept.column("event_id")) == (["VSS"], [8194])
    assert kept.column("level") == [Level.ERROR]
    assert kept.column("time") == [moment("2024-05-21T04:02:03")]
    assert kept.column("message")[0].endswith("hr = 0x80070005")
    assert [note.detail for note in kept.notes("encoding")] == (["cp932"] if encoding == "cp932" else [])


def test_a_time_without_a_known_zone_is_taken_for_utc_and_said(read_events, moment):
    kept = read_events(JAPANESE)
    assert kept.column("time") == [moment("2024-05-21T13:02:03")]
    assert kept.batches[0].zone_source is ZoneSource.ASSUMED
    assert [note.detail for note in kept.notes("time")] == ["UTC"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Event Type: Error\nEvent Source: disk\nEvent ID: 11\nDescription:\nBad.\n", ("disk", 11, 2, "Bad.")),
        ("_Source: VSS_\n_Event ID: 12289_\n_Event Description: Broken._\n_._\n", ("VSS", 12289, 0, "Broken.")),
        ("> Source: VSS\n> Event ID: 13\n> Level: Warning\n> Description:\n> One\n", ("VSS", 13, 3, " One")),
        ("*Source:* VSS\n*Event ID:* 13\n*Level:* Error\n\nGone.\n", ("VSS", 13, 2, "Gone.")),
        (
            "イベントソース：Backup\nイベント ID：５１７\nメッセージ：失敗しました。\n",
            ("Backup", 517, 0, "失敗しました。"),
        ),
        ("ID:517\nメッセージ：\n失敗\n", ("", 517, 0, "失敗")),
        ("Event ID: 22\n\nA component is not\nregistered.\n", ("", 22, 0, "A component is not\nregistered.")),
        ("種類: 重大\nソース: volsnap\nイベント ID: 14\n説明: 中止\n", ("volsnap", 14, 1, "中止")),
        ("ProviderName : VSS\nId           : 8193\nLevelDisplayName : エラー\nMessage : m\n", ("VSS", 8193, 2, "m")),
    ],
)
def test_pastes_of_every_kind(read_events, text, row):
    kept = read_events(text)
    found = list(zip(*(kept.column(name) for name in ("component", "event_id", "level", "message")), strict=True))
    assert [(*found[0][:3], found[0][3].strip())] == [(*row[:3], row[3].strip())]
    assert len(found) == 1
    assert looks_like_events(Head(text.encode()))


def test_a_text_without_any_header_is_one_event(read_events):
    kept = read_events("\n\nThe service did not\n\nstart: 0x80070005\n")
    assert (kept.column("position"), kept.column("event_id"), kept.column("component")) == ([3], [None], [""])
    assert kept.column("message") == ["The service did not\n\nstart: 0x80070005"]
    assert kept.column("time") == [None]
    assert not looks_like_events(Head(b"The service did not\nstart: 0x80070005\n"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("A VSS writer has rejected an event with error 0x800423f4, the writer failed.\nOperation:\n", ("VSS", 8229)),
        ("エラー 0x800423f2, 時間切れ。\n により、VSS ライターはイベントを拒否しました。\n", ("VSS", 8229)),
        ("Level: Error\nSource: VSS\nUnexpected error calling routine X. hr = 0x80040154\n", ("VSS", 8193)),
        ("The oldest shadow copy of volume E: was deleted to keep disk space usage low\n", ("volsnap", 33)),
        ("Source: Contoso\nA VSS writer has rejected an event with error 0x0\n", ("Contoso", None)),
        ("Source: VSS\nEvent ID: 7\nA VSS writer has rejected an event with error 0x0\n", ("VSS", 7)),
        ("A writer has rejected an event\n", ("", None)),
    ],
)
def test_a_message_that_only_one_event_has_gives_its_name(read_events, text, named):
    kept = read_events(text)
    assert list(zip(kept.column("component"), kept.column("event_id"), strict=True)) == [named]


def test_wevtutil_text(read_events, moment):
    text = "\n".join(
        f"Event[{number}]:\n  Log Name: System\n  Source: disk\n  Date: 2024-05-21T13:02:0{number}.123{zone}\n"
        f"  Event ID: 153\n  Task: N/A\n  Level: Warning\n  Opcode: Info\n  Computer: a\n"
        f"  Description:\nRetried {number}.\n"
        for number, zone in enumerate(("", "0000Z"))
    )
    kept = read_events(text, host=TOKYO)
    assert kept.column("message") == ["Retried 0.", "Retried 1."]
    assert kept.column("time") == [moment("2024-05-21T04:02:00.123"), moment("2024-05-21T13:02:01.123")]
    assert [batch.certainty for batch in kept.batches] == [Certainty.ZONE_ASSUMED, Certainty.EXACT]


EVENT = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='VSS'/>"
    "<EventID Qualifiers='0'>{id}</EventID><Level>2</Level><TimeCreated SystemTime='2024-05-21T04:02:03.5000000Z'/>"
    "<EventRecordID>{record}</EventRecordID><Channel>Application</Channel><Computer>sql01</Computer></System>"
    "<EventData><Data>first</Data><Data>sec &amp; ond</Data><Data Name='hr'>0x80070005</Data>"
    "<Binary>2D20436F64653A20</Binary></EventData></Event>"
)


@pytest.mark.parametrize("frame", ["{}", "<?xml version='1.0'?>\n<Events>{}</Events>", "{}\n</Events>"])
def test_xml_in_one_line_or_many(read_events, moment, frame):
    text = frame.format("".join(EVENT.format(id=8193, record=record) for record in range(70, 75)))
    kept = read_events(text, host=TOKYO)
    assert kept.column("position") == [70, 71, 72, 73, 74]
    assert kept.batches[0].record_numbers
    assert kept.column("time") == [moment("2024-05-21T04:02:03.5")] * 5
    assert kept.column("message")[0] == "first\nsec & ond\nhr: 0x80070005\nBinary: - Code: "
    assert kept.column("level") == [2] * 5
    assert kept.batches[0].certainty is Certainty.EXACT
    assert looks_like_events(Head(text.encode()))


def test_xml_larger_than_a_block_is_read_to_its_end(read_events):
    text = "<Events>" + "".join(EVENT.format(id=9, record=record) for record in range(3000)) + "</Events>"
    kept = read_events(text)
    assert kept.column("position") == list(range(3000))
    assert not kept.found


def test_broken_xml_gives_what_is_left_of_it(read_events):
    broken = EVENT.format(id=8193, record=7).replace("</Data><Data>sec", "</Dta><Data>sec")
    kept = read_events(broken + EVENT.format(id=8194, record=8)[:-30])
    assert kept.column("event_id") == [8193, 8194]
    assert kept.column("component") == ["VSS", "VSS"]
    assert "sec &amp; ond" in kept.column("message")[0]


def test_entities_in_xml_are_not_expanded(read_events):
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" + EVENT.format(id=1, record=1).replace(
        "first", "&b;"
    )
    kept = read_events(bomb)
    assert "aaaa" not in "".join(kept.column("message"))


def test_the_xml_behind_a_text_knows_the_time_better(read_events, moment):
    kept = read_events(
        ENGLISH.partition("\n\nOperation")[0] + "\nEvent Xml:\n" + EVENT.format(id=12293, record=9), host=TOKYO
    )
    assert kept.column("time") == [moment("2024-05-21T04:02:03.5")]
    assert kept.column("message") == ["A provider failed while it made a shadow copy."]
    assert kept.batches[0].certainty is Certainty.EXACT
    assert kept.column("position") == [1]


JSON = """    {"EventID": 36, "Source": "volsnap", "EntryType": 1, "TimeGenerated": "5/21/2024 1:02:03 PM",
      "Message": "The shadow copies\\r\\nwere aborted."},
    {"Id": 8193, "ProviderName": "VSS", "LevelDisplayName": "警告", "TimeCreated": "\\/Date(1716264123000)\\/",
      "MachineName": "sql01", "Message": "m {not a brace} \\" q"},
    {"EventID": 12, "Sour"""


def test_json_that_was_cut_out_of_something(read_events, moment):
    kept = read_events(JSON, "System.json", TOKYO)
    assert kept.column("event_id") == [36, 8193]
    assert kept.column("component") == ["volsnap", "VSS"]
    assert kept.column("level") == [Level.ERROR, Level.WARNING]
    assert kept.column("time") == [moment("2024-05-21T04:02:03"), moment("2024-05-21T04:02:03")]
    assert [batch.certainty for batch in kept.batches] == [Certainty.ZONE_ASSUMED, Certainty.EXACT]
    assert kept.column("message") == ["The shadow copies\nwere aborted.", 'm {not a brace} " q']
    assert kept.column("position") == [1, 3]
    assert looks_like_events(Head(JSON.encode()))


def test_json_inside_other_json(read_events):
    kept = read_events('{"value": [{"EventID": 1, "Source": "a", "Message": "x"}], "more": {"n": 1}}')
    assert kept.column("event_id") == [1]


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("5/21/2024 1:02:03 PM", "2024-05-21T13:02:03"),
        ("21/05/2024 13:02:03", "2024-05-21T13:02:03"),
        ("21.05.2024 13:02:03", "2024-05-21T13:02:03"),
        ("2024/05/21 13:02", "2024-05-21T13:02:00"),
        ("2024/05/21 午後 1:02:03", "2024-05-21T13:02:03"),
        ("2024年5月21日 13:02:03", "2024-05-21T13:02:03"),
        ("2024-05-21T13:02:03.5+09:00", "2024-05-21T04:02:03.5"),
        ("12/31/2024 12:00:00 AM", "2024-12-31T00:00:00"),
        ("2024/13/45 99:02:03", None),
        ("yyyy/mm/dd HH:mm:ss", None),
    ],
)
def test_dates_of_many_countries(read_events, moment, written, iso):
    kept = read_events(f"Source: a\nDate: {written}\nEvent ID: 1\nDescription:\nx\n")
    assert kept.column("time") == [moment(iso) if iso else None]
    assert (kept.batches[0].certainty is Certainty.NONE) == (iso is None)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01 12:00:00 INFO started\nEvent loop ready\n",
        "Source: apt\nVersion: 5\n",
        '{"status": "ok", "id": 5, "name": "x"}',
        "Date: Tue\nFrom: a@example.com\nMessage: hi\n",
    ],
)
def test_other_files_are_no_events(text):
    assert not looks_like_events(Head(text.encode()))
