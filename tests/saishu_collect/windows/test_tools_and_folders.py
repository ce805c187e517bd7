import os
from types import SimpleNamespace

import pytest
from windows_stand_ins import DWORD, EXPAND, SZ, DictHive, context, ran

from saishu_collect import catalogue, control, outcomes
from saishu_collect.windows import folders, system, tool_file, traces

MSINFO = {
    "do": "command", "name": "msinfo", "argv": ["msinfo32.exe", "/nfo", "{file}"], "file": "msinfo.nfo", "seconds": 5,
}  # fmt: skip


def writer(data, **answer):
    def run(argv, seconds):
        assert argv[:2] == ["msinfo32.exe", "/nfo"]
        assert seconds <= 5
        if data is not None:
            with open(argv[2], "wb") as out:
                out.write(data)
        return ran(**answer)

    return run


def test_the_file_that_a_program_wrote_becomes_a_member(tmp_path):
    (piece,) = tool_file.perform(MSINFO, context(tmp_path, run=writer(b"<MsInfo/>")))
    assert (piece.member, piece.outcome) == ("commands/msinfo.nfo", None)
    assert piece.shown == "msinfo32.exe /nfo {file}"
    assert piece.more["ex"] == 0


@pytest.mark.parametrize(
    ("data", "answer", "outcome", "reason", "detail"),
    [
        (None, {}, "failed", "no_output", "exit code 0, no file"),
        (b"", {}, "failed", "no_output", "exit code 0, an empty file"),
        (None, {"code": 3}, "failed", "exit_not_zero", "exit code 3, no file"),
        (b"half", {"outcome": "timed_out", "reason": "read_stalled", "code": None}, "timed_out", "read_stalled",
         "4 bytes were written"),
        (None, {"outcome": "missing", "reason": "no_such_program", "code": None}, "missing", "no_such_program", None),
        (None, {"outcome": "failed", "reason": "io_error", "code": None, "errors": "bad"}, "failed", "io_error", "bad"),
    ],
)  # fmt: skip
def test_no_file_is_a_failure_whatever_the_exit_code(tmp_path, monkeypatch, data, answer, outcome, reason, detail):
    monkeypatch.setattr(tool_file, "_SETTLE_S", 0.0)
    (piece,) = tool_file.perform(MSINFO, context(tmp_path, run=writer(data, **answer)))
    assert (piece.member, piece.outcome, piece.reason, piece.detail) == (None, outcome, reason, detail)


def test_an_optional_program_that_is_missing_is_no_gap(tmp_path):
    around = context(tmp_path, run=writer(None, outcome="missing", reason="no_such_program", code=None))
    (piece,) = tool_file.perform(dict(MSINFO, optional=True), around)
    assert piece.outcome == outcomes.SKIPPED


# ---- folders in the registry

SETUP = "HKLM\\SOFTWARE\\Microsoft\\Windows Azure Backup\\Setup"
SQL = "HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server"


def named(keys, **spec):
    return folders.named(spec, DictHive(keys))


def test_a_folder_is_named_by_a_value():
    assert named({SETUP: {"values": [("InstallPath", '"D:\\MARS Agent\\"', SZ)]}}, key=SETUP, value="InstallPath") == [
        "D:\\MARS Agent"
    ]
    assert named({}, key=SETUP, value="InstallPath") == []
    assert named({SETUP: {"values": [("InstallPath", 5, DWORD)]}}, key=SETUP, value="*") == []


def test_every_instance_of_sql_server_names_its_log():
    keys = {
        SQL + "\\MSSQL16.A\\MSSQLServer\\Parameters": {
            "values": [("SQLArg0", "-dC:\\d\\master.mdf", SZ), ("SQLArg1", "-eE:\\Log [1]\\ERRORLOG", SZ)]
        },
        SQL + "\\MSSQL15.B\\MSSQLServer\\Parameters": {"values": [("SQLArg1", '-e"F:\\x\\ERRORLOG', EXPAND)]},
        SQL + "\\Instance Names": {},
    }
    unit = catalogue.load()["evidence"]["sql.errorlog"]
    (step,) = [one for one in unit["collect"] if "registry" in one]
    machine = SimpleNamespace(live=True, platform="windows")
    assert folders.of_step(step, step["patterns"], machine, DictHive(keys)) == [
        "E:\\Log [[]1]\\ERRORLOG*", "F:\\x\\ERRORLOG*",
    ]  # fmt: skip


