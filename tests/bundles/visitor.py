"""Opens one bundle in a process of its own, reads everything in it, and says what that cost."""

import json
import sys
import time
from pathlib import Path

from saishu.bundle import BundleError, open_bundle

_MOST = 400 * 1024 * 1024


def visit(path):
    """Codes seen, members, and the first bytes of what could be read."""
    codes, members, kind = [], 0, None
    try:
        with open_bundle(path) as bundle:
            kind, members = bundle.kind, len(bundle.members)
            for member in bundle.members:
                codes += [code] if (code := read(bundle, member)) else []
            codes += [note.code for note in bundle.notes]
    except BundleError as trouble:
        codes.append(trouble.code)
    return {"codes": sorted(set(codes)), "members": members, "kind": kind}


def read(bundle, member):
    """The code that ended the reading of a member, if any."""
    try:
        with bundle.open_text_bytes(member) as stream:
            given = 0
            while given < _MOST and (data := stream.read(1024 * 1024)):
                given += len(data)
    except BundleError as trouble:
        return trouble.code
    return None


def peak_mebibytes():
    """The largest resident size of this program itself; ru_maxrss would count the parent that it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


if __name__ == "__main__":
    begun = time.perf_counter()
    found = visit(Path(sys.argv[1]))
    found["seconds"] = round(time.perf_counter() - begun, 2)
    found["mebibytes"] = peak_mebibytes()
    print(json.dumps(found))
