"""Certificates of a machine: our own list, PowerShell's Format-List, `certutil -store`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from saishu.model import Value
from saishu.parse.readers.whole import state, whole_json, whole_lines
from saishu.parse.reading import FileInput, Sink

_STORES = {"my": "personal", "personal": "personal", "root": "root", "ca": "intermediate"}
_STORE = re.compile(r"(?:^|[/_.-])(my|personal|root|ca)(?=[._/-])", re.IGNORECASE)
_VAULT = re.compile(r"CB_.+-vaultcredentials", re.IGNORECASE)
_HOST = re.compile(r"CB_[^,\"]+\._\d+", re.IGNORECASE)
_CRP = re.compile(r"Windows Azure CRP Certificate Generator", re.IGNORECASE)
_PAIR = re.compile(r"^\s*(?P<key>[A-Za-z][A-Za-z0-9 ()]*?)\s*[:：]\s*(?P<value>.*?)\s*$")
_KEYS = {
    "subject": "subject", "issuer": "issuer", "thumbprint": "sha1", "notafter": "not_after", "notbefore": "not_before",
    "cert hash(sha1)": "sha1", "hasprivatekey": "private_key", "friendlyname": "friendly_name",
}  # fmt: skip


def read_json(file: FileInput, sink: Sink) -> None:
    """`certificates/<store>.json` of our collector."""
    found = whole_json(file, sink)
    if not isinstance(found, dict):
        return
    store = _STORES.get(str(found.get("store", "")).lower(), "other")
    read = _moment(found.get("read"))
    for one in found.get("certificates") or ():
        if isinstance(one, dict):
            _tell(file, sink, store, one, None, read)


def read_text_list(file: FileInput, sink: Sink) -> None:
    """A list as text, told apart by its keys; where our own JSON lies beside it, that one says more."""
    named = _STORE.search(file.path)
    store = _STORES[named[1].lower()] if named else "other"
    read = file.modified if file.modified is not None and file.modified.tzinfo is not None else None
    for line, block in _blocks(whole_lines(file, sink)):
        _tell(file, sink, store, block, line, read)


def _blocks(lines: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, values) of each certificate: a new one begins where a key comes again."""
    block: dict[str, str] = {}
    start = 1
    for number, line in enumerate(lines, 1):
        pair = _PAIR.match(line)
        key = _KEYS.get(pair["key"].lower().replace("not after", "notafter")) if pair else None
        if pair is None or key is None:
            continue
        if key in block and key != "sha1":
            yield start, block
            block = {}
        if not block:
            start = number
        block[key] = pair["value"]
    if block:
        yield start, block


def _tell(
    file: FileInput, sink: Sink, store: str, one: Mapping[str, Any], line: int | None, read: datetime | None
) -> None:
    subject, end = str(one.get("subject", "")), _moment(one.get("not_after"))
    if not subject and not one.get("sha1"):
        return
    expired = end < read if end is not None and read is not None else None
    values: dict[str, Value] = {
        "store": store, "subject": subject, "issuer": str(one.get("issuer", "")),
        "sha1": re.sub(r"[^0-9A-Fa-f]", "", str(one.get("sha1") or "")).upper(),
        "not_before": str(one.get("not_before") or ""), "not_after": str(one.get("not_after") or ""),
        "kind": _kind(subject), "expired": expired,
    }  # fmt: skip
    state(sink, file, "certificate", values, line, f"{subject} … {values['not_after']}")


def _kind(subject: str) -> str:
    if _VAULT.search(subject):
        return "cb_vault"
    if _HOST.search(subject):
        return "cb_host"
    return "crp" if _CRP.search(subject) else "other"


def _moment(text: Any) -> datetime | None:
    """A time as an aware one; local forms are taken as UTC, which a day of validity survives."""
    if not isinstance(text, str) or not text.strip():
        return None
    text = text.strip()
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = _local(text)
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def _local(text: str) -> datetime | None:
    for layout in ("%Y/%m/%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%Y/%m/%d %H:%M"):
        try:
            return datetime.strptime(text, layout).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
