"""`CheckNWResult_*.log`: the connectivity script of support on Linux, one test after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from saishu.parse.readers.whole import state, whole_lines
from saishu.parse.reading import FileInput, Host, Sink
from saishu.parse.text import read_text

_TEST = re.compile(
    r"^\s*#{0,3}\s*#?TRY!!\s*(?P<tool>nslookup|nc\b[^/]*?-\S+|nc|curl\s+\S+|curl)\s+(?P<args>.+?)\s*#*\s*$",
    re.IGNORECASE,
)
_HTTP = re.compile(r"HTTP/\d(?:\.\d)?\s+(?P<status>\d{3})\b")
_CURL = re.compile(r"curl: \((?P<code>\d+)\)\s*(?P<text>.*)")
_ADDRESS = re.compile(r"^\s*Address(?:es)?:\s*(?P<address>[0-9A-Fa-f.:]+)\s*$")
_NC_GOOD = re.compile(r"\bConnected to\b|\bsucceeded\b|\bopen\b", re.IGNORECASE)
_NC_BAD = re.compile(r"timed out|refused|failed|No route|unreachable|could not resolve|Name or service", re.IGNORECASE)
_DNS_BAD = re.compile(r"no servers could be reached|NXDOMAIN|SERVFAIL|can't find|timed out|REFUSED", re.IGNORECASE)
_TARGET = re.compile(r"(?:https?://)?(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>\d+)|\s+(?P<other>\d+))?")
_PROXY_WANTS_A_NAME = "407"
_END = re.compile(r"^Complete\.\.\.|\[INFO\] Script time is")


def read(file: FileInput, host: Host, sink: Sink) -> None:
    """A fact net.check for every test, and net.run with whether the script came to its end."""
    read_text(file, host, sink)
    test: re.Match[str] | None = None
    answer: list[str] = []
    started, ended = 0, False
    for number, line in enumerate(whole_lines(file, sink), 1):
        found = _TEST.match(line)
        ended = ended or bool(_END.search(line))
        if found is None:
            answer.append(line)
            continue
        _tell(file, sink, test, answer, started)
        test, answer, started = found, [], number
    _tell(file, sink, test, answer, started)
    if test is not None:
        state(sink, file, "net.run", {"tool": "CheckNWResult", "ended": ended}, started)


def _tell(file: FileInput, sink: Sink, test: re.Match[str] | None, answer: Sequence[str], line: int) -> None:
    if test is None:
        return
    tool = next(name for name in _JUDGES if test["tool"].lower().startswith(name))
    target = _TARGET.search(test["args"])
    result, detail, http = _JUDGES[tool](answer)
    port = (target["port"] or target["other"]) if target else None
    default = {"curl": 443, "nslookup": 53}.get(tool)
    values = {
        "tool": tool, "target": target["host"] if target else test["args"], "port": int(port) if port else default,
        "result": result, "detail": detail[:300], "http": http,
    }  # fmt: skip
    state(sink, file, "net.check", values, line, f"{test[0].strip('# ')}: {detail or result}")


def _dns(answer: Sequence[str]) -> tuple[str, str, str | None]:
    bad = next((line for line in answer if _DNS_BAD.search(line)), None)
    if bad is not None:
        return "failed", bad.strip(), None
    # The first address is that of the resolver itself.
    addresses = [found["address"] for line in answer if (found := _ADDRESS.match(line))]
    if addresses:
        return "ok", addresses[-1], None
    return ("unknown" if not any(line.strip() for line in answer) else "failed"), "no address", None


def _nc(answer: Sequence[str]) -> tuple[str, str, str | None]:
    for line in answer:
        if _NC_BAD.search(line):
            return "failed", line.strip(), None
        if _NC_GOOD.search(line):
            return "ok", line.strip(), None
    return "unknown", "", None


def _curl(answer: Sequence[str]) -> tuple[str, str, str | None]:
    statuses = [(found["status"], line.strip()) for line in answer if (found := _HTTP.search(line))]
    failed = next((found for line in answer if (found := _CURL.search(line))), None)
    if failed is not None:
        return "failed", failed[0], None
    # With a proxy in between the last answer is that of the target.
    if statuses:
        status, line = statuses[-1]
        return ("ok" if _is_open(status) else "failed"), line, status
    return "unknown", "", None


def _is_open(status: str) -> bool:
    """Whether an answer proves that the path is open: any of the service itself that is no failure of a server."""
    return status < "500" and status != _PROXY_WANTS_A_NAME


_JUDGES = {"nslookup": _dns, "nc": _nc, "curl": _curl}
