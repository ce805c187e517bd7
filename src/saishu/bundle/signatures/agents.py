"""The Linux agent's log and its snapshot extension's."""

from __future__ import annotations

import re

from saishu.bundle.signatures.text import Head

_STAMP = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?"
_WAAGENT = re.compile(
    rf"{_STAMP}\s+(?:VERBOSE|INFO|WARNING|ERROR)\s+(?:\S+\s+)?(?:Daemon|ExtHandler|LogCollector|EnvHandler|MonitorHandler)\b"
)
_OLD_WAAGENT = re.compile(rf"{_STAMP}\s+(?:VERBOSE|INFO|WARNING|ERROR)\s+\S")
_AGENT_WORDS = re.compile(
    r"Azure Linux Agent|WALinuxAgent|168\.63\.129\.16|goal state|Provisioning|wire protocol", re.IGNORECASE
)
_EXTENSION = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? \[Microsoft\.Azure\.RecoveryServices\.VMSnapshotLinux-[\d.]+\]"
)


def is_waagent_log(head: Head) -> bool:
    """Lines with a level and the agent's own word; the oldest agents leave the word out and are known by their talk."""
    if head.has(_WAAGENT, least=1):
        return True
    return head.has(_OLD_WAAGENT, least=3) and _AGENT_WORDS.search(head.text[:16384]) is not None


def is_snapshot_log(head: Head) -> bool:
    """Lines with the extension's name in brackets behind the time."""
    return head.has(_EXTENSION, least=1)


SIGNATURES = {"waagent_log": is_waagent_log, "vmsnapshot_linux_log": is_snapshot_log}
