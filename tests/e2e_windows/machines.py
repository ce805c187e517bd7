"""A made-up Windows Server under Wine: with the Azure VM agent, a MARS agent, and a file recovery that was run."""

import json
import shutil
import subprocess
import time
from pathlib import Path

from bundles.evidence import evtx

WRITERS = """vssadmin 1.1 - Volume Shadow Copy Service administrative command-line tool
(C) Copyright 2001-2013 Microsoft Corp.

Writer name: 'System Writer'
   Writer Id: {e8132975-6f93-4464-a53e-1050253ae220}
   Writer Instance Id: {00000000-1111-2222-3333-444444444444}
   State: [1] Stable
   Last error: No error

Writer name: 'SqlServerWriter'
   Writer Id: {a65faa63-5ea8-4ebc-9dbd-a0c4db26912a}
   Writer Instance Id: {00000000-1111-2222-3333-555555555555}
   State: [8] Failed
   Last error: Non-retryable error

"""
PROVIDERS = """vssadmin 1.1 - Volume Shadow Copy Service administrative command-line tool
(C) Copyright 2001-2013 Microsoft Corp.

Provider name: 'Microsoft Software Shadow Copy provider 1.0'
   Provider type: System
   Provider Id: {b5946137-7b9f-4925-af80-51abd60b20d5}
   Version: 1.0.0.7

"""
MSINFO = '<?xml version="1.0"?>\r\n<MsInfo>\r\n<Metadata>\r\n<Version>8.0</Version>\r\n</Metadata>\r\n</MsInfo>\r\n'
AGENT = "Program Files/Microsoft Azure Recovery Services Agent"
RECOVERY = "Users/operator/Downloads/vm01-20240501030652"
REGISTRY = r"""Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\Software\Microsoft\Windows Azure Backup\Setup]
"InstallPath"="C:\\Program Files\\Microsoft Azure Recovery Services Agent\\"

[HKEY_LOCAL_MACHINE\Software\Microsoft\Windows Azure Backup\Config]
"ScratchLocation"="C:\\Program Files\\Microsoft Azure Recovery Services Agent\\Scratch"
"ProxyPassword"="not for anybody"

[HKEY_LOCAL_MACHINE\Software\Microsoft\BcdrAgent]
"PerformSnapshotOnlyInGuest"=dword:00000001

[HKEY_LOCAL_MACHINE\Software\Microsoft\GuestAgent]
"GuestAgentVersion"="2.7.41491.1102"
"""
PLUGIN = "Packages/Plugins/Microsoft.Azure.RecoveryServices.VMSnapshot/1.0.56.0"


class Wine:
    """One prefix: its drive, its programs."""

    before = ()
    """What stands before every command line: another user."""

    def __init__(self, cache, prefix, environment):
        self.cache = Path(cache)
        self.prefix = Path(prefix)
        self.drive = self.prefix / "drive_c"
        self.environment = environment
        self._sleeper = None

    def start(self):
        """Start the prefix with a program that sleeps: later ones then end when they end."""
        mark = self.drive / "awake"
        script = 'import time; open("C:/awake", "w").close(); time.sleep(1200)'
        self._sleeper = subprocess.Popen(
            self.argv([self.python, "-I", "-c", script]), env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        limit = time.monotonic() + 60
        while not mark.exists():
            assert time.monotonic() < limit, "the prefix does not start"
            time.sleep(0.1)
        mark.unlink()
        return self

    @property
    def python(self):
        """The Windows Python, for tests of sources without an EXE."""
        return str(self.cache / "py" / "cp311" / "python.exe")

    def argv(self, argv, program="wine64"):
        """Return the command line of a Windows program."""
        return [*self.before, "/usr/lib/wine/" + program, *map(str, argv)]

    def run(self, argv, timeout=180, **more):
        """Run a Windows program to its end; its three streams are pipes, or it would not start."""
        environment = dict(self.environment, **more)
        return subprocess.run(
            self.argv(argv), env=environment, input=b"\n", capture_output=True, check=False, timeout=timeout
        )

    def stop(self):
        """End every program of the prefix."""
        subprocess.run(self.argv(["-k"], "wineserver64"), env=self.environment, check=False, timeout=60)
        if self._sleeper is not None:
            self._sleeper.wait(timeout=60)

    def write(self, path, data):
        """Write a file on the C: drive."""
        target = self.drive / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else data.encode())

    def record(self, tool, call, out=None, file=None):
        """Let a stand-in answer a call."""
        if out is not None:
            self.write(f"faketools/{tool}/{call}.out", out)
        if file is not None:
            self.write(f"faketools/{tool}/{call}.file", file)


