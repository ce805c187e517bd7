"""Small made-up evidence with the right look, by path: what a machine would have, and what people send of it."""

import io
import struct
import zipfile

SUBSCRIPTION = "11112222-3333-4444-5555-666677778888"
RESOURCE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/example-backup-rg/providers/Microsoft.RecoveryServices/vaults/"
    "example-vault/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;example-vm-rg;vm01/x"
)
WAAGENT = (
    b"2024-05-01T03:06:52.123456Z INFO ExtHandler [Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0] enabled\n"
    b"2024-05-01T03:06:53.123456Z INFO ExtHandler OS: ubuntu 22.04\n"
)
SYSLOG = b"May  1 03:06:52 vm01 systemd[1]: Started Session 1 of user root.\n" * 20
EXTENSION = (
    b"2024-05-01 03:06:52.123456 [Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0]starting enable\n"
    + f"2024-05-01 03:06:53.123456 [Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0]{RESOURCE}\n".encode()
)
OS_RELEASE = b'ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="Ubuntu 22.04.4 LTS"\n'
BACKUP_LOG = b"2024-05-14T17:36:41+00:00  P0013384      18f782d8922 INFO    BACKUP   command: backup data\n"
BACKINT_LOG = b"2024-02-08 14:10:41.266 backint started:\n  command: hdbbackint\n  pid: 1\n"
ERRLOG = b"1A2B\t3C4D\t05/01\t03:06:52.123\t71\tcbengine.cpp(812)\tcbengine\tFAILED\n" * 4
WAAPP = b"[00000006] [05/01/2024 03:06:52.44] [INFO]  WindowsAzureGuestAgent starting. Version 2.7.41491.1172\n"
BCDR = b"2024-05-01T03:06:52.8611188Z [Information]: Loading configuration\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
NFO = '\ufeff<?xml version="1.0"?><MsInfo><Metadata/></MsInfo>'.encode("utf-16-le")
CSV = "レベル,日付と時刻,ソース,イベント ID,タスクのカテゴリ\r\n情報,2024/05/01 12:06:52,EventLog,6013,なし\r\n".encode(
    "cp932"
)
WRITERS = b"vssadmin 1.1 - Volume Shadow Copy Service\r\n\r\nWriter name: 'System Writer'\r\n   State: [1] Stable\r\n"
PROVIDERS = b"vssadmin 1.1\r\n\r\nProvider name: 'Microsoft Software Shadow Copy provider 1.0'\r\n"
BANNER = b"vssadmin 1.1 - Volume Shadow Copy Service administrative command-line tool\r\n\r\n"
VSSADMIN_ERROR = BANNER + b"Error: You don't have the correct permissions to run this command.\r\n"
NO_ITEMS = b"vssadmin 1.1\r\n\r\nNo items found that satisfy the query.\r\n"
ILR_LOG = (
    b"2024-05-01 03:06:52 MicrosoftAzureBackupILR SecureTCPTunnel.py started\nHost Name : restore01\n"
    b"2024-05-01 03:06:53 iscsiadm login; iaasvmcontainerv2;example-vm-rg;vm01\n"
)
NETWORK = b"##TRY!! nslookup pod01-id1.jpe.backup.windowsazure.com ##\n## example\n"


def evtx(computer="VM01", records=1, moment=133_600_000_000_000_000):
    """A header and one chunk with a record header: the smallest file that looks like an event log.

    moment: of the first record, in 100 ns since 1601.
    """
    header = b"ElfFile\0" + struct.pack("<QQQ", 0, 0, records + 1) + bytes(4096 - 32)
    name = computer.encode("utf-16-le")
    spelled = "Computer".encode("utf-16-le") + b"\0\0\x02\x05\x01" + struct.pack("<H", len(computer)) + name
    body = spelled + bytes(16)
    record = b"\x2a\x2a\0\0" + struct.pack("<LQQ", 28 + len(body), 1, moment) + body
    record += struct.pack("<L", 28 + len(body))
    chunk = b"ElfChnk\0" + bytes(512 - 8) + record
    return header + chunk + bytes(65536 - len(chunk))


def roots(known):
    """A list of root certificates as PowerShell prints it. known: (name, thumbprint) pairs."""
    return "".join(f"Subject : CN={name}\r\nThumbprint : {sha1}\r\n\r\n" for name, sha1 in known).encode()


