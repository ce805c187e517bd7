"""What a Windows says of itself: its name and build, the version of its Azure agent, the vault of its MARS agent."""

import os
import re
import socket

from saishu_collect.windows import certificate_store, pieces
from saishu_collect.windows import hive as reading

_CURRENT = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
_GUEST_AGENT = "HKLM\\SOFTWARE\\Microsoft\\GuestAgent"
_AGENT_FOLDER = "C:\\WindowsAzure"
_FIRST_WINDOWS_11 = 22000
_SERVERS = (
    (26040, "Windows Server 2025"), (25398, "Windows Server, version 23H2"), (20348, "Windows Server 2022"),
    (17763, "Windows Server 2019"), (14393, "Windows Server 2016"), (9600, "Windows Server 2012 R2"),
    (9200, "Windows Server 2012"),
)  # fmt: skip
_VAULT = re.compile(
    r"\bCB_(?P<vault>[A-Za-z][A-Za-z0-9-]{1,49}?)-\d{1,2}-\d{1,2}-\d{4}-vaultcredentials\b", re.IGNORECASE
)


def os_name_version(hive=None):
    """Return name, version and full build: `Windows Server 2022 Datacenter 21H2 (build 20348.2113)`; None without.

    The 64-bit view counts: in the other one a server can carry the name of a client. A Windows 11 calls itself 10 in
    ProductName, and an image upgraded by hand can keep the name of a client; the build then says what it is.
    """
    hive = hive or reading.Hive()
    name = _text(hive, "ProductName")
    build = _text(hive, "CurrentBuild") or _text(hive, "CurrentBuildNumber")
    if not name and not build:
        return None
    number = int(build) if build.isdigit() else 0
    name = _true_name(name, number, _text(hive, "InstallationType"), _text(hive, "EditionID"))
    version = _text(hive, "DisplayVersion") or _text(hive, "ReleaseId")
    revision = hive.value(_CURRENT, "UBR")
    full = "{}.{}".format(build, revision) if isinstance(revision, int) else build
    return " ".join(part for part in (name, "" if version in name else version, "(build {})".format(full)) if part)


def _text(hive, name):
    value = hive.value(_CURRENT, name)
    return value.strip("\0 ") if isinstance(value, str) else ""


def _true_name(name, build, kind, edition):
    """Return the product's name with what the registry is known to say wrongly set right."""
    name = re.sub(r"^Microsoft ", "", name)
    is_server = kind.lower().startswith("server")
    if is_server and "server" not in name.lower():
        known = next((server for first, server in _SERVERS if build >= first), "Windows Server")
        return " ".join(part for part in (known, re.sub(r"^Server", "", edition)) if part)
    if not is_server and build >= _FIRST_WINDOWS_11:
        return re.sub(r"\bWindows 10\b", "Windows 11", name)
    return name


def agent_version(hive=None, folder=_AGENT_FOLDER):
    """Return the version of the Azure VM agent: what it wrote down itself, else its newest folder; None without one."""
    hive = hive or reading.Hive()
    value = hive.value(_GUEST_AGENT, "GuestAgentVersion")
    found = re.search(r"\d+(?:\.\d+){1,3}", value) if isinstance(value, str) else None
    if found:
        return found.group(0)
    versions = []
    for name in _names(folder):
        match = re.match(r"GuestAgent_(\d+(?:\.\d+){1,3})(?:_|\Z)", name)
        if match:
            versions.append(match.group(1))
    return max(versions, key=lambda text: [int(part) for part in text.split(".")]) if versions else None


def _names(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def vault_name(certificates=None):
    """Return the vault that the MARS agent's certificate names; None without one, or when two name different vaults."""
    if certificates is None:
        try:
            certificates = certificate_store.read_store("MY")
        except pieces.StepError:
            return None
    vaults = {match.group("vault").lower(): match.group("vault") for match in _hits(certificates)}
    return vaults.popitem()[1] if len(vaults) == 1 else None


def _hits(certificates):
    hits = (_VAULT.search(one.subject) or _VAULT.search(one.friendly_name) for one in certificates)
    return [hit for hit in hits if hit]


FACTS = {
    "system:host_name": socket.gethostname,
    "system:os_name_version": os_name_version,
    "system:agent_version": agent_version,
    "certificate:vault_name": vault_name,
}
"""Source of a fact to the function that answers."""
