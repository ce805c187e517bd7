"""The tools that are compared: what they are, how they are called, how to get them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_WORK = PROJECT / "build/bench"
PYZ = PROJECT / "dist/saishu.pyz"
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.zst")

_AT_VAR_LOG = 'mount --bind "$0" /var/log && mount -o remount,ro,bind /var/log && exec "$@"'


class Place(NamedTuple):
    """Where a run happens: the tree (with var/log below), an empty folder for the result, the bench's own folder."""

    tree: Path
    out: Path
    work: Path

    @property
    def log(self) -> Path:
        """The folder that is collected."""
        return self.tree / "var/log"


class Tool(NamedTuple):
    """One tool.

    kind: ours, collector (made to gather evidence) or packer. program: what must be there. bench: collect, faults.
    in_place: it reads /var/log and nothing else, so it runs with the tree mounted there, which takes root.
    """

    name: str
    kind: str
    program: Callable[[Path], str | None]
    install: str
    command: Callable[[Place], list[str]]
    bench: tuple[str, ...] = ("collect", "faults")
    in_place: bool = False
    note: str = ""


def _which(name: str) -> Callable[[Path], str | None]:
    return lambda work: shutil.which(name, path=f"{work / 'tools/bin'}:{os.environ.get('PATH', '')}:/usr/sbin")


def python_with_isal(work: Path) -> str | None:
    """Return a Python that can import isal: this one, or the one in the bench's own environment."""
    for python in (sys.executable, str(work / "tools/bin/python")):
        asked = [python, "-c", "import isal"]
        if os.path.exists(python) and not subprocess.run(asked, capture_output=True, check=False).returncode:
            return python
    return None


def _plain_python(_work: Path) -> str | None:
    return sys.executable if PYZ.exists() else None


def _ours(python: list[str], place: Place) -> list[str]:
    return [*python, str(place.work / PYZ.name), "collect", "azure-vm", "--root", str(place.tree), "-o", str(place.out),
            "--yes", "--offline", "--lang", "en", "--json"]  # fmt: skip


def _in_place(command: Callable[[Place], list[str]]) -> Callable[[Place], list[str]]:
    """Wrap a command so that it sees the tree, read-only, at /var/log, in a mount namespace of its own."""

    def wrapped(place: Place) -> list[str]:
        return ["unshare", "-m", "--propagation", "private", "sh", "-c", _AT_VAR_LOG, str(place.log), *command(place)]

    return wrapped


def _sos(options: list[str]) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        extras = place.work / "etc-sos/extras.d"
        extras.mkdir(mode=0o755, parents=True, exist_ok=True)
        (extras / "var_log").write_text(":/var/log/* 0\n")
        (extras.parent / "sos.conf").write_text("[global]\n")
        script = 'mount --bind "$0" /etc/sos && exec "$@"'
        report = ["sos", "report", "--batch", "--tmp-dir", str(place.out), "--all-logs", "-z", "gzip", *options]
        return ["sh", "-c", script, str(extras.parent), *report]

    return _in_place(command)


def _acquire(options: list[str]) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        program = _which("acquire")(place.work)
        return [str(program), "-p", "none", "--volatile-profile", "none", "--path", "/var/log", "--force-fallback",
                "--no-proxy", "-o", str(place.out), *options]  # fmt: skip

    return _in_place(command)


def _waagent(place: Place) -> list[str]:
    return ["sh", "-c", 'mount --bind "$0" /var/lib/waagent && exec waagent -collect-logs -full', str(place.out)]


_ACQUIRE = "python3 bench/prepare.py (pip install acquire; AGPL, run as a program only)"
_SOS = "apt install sosreport (GPL, run as a program only)"

