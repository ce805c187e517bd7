"""Codes: how each kind is written in evidence, and which words of any text are codes although nobody declared them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_GAP = r"[\s:：=#(「\[]{0,4}"

_NUMBER_FIELDS: Mapping[str, tuple[str, ...]] = {
    "mars": (
        r"\(ID{gap}{number} ?\)",
        r"\(ID{gap}{number} ?(?:Details|詳細)",
        r"(?i:\b(?:Error|Internal error) (?:ID|code){gap}{number}\b)",
        r"\bID[:：] ?{number}\b",
        r"エラー ?(?:ID|コード){gap}{number}\b",
        r"(?:\bError|エラー) [0-9]{5,6}(?:\.|。)",
    ),
    "sql": (
        r"(?i:\b(?:Msg|Error|Native Error|SQL Error|Error number|メッセージ|エラー){gap}{number}\b)",
        r"(?i:\bEvent ?ID{gap}{number}\b)",
        r"(?m:^)[ >*]{0,4}{number}: [A-Z][a-z]+ [a-z]+ [a-z]+ ",
    ),
    "hana": (
        r"\[{number}\]",
        r"\bno\.{number}\b",
        r"\* {number}: [a-z]",
        r"(?i:\berror(?: code)?{gap}{number}\b)",
    ),
    "vmsnapshot": (
        r"(?i:\bstatus ?code{gap}{number}\b)",
        r"\bEnable,\w+,{number},",
        r'"code"\s*:\s*"?{number}\b',
    ),
    "vmsnapshot-restore": (r"(?i:\bstatus ?code{gap}{number}\b)", r'"code"\s*:\s*"?{number}\b'),
    "aadsts": (r"\bAADSTS{number}\b",),
    "errno": (r"\bErrno {number}\b", r"\berrno{gap}{number}\b", r"\(os error {number}\)"),
    "win32": (
        r"(?i:\b(?:System error|Win32 error|Windows error|Error code|status|error){gap}{number}\b)",
        r"(?:状態|エラー ?コード|システム ?エラー|エラー){gap}{number}\b",
    ),
    "http": (
        r"\b{number}: [A-Z]",
        r"\({number}\)",
        r"\bHTTP/[0-9.]+ {number}\b",
        r"(?i:\b(?:HTTP(?: Error| status| code)?|status ?code){gap}{number}\b)",
    ),
    "msi": (r"\bError {number}\.",),
    "wsb": (r"(?i:\b(?:error|code){gap}{number}\b)",),
    "curl": (r"\bcurl: \({number}\)",),
}

GENERIC: Mapping[str, str] = {
    "hresult": r"\b0x[89cC][0-9a-fA-F]{7}\b",
    "hex_said": (
        r"(?i:\b(?:error|code|hr|status|result|failure|hresult|rc)|エラー|コード)[^0-9A-Za-z]{0,12}0x[0-9a-fA-F]{1,8}\b"
    ),
    "signed": r"-21[2-4][0-9]{7}\b",
    "unsigned": r"\b21(?:4[789]|[56][0-9])[0-9]{6}\b",
    "product": r"\b(?:BMS)?(?:User|System|Internal)Error[A-Z][A-Za-z0-9_]{4,}",
    "extension": r"\bExtension[A-Z][A-Za-z0-9]*(?:Fail|Error|Timeout|NotSupported)[A-Za-z0-9]*",
    "entra": r"\bAADSTS[0-9]{4,8}\b",
    "exception": r"\b[A-Z][A-Za-z0-9]*Exception\b",
    "bracketed": r"\[[A-Z][A-Za-z]+Error\]",
    "errno": r"\bErrno [0-9]{1,3}\b",
    "agent_number": r"\(ID{gap}[0-9]{2,6} ?(?:\)|Details|詳細)".replace("{gap}", _GAP),
    "error_id": r"(?i:\berror ID{gap}[0-9]{3,6}\b)".replace("{gap}", _GAP),
    "sql_message": (
        r"\bMsg [0-9]{3,6}, Level|\bError: [0-9]{3,6}, Severity|\bNative Error: [0-9]{2,6}\b|エラー: [0-9]{3,6}、"
    ),
    "hana_sql": r"(?m:^|[ '\"])\* [0-9]{1,4}: [a-z]",
    "hana_chain": r"(?:[:,] |: ?|error )\[[0-9]{3,7}\]|\bno\.[0-9]{4,7}\b",
    "marked": r"\*\*[0-9]{5,8}\*\*",
    "http_reason": r"\b[45][0-9]{2}: [A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){0,2}",
    "installer": r"\bError [0-9]{4}\.",
    "status_said": r"(?:\b[Ss]tatus|状態)[:：] ?[0-9]{3,5}\b",
    "event_said": r"(?:\b[Ee]vent ID|イベント ?ID)[:：]? ?[0-9]{1,5}\b|(?m:^)ID[:：][0-9]{1,5}\b",
    "curl": r"\bcurl: \([0-9]{1,2}\)",
    "permission": r"\b[A-Z][a-z]+(?: [a-z]+){1,4} \([0-9]{1,3}\)$",
}
"""What looks like a code in any text, by the way it is written."""

FORMATS: Mapping[str, frozenset[str]] = {
    "mars": frozenset(("mars", "mars-listing", "setup-log", "events", "job-json", "wsb", "text")),
    "sql": frozenset(("sql-errorlog", "sql-writer", "events", "workload-windows", "job-json", "text")),
    "hana": frozenset(("hana-backup", "hana-backint", "hana-trace", "msawb", "msawb-prereg", "job-json", "text")),
    "vmsnapshot": frozenset(
        ("vmsnapshot-linux", "vmsnapshot-shell", "extension-status", "iaasbcdr", "waagent", "job-json", "text")
    ),
    "vmsnapshot-restore": frozenset(("extension-status", "job-json", "text")),
    "win32": frozenset(("events", "wsb", "waappagent", "transparent-installer", "mars", "setup-log", "text")),
    "wsb": frozenset(("events", "wsb", "text")),
    "msi": frozenset(("events", "setup-log", "text")),
    "hana_sql": frozenset(("hana-trace", "msawb", "msawb-prereg", "text")),
    "hana_chain": frozenset(("hana-backup", "hana-backint", "hana-trace", "msawb", "msawb-prereg", "text")),
    "permission": frozenset(("hana-backup", "hana-backint", "hana-trace", "msawb", "ilr-linux", "text")),
    "status_said": frozenset(("events", "text")),
    "marked": frozenset(("sql-errorlog", "text")),
}
"""The log formats in which a kind of number is looked for; what is not listed is looked for everywhere."""

_SHORTEST_NAME = 5
_IN_FULL = frozenset(
    ("product", "extension", "entra", "exception", "errno", "http_reason", "permission", "hresult", "curl")
)
_NUMBER = re.compile(r"-?[0-9]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_WORD = re.compile(r"[A-Z][A-Za-z]+Error")


def code_names(code: Mapping[str, Any]) -> tuple[str, ...]:
    """A declared code as people write it, the usual way first: `0x80070005`, `-2147024891`, `E_ACCESSDENIED`."""
    if "hresult" in code:
        signed, unsigned = decimals(code["hresult"])
        named = (code["name"],) if code.get("name") else ()
        return (code["hresult"], signed, unsigned, *named)
    if "number" in code:
        number = str(code["number"])
        named = (code["name"],) if code.get("name") else ()
        lead = {"aadsts": f"AADSTS{number}", "errno": f"Errno {number}"}.get(code["of"])
        return (lead, *named) if lead else (number, *named)
    if "event" in code:
        return (str(code["event"]),)
    return (code["name"] if "name" in code else code["phrase"],)


def code_key(code: Mapping[str, Any]) -> str:
    """What tells a code from every other: its kind and its value."""
    if "hresult" in code:
        return f"hresult:{code['hresult'].lower()}"
    if "number" in code:
        return f"{code['of']}:{code['number']}"
    if "event" in code:
        return f"event:{code['provider'].lower()}:{code['event']}"
    return f"name:{code['name'].lower()}" if "name" in code else f"phrase:{code['phrase'].lower()}"


def code_pattern(code: Mapping[str, Any]) -> str | None:
    """The RE2 pattern that finds a declared code in a line by its name or phrase.

    None for Windows events, which are no text, and for numbers: `number_pattern` and the generic patterns find all of a
    kind at once. An HRESULT with a name is found by that, too.
    """
    if "event" in code or "number" in code or ("hresult" in code and len(code.get("name", "")) < _SHORTEST_NAME):
        return None
    if "name" in code:
        return rf"(?i:\b{re.escape(code['name'])}\b)"
    words = [re.escape(word) for word in str(code["phrase"]).split()]
    return r"(?i:" + r"\s+".join(words) + ")"


def number_pattern(kind: str) -> str:
    """The RE2 pattern that finds any number in the fields of one kind (`mars`, `sql`, …)."""
    forms = _NUMBER_FIELDS[kind]
    return "|".join(form.replace("{gap}", _GAP).replace("{number}", "[0-9]{1,7}") for form in forms)


def number_in(found: str) -> int:
    """The number in what `number_pattern` found; -1 where there is none."""
    numbers = _NUMBER.findall(found)
    return abs(int(numbers[-1])) if numbers else -1


def decimals(hresult: str) -> tuple[str, str]:
    """A 32-bit code in signed and in unsigned decimal."""
    value = int(hresult, 16)
    return str(value - (1 << 32) if value >> 31 else value), str(value)


def canonical_hex(text: str) -> str | None:
    """`0x8007000b`, `-2147024885` or `2147942411` as `0x8007000B`; None when it is no 32-bit code."""
    value = int(text, 16) if text.lower().startswith("0x") else int(text)
    if value < 0:
        value += 1 << 32
    return f"0x{value:08X}" if 0 <= value < 1 << 32 else None


def spoken_codes(kind: str, found: str) -> tuple[str, ...]:
    """The codes in what a generic pattern found: as written first, then in the usual form."""
    if kind in _IN_FULL:
        return tuple(dict.fromkeys((found, canonical_hex(found) or found))) if kind == "hresult" else (found,)
    if kind == "bracketed":
        return tuple(_WORD.findall(found))
    said = _HEX.findall(found) if kind == "hex_said" else _NUMBER.findall(found)
    if kind == "unsigned" and int(said[-1]) < 1 << 31:
        return ()
    if kind in ("hex_said", "signed", "unsigned"):
        return tuple(dict.fromkeys((said[-1], canonical_hex(said[-1]) or said[-1])))
    return (said[-1].lstrip("-"),)
