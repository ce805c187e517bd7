"""A renamed file is known by its first bytes, in any language and encoding, and by nothing else than its own."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishu.bundle.signatures import SIGNATURES, WEAK, recognise

VSS_EN = """vssadmin 1.1 - Volume Shadow Copy Service administrative command-line tool
(C) Copyright 2001-2013 Microsoft Corp.

"""
VSS_JA = """vssadmin 1.1 - ボリューム シャドウ コピー サービス管理コマンド ライン ツール
(C) Copyright 2001-2013 Microsoft Corp.

"""
GUID = "{b5946137-7b9f-4925-af80-51abd60b20d5}"
DEVICE = "\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy3"

WRITERS = f"   Writer Id: {GUID}\n   State: [1] Stable\n"
THUMBPRINT = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4"
PROVIDER = "'Microsoft Software Shadow Copy provider 1.0'\n"
SPACE = "1.2 GB (3%)\n"
TEXTS = {
    "vssadmin_writers": [
        f"{VSS_EN}Writer name: 'System Writer'\n{WRITERS}",
        f"{VSS_JA}ライター名: 'System Writer'\n   ライター Id: {GUID}\n   状態: [1] 安定\n",
    ],
    "vssadmin_providers": [f"{VSS_EN}Provider name: {PROVIDER}", f"{VSS_JA}プロバイダー名: {PROVIDER}"],
    "vssadmin_shadows": [
        f"{VSS_EN}Contents of shadow copy set ID: {GUID}\n   Shadow Copy Volume: {DEVICE}\n",
        f"{VSS_JA}次のセットの内容: {GUID}\n   ボリューム: {DEVICE}\n",
        f"C:\\>vssadmin list shadows\n{VSS_EN}No items found that satisfy the query.\n",
    ],
    "vssadmin_shadowstorage": [
        f"{VSS_EN}Shadow Copy Storage association\n   Used Shadow Copy Storage space: {SPACE}",
        f"{VSS_JA}シャドウ コピーの記憶域の関連付け\n   シャドウ コピーの記憶域の使用領域: {SPACE}",
    ],
    "vssadmin_writers vssadmin_providers": [f"{VSS_JA}ライター名: 'W'\n{VSS_JA}プロバイダー名: {PROVIDER}"],
    "event_csv_system": [
        (
            "Level,Date and Time,Source,Event ID,Task Category\n"
            'Error,5/1/2024 3:06:52 AM,Service Control Manager,7031,None,"The VSS service\nterminated"\n'
            "Information,5/1/2024 3:06:52 AM,Microsoft-Windows-Kernel-General,12,None,x\n"
        ),
        (
            '#TYPE Selected\n"TimeCreated","Id","LevelDisplayName","ProviderName","LogName"\n'
            '"2024/05/01 3:06:52","7036","情報","odd provider","System"\n'
        ),
    ],
    "event_csv_application": [
        (
            "レベル,日付と時刻,ソース,イベント ID,タスクのカテゴリ\n"
            'エラー,2024/05/01 3:06:52,VSS,8193,なし,"ボリューム シャドウ コピー サービス エラー"\n'
            '情報,2024/05/01 3:06:52,ESENT,2001,ShadowCopy,"x"\n'
        ),
    ],
    "nfo": ['<?xml version="1.0"?>\n<MsInfo>\n<Metadata>\n<Version>8.0</Version>\n'],
    "mars_errlog": [
        "0AB0\t0974\t08/04\t13:16:29.206\t18\tmtffile.cpp(1372)\t[0000000053582120]\t1FCFF8B4\t\tWARNING\tFailed\n" * 2,
        "2:36:56 PM 3 dynamicloadedmodule.cpp(86) WARNING Failed: Hr: = [0x80070057] : x\n",
    ],
    "hana_backup_log": ["2024-05-14T17:36:41+00:00  P0013384      18f782d8922 INFO    BACKUP   command: backup data\n"],
    "hana_backint_log": ["2024-02-08 14:10:41.266 backint started:\n  command: /usr/sap/HXE/hdbbackint\n"],
    "waagent_log": [
        "2021-03-30T19:45:33.793213Z INFO ExtHandler Wire server endpoint:168.63.129.16\n",
        "2021/03/30 19:35:35.971742 INFO Daemon Azure Linux Agent Version:2.2.45\n",
        "2016/03/30 19:35:35.971742 INFO Azure Linux Agent Version:2.1.3\n" * 3,
    ],
    "vmsnapshot_linux_log": [
        "2024-05-01 03:06:52.123456 [Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0]starting enable\n"
    ],
    "syslog": [
        "May  1 03:06:52 vm01 systemd[1]: Started Session.\n" * 3,
        "2024-05-01T03:06:52.123456+09:00 vm01 kernel: oom\n" * 3,
    ],
    "nwcheck_linux": ["#### 環境情報確認 ####\n## 実行しているマシンのホスト名は vm01 です。\n"],
    "nwcheck_windows": ["-----ScriptStart-----\n#####getInfo######\n###hostname\n"],
    "ilr_log": ["2022-02-12 15:16:19 Starting SecureTCPTunnel on 5365\n2022-02-12 15:16:20 iscsiadm discovery\n"],
    "ilr_script_linux": [
        "#!/usr/bin/python\nimport os\nTargetNodeAddress = 'x'\nlog = 'MicrosoftAzureBackupILRLogFile.log'\n"
    ],
    "sql_errorlog": ["2024-05-01 03:06:52.12 spid55      Error: 3041, Severity: 16, State: 1.\n" * 3],
    "certificate_listing": [
        f"================ 証明書 0 ================\nシリアル番号: 00\n証明書のハッシュ(sha1): {THUMBPRINT.lower()}\n",
        f"Thumbprint                                Subject\n----------\n{THUMBPRINT}  CN=DigiCert Global Root G2\n",
        f"Subject      : CN=x\nThumbprint   : {THUMBPRINT}\n",
    ],
}
"""Signatures that a text must bear, and texts that bear them and no other."""

BINARIES = {
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(30), {"picture"}),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(30), {"picture"}),
    "GIF": (b"GIF89a" + bytes(30), {"picture"}),
    "BMP": (b"BM" + bytes([70, 0, 0, 0]) + bytes(4) + bytes([54, 0, 0, 0, 40, 0, 0, 0]) + bytes(40), {"picture"}),
    "WebP": (b"RIFF\x20\0\0\0WEBPVP8 " + bytes(30), {"picture"}),
    "PE": (b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0" + bytes(50), {"pe_executable"}),
    "EVTX without records": (b"ElfFile\0" + bytes(5000), {"evtx"}),
}

NOTHING = {
    "prose": b"Dear support,\nplease find the logs attached.\n",
    "other csv": b"name,id,level\nfoo,1,2\n",
    "event csv of nobody": b"Level,Date and Time,Source,Event ID,Task Category\nError,x,Contoso Tool,1,None\n",
    "xml": b'<?xml version="1.0"?><root><MsInfo/></root>',
    "MZ alone": b"MZ" + bytes(200),
    "BM prose": b"BM is a bitmap, and this is text\n",
    "python": b"import os\n\ndef main():\n    print('hello')\n",
    "one odd line": b"2024-05-01 03:06:52 something\nelse\n",
    "talk about vssadmin": b"Please run vssadmin list writers and send the output.\n",
    "empty utf-16": b"\xff\xfe",
    "zeros": bytes(100),
}

ENCODINGS = ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("expected", "text"), [(names, text) for names, texts in TEXTS.items() for text in texts])
def test_text_is_recognised_in_every_encoding(expected, text, encoding):
    assert recognise(text.replace("\n", "\r\n").encode(encoding)) == set(expected.split())


@pytest.mark.parametrize("name", sorted(BINARIES))
def test_binary_is_recognised(name):
    raw, expected = BINARIES[name]
    assert recognise(raw) == expected


@pytest.mark.parametrize("name", sorted(NOTHING))
def test_what_looks_alike_stays_unknown(name):
    assert recognise(NOTHING[name]) == frozenset()


def test_every_signature_of_the_schema_is_known_and_tested(repo):
    schema = json.loads((repo / "src/saishu_knowledge/schema/evidence.schema.json").read_text(encoding="utf-8"))
    named = schema["$defs"]["recognise"]["properties"]["content"]["items"]["enum"]
    assert set(SIGNATURES) == set(named)
    assert set(named) >= WEAK
    tested = {name for names in TEXTS for name in names.split()}.union(*(names for _, names in BINARIES.values()))
    assert set(SIGNATURES) - tested == {"evtx_system", "evtx_application"}


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("system.evtx", "evtx_system"),
        ("2-vss_7-System.evtx", "evtx_system"),
        ("plaso-System.evtx", "evtx_system"),
        ("Application_no_crc32.evtx", "evtx_application"),
        ("security_bad_string_cache.evtx", None),
        ("Microsoft-Windows-LanguagePackSetup%4Operational.evtx", None),
        ("sample_with_a_bad_chunk_magic.evtx", None),
    ],
)
def test_channel_of_real_event_logs(shared, name, channel):
    with (shared / "evtx" / name).open("rb") as file:
        head = file.read(65536)
    assert recognise(head, "renamed.bin") == {"evtx", *([channel] if channel else [])}


def test_real_excerpts(shared):
    """Excerpts of real logs are recognised without their names, as far as their grammar shows in them."""
    expected = {
        "094/evidence/var/log/waagent.log": {"waagent_log"},
        "024/evidence/var/log/waagent.log": {"waagent_log"},
        "080/evidence/mars/Temp/CBEngineCurr.errlog": {"mars_errlog"},
        "108/evidence/CheckNWResult_host_202401101200.log": {"nwcheck_linux"},
        "110/evidence/AzureBackup_Check_NW_20240110_120000.log": {"nwcheck_windows"},
    }
    for path, signatures in expected.items():
        assert recognise((shared / "cases" / path).read_bytes()[:65536]) == signatures, path


@given(
    st.one_of(
        st.binary(max_size=3000),
        st.text(st.characters(codec="utf-8"), max_size=800).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_are_survived(raw):
    assert recognise(raw) <= set(SIGNATURES)


@given(st.sampled_from([b"ElfFile\0", b"MZ", b"BM", b"RIFF", b"\xff\xfe", b"#TYPE"]), st.binary(max_size=6000))
def test_any_bytes_behind_a_magic_are_survived(magic, raw):
    assert recognise(magic + raw) <= set(SIGNATURES)
