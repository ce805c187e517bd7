"""Whole bundles the way people make them, each with the verdict that an engineer would give."""

from dataclasses import dataclass, field

from bundles import evidence as e
from bundles import people
from bundles.rawzip import DEFLATED, Piece, write_zip

C, P, M, N, U = "complete", "partial", "missing", "not_applicable", "unknown"

ROOTS = [
    ("DigiCert Global Root CA", "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436"),
    ("DigiCert Global Root G2", "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4"),
    ("DigiCert Global Root G3", "7E04DE896A3E666D00E687D33FFAD93BE83D349E"),
    ("Microsoft RSA Root Certificate Authority 2017", "73A5E64A3BFF8316FF0EDCCC618A906E4EAE4D74"),
    ("Microsoft ECC Root Certificate Authority 2017", "999A64C37FF47D9FAB95F14769891460EEC4C3C5"),
]
SPACED = [(name, " ".join(sha1[at : at + 2].lower() for at in range(0, 40, 2))) for name, sha1 in ROOTS]


@dataclass(frozen=True)
class Scene:
    """One bundle. items: evidence id to status; scenario and platform: what must be recognised without being told."""

    name: str
    files: dict
    scenario: str
    platform: str
    items: dict
    packed: str = "folder"
    given: tuple = ()
    reasons: dict = field(default_factory=dict)
    warnings: tuple = ()


