"""Every declared format reads its own samples through the real engine, and files of it are found again."""

from datetime import datetime
from importlib.util import find_spec

import pytest

from saishu.catalogue import catalogue_text, knowledge_folder
from saishu.catalogue.formats import FILE, compile_formats, load_formats, read_formats
from saishu.model import Level
from saishu.parse.recognise import format_by_name, format_by_path, open_reader
from saishu.parse.telling import format_in, telling_patterns

SOURCES, PROBLEMS = read_formats(knowledge_folder())
UNITS = {name: source.data for name, source in SOURCES.items()}
DECLARED = sorted(name for name, unit in UNITS.items() if "lines" in unit)
SAMPLES = [(name, number) for name in DECLARED for number in range(len(UNITS[name]["samples"]["match"]))]
YEARLESS = datetime.fromisoformat("2000-12-31T23:59:59+00:00")
PROMISED = frozenset((
    "waagent", "vmsnapshot-linux", "vmsnapshot-shell", "extension-status", "syslog", "waappagent",
    "transparent-installer", "guest-agent-other", "iaasbcdr", "workload-windows", "events", "vssadmin", "nfo",
    "mars", "mars-listing", "wsb", "setup-log", "hana-backup", "hana-backint", "hana-trace", "ini", "msawb-prereg",
    "msawb", "sql-errorlog", "sql-writer", "ilr-windows", "ilr-linux", "ilr-tunnel", "nwcheck-linux",
    "nwcheck-windows", "saishu-network", "job-json", "waagent-conf", "command", "text",
))  # fmt: skip


def test_units_are_right():
    assert PROBLEMS == []


def test_every_format_that_fault_units_name_is_here():
    assert set(UNITS) == PROMISED


@pytest.mark.parametrize("name", sorted(name for name, unit in UNITS.items() if "reader" in unit))
def test_a_reader_that_is_named_exists(name):
    assert find_spec(f"saishu.parse.readers.{UNITS[name]['reader']}") is not None
    assert callable(open_reader(name))


def test_the_compiled_file_is_what_the_units_say(repo):
    shipped = (repo / "src" / "saishu" / "catalogue" / FILE).read_text(encoding="utf-8")
    assert shipped == catalogue_text(compile_formats(knowledge_folder()))


@pytest.mark.parametrize(("name", "number"), SAMPLES)
def test_a_sample_is_read_as_it_says(read, name, number):
    sample = UNITS[name]["samples"]["match"][number]
    kept = read(sample["line"] + "\n", name, modified=YEARLESS)
    assert kept.column("position") == [1]
    if "time" in sample:
        moment = datetime.fromisoformat(sample["time"])
        assert datetime.fromisoformat(kept.times[0]) == moment
    if "level" in sample:
        assert Level(kept.column("level")[0]).name.lower() == sample["level"]
    for field in ("component", "operation", "message"):
        if field in sample:
            assert (kept.column(field)[0] or "") == sample[field]


@pytest.mark.parametrize("name", DECLARED)
def test_all_samples_in_one_file_are_as_many_records(read, name):
    lines = [sample["line"] for sample in UNITS[name]["samples"]["match"]]
    kept = read("\n".join(lines), name, modified=YEARLESS)
    assert kept.column("position") == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("name", DECLARED)
def test_what_must_not_match_begins_no_record(read, name):
    first = UNITS[name]["samples"]["match"][0]["line"]
    for line in UNITS[name]["samples"]["no_match"]:
        kept = read(f"{first}\n{line}\n", name, modified=YEARLESS)
        assert kept.column("position") == [1]


@pytest.mark.parametrize("name", sorted(set(UNITS) - {"text"}))
def test_the_example_path_leads_to_the_format(name):
    assert format_by_path(UNITS[name]["example_path"]) == name
    assert format_by_path("case.zip!/vm1/" + UNITS[name]["example_path"].upper()) == name


@pytest.mark.parametrize("name", sorted(telling_patterns()))
def test_telling_samples_are_known_by_content(name):
    patterns = telling_patterns()[name]
    lines = [sample["line"] for sample in UNITS[name]["samples"]["match"]]
    told = [line for line in lines if any(pattern.match(line) for pattern in patterns)]
    assert format_in("\n".join(told * 3).encode(), "pasted.txt") == name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("var/log/waagent.log.1", "waagent"),
        ("var/log/waagent.log-2024-05-12-1715472000.gz", "waagent"),
        ("var/log/syslog.7.gz", "syslog"),
        ("var/log/messages-20240512", "syslog"),
        ("WindowsAzure/Logs/WaAppAgent.001.log", "waappagent"),
        ("WindowsAzure/Logs/Plugins/Microsoft.Compute.VMAccessAgent/2.4/CommandExecution.log", "guest-agent-other"),
        ("Temp/CBEngine7.errlog", "mars"),
        ("winevt/Logs/Microsoft-Windows-CAPI2%4Operational.evtx", "events"),
        ("hana/shared/HXE/HDB90/vm1/trace/backup.log.1", "hana-backup"),
        ("commands/vssadmin_list_writers.txt", "vssadmin"),
        ("commands/df.txt", "command"),
        ("commands/journal.txt", "syslog"),
        ("etc/azure/vmbackup.conf", "ini"),
        ("vm1-20240501030652/Scripts/MicrosoftAzureBackupILRLogFile.log", "ilr-linux"),
        ("vm1-20240501030652/MicrosoftAzureBackupILRLogFile.log", "ilr-windows"),
        ("home/user/notes.log", None),
    ],
)
def test_paths(path, name):
    assert format_by_path(path) == name


def test_names():
    assert format_by_name("errorlog.3") == "sql-errorlog"
    assert format_by_name("sqlwriterlogger.txt") == "sql-writer"
    assert format_by_name("holiday.txt") is None


def test_what_is_shipped_holds_no_samples():
    assert all("samples" not in unit for unit in load_formats().values())
