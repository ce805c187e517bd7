"""Markdown tables, bars with pass or fail, and the facts of the machine, without its name or paths."""

import os
import platform
import statistics
import sys
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).resolve().parent / "results"


class Bar(NamedTuple):
    """One thing that must hold; value None when it could not be measured here."""

    what: str
    value: float | None
    limit: float
    unit: str = "×"

    @property
    def verdict(self) -> str:
        """PASS, FAIL or not measured."""
        if self.value is None:
            return "not measured"
        return "PASS" if self.value <= self.limit else "**FAIL**"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def bars_table(bars: Sequence[Bar]) -> str:
    """Return the bars as a table."""
    rows = [
        [
            bar.what,
            "-" if bar.value is None else f"{bar.value:.2f} {bar.unit}",
            f"≤ {bar.limit:g} {bar.unit}",
            bar.verdict,
        ]
        for bar in bars
    ]
    return table(["bar", "measured", "limit", ""], rows)


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Return 'median (min–max)'."""
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) < 2 else f"{middle} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def mega(count: float) -> str:
    """Return bytes as MB (10^6) with one decimal."""
    return f"{count / 1e6:.1f}"


def _line_of(path: str, key: str) -> str:
    for line in Path(path).read_text().splitlines():
        if line.startswith(key):
            return line.split(":", 1)[1].strip()
    return "?"


def _file_system(folder: Path) -> str:
    best = ("", "?")
    for line in Path("/proc/mounts").read_text().splitlines():
        _, point, kind = line.split()[:3]
        inside = str(folder) == point or str(folder).startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = (point, kind)
    return best[1]


def machine_facts(work: Path, versions: dict[str, str]) -> str:
    """Return a list of what the figures depend on: no host name, no path."""
    memory = int(_line_of("/proc/meminfo", "MemTotal").split()[0]) / 1024**2
    release = platform.freedesktop_os_release().get("PRETTY_NAME", "?")
    facts = [
        f"{os.cpu_count()} cores, {_line_of('/proc/cpuinfo', 'model name')}, {memory:.0f} GiB, {_file_system(work)}",
        f"{release}, Linux {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}, zlib {zlib.ZLIB_RUNTIME_VERSION}",
        ", ".join(f"{name} {version}" for name, version in sorted(versions.items())),
        time.strftime("%Y-%m-%d", time.gmtime()),
    ]
    return "\n".join(f"- {fact}" for fact in facts if fact)


def publish(text: str, save: str | None) -> None:
    """Print a result and, when asked, keep it as bench/results/<save>.md."""
    sys.stdout.write(text + "\n")
    if save:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{save}.md").write_text(text + "\n")
