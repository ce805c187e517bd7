"""The data of one event as the lines that its message is made of."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

MESSAGE_LIMIT = 8192
"""Characters of a message that are kept."""
_BINARY_LIMIT = 256
_BINARY_TEXT_LIMIT = 4096
_PARAMETERS = frozenset(("Data", "ComplexData", "ComplexData_1", "ComplexData_2", "ComplexData_3"))
_PLAIN = frozenset((str, int))
_DEPTH = 12
_MOST_LINES = 500
_OPERATIONS = frozenset(
    ("SnapshotSetId", "SnapshotSetID", "BackupId", "BackupID", "BackupJobId", "JobId", "JobID", "OperationId")
)
SPEAKERS = frozenset(
    ("VSS", "volsnap", "Volsnap", "CloudBackup", "Backup", "Microsoft-Windows-Backup", "SPP", "SQLWRITER", "ESENT")
)
"""Who speaks of jobs and snapshot sets."""
_SAID_OPERATION = re.compile(
    r"(?i)(?:\b(?:snapshot ?set|backup(?: job)?|job) ?id|スナップショット セット ID)[:=：\s]{1,4}"
    r"(\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?)"
)
_GUID = re.compile(r"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?\Z")
_ASCII = re.compile(rb"[ -~\t\r\n]{4,}\0*\Z")
_PRINTABLE = re.compile(r"[ -~\t\r\n\u3000-\u30ff\u4e00-\u9fff\uff01-\uff9f]{3,}\Z")


def message_of(event: dict[str, Any]) -> str:
    """The data of an event as the library gives it: a line `name: value` for each; what has no name stands alone.

    The value of an attribute is named `Element.attribute`. A value that is empty has no line.
    """
    data = event.get("EventData") or event.get("UserData")
    if data.__class__ is not dict:
        return str(data) if data else _message_of_rest(event)
    if _PLAIN.issuperset(map(type, data.values())) and "Binary" not in data:
        return "\n".join([f"{name}: {value}" for name, value in data.items() if value != ""])
    lines: list[str] = []
    for name, value in data.items():
        kind = value.__class__
        if kind is str:
            if name == "Binary":
                _add_binary(lines, value)
            elif value:
                lines.append(f"{name}: {value}")
        elif kind is int:
            lines.append(f"{name}: {value}")
        elif name == "Data" and kind is dict and value.get("#text").__class__ is list:
            lines += [one if one.__class__ is str else _word(one) for one in value["#text"] if one or one == 0]
        elif value is not None:
            _add(lines, name, value, 0)
    return "\n".join(lines)


def operation_of(event: dict[str, Any], message: str) -> str | None:
    """The id of the snapshot set or the backup job that an event speaks of, lower case without braces, or None."""
    data = event.get("EventData")
    if isinstance(data, dict):
        for name, value in data.items():
            if name in _OPERATIONS and _GUID.match(str(value)):
                return str(value).strip("{}").lower()
    return said_operation(message)


def said_operation(message: str) -> str | None:
    """The id of the snapshot set or the backup job that a text names, lower case without braces, or None."""
    hit = _SAID_OPERATION.search(message)
    return hit[1].strip("{}").lower() if hit else None


def _message_of_rest(event: dict[str, Any]) -> str:
    lines: list[str] = []
    for name, value in event.items():
        if name not in ("#attributes", "System", "EventData", "UserData"):
            _add(lines, name, value, 0)
    return "\n".join(lines)


def _add(lines: list[str], name: str, value: Any, depth: int) -> None:
    """Add a value that is no plain word."""
    kind = value.__class__
    if kind is dict:
        _add_element(lines, name, value, depth)
    elif kind is list:
        for one in value[:_MOST_LINES]:
            _add(lines, name, one, depth + 1)
    elif value is not None and value != "":
        word = value if kind is str else _word(value)
        lines.append(word if name == "Data" else f"{name}: {word}")


def _add_element(lines: list[str], name: str, value: dict[str, Any], depth: int) -> None:
    """Add what is in an element: its attributes, its text, the elements in it."""
    if depth > _DEPTH or len(lines) > _MOST_LINES:
        return
    for key, one in value.items():
        kind = one.__class__
        if key == "#attributes":
            if name in _PARAMETERS:
                name = str(one.get("Name", name))
            elif "xmlns" not in one:
                lines += [f"{name}.{word}: {said}" for word, said in one.items() if said]
        elif key == "#text":
            _add(lines, name, one, depth)
        elif kind is dict:
            _add_element(lines, key, one, depth + 1)
        elif kind is str:
            if one:
                lines.append(f"{key}: {one}")
        else:
            _add(lines, key, one, depth + 1)


def _word(value: object) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    return str(value)


def _add_binary(lines: list[str], value: str) -> None:
    """Add what stands in the binary part: as text where it is one, else as hexadecimal digits while it is short."""
    if not value or len(value) > 2 * _BINARY_TEXT_LIMIT:
        return
    text = _text_of(value)
    if text:
        lines.append(f"Binary: {text}")
    elif len(value) <= 2 * _BINARY_LIMIT:
        lines.append(f"Binary: {value}")


@lru_cache(4096)
def _text_of(digits: str) -> str:
    """The text that a binary part is, or nothing. Service Control Manager puts the service's own name there."""
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        return ""
    if _ASCII.match(raw):
        return raw.rstrip(b"\0").decode("ascii")
    if len(raw) % 2 == 0:
        wide = raw.decode("utf-16-le", "replace").rstrip("\0")
        if _PRINTABLE.match(wide):
            return wide
    return ""