def test_without_a_live_windows_the_registry_names_nothing():
    step = {"registry": {"key": SETUP, "value": "InstallPath"}}
    for machine in (SimpleNamespace(live=False, platform="windows"), SimpleNamespace(live=True, platform="linux")):
        assert folders.of_step(step, ["%registry%\\x"], machine) == []
        assert folders.of_step({}, ["C:\\x"], machine) == ["C:\\x"]


@pytest.mark.parametrize("value", ["..\\x", "x", "", "\\", "\\Device\\x", "http://x"])
def test_what_is_no_whole_path_is_no_folder(value):
    assert named({SETUP: {"values": [("InstallPath", value, SZ)]}}, key=SETUP, value="InstallPath") == []


# ---- traces


def test_tss_is_found_where_it_is_said_to_be(tmp_path):
    (tmp_path / "TSS.ps1").write_text("")
    assert traces.find_tss(str(tmp_path)) == str(tmp_path)
    assert traces.find_tss(str(tmp_path / "TSS.ps1")) == str(tmp_path)
    assert traces.find_tss(str(tmp_path / "other")) is None
    assert traces.find_tss(None, [str(tmp_path / "other"), str(tmp_path)]) == str(tmp_path)
    assert traces.find_tss(None, []) is None


def test_a_trace_needs_a_person_unless_there_is_output(tmp_path):
    step = {"do": "guided_trace", "guide": "tss_pattern_a", "results": [str(tmp_path / "MS_DATA") + os.sep + "**"]}
    (piece,) = traces.perform(step, context(tmp_path))
    assert (piece.outcome, piece.reason) == (outcomes.SKIPPED, outcomes.NEEDS_PERSON)
    (tmp_path / "MS_DATA" / "run").mkdir(parents=True)
    assert len(traces.perform(step, context(tmp_path))) == 1
    (tmp_path / "MS_DATA" / "run" / "x.etl").write_text("x")
    assert traces.perform(step, context(tmp_path)) == []


class Speaker:
    def __init__(self, say):
        self.say, self.lines = say, []

    def line(self, text=""):
        self.lines.append(text)

    def tell(self, key, **values):
        self.line(self.say.say(key, **values))


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("interactive", [True, False])
def test_the_guide_names_the_folder_and_every_command(tmp_path, lang, interactive):
    from saishu_collect.words import Words

    (tmp_path / "My TSS").mkdir()
    (tmp_path / "My TSS" / "TSS.ps1").write_text("")
    known = catalogue.load()
    step = {"do": "guided_trace", "guide": "tss_pattern_a", "results": [str(tmp_path / "none")]}
    added = []
    run = SimpleNamespace(
        plan=SimpleNamespace(system_steps=[(step, ["vss.trace"])], add_folder=lambda *given: added.append(given)),
        options=SimpleNamespace(tss=str(tmp_path / "My TSS")), catalogue=known, machine="here", stop=control.Stop(),
    )  # fmt: skip
    speaker = Speaker(Words(known, lang, strict=True))
    asked = []
    traces.accompany(run, speaker, interactive, lambda: asked.append(run.stop.at_question))
    assert asked == ([True] if interactive else [])
    assert not run.stop.at_question
    text = "\n".join(speaker.lines)
    assert "cd " + str(tmp_path) + "/My` TSS" in text
    assert "SHA_VSS" in text
    assert "aka.ms" not in text
    assert "C:\\TSS" not in "\n".join(line for line in speaker.lines if "> " in line)
    assert (len(asked), len(added)) == ((1, 1) if interactive else (0, 0))


