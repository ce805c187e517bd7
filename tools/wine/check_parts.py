"""Hold what PyInstaller put into the EXE against what it may contain: check_parts.py PKG-00.toc PYTHON_FOLDER."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

EXPECTED = {
    "VCRUNTIME140.dll", "VCRUNTIME140_1.dll", "_bz2.pyd", "_ctypes.pyd", "_decimal.pyd", "_lzma.pyd", "_queue.pyd",
    "_socket.pyd", "_ssl.pyd", "_uuid.pyd", "libcrypto-3.dll", "libffi-8.dll", "libssl-3.dll", "python3.dll",
    "python311.dll", "select.pyd", "unicodedata.pyd", "pyexpat.pyd", "_hashlib.pyd", "_wmi.pyd",
}  # fmt: skip


def main() -> int:
    """Fail when a library comes from elsewhere than the Python folder (Wine's own would), or is not expected."""
    parts = ast.literal_eval(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = sys.argv[2].lower().rstrip("\\") + "\\"
    libraries = [(name, source) for name, source, kind in entries(parts) if kind in ("BINARY", "EXTENSION")]
    foreign = [f"{name} from {source}" for name, source in libraries if not source.lower().startswith(folder)]
    odd = sorted({name for name, _ in libraries} - EXPECTED)
    if not libraries or foreign or odd:
        print("the EXE would contain what it must not:", *(foreign + odd or ["no library at all"]), sep="\n  ")
        return 1
    print(f"libraries in the EXE: {', '.join(sorted(name for name, _ in libraries))}")
    return 0


def entries(parts: object) -> list[tuple[str, str, str]]:
    """Return the (name, source, kind) triples anywhere in a table of contents."""
    if isinstance(parts, tuple) and len(parts) == 3 and all(isinstance(part, str) for part in parts):
        return [parts]
    if isinstance(parts, (list, tuple)):
        return [entry for part in parts for entry in entries(part)]
    return []


if __name__ == "__main__":
    sys.exit(main())