def environment(cache, prefix, **more):
    """Return the environment of Wine, without anything of ours that could leak into the EXE."""
    kept = {
        "PATH": "/usr/bin:/bin", "HOME": str(prefix), "WINEPREFIX": str(prefix), "WINEDEBUG": "-all",
        "LC_ALL": "ja_JP.UTF-8", "SAISHU_STRICT_WORDS": "1",
        "WINEDLLOVERRIDES": "mscoree,mshtml=;wevtutil.exe,msinfo32.exe,powershell.exe=n",
    }  # fmt: skip
    kept.update(more)
    return kept


def copy_prefix(source, target):
    """Return a copy of a prefix that shares its programs with the source and nothing else.

    The registry is copied for real: Wine writes into a file that has a second name instead of replacing it.
    """
    subprocess.run(["cp", "-al", str(source), str(target)], check=True, timeout=120)
    for registry in target.glob("*.reg"):
        registry.unlink()
        shutil.copyfile(source / registry.name, registry)
    for name in ("faketools", "WindowsAzure", "Packages", "out", AGENT):
        shutil.rmtree(target / "drive_c" / name, ignore_errors=True)
    return target


def fill_server(wine):
    """Put agents, logs and recordings onto the drive."""
    wine.write("WindowsAzure/Logs/WaAppAgent.log", "[00000004] [05/01/2024 03:06:52.10] [INFO] heartbeat\r\n" * 200)
    wine.write("WindowsAzure/Logs/TransparentInstaller.log", "installed\r\n")
    snapshot = "WindowsAzure/Logs/Plugins/Microsoft.Azure.RecoveryServices.VMSnapshot/1.0.56.0/IaaSBcdrExtension2.log"
    wine.write(snapshot, "0x800423f4 VSS writer failed\r\n" * 5000)
    wine.write("WindowsAzure/Logs/調査用メモ.txt", "担当者が置いたファイル".encode("cp932"))
    wine.write(f"{PLUGIN}/Status/0.status", json.dumps([{"status": {"status": "error", "code": 4}}]))
    wine.write(f"{PLUGIN}/RuntimeSettings/0.settings", json.dumps({"runtimeSettings": []}))
    wine.write(f"{PLUGIN}/HandlerEnvironment.json", "[]")
    wine.write(f"{AGENT}/Temp/CBEngineCurr.errlog", "1A2C\t0EF4\t05/01\t03:06:52.123\t71\tfailed\r\n" * 9000)
    wine.write(f"{AGENT}/Temp/LaunchBackupCurr.errlog", "1A2C\t0EF4\r\n")
    wine.write(f"{AGENT}/bin/CBSettings.xml", "<CBSettings/>")
    wine.write(f"{AGENT}/Scratch/index.dat", b"\0" * 100)
    wine.write("windows/temp/OBInstaller0Curr.errlog", "install\r\n")
    wine.write(f"{RECOVERY}/MicrosoftAzureBackupILRLogFile.log", "Connecting to recovery point\r\n")
    wine.write(f"{RECOVERY}/SecureTCPTunnel.exe", b"MZ" + bytes(200))
    wine.write(f"{RECOVERY}/WindowsPowershellISCSIScriptForILR.ps1", "# script\r\n")
    wine.write("Users/operator/Downloads/IaaSVMILRExeForWindows.exe", b"MZ" + bytes(500))
    for channel in ("System", "Application", "Security"):
        wine.write(f"windows/system32/winevt/Logs/{channel}.evtx", evtx("VM01"))
        wine.record("wevtutil", f"epl_{channel}_PATH", file=evtx("VM01"))
    for call, text in (("writers", WRITERS), ("providers", PROVIDERS)):
        wine.record("vssadmin", f"list_{call}", out=text.replace("\n", "\r\n"))
    wine.record("msinfo32", "-nfo_PATH", file=MSINFO.encode("utf-16"))
    wine.write("look.reg", REGISTRY)
    wine.run(["regedit", "/S", "C:\\look.reg"])
    (wine.drive / "look.reg").unlink()
