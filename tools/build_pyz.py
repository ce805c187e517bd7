"""Build dist/saishu.pyz: the collector as one file that any Python from 3.6 on can run; same input, same bytes."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "saishu_collect"

MAIN = '"""Start the collector."""\n\nimport sys\n\nfrom saishu_collect.cli import main\n\nsys.exit(main())\n'

# The oldest time a ZIP archive can state; a real one would make every build different.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def main() -> int:
    """Write the file and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "dist" / "saishu.pyz")
    out = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    build(out)
    print(f"{out} ({out.stat().st_size} bytes)")
    return 0


def build(out: Path) -> None:
    """Write the header, then the archive behind it, and let the file be run."""
    catalogue = json.loads((PACKAGE / "catalogue.json").read_text(encoding="utf-8"))
    with out.open("wb") as stream:
        stream.write(header(catalogue).encode("utf-8"))
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for name, data in sorted(contents(catalogue).items()):
                # Stored, not deflated: another zlib would give other bytes.
                entry = zipfile.ZipInfo(name, FIXED_TIME)
                entry.create_system = 3
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, data)
    out.chmod(0o755)


def contents(catalogue: dict[str, Any]) -> dict[str, bytes]:
    """Return {name in the archive: bytes}: the package, the catalogue without blanks, the licence, the entry."""
    files = {f"saishu_collect/{path.relative_to(PACKAGE).as_posix()}": path.read_bytes() for path in modules()}
    files["saishu_collect/catalogue.json"] = json.dumps(
        catalogue, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode("utf-8")
    files["LICENSE"] = (ROOT / "LICENSE").read_bytes()
    files["__main__.py"] = MAIN.encode("utf-8")
    return files


def modules() -> list[Path]:
    """Return the Python files of the collector."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def header(catalogue: dict[str, Any]) -> str:
    """Return the shell script in front: it finds a Python, or says in both languages what to do without one."""
    template = (ROOT / "tools" / "pyz_header.sh").read_text(encoding="utf-8")
    lines = []
    for language in ("ja", "en"):
        phrases = catalogue["phrases"][language]
        lines += [f"[E190] {phrases['error.E190.what']}", phrases["error.E190.next"]]
    message = " \\\n    ".join(shlex.quote(line) for line in lines)
    return template.replace("@VERSION@", version()).replace("@MESSAGE@", message)


def version() -> str:
    """Return the version that the collector states."""
    for line in (PACKAGE / "__init__.py").read_text(encoding="utf-8").splitlines():
        if line.startswith("__version__"):
            return line.split('"')[1]
    raise SystemExit("src/saishu_collect/__init__.py states no __version__")


if __name__ == "__main__":
    sys.exit(main())
