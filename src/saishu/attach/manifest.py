"""The manifest of a bundle of ours, read and written again with what was added."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MEMBER = "manifest.json"
_SCHEMA = "saishu/manifest/"


def read_manifest(bundle: Path) -> dict[str, Any] | None:
    """The manifest at the root of a zip; None when there is none of ours."""
    try:
        with zipfile.ZipFile(bundle) as archive:
            content = json.loads(archive.read(MEMBER))
    except (KeyError, ValueError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None
    if not isinstance(content, dict) or not str(content.get("schema", "")).startswith(_SCHEMA):
        return None
    return content


def with_files(manifest: dict[str, Any], entries: Sequence[dict[str, Any]], evidence: str, now: datetime) -> bytes:
    """The manifest with more files, in the form in which the collector writes it: one line for each file."""
    head = {key: value for key, value in manifest.items() if key != "files"}
    head["items"] = _items(manifest.get("items", []), entries, evidence)
    moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    head["attached"] = [
        *manifest.get("attached", []),
        *({"at": moment, "evidence": evidence, "member": entry["member"]} for entry in entries),
    ]
    text = json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True)
    lines = [json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in [*manifest.get("files", []), *entries]]
    whole = text[: text.rindex("\n}")] + ',\n "files": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"
    return whole.encode("utf-8", "backslashreplace")


def _items(items: Sequence[dict[str, Any]], entries: Sequence[dict[str, Any]], evidence: str) -> list[dict[str, Any]]:
    """The items with the one that got files: no longer missing; whether it is whole, `check` judges."""
    filled = [dict(item) for item in items]
    known = next((item for item in filled if item.get("id") == evidence), None)
    if known is None:
        known = {"id": evidence, "need": "if_present", "status": "missing", "value": None, "gaps": {}}
        filled.append(known)
    known["files"] = int(known.get("files") or 0) + len(entries)
    known["bytes"] = int(known.get("bytes") or 0) + sum(entry["size"] for entry in entries)
    if known["status"] in ("missing", "not_applicable"):
        known.update(status="complete", reason=None, gaps={})
    return filled