CB_VAULT = b"Subject : CN=CB_example-vault-5-1-2024-vaultcredentials\r\nThumbprint : " + b"A1" * 20 + b"\r\n\r\n"
CB_HOST = b"Subject : CN=CB_VM01._638501836123456789\r\nThumbprint : " + b"B2" * 20 + b"\r\n\r\n"
CA_LIST = b"Subject : CN=Microsoft Azure RSA TLS Issuing CA 03\r\nThumbprint : " + b"C3" * 20 + b"\r\n"

LINUX = {
    "var/log/syslog": SYSLOG,
    "var/log/waagent.log": WAAGENT,
    "var/log/azure/Microsoft.Azure.RecoveryServices.VMSnapshotLinux/extension.log": EXTENSION,
    "var/log/apt/history.log": b"Start-Date: 2024-05-01\n",
}
WINDOWS = {
    "C/Windows/System32/winevt/Logs/System.evtx": evtx(),
    "C/Windows/System32/winevt/Logs/Application.evtx": evtx(),
    "C/Windows/System32/winevt/Logs/Microsoft-Windows-TaskScheduler%4Operational.evtx": evtx(),
    "C/WindowsAzure/Logs/WaAppAgent.log": WAAPP,
    "C/WindowsAzure/Logs/Plugins/Microsoft.Azure.RecoveryServices.VMSnapshot/1.0/IaaSBcdrExtension1.log": BCDR,
}
TRACE = "hana/shared/HXE/HDB00/hana01/trace"
HANA = {
    f"{TRACE}/backup.log": BACKUP_LOG,
    f"{TRACE}/backint.log": BACKINT_LOG,
    f"{TRACE}/DB_HXE/backup.log": BACKUP_LOG,
    f"{TRACE}/DB_HXE/backint.log": BACKINT_LOG,
    "opt/msawb/var/log/plugins/com-sap-hana/config.1.log": b"2024-05-01T00:00:00+00:00 ok\n",
}
AGENT = "C/Program Files/Microsoft Azure Recovery Services Agent"
MARS_AGENT = {
    f"{AGENT}/Temp/CBEngineCurr.errlog": ERRLOG,
    f"{AGENT}/Temp/CBEngine1.errlog": ERRLOG,
    "C/Windows/Temp/OBInstaller0Curr.errlog": ERRLOG,
}
MARS_EVENTS = {
    "events/System.evtx": evtx(),
    "events/System.csv": CSV,
    "events/Application.evtx": evtx(),
    "events/Application.csv": CSV,
}
VSSADMIN = {
    "vssadmin_list_writers.txt": WRITERS,
    "vssadmin_list_providers.txt": PROVIDERS,
    "vssadmin_list_shadows.txt": NO_ITEMS,
    "vssadmin_list_shadowstorage.txt": NO_ITEMS,
}
TSS = "MS_DATA/TSS_VM01_240501-030652_SHA_VSS"
TSS_SUPPORT = {
    f"{TSS}/support-all/vss/VM01_vssadmin_list_writers.txt": WRITERS,
    f"{TSS}/support-all/eventlog/System.evtx": evtx(),
    f"{TSS}/support-all/disk/VM01_diskpart.txt": b"DISKPART> list disk\r\n",
}
TSS_TRACE = {f"{TSS}/VM01_SHA_VSS_trace.etl": b"\0" * 100}
ILR_RUN = "vm01-20240501030652"
ILR_LINUX = {
    f"{ILR_RUN}/Scripts/MicrosoftAzureBackupILRLogFile.log": ILR_LOG,
    f"{ILR_RUN}/Scripts/SecureTCPTunnel.py": b"import socket\n# SecureTCPTunnel\n",
    "vm01_1_jpe_6591639015130036692_802427195716_899298aac7c04bf094ad68bfc5b9584ed206b94b62d965.py": (
        b'import os\nVMName="iaasvmcontainerv2;example-vm-rg;vm01"\nTargetNodeAddress="x"\n'
    ),
}
ILR_WINDOWS = {
    f"{ILR_RUN}/SecureTCPTunnel.exe": b"MZ" + bytes(100),
    f"{ILR_RUN}/MicrosoftAzureBackupILRLogFile.log": ILR_LOG,
    "IaaSVMILRExeForWindows.exe": b"MZ" + bytes(100),
    "ディスクの管理.png": PNG,
}


def inner_zip(files):
    """The bytes of a zip inside the bundle."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def without(files, *ends):
    """The same files but for those whose paths end so."""
    return {path: data for path, data in files.items() if not path.endswith(ends)}
