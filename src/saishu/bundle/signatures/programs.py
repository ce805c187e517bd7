"""Windows programs."""

from __future__ import annotations

from saishu.bundle.signatures.text import Head


def is_pe(head: Head) -> bool:
    """An MZ header that leads to a PE header."""
    raw = head.raw
    if not raw.startswith(b"MZ") or len(raw) < 64:
        return False
    at = int.from_bytes(raw[60:64], "little")
    return raw[at : at + 4] == b"PE\0\0"


SIGNATURES = {"pe_executable": is_pe}
