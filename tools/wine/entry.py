"""Start the collector inside the EXE."""

import sys

from saishu_collect.cli import main

sys.exit(main(program="saishu.exe"))
