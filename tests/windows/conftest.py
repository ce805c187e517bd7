"""What the Windows tests share. They run under a Windows Python only: tools/wine/suite.sh."""

import os

collect_ignore_glob = [] if os.name == "nt" else ["test_*.py"]
