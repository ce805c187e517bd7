"""Files are recognised by path, evidence, name and content; renamed pastes too, programs and pictures never."""

import gzip

import pytest

from saishu.bundle import map_members, open_bundle
from saishu.parse.recognise import Recogniser, open_reader
from saishu.parse.telling import format_in, is_event_text
from saishu.parse.text import read_text
from saishu_collect.catalogue import load

WAAGENT = "2024-05-01T03:06:52.123456Z INFO ExtHandler ExtHandler ready\n" * 3
EVENT = "Log Name:      Application\nSource:        VSS\nDate:          5/1/2024 3:06:52 AM\nEvent ID:      8193\n"
EVENT_JA = "ログの名前: Application\nソース: VSS\n日付: 2024/05/01 3:06:52\nイベント ID: 8193\nレベル: エラー\n"
SYSLOG = "May  1 03:06:52 web01 systemd[1]: Started.\n" * 3


@pytest.fixture
def formats(tmp_path):
    """formats({path: data}) gives {path: (format, evidence)} of a folder with these files."""

    def run(files):
        for path, data in files.items():
            place = tmp_path / "case" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data if isinstance(data, bytes) else data.encode())
        with open_bundle(tmp_path / "case") as bundle:
            recogniser = Recogniser(bundle, map_members(bundle, load()))
            return {member.path: recogniser.format_of(member) for member in bundle.members if member.kind == "file"}

    return run


def test_paths_names_and_contents(formats):
    found = formats(
        {
            "var/log/waagent.log": WAAGENT,
            "var/log/waagent.log.2.gz": gzip.compress(WAAGENT.encode()),
            "agent (1).txt": WAAGENT,
            "paste/Application.txt": EVENT,
            "paste/系.txt": EVENT_JA.encode("cp932"),
            "logs/ERRORLOG": "2024-05-01 03:06:52.12 Server      Microsoft SQL Server 2019\n".encode("utf-16"),
            "mail.txt": "Error code: UserErrorGuestAgentStatusUnavailable\n",
            "packed.log.gz": gzip.compress(SYSLOG.encode()),
            "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
            "tool.py": "import os\n",
            "some.bin": bytes(range(256)),
            "empty.log": "",
        }
    )
    assert {path: name for path, (name, _) in found.items()} == {
        "var/log/waagent.log": "waagent",
        "var/log/waagent.log.2.gz": "waagent",
        "agent (1).txt": "waagent",
        "paste/Application.txt": "events",
        "paste/系.txt": "events",
        "logs/ERRORLOG": "sql-errorlog",
        "mail.txt": "text",
        "packed.log.gz": "syslog",
        "picture.png": None,
        "tool.py": None,
        "some.bin": None,
        "empty.log": None,
    }
    assert found["logs/ERRORLOG"][1] == "sql.errorlog"
    assert found["var/log/waagent.log"][1] in ("linux.waagent_log", "linux.var_log")
    assert found["mail.txt"][1] is None


def test_the_name_gives_way_to_a_clear_content(formats):
    found = formats({"notes/messages": EVENT, "x/backup.log": SYSLOG, "y/backup.log": "copied 3 files\n"})
    assert found["notes/messages"][0] == "events"
    assert found["x/backup.log"][0] == "syslog"
    assert found["y/backup.log"][0] == "hana-backup"


def test_our_own_papers_are_no_evidence(formats):
    found = formats({
        "manifest.json": '{"schema": "saishu/manifest/1", "files": []}',
        "run.log": "2024-05-01 03:06:52 ERROR nothing\n",
        "summary.en.txt": "Error\n",
        "var/log/waagent.log": WAAGENT,
    })  # fmt: skip
    assert {path: name for path, (name, _) in found.items() if name} == {"var/log/waagent.log": "waagent"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('[{"status": {"formattedMessage": {"message": "ok"}}}]', "extension-status"),
        ('{"properties": {"jobType": "AzureIaaSVMJob", "status": "Failed"}}', "job-json"),
        ("vssadmin 1.1\nWriter name: 'System Writer'\n   State: [1] Stable\n", "vssadmin"),
        ("ライター名: 'System Writer'\n", "vssadmin"),
        ("2024-05-01 03:06:52.266 backint started:\n  command: x\n", "hana-backint"),
        ("[2024-05-01T12:06:52+09:00] [PASS] Checking OS.\n[2024-05-01T12:06:52+09:00] [SUCC] Done.\n", "msawb-prereg"),
        ("hello\n", "text"),
    ],
)
def test_contents(text, name):
    assert format_in(text.encode()) == name


@pytest.mark.parametrize(
    "text",
    [
        EVENT, EVENT_JA, "Event ID: 12289\n\nVolume Shadow Copy Service error: x\nDescription: y\nSource: VSS\n",
        "_Source: VSS_\n_Event ID: 8193_\n_Event Description: x_\n",
        "イベントソース：Backup\nイベント ID：517\nメッセージ：x\n",
        '{"EventID": 36, "Source": "volsnap", "Message": "x"}'.replace(", ", ",\n"),
        "ProviderName : VSS\nId           : 8193\nMessage      : x\n",
        '<Events><Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System/></Event></Events>',
    ],
)  # fmt: skip
def test_event_text(text):
    assert is_event_text(text)


@pytest.mark.parametrize(
    "text", ["Error code: 5\nMessage: x\nSource: y\n", "ID: 5\n", "Id: none\nSource: x\nMessage: y\n", WAAGENT, ""]
)
def test_no_event_text(text):
    assert not is_event_text(text)


def test_readers():
    assert open_reader("waagent") is read_text
    assert open_reader("no-such-format") is read_text
    assert callable(open_reader("events"))