TOOLS = (
    Tool("saishu", "ours", _plain_python, "make pyz",
         lambda p: _ours([sys.executable, "-S", "-E"], p), note="standard library only, hashed and read back"),
    Tool("saishu with isal", "ours", lambda work: python_with_isal(work) if PYZ.exists() else None,
         "make pyz; python3 bench/prepare.py (pip install isal)",
         lambda p: _ours([str(python_with_isal(p.work))], p), ("collect",), note="hashed and read back"),
    Tool("zip -1yr", "packer", _which("zip"), "apt install zip",
         lambda p: ["zip", "-1yrq", str(p.out / "log.zip"), "var/log"]),
    Tool("zip -6yr", "packer", _which("zip"), "apt install zip",
         lambda p: ["zip", "-6yrq", str(p.out / "log.zip"), "var/log"], ("collect",)),
    Tool("zip -r", "packer", _which("zip"), "apt install zip",
         lambda p: ["zip", "-rq", str(p.out / "log.zip"), "var/log"], ("faults",), note="follows links"),
    Tool("tar, gzip", "packer", _which("tar"), "part of Debian",
         lambda p: ["tar", "-czf", str(p.out / "log.tar.gz"), "var/log"], ("faults",)),
    Tool("tar, zstd -1", "packer", _which("zstd"), "apt install zstd",
         lambda p: ["tar", "-I", "zstd -q -1 -T0", "-cf", str(p.out / "log.tar.zst"), "var/log"], ("collect",),
         note="no zip"),
    Tool("tar, igzip -1", "packer", _which("igzip"), "apt install isal",
         lambda p: ["tar", "-I", "igzip -1", "-cf", str(p.out / "log.tar.gz"), "var/log"], ("collect",), note="no zip"),
    Tool("7z -tzip -mx=1", "packer", _which("7z"), "apt install p7zip-full (from Debian 13 on: 7zip)",
         lambda p: ["7z", "a", "-tzip", "-mx=1", "-mmt=on", "-bso0", "-bsp0", str(p.out / "log.zip"), "var/log"]),
    Tool("python3 -m zipfile", "packer", lambda _work: sys.executable, "part of Python",
         lambda p: [sys.executable, "-m", "zipfile", "-c", str(p.out / "log.zip"), "var/log"], note="follows links"),
    Tool("sos, /var/log whole", "collector", _which("sos"), _SOS, _sos(["-o", "sos_extras"]), in_place=True,
         note="sos_extras"),
    Tool("sos, --all-logs", "collector", _which("sos"), _SOS, _sos(["-o", "logs", "--log-size", "0"]), ("collect",),
         in_place=True, note="its own choice of logs"),
    Tool("acquire, zip", "collector", _which("acquire"), _ACQUIRE, _acquire(["-ot", "zip", "--compress"]),
         in_place=True),
    Tool("acquire, tar", "collector", _which("acquire"), _ACQUIRE, _acquire(["-ot", "tar"]), ("collect",),
         in_place=True, note="its default: not packed"),
    Tool("waagent -collect-logs -full", "collector", _which("waagent"), "apt install waagent", _in_place(_waagent),
         in_place=True, note="cuts files at 30 MiB, stops at 150 MiB"),
)  # fmt: skip


def open_work(folder: Path) -> Path:
    """Return the bench's own folder, with a copy of our program: a build meanwhile must not change what is measured."""
    work = folder.resolve()
    work.mkdir(parents=True, exist_ok=True)
    if PYZ.exists():
        shutil.copy2(PYZ, work / PYZ.name)
    return work


def obstacle(tool: Tool, work: Path) -> str | None:
    """Say why a tool cannot run here, or None."""
    if tool.program(work) is None:
        return f"not installed: {tool.install}"
    if tool.in_place and (os.geteuid() != 0 or not shutil.which("unshare")):
        return "needs root, to see the tree at /var/log"
    return None


def find_archive(out: Path) -> Path | None:
    """Return the largest archive below a folder, or None."""
    found = [path for path in out.rglob("*") if path.name.endswith(ARCHIVES) and path.is_file()]
    return max(found, key=lambda path: path.stat().st_size, default=None)


def _first_match(command: list[str], pattern: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    found = re.search(pattern, (done.stdout + done.stderr).decode("utf-8", "replace"))
    return found.group(1) if found else "?"


def versions(work: Path) -> dict[str, str]:
    """Return {program: version} of what is installed."""
    tools = str(work / "tools/bin/python")
    asked = {
        "zip": (["zip", "-v"], r"This is Zip (\S+)"),
        "tar": (["tar", "--version"], r"tar\) (\S+)"),
        "zstd": (["zstd", "--version"], r"v(\d[\d.]+)"),
        "7z": (["7z", "i"], r"(\d\d\.\d\d)"),
        "igzip": (["igzip", "--version"], r"(\d[\d.]+)"),
        "sos": (["dpkg-query", "-W", "sosreport"], r"\t(\S+)"),
        "waagent": (["waagent", "-version"], r"WALinuxAgent-(\S+)"),
        "acquire": ([tools, "-c", "import importlib.metadata as m; print('v', m.version('acquire'))"], r"v (\S+)"),
        "isal": ([tools, "-c", "import importlib.metadata as m; print('v', m.version('isal'))"], r"v (\S+)"),
        "systemd-journal-remote": (["dpkg-query", "-W", "systemd-journal-remote"], r"\t(\S+)"),
    }
    return {
        name: found for name, (command, pattern) in asked.items() if (found := _first_match(command, pattern)) != "?"
    }
