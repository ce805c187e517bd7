"""`AzureBackup_Check_NW_*.log`: the transcript of support's connectivity script on Windows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from saishu.parse.readers.whole import state, whole_lines
from saishu.parse.reading import FileInput, Host, Sink
from saishu.parse.text import read_text

_TNC = re.compile(
    r"Result of tnc - (?P<port>\d+) / from (?P<source>\S*) ?/To URL\s+(?P<host>\S+)\s+IPaddress\s*(?P<address>\S*)\s*"
    r"/ ?TcpTestSucceeded: ?(?P<ok>True|False)"
)
_TRY = re.compile(r"#TRY!! ?Invoke-webRequest\s+(?P<host>\S+)", re.IGNORECASE)
_DONE = re.compile(r"Result of Invoke-webRequest\s*/ ?StatusCode: ?(?P<status>\d{3})", re.IGNORECASE)
_ERROR = re.compile(r"TerminatingError\(Invoke-WebRequest\): \"(?P<text>.*?)\"?\s*$", re.IGNORECASE)
_ANSWERED = re.compile(r"\((?:400|403|404)\)|InvalidQueryParameterValue|AuthenticationFailed|AuthenticationRequired")
_STATUS = re.compile(r"\((?P<status>[1-5]\d\d)\)")
_END = re.compile(r"-----Script Completed-----")


@dataclass(slots=True)
class _Asked:
    """The request that waits for its answer."""

    host: str = ""
    line: int = 0


def read(file: FileInput, host: Host, sink: Sink) -> None:
    """A fact net.check for every test, and net.run with whether the script came to its end."""
    read_text(file, host, sink)
    asked = _Asked()
    ended, first = False, 0
    for number, line in enumerate(whole_lines(file, sink), 1):
        ended = ended or bool(_END.search(line))
        if tested := _TNC.search(line):
            good = tested["ok"] == "True"
            values = {
                "tool": "tnc", "target": tested["host"], "port": int(tested["port"]),
                "result": "ok" if good else "failed", "detail": tested["address"], "http": None,
            }  # fmt: skip
            state(sink, file, "net.check", values, number, line.strip())
            first = first or number
        elif tried := _TRY.search(line):
            asked = _Asked(tried["host"], number)
        elif answered := (_DONE.search(line) or _ERROR.search(line)):
            _tell(file, sink, asked, answered, number)
            asked = _Asked()
            first = first or number
    if first:
        state(sink, file, "net.run", {"tool": "AzureBackup_Check_NW", "ended": ended}, first)


def _tell(file: FileInput, sink: Sink, asked: _Asked, answered: re.Match[str], number: int) -> None:
    text = answered[0].strip()
    status = answered.groupdict().get("status")
    if status is None and (said := _STATUS.search(text)):
        status = said["status"]
    good = "text" not in answered.groupdict() or bool(_ANSWERED.search(text))
    values = {
        "tool": "Invoke-WebRequest", "target": asked.host, "port": 443, "result": "ok" if good else "failed",
        "detail": text[:300], "http": status,
    }  # fmt: skip
    state(sink, file, "net.check", values, number, f"{asked.host}: {text}".lstrip(": "))
