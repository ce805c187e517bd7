"""File recovery: its log and its Linux script."""

from __future__ import annotations

import re

from saishu.bundle.signatures.text import Head

_STAMPED = re.compile(r"\W{0,2}\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]")
_LOG_WORDS = re.compile(
    r"MicrosoftAzureBackupILR|SecureTCPTunnel|recovery volumes? attached|iscsiadm|IaaSVMILR|ILRPythonScript"
    r"|Connection succeeded!|TargetNodeAddress|iSCSI (?:target|initiator|service)",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"^\s*(?:import|from)\s+\w|^\s*def\s+\w", re.MULTILINE)
_SCRIPT_WORDS = re.compile(r"MicrosoftAzureBackupILR|SecureTCPTunnel|VMName\s*=|TargetNodeAddress|iscsiadm")


def is_log(head: Head) -> bool:
    """Free text with a time in front that speaks of the tunnel and the iSCSI target; the grammar is not published."""
    words = {hit.lower() for hit in _LOG_WORDS.findall(head.text)}
    return bool(words) and head.count(_STAMPED, 1) == 1 and not is_script(head) and len(words) >= 2


def is_script(head: Head) -> bool:
    """A Python program that speaks of the tunnel and the iSCSI target."""
    found = {hit.partition("=")[0].strip() for hit in _SCRIPT_WORDS.findall(head.text)}
    return len(found) >= 2 and _SCRIPT.search(head.text) is not None


SIGNATURES = {"ilr_log": is_log, "ilr_script_linux": is_script}