def test_without_tss_the_person_is_told_and_nothing_waits(tmp_path):
    from saishu_collect.words import Words

    step = {"do": "guided_trace", "guide": "tss_pattern_a", "results": [str(tmp_path / "none")]}
    run = SimpleNamespace(
        plan=SimpleNamespace(system_steps=[(step, ["vss.trace"])]), options=SimpleNamespace(tss=str(tmp_path))
    )
    speaker = Speaker(Words(catalogue.load(), "ja", strict=True))
    traces.accompany(run, speaker, True, lambda: pytest.fail("waited for nobody"))
    assert "aka.ms/getTSS" in speaker.lines[0]


# ---- what the system says of itself

CURRENT = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"ProductName": "Windows Server 2022 Datacenter", "DisplayVersion": "21H2", "CurrentBuild": "20348",
          "UBR": 2113, "InstallationType": "Server", "EditionID": "ServerDatacenter", "ReleaseId": "2009"},
         "Windows Server 2022 Datacenter 21H2 (build 20348.2113)"),
        ({"ProductName": "Windows Server 2016 Standard", "ReleaseId": "1607", "CurrentBuild": "14393", "UBR": 5,
          "InstallationType": "Server Core", "EditionID": "ServerStandard"},
         "Windows Server 2016 Standard 1607 (build 14393.5)"),
        ({"ProductName": "Windows 10 Enterprise", "DisplayVersion": "23H2", "CurrentBuild": "22631", "UBR": 1,
          "InstallationType": "Client"}, "Windows 11 Enterprise 23H2 (build 22631.1)"),
        ({"ProductName": "Windows 10 Pro", "CurrentBuild": "19045", "InstallationType": "Client"},
         "Windows 10 Pro (build 19045)"),
        ({"ProductName": "Windows 10 Enterprise", "CurrentBuild": "20348", "UBR": 7, "InstallationType": "Server",
          "EditionID": "ServerDatacenter"}, "Windows Server 2022 Datacenter (build 20348.7)"),
        ({"ProductName": "Windows Server 2025 Datacenter Azure Edition", "DisplayVersion": "24H2",
          "CurrentBuild": "26100", "UBR": 1742, "InstallationType": "Server"},
         "Windows Server 2025 Datacenter Azure Edition 24H2 (build 26100.1742)"),
        ({}, None),
    ],
)  # fmt: skip
def test_the_name_of_a_windows(values, said):
    entries = [(name, data, DWORD if isinstance(data, int) else SZ) for name, data in values.items()]
    hive = DictHive({(CURRENT, 64): {"values": entries}, (CURRENT, 32): {"values": [("ProductName", "wrong", SZ)]}})
    assert system.os_name_version(hive) == said


def test_the_agent_says_its_version_or_its_folder_does(tmp_path):
    agent = DictHive(
        {"HKLM\\SOFTWARE\\Microsoft\\GuestAgent": {"values": [("GuestAgentVersion", "2.7.41491.1083", SZ)]}}
    )
    assert system.agent_version(agent) == "2.7.41491.1083"
    for name in ("GuestAgent_2.7.41491.999_2023-01-01_000000", "GuestAgent_2.7.41491.1071_2022-01-01_000000", "Logs"):
        (tmp_path / name).mkdir()
    assert system.agent_version(DictHive({}), str(tmp_path)) == "2.7.41491.1071"
    assert system.agent_version(DictHive({}), str(tmp_path / "none")) is None


@pytest.mark.parametrize(
    ("subjects", "vault"),
    [
        (["CN=CB_example-vault-4-30-2024-vaultcredentials"], "example-vault"),
        (["CN=CB_Example-Vault-2-1-04-30-2024-vaultcredentials", "CN=CB_host._123"], "Example-Vault-2-1"),
        (["CN=CB_one-4-30-2024-vaultcredentials", "CN=CB_two-4-30-2024-vaultcredentials"], None),
        (["CN=CB_one-4-30-2024-vaultcredentials", "CN=CB_ONE-5-30-2024-vaultcredentials"], "ONE"),
        (["CN=CB_host._123"], None),
        ([], None),
    ],
)
def test_the_vault_is_named_by_the_certificate(subjects, vault):
    assert system.vault_name([SimpleNamespace(subject=one, friendly_name="") for one in subjects]) == vault
