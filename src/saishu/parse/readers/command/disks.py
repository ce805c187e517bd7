"""`disks/disks.json` of our collector: the disks of a Windows machine, as the disk picture shows them."""

from __future__ import annotations

import json

from saishu.parse.readers.whole import state, whole_json
from saishu.parse.reading import FileInput, Sink


def read_json(file: FileInput, sink: Sink) -> None:
    """A fact disk for every disk; its partitions as JSON text in `partitions`."""
    found = whole_json(file, sink)
    if not isinstance(found, dict):
        return
    for one in found.get("disks") or ():
        if not isinstance(one, dict):
            continue
        kind = "recovery_point" if one.get("recovery_point") else "dynamic" if one.get("dynamic") else "basic"
        values = {
            "number": one.get("number"), "name": str(one.get("name", "")), "size": one.get("size"),
            "style": str(one.get("style") or ""), "state": str(one.get("state", "unknown")), "kind": kind,
            "read_only": one.get("read_only"),
            "partitions": json.dumps(one.get("partitions") or [], ensure_ascii=False),
        }  # fmt: skip
        text = f"disk {values['number']} {values['name']} {values['state']} {kind}"
        state(sink, file, "disk", values, None, text)
    for one in found.get("volumes") or ():
        if isinstance(one, dict) and one.get("places") and one.get("size"):
            free, size = one.get("free"), one["size"]
            used = round(100 * (size - free) / size, 1) if isinstance(free, int) and size else None
            mount = str(one["places"][0])
            values = {"mount": mount, "used_percent": used, "free_bytes": free, "size_bytes": size}
            state(sink, file, "fs.usage", values, None, f"{mount} {used} %")
