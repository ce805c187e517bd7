"""Named signatures over the first 64 KiB of a file, for files whose path and name say nothing.

Every module of this package declares `SIGNATURES`: name of the catalogue's vocabulary to a test over a `Head`.
"""

from __future__ import annotations

from collections.abc import Callable

from saishu.bundle.signatures import (
    agents,
    certificates,
    event_csv,
    evtx,
    hana,
    ilr,
    mars,
    network,
    pictures,
    programs,
    sql,
    syslog,
    system_information,
    vssadmin,
)
from saishu.bundle.signatures.text import Head

Test = Callable[[Head], bool]

SIGNATURES: dict[str, Test] = {
    name: test
    for module in (
        agents, certificates, event_csv, evtx, hana, ilr, mars, network, pictures, programs, sql, syslog,
        system_information, vssadmin,
    )
    for name, test in module.SIGNATURES.items()
}  # fmt: skip

WEAK = frozenset(("picture", "pe_executable"))
"""Signatures that tell a kind of file and not whose it is."""


def recognise(head: bytes, name: str = "") -> frozenset[str]:
    """Every signature that the first bytes of a file bear. name: the bare file name, where a signature asks for it."""
    if not head:
        return frozenset()
    seen = Head(head, name)
    return frozenset(signature for signature, test in SIGNATURES.items() if test(seen))
