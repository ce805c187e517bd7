"""Build the portable folder: a Python signed by its makers, the collector, a starter. build_folder.py EMBED PYZ OUT."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
TOP = "saishu-windows"
# What the collector does not use.
LEFT_OUT = {
    "_asyncio.pyd", "_elementtree.pyd", "_msi.pyd", "_multiprocessing.pyd", "_overlapped.pyd", "_sqlite3.pyd",
    "_zoneinfo.pyd", "pythonw.exe", "sqlite3.dll", "winsound.pyd",
}  # fmt: skip
STARTER = """@echo off
setlocal
set "PYTHONDONTWRITEBYTECODE=1"
if "%~1"=="" goto guided
"%~dp0python\\python.exe" -I "%~dp0saishu.pyz" %*
exit /b %ERRORLEVEL%
:guided
"%~dp0python\\python.exe" -I "%~dp0saishu.pyz" collect -o "%~dp0."
set "code=%ERRORLEVEL%"
pause
exit /b %code%
"""


def main() -> int:
    """Write the zip and say where it is."""
    embed, pyz, out = (Path(argument) for argument in sys.argv[1:4])
    files = {f"python/{path.name}": path.read_bytes() for path in embed.iterdir() if path.name not in LEFT_OUT}
    files["saishu.pyz"] = pyz.read_bytes()
    files["saishu.cmd"] = STARTER.replace("\n", "\r\n").encode("ascii")
    files["LICENSE.txt"] = (ROOT / "LICENSE").read_bytes()
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{TOP}/{name}", FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    print(f"{out} ({out.stat().st_size} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
