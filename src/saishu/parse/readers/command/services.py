"""Services of a machine: `sc query`, our collector's list, Get-Service, `systemctl`."""

from __future__ import annotations

import re

from saishu.model import Value
from saishu.parse.readers.whole import state, whole_lines
from saishu.parse.reading import FileInput, Sink

_PAIR = re.compile(
    r"^\s*(?P<key>SERVICE_NAME|DISPLAY_NAME|STATE|START_TYPE|SERVICE_START_NAME|WIN32_EXIT_CODE|サービス名|状態)\s*[:：]\s*(?P<value>.*?)\s*$"
)
_STATES = {
    1: "stopped", 2: "start_pending", 3: "stop_pending", 4: "running", 5: "continue_pending", 6: "pause_pending",
    7: "paused", 1060: "absent",
}  # fmt: skip
_STARTS = {0: "boot", 1: "system", 2: "auto", 3: "manual", 4: "disabled"}
_NUMBER = re.compile(r"\d+")
_UNIT = re.compile(r"^\s*[●*○×]?\s*(?P<unit>[\w@.\-]+\.(?:service|socket))(?P<rest>.*)$")
_LOADED = re.compile(r"^\s*Loaded:\s*(?P<load>\S+)(?:\s*\([^;]*;\s*(?P<enabled>[\w-]+))?")
_ACTIVE = re.compile(r"^\s*Active:\s*(?P<active>\S+)(?:\s*\((?P<sub>[^)]*)\))?")
_SHOWN = re.compile(r"^(?P<key>Id|LoadState|ActiveState|SubState|UnitFileState|Result|NRestarts)=(?P<value>.*)$")


def read_windows(file: FileInput, sink: Sink) -> None:
    """A fact service for every service of Windows."""
    values: dict[str, Value] = {}
    start = 1
    for number, line in enumerate(whole_lines(file, sink), 1):
        pair = _PAIR.match(line)
        if pair is None:
            continue
        key, value = pair["key"], pair["value"]
        if key in ("SERVICE_NAME", "サービス名"):
            _tell(file, sink, values, start)
            values, start = {"name": value}, number
        elif key in ("STATE", "状態") and (found := _NUMBER.match(value)):
            values["state"] = _STATES.get(int(found[0]), value)
        elif key == "START_TYPE" and (found := _NUMBER.match(value)):
            values["start"] = _STARTS.get(int(found[0]), value)
        elif key == "SERVICE_START_NAME":
            values["account"] = value
        elif key == "WIN32_EXIT_CODE" and (found := _NUMBER.match(value)):
            values["exit_code"] = int(found[0])
    _tell(file, sink, values, start)


def read_systemd(file: FileInput, sink: Sink) -> None:
    """A fact service for every unit that `systemctl status` or `systemctl show` tells of."""
    values: dict[str, Value] = {}
    start = 1
    for number, line in enumerate(whole_lines(file, sink), 1):
        shown, unit = _SHOWN.match(line), _UNIT.match(line)
        if shown:
            if shown["key"] == "Id":
                _tell(file, sink, values, start)
                values, start = {}, number
            _take_shown(values, shown)
        elif unit and not line.startswith(" " * 4):
            _tell(file, sink, values, start)
            words = unit["rest"].split()
            values, start = {"name": unit["unit"].removesuffix(".service")}, number
            if len(words) >= 3 and words[0] in ("loaded", "not-found", "masked"):
                values |= {"state": _systemd_state(words[0], words[1])}
        elif loaded := _LOADED.match(line):
            values |= {"load": loaded["load"], "start": _systemd_start(loaded["enabled"])}
        elif active := _ACTIVE.match(line):
            values |= {"state": _systemd_state(str(values.get("load", "")), active["active"]), "sub": active["sub"]}
    _tell(file, sink, values, start)


def _take_shown(values: dict[str, Value], shown: re.Match[str]) -> None:
    key, value = shown["key"], shown["value"]
    if key == "Id":
        values["name"] = value.removesuffix(".service")
    elif key == "LoadState":
        values["load"] = value
    elif key == "ActiveState":
        values["state"] = value
    elif key == "UnitFileState":
        values["start"] = _systemd_start(value)
    elif key in ("Result", "NRestarts"):
        values[key.lower()] = value
    if "state" in values and "load" in values:
        values["state"] = _systemd_state(str(values["load"]), str(values["state"]))


def _systemd_state(load: str, active: str) -> str:
    if load == "not-found":
        return "absent"
    return {"active": "running", "inactive": "stopped"}.get(active, active)


def _systemd_start(enabled: str | None) -> str | None:
    return {"enabled": "auto", "disabled": "disabled", "masked": "disabled"}.get(enabled or "", enabled)


def _tell(file: FileInput, sink: Sink, values: dict[str, Value], line: int) -> None:
    if values.get("name") and values.get("state"):
        text = " ".join(f"{key}={value}" for key, value in values.items() if value not in (None, ""))
        state(sink, file, "service", dict(values), line, text)
