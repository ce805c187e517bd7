"""The manifest: what the bundle holds and what it does not, for people and programs; written piece by piece."""

import datetime
import json

from saishu_collect import archive

SCHEMA = "saishu/manifest/1"
MEMBER = "manifest.json"
_PIECE = 256 * 1024
_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode

_NAMES = (
    ("p", "path"), ("ph", "path_hex"), ("m", "member"), ("e", "evidence"), ("o", "outcome"), ("r", "reason"),
    ("d", "detail"), ("c", "consistency"), ("fs", "file_size"), ("fa", "file_size_after"), ("s", "size"),
    ("k", "packed"), ("t", "modified"), ("md", "mode"), ("h", "sha256"), ("st", "start"), ("x", "extents"),
    ("lk", "link_target"), ("av", "argv"), ("ex", "exit"), ("n", "seconds"), ("er", "stderr"),
)  # fmt: skip


def utc_text(seconds):
    """Return a time as ISO 8601 in UTC with whole seconds, or None."""
    try:
        moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    except (OverflowError, TypeError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def file_entry(record, in_archive):
    """Return a journal record as the manifest says it; a member that had to be cut off again says so."""
    entry = {name: record[key] for key, name in _NAMES if key in record}
    if "modified" in entry:
        entry["modified"] = utc_text(entry["modified"])
    if "off" in record:
        entry["method"] = "deflate" if record["me"] == archive.DEFLATED else "stored"
        if not in_archive:
            for name in ("member", "size", "packed", "sha256", "method"):
                entry.pop(name, None)
            entry.update(outcome="skipped", reason="no_space")
    return entry


def chunks(head, records, in_archive):
    """Yield the manifest as UTF-8 pieces: the head's keys, then `files`, one line each."""
    text = json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True)
    held = [text[: text.rindex("\n}")], ',\n "files": [']
    size = len(text)
    separator = "\n  "
    for record in records:
        entry = file_entry(record, in_archive(record))
        held.append(separator + _ENCODE(entry))
        separator = ",\n  "
        size += len(held[-1])
        if size > _PIECE:
            yield "".join(held).encode("utf-8", "backslashreplace")
            held, size = [], 0
    held.append("\n ]\n}\n")
    yield "".join(held).encode("utf-8", "backslashreplace")


def write_stream(target, engine, name, modified, pieces):
    """Write pieces of bytes as one deflated member; return its record. Raises OSError."""
    crc = size = 0
    tail = b""
    target.begin(name, modified, archive.DEFLATED, 0)
    for piece in pieces:
        crc, size = engine.crc32(piece, crc), size + len(piece)
        target.extend(engine.piece(piece, tail))
        tail = piece[-32768:]
    target.extend(b"\x03\x00")
    offset, packed = target.end(crc, size)
    return {"m": name, "t": modified, "s": size, "k": packed, "me": archive.DEFLATED, "off": offset, "crc": crc}
