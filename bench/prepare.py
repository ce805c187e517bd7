"""Installs what pip can for the comparisons (isal, acquire) in an environment of their own, and names the rest.

python3 bench/prepare.py [--work FOLDER]
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

from contenders import DEFAULT_WORK, TOOLS, obstacle

PACKAGES = ("isal", "acquire")


def main() -> int:
    """Make the environment and say what is still missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    work = parser.parse_args().work.resolve()
    if not (work / "tools/bin/python").exists():
        venv.create(work / "tools", with_pip=True)
    for package in PACKAGES:
        subprocess.run([work / "tools/bin/python", "-m", "pip", "install", "--quiet", package], check=False)
    for tool in TOOLS:
        sys.stdout.write(f"{tool.name}: {obstacle(tool, work) or 'ready'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
