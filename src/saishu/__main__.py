"""`python -m saishu`: the same as the command `saishu`."""

import sys

from saishu.cli import main

if __name__ == "__main__":
    sys.exit(main())
