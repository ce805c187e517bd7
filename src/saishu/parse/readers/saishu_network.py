"""The result of our own connectivity check (`network.json`): what each endpoint answered."""

from __future__ import annotations

from typing import Any

from saishu.parse.readers.whole import state, whole_json
from saishu.parse.reading import FileInput, Host, Sink

_RESULTS = {"open": "ok", "blocked": "failed"}


def read(file: FileInput, host: Host, sink: Sink) -> None:  # noqa: ARG001 - one signature for all readers
    """A fact net.check for every endpoint that was contacted."""
    found = whole_json(file, sink)
    if not isinstance(found, dict):
        return
    for entry in found.get("endpoints") or ():
        if isinstance(entry, dict):
            _tell(file, sink, entry)


def _tell(file: FileInput, sink: Sink, entry: dict[str, Any]) -> None:
    verdict = str(entry.get("verdict", ""))
    http = entry.get("http")
    status = str(http["status"]) if isinstance(http, dict) and http.get("status") else None
    stages = [one for one in entry.get("stages") or () if isinstance(one, dict) and one.get("reason")]
    detail = (
        " ".join(str(stages[-1].get(name) or "") for name in ("stage", "reason", "detail")).strip() if stages else ""
    )
    proxy = entry.get("proxy")
    tls = entry.get("tls")
    values = {
        "tool": "saishu", "target": str(entry.get("host", "")), "port": entry.get("port"),
        "result": _RESULTS.get(verdict, "unknown"), "verdict": verdict, "detail": detail[:300], "http": status,
        "proxy": proxy.get("address") if isinstance(proxy, dict) else None,
        "inspection": tls.get("inspection") if isinstance(tls, dict) else None,
        "need": str(entry.get("need", "")), "purpose": str(entry.get("purpose", "")),
    }  # fmt: skip
    text = f"{values['target']}:{values['port']} {verdict} {detail} {'HTTP ' + status if status else ''}".strip()
    state(sink, file, "net.check", values, None, text)
