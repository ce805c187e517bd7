"""Write the version resource of the EXE for PyInstaller: version_resource.py OUT [--time SECONDS]."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TEMPLATE = """VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0, OS=0x40004, fileType=0x1,
    subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([
      StringTable('041104b0', {japanese}),
      StringTable('040904b0', {english}),
    ]),
    VarFileInfo([VarStruct('Translation', [0x0411, 1200, 0x0409, 1200])]),
  ]
)
"""


def main() -> int:
    """Write the file."""
    version = re.search(
        r'__version__ = "([^"]+)"', (ROOT / "src/saishu_collect/__init__.py").read_text(encoding="utf-8")
    )
    if version is None:
        raise SystemExit("src/saishu_collect/__init__.py states no __version__")
    numbers = tuple([int(part) for part in re.findall(r"\d+", version.group(1))[:3]] + [0])
    texts = {
        "japanese": strings("Azure Backup 調査情報の採取ツール", version.group(1)),
        "english": strings("Collects the evidence for an Azure Backup investigation", version.group(1)),
    }
    Path(sys.argv[1]).write_text(TEMPLATE.format(numbers=numbers, **texts), encoding="utf-8")
    return 0


def strings(about: str, version: str) -> str:
    """Return the strings of one language."""
    pairs = {
        "FileDescription": about, "FileVersion": version, "InternalName": "saishu", "LegalCopyright": "MIT License",
        "OriginalFilename": "saishu.exe", "ProductName": "Saishu (採取)", "ProductVersion": version,
    }  # fmt: skip
    return "[" + ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in pairs.items()) + "]"


if __name__ == "__main__":
    sys.exit(main())