def build(scene, folder):
    """Make the bundle of a scene; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    return PACKERS[scene.packed](folder / "bundle", scene.files)


def _folder(path, files):
    return people.tree(path, files)


def _zip(path, files):
    path = path.with_suffix(".zip")
    path.write_bytes(people.zip_bytes(files))
    return path


def _explorer(path, files):
    return people.explorer_zip(path.with_suffix(".zip"), files)


def _finder(path, files):
    path = path.with_suffix(".zip")
    pieces = []
    for name, data in files.items():
        front, _, base = name.rpartition("/")
        pieces.append(Piece(name.encode(), data, DEFLATED, host=3, descriptor=True))
        pieces.append(Piece(f"__MACOSX/{front}/._{base}".encode(), b"\0\5\x16\7", DEFLATED, host=3, descriptor=True))
    path.write_bytes(write_zip(pieces))
    return path


def _tar(path, files):
    source = people.tree(path.with_suffix(".src"), files)
    path = path.with_suffix(".tar.gz")
    people.run("tar", "-czf", str(path), ".", cwd=source)
    return path


def _zip_in_zip(path, files):
    return _zip(path, {"evidence.zip": e.inner_zip(files)})


def _cut(path, files):
    whole = _zip(path, files)
    data = whole.read_bytes()
    whole.write_bytes(data[: len(data) * 2 // 3])
    return whole


def _locked(path, files):
    source = people.tree(path.with_suffix(".src"), files)
    path = path.with_suffix(".zip")
    people.run("zip", "-q", "-r", "-P", "example-password", str(path), ".", cwd=source)
    return path


def _single(path, files):
    path.mkdir()
    ((name, data),) = files.items()
    (path / name).write_bytes(data)
    return path / name


PACKERS = {
    "folder": _folder, "zip": _zip, "explorer": _explorer, "finder": _finder, "tar": _tar, "zip_in_zip": _zip_in_zip,
    "cut": _cut, "locked": _locked, "single": _single,
}  # fmt: skip

LINUX_WHOLE = {"linux.var_log": C, "linux.azure_logs": C, "linux.syslog": C, "linux.waagent_log": C}
FACTS_OF_LINUX = {
    "env.subscription_id": C, "env.vault_name": C, "env.vault_resource_group": C, "env.vm_name": C,
    "env.vm_resource_group": C,
}  # fmt: skip
NO_FACTS = {"env.subscription_id": M, "env.vault_name": M, "env.vault_resource_group": M}
WINDOWS_WHOLE = {"windows.eventlogs": C, "windows.azure_logs": C, "vss.writers": N, "windows.azure_plugins": N}
HANA_WHOLE = {"hana.backup_log": C, "hana.backint_log": C, "msawb.logs": C}
CERTIFICATES = {
    "certs/certificates_my.txt": e.CB_VAULT + e.CB_HOST,
    "certs/certificates_root.txt": e.roots(ROOTS),
    "certs/certificates_ca.txt": e.CA_LIST,
}
CERTIFICATES_WHOLE = {"certificates.personal": C, "certificates.root": C, "certificates.intermediate": C}
MARS_ALL = {**e.WINDOWS, **e.MARS_AGENT, **e.MARS_EVENTS, "SVR_msinfo32.nfo": e.NFO, **CERTIFICATES}
MARS_WHOLE = {
    "mars.agent_logs": C, "windows.msinfo": C, "windows.eventlog.system": C, "windows.eventlog.application": C,
    **CERTIFICATES_WHOLE, "windows.eventlogs": C, "windows.azure_logs": C,
}  # fmt: skip
TSS_ALL = {**e.WINDOWS, **e.TSS_SUPPORT, **e.TSS_TRACE, **e.VSSADMIN}
VSS_LISTS = {"vss.writers": C, "vss.providers": C, "vss.shadows": C, "vss.shadowstorage": C}

SECOND_INSTANCE = {p.replace("HXE/HDB00", "PRD/HDB01"): d for p, d in e.HANA.items() if "backint" not in p}

SCENES = [
    # ---- azure-vm, Linux
    Scene("whole /var/log as a folder", {**e.LINUX, "etc/os-release": e.OS_RELEASE}, "azure-vm", "linux",
          {**LINUX_WHOLE, **FACTS_OF_LINUX, "env.os": C, "network.connectivity": M, "linux.journal": N}),
    Scene("whole /var/log as a tar from the root", e.LINUX, "azure-vm", "linux", LINUX_WHOLE, "tar"),
    Scene("/var/log packed from inside", {path.removeprefix("var/log/"): data for path, data in e.LINUX.items()},
          "azure-vm", "linux", LINUX_WHOLE, "tar"),
    Scene("/var/log below a folder of one's own", {f"20240501 logs/vm01/{p}": d for p, d in e.LINUX.items()},
          "azure-vm", "linux", LINUX_WHOLE, "zip"),
    Scene("a zip of macOS", e.LINUX, "azure-vm", "linux", LINUX_WHOLE, "finder"),
    Scene("a zip inside a zip", e.LINUX, "azure-vm", "linux", LINUX_WHOLE, "zip_in_zip"),
    Scene("the minimum set instead of /var/log", e.without(e.LINUX, "history.log"), "azure-vm", "linux",
          {"linux.azure_logs": C, "linux.syslog": C, "linux.waagent_log": C, "linux.var_log": P},
          reasons={"linux.var_log": "only_minimum"}),
    Scene("RHEL: messages instead of syslog",
          {**e.without(e.LINUX, "syslog"), "var/log/messages": e.SYSLOG}, "azure-vm", "linux", LINUX_WHOLE),
    Scene("no rsyslog, the journal as text stands in",
          {**e.without(e.LINUX, "syslog"), "journal.txt": e.SYSLOG}, "azure-vm", "linux",
          {"linux.syslog": C, "linux.journal": C, "linux.var_log": P}, reasons={"linux.syslog": "satisfied_by"}),
    Scene("half of it: no extension logs", e.without(e.LINUX, "extension.log"), "azure-vm", "linux",
          {"linux.azure_logs": M, "linux.syslog": C, "linux.waagent_log": C, "linux.var_log": P},
          reasons={"linux.azure_logs": "not_there", "linux.var_log": "parts_missing"}),
    Scene("the syslog is empty", {**e.LINUX, "var/log/syslog": b""}, "azure-vm", "linux",
          {"linux.syslog": P, "linux.waagent_log": C, "linux.var_log": P}, reasons={"linux.syslog": "empty"}),
    Scene("an empty syslog beside its full rotation", {**e.LINUX, "var/log/syslog": b"", "var/log/syslog.1": e.SYSLOG},
          "azure-vm", "linux", LINUX_WHOLE),
    Scene("the waagent log is a broken download",
          {**e.without(e.LINUX, "waagent.log"), "var/log/waagent.log.part": e.WAAGENT}, "azure-vm", "linux",
          {"linux.waagent_log": P}, reasons={"linux.waagent_log": "cut"}),
    Scene("renamed logs without folders", {"log1.txt": e.WAAGENT, "log2.txt": e.SYSLOG, "log3.txt": e.EXTENSION},
          "azure-vm", "linux", {"linux.waagent_log": C, "linux.syslog": C, "linux.azure_logs": C}, "explorer"),
    Scene("one log alone", {"waagent.log": e.WAAGENT}, "azure-vm", "linux",
          {"linux.waagent_log": C, "linux.syslog": M, "linux.azure_logs": M}, "single"),
    Scene("cut off on its way", {**e.LINUX, "var/log/big": bytes(range(256)) * 4000}, "azure-vm", "linux",
          {"linux.waagent_log": C}, "cut"),
    Scene("two machines in one bundle",
          {**{f"vm01/{p}": d for p, d in e.LINUX.items()}, "vm02/var/log/syslog": e.SYSLOG.replace(b"vm01", b"vm02")},
          "azure-vm", "linux", LINUX_WHOLE, warnings=("mixed-machines",)),
    Scene("an appliance", {**e.LINUX, "etc/os-release": b"ID=example-os\n"}, "azure-vm", "linux", LINUX_WHOLE,
          warnings=("nva-unsupported",)),
    Scene("Linux and Windows together", {**e.LINUX, **e.WINDOWS}, "azure-vm", "both",
          {**LINUX_WHOLE, "windows.eventlogs": C, "windows.azure_logs": C}, warnings=("mixed-machines",)),
    Scene("nothing that is evidence", {"readme.txt": b"hello\n", "photo/cat.md": b"x"}, "azure-vm", "unknown",
          {"windows.eventlogs": U, "linux.syslog": U, "env.os": M}, reasons={"linux.syslog": "platform_unknown"}),
    # ---- azure-vm, Windows
    Scene("both Windows folders as an Explorer zip", e.WINDOWS, "azure-vm", "windows",
          {**WINDOWS_WHOLE, **NO_FACTS}, "explorer"),
    Scene("both folders below a Japanese folder", {f"採取ログ/{p}": d for p, d in e.WINDOWS.items()}, "azure-vm",
          "windows", WINDOWS_WHOLE, "explorer"),
    Scene("the Application log is missing", e.without(e.WINDOWS, "Application.evtx"), "azure-vm", "windows",
          {"windows.eventlogs": P}, reasons={"windows.eventlogs": "parts_missing"}),
    Scene("WindowsAzure without the agent's log", e.without(e.WINDOWS, "WaAppAgent.log"), "azure-vm", "windows",
          {"windows.azure_logs": P, "windows.eventlogs": C}),
    Scene("only the event logs", {p: d for p, d in e.WINDOWS.items() if "winevt" in p}, "azure-vm", "windows",
          {"windows.eventlogs": C, "windows.azure_logs": M}),
    Scene("locked, and nobody told the password", e.WINDOWS, "azure-vm", "windows",
          {"windows.eventlogs": U, "windows.azure_logs": U}, "locked", reasons={"windows.eventlogs": "locked"}),
    # ---- vss
    Scene("TSS trace and support log (A)", TSS_ALL, "vss", "windows",
          {"vss.trace": C, "vss.support_log": C, **VSS_LISTS, "windows.eventlogs": C}),
    Scene("TSS support log alone (B)", e.without(TSS_ALL, ".etl"), "vss", "windows",
          {"vss.trace": M, "vss.support_log": C, **VSS_LISTS}, reasons={"vss.trace": "no_trace"}),
    Scene("a trace without its support log", {**e.WINDOWS, **e.TSS_TRACE, **e.VSSADMIN}, "vss", "windows",
          {"vss.trace": P, "vss.support_log": P}, reasons={"vss.trace": "trace_without_support_log"}),
    Scene("the four vssadmin lists, no TSS", {**e.WINDOWS, **e.VSSADMIN}, "vss", "windows",
          {**VSS_LISTS, "vss.support_log": M, "vss.trace": M}, "explorer"),
    Scene("one vssadmin list is missing", {**e.WINDOWS, **e.without(e.VSSADMIN, "shadows.txt")}, "vss", "windows",
          {"vss.shadows": M, "vss.writers": C, "vss.shadowstorage": C}),
    Scene("vssadmin run without administrator rights",
          {**e.WINDOWS, **e.VSSADMIN, "vssadmin_list_shadows.txt": e.VSSADMIN_ERROR,
           "vssadmin_list_writers.txt": e.BANNER},
          "vss", "windows", {"vss.shadows": P, "vss.writers": P, "vss.shadowstorage": C},
          reasons={"vss.shadows": "tool_error", "vss.writers": "list_empty"}),
    # ---- ilr
    Scene("Linux file recovery", {**e.ILR_LINUX, "etc/os-release": e.OS_RELEASE}, "ilr", "linux",
          {"ilr.script": C, "ilr.folder": C, "env.restore_os": C, "env.vm_name": C, "env.vm_resource_group": C,
           "env.restore_vm_resource_group": M}, "tar"),
    Scene("Linux file recovery without its log", {**e.without(e.ILR_LINUX, ".log")}, "ilr", "linux",
          {"ilr.script": C, "ilr.folder": P}, reasons={"ilr.folder": "no_recovery_log"}),
    Scene("Linux file recovery, the script alone", {p: d for p, d in e.ILR_LINUX.items() if p.startswith("vm01_")},
          "ilr", "unknown", {"ilr.script": C, "ilr.folder": M}),
    Scene("Windows file recovery", e.ILR_WINDOWS, "ilr", "windows",
          {"ilr.script": C, "ilr.folder": C, "ilr.disk_management": C}, "explorer",
          reasons={"ilr.disk_management": "screenshot"}),
    Scene("Windows file recovery, a picture without a name",
          {**e.without(e.ILR_WINDOWS, "管理.png"), "IMG_0001.png": e.PNG}, "ilr", "windows", {"ilr.disk_management": C},
          reasons={"ilr.disk_management": "screenshot"}),
    Scene("Windows file recovery without a picture", e.without(e.ILR_WINDOWS, ".png"), "ilr", "windows",
          {"ilr.disk_management": M}),
    # ---- sap-hana
    Scene("all HANA logs", {**e.LINUX, **e.HANA}, "sap-hana", "linux", {**LINUX_WHOLE, **HANA_WHOLE}, "tar"),
    Scene("a tenant without backint.log", {**e.LINUX, **e.without(e.HANA, "DB_HXE/backint.log")}, "sap-hana", "linux",
          {"hana.backup_log": C, "hana.backint_log": P}, reasons={"hana.backint_log": "databases_without_log"}),
    Scene("a tenant of which only another file is there",
          {**e.LINUX, **e.HANA, f"{e.TRACE}/DB_PRD/indexserver.trc": b"x"}, "sap-hana", "linux",
          {"hana.backup_log": P, "hana.backint_log": P}),
    Scene("SYSTEMDB forgotten", {**e.LINUX, **e.without(e.HANA, "trace/backup.log", "trace/backint.log")}, "sap-hana",
          "linux", {"hana.backup_log": P, "hana.backint_log": P}),
    Scene("tenants forgotten", {**e.LINUX, **{p: d for p, d in e.HANA.items() if "DB_" not in p}}, "sap-hana", "linux",
          {"hana.backup_log": P, "hana.backint_log": P, "msawb.logs": C},
          reasons={"hana.backup_log": "no_tenant_seen"}),
    Scene("one tenant's log is empty", {**e.LINUX, **e.HANA, f"{e.TRACE}/DB_HXE/backup.log": b""}, "sap-hana", "linux",
          {"hana.backup_log": P, "hana.backint_log": C}, reasons={"hana.backup_log": "databases_with_empty_log"}),
    Scene("two instances, one of them half",
          {**e.LINUX, **e.HANA, **SECOND_INSTANCE},
          "sap-hana", "linux", {"hana.backup_log": C, "hana.backint_log": P}),
    Scene("HANA logs without /opt/msawb", {**e.LINUX, **e.without(e.HANA, "config.1.log")}, "sap-hana", "linux",
          {"msawb.logs": M, "hana.backup_log": C}),
    Scene("HANA logs only, the ground set forgotten", e.HANA, "sap-hana", "linux",
          {**HANA_WHOLE, "linux.azure_logs": M, "linux.syslog": M, "linux.waagent_log": M}, "zip"),
    # ---- sql
    Scene("SQL: the plug-in's logs come with WindowsAzure",
          {**e.WINDOWS, "C/WindowsAzure/Logs/Plugins/Microsoft.Azure.RecoveryServices.WorkloadBackup."
           "AzureBackupWindowsWorkload/1.0/WorkloadExtensionHandler1.log": b"x\n"}, "sql", "windows",
          {**WINDOWS_WHOLE, "sql.plugin_logs": C, "sql.errorlog": N}),
    Scene("the log of SQL Server alone", {"ERRORLOG": "2024-05-01 03:06:52.12 spid5s      Start\r\n".encode("utf-16")},
          "sql", "windows", {"sql.errorlog": C, "windows.eventlogs": M}, "single"),
    Scene("an event log saved as text", {"C/Windows/System32/winevt/Logs/Application.txt": b"Event 1\r\n"}, "azure-vm",
          "windows", {"windows.eventlogs": M}),
    # ---- mars
    Scene("everything of MARS", MARS_ALL, "mars", "windows", MARS_WHOLE, "explorer"),
    Scene("MARS outside Azure", e.without(MARS_ALL, "WaAppAgent.log", "IaaSBcdrExtension1.log"), "mars", "windows",
          {**{k: v for k, v in MARS_WHOLE.items() if k != "windows.azure_logs"}, "windows.azure_logs": N,
           "env.vm_name": N, "env.vm_resource_group": N, "env.subscription_id": M},
          reasons={"windows.azure_logs": "only_azure_vm"}),
    Scene("the output of WABDiag", {**e.without(MARS_ALL, ".errlog"), "WABDiag/Trace.txt": b"ok\r\n",
          "WABDiag/Logs.ZIP": e.inner_zip({"Temp/CBEngineCurr.errlog": e.ERRLOG, "OBInstaller0Curr.errlog": e.ERRLOG})},
          "mars", "windows", {"mars.agent_logs": C}, "zip"),
    Scene("only old logs of the agent", e.without(MARS_ALL, "CBEngineCurr.errlog"), "mars", "windows",
          {"mars.agent_logs": P}, reasons={"mars.agent_logs": "only_old_engine_logs"}),
    Scene("only the installer's log", e.without(MARS_ALL, "CBEngineCurr.errlog", "CBEngine1.errlog"), "mars", "windows",
          {"mars.agent_logs": P}, reasons={"mars.agent_logs": "no_engine_log"}),
    Scene(".evtx without .csv", e.without(MARS_ALL, "System.csv", "Application.csv"), "mars", "windows",
          {"windows.eventlog.system": P, "windows.eventlog.application": P},
          reasons={"windows.eventlog.system": "parts_missing"}),
    Scene(".csv without .evtx", {**e.without(MARS_ALL, ".evtx")}, "mars", "windows",
          {"windows.eventlog.system": P, "windows.eventlogs": M}),
    Scene("event logs with Japanese names", {**e.without(MARS_ALL, "System.evtx", "System.csv"),
          "イベント/システム.evtx": e.evtx(), "イベント/システム.csv": e.CSV}, "mars", "windows",
          {"windows.eventlog.system": C}, "explorer"),
    Scene("an .evtx that is a page of HTML", {**MARS_ALL, "events/System.evtx": b"<html>" * 20000}, "mars", "windows",
          {"windows.eventlog.system": P}, reasons={"windows.eventlog.system": "not_an_event_log"}),
    Scene("an .evtx cut short", {**MARS_ALL, "events/System.evtx": e.evtx()[:30000]}, "mars", "windows",
          {"windows.eventlog.system": P}, reasons={"windows.eventlog.system": "event_log_cut"}),
    Scene("one CB_ certificate of two", {**MARS_ALL, "certs/certificates_my.txt": e.CB_HOST}, "mars", "windows",
          {"certificates.personal": P}, reasons={"certificates.personal": "not_on_list"}),
    Scene("certificates as screenshots", {**e.without(MARS_ALL, "_my.txt", "_root.txt", "_ca.txt"),
          "証明書/個人.png": e.PNG, "証明書/信頼されたルート証明機関.png": e.PNG, "証明書/中間証明機関.png": e.PNG},
          "mars", "windows", CERTIFICATES_WHOLE, "explorer", reasons={"certificates.personal": "screenshot"}),
    Scene("three screenshots without names", {**e.without(MARS_ALL, "_my.txt", "_root.txt", "_ca.txt"),
          "shots/1.png": e.PNG, "shots/2.png": e.PNG, "shots/3.png": e.PNG}, "mars", "windows",
          CERTIFICATES_WHOLE, reasons={"certificates.root": "screenshots_unnamed"}),
    Scene("one screenshot for three items", {**e.without(MARS_ALL, "_my.txt", "_root.txt", "_ca.txt"),
          "shots/1.png": e.PNG}, "mars", "windows",
          {"certificates.personal": U, "certificates.root": U, "certificates.intermediate": U},
          reasons={"certificates.root": "screenshots_too_few"}),
    Scene("thumbprints typed with blanks", {**MARS_ALL, "certs/certificates_root.txt": e.roots(SPACED)}, "mars",
          "windows", {"certificates.root": C}, reasons={"certificates.root": "roots_match"}),
    Scene("a root is not on the list", {**MARS_ALL, "certs/certificates_root.txt": e.roots(ROOTS[1:])}, "mars",
          "windows", {"certificates.root": P}, reasons={"certificates.root": "not_on_list"}),
    Scene("roots without thumbprints", {**MARS_ALL, "certs/certificates_root.txt": b"Subject : CN=DigiCert\r\n"},
          "mars", "windows", {"certificates.root": P}, reasons={"certificates.root": "no_thumbprints"}),
    Scene("msinfo taken before it had ended", {**MARS_ALL, "SVR_msinfo32.nfo": e.NFO[:-20]}, "mars", "windows",
          {"windows.msinfo": P}, reasons={"windows.msinfo": "nfo_cut"}),
    Scene("an msinfo that is something else", {**MARS_ALL, "SVR_msinfo32.nfo": b"OS Name: Windows\r\n"}, "mars",
          "windows", {"windows.msinfo": P}, reasons={"windows.msinfo": "not_an_nfo"}),
    Scene("no msinfo", e.without(MARS_ALL, ".nfo"), "mars", "windows", {"windows.msinfo": M}),
    # ---- network
    Scene("the connectivity check alone", {"CheckNWResult_vm01_202405010306.log": e.NETWORK}, "network", "linux",
          {"network.connectivity": C}, "single"),
    # ---- told, not recognised
    Scene("Linux logs judged as HANA", e.LINUX, "sap-hana", "linux",
          {**LINUX_WHOLE, "hana.backup_log": M, "hana.backint_log": M, "msawb.logs": M}, given=("sap-hana",)),
    Scene("an empty folder judged as MARS", {"x/desktop.ini": b""}, "mars", "windows",
          {"mars.agent_logs": M, "windows.azure_logs": N, "windows.eventlogs": M}, given=("mars",)),
]  # fmt: skip
