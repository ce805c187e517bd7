"""After a crash: a partial archive is made a readable zip again, in place, with what was packed so far."""

import datetime
import hashlib
import json
import os
import struct
import zlib

from saishu_collect import __version__, archive, bundle_file, deflate, gather, manifest, outcomes, records, verify

_READ = 256 * 1024
_FLUSH = b"\x00\x00\xff\xff"
"""Every piece of a large member ends with an empty stored block: a stream may be ended behind any of them."""


class NotOurs(ValueError):  # noqa: N818 - reads as what it says
    """The file does not begin like a collection of ours."""


def recover(path, now):
    """Close the partial archive at `path` and rename it to `…_recovered.zip`; return what was found as a dict.

    path: `<name>.zip.partial`, or the name without an ending. Keys: bundle, members, size, sha256, cut_members.
    Raises OSError, NotOurs.
    """
    partial = path if path.endswith(bundle_file.PARTIAL_ENDING) else path + bundle_file.PARTIAL_ENDING
    journal = partial[: -len(bundle_file.PARTIAL_ENDING)] + bundle_file.JOURNAL_ENDING
    engine = deflate.standard_engine()
    journaled = list(records.read_journal(journal)) if os.path.exists(journal) else []
    cut, count, digest = _close_somehow(partial, journaled, engine, now)
    final = partial[: -len(bundle_file.PARTIAL_ENDING)]
    final = (final[:-4] if final.endswith(".zip") else final) + "_recovered.zip"
    os.rename(partial, final)
    if os.path.exists(journal):
        os.unlink(journal)
    return {
        "schema": "saishu/recover/1", "bundle": os.path.abspath(final), "members": count,
        "size": os.path.getsize(final), "sha256": digest, "cut_members": cut,
    }  # fmt: skip


def _close_somehow(partial, journaled, engine, now):
    """Return (cut members, members, sha256) of the archive, closed in the least costly way that reads back well.

    It may be finished already (killed while it was read back); else the journal is believed; else, when a power cut
    left other bytes than the journal says, every member is checked.
    """
    try:
        count, digest = verify.verify(partial, engine, 2)
        if count:
            return 0, count, digest
    except verify.Damaged:
        pass
    for check in (False, True):
        with open(partial, "r+b", buffering=0) as file:
            members, end = _walk_members(file, journaled, engine, check)
            _close(file, members, end, engine, now)
        try:
            cut = sum(1 for record in members if record["o"] == outcomes.TRUNCATED and "off" in record)
            return (cut,) + verify.verify(partial, engine, 2)
        except verify.Damaged:
            if check:
                raise
            journaled = members
    return None


def _walk_members(file, journaled, engine, check):
    """Return (records, end) of the whole members from the start of the file, the last one perhaps cut.

    Records without `off` are entries that were never in the archive, or are damaged now.
    """
    size = file.seek(0, os.SEEK_END)
    members = []
    offset = 0
    for record in journaled:
        if "off" not in record:
            members.append(record)
        elif _end_of(file, record) <= size and not (check and not _is_whole(file, record, engine)):
            members.append(record)
            offset = _end_of(file, record)
        elif record["off"] < size:
            members.append(_lost(record))
    while offset < size:
        record = _read_header(file, offset, size)
        if record is None or record["m"] == manifest.MEMBER or not _measure(file, record, size, engine):
            break
        members.append(record)
        offset = record["end"]
    if not any("off" in record for record in members):
        raise NotOurs("no member")
    return members, offset


def _is_whole(file, record, engine):
    listed = verify.Listed(record["m"], record["me"], record["crc"], record["k"], record["s"], record["off"])
    try:
        verify.check_member(file.fileno(), listed, engine)
    except Exception:  # noqa: BLE001 - Damaged, zlib.error, a torn header: whatever it is, the member is not whole
        return False
    return True


def _lost(record):
    """Return the record of a member that is damaged, as an entry that the archive does not hold."""
    kept = {key: record[key] for key in ("p", "ph", "e", "fs", "t", "md") if key in record}
    return dict(kept, o=outcomes.FAILED, r=outcomes.IO_ERROR)


def _end_of(file, record):
    file.seek(record["off"])
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        return 1 << 62
    name_length, extra_length = struct.unpack("<2H", header[26:30])
    return record["off"] + 30 + name_length + extra_length + record["k"]


def _read_header(file, offset, size):
    """Return a record from a local header, or None when there is none."""
    file.seek(offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        return None
    method, clock, date, crc, packed, plain, name_length, extra_length = struct.unpack("<HHHIIIHH", header[8:30])
    name = file.read(name_length)
    extra = file.read(extra_length)
    start = offset + 30 + name_length + extra_length
    if start > size:
        return None
    if extra[:2] == b"\x01\x00" and packed == 0xFFFFFFFF:
        plain, packed = struct.unpack("<QQ", extra[4:20])
    return {
        "m": name.decode("utf-8", "replace"), "p": name.decode("utf-8", "replace"), "e": [], "me": method,
        "crc": crc, "k": packed, "s": plain, "off": offset, "start": start, "t": _unix_time(clock, date),
        "wide": extra[:2] == b"\x01\x00",
    }  # fmt: skip


def _unix_time(clock, date):
    try:
        moment = datetime.datetime(  # noqa: DTZ001 - DOS times are local
            1980 + (date >> 9), date >> 5 & 15, date & 31, clock >> 11, clock >> 5 & 63, (clock & 31) * 2
        )
    except ValueError:
        return 0
    return moment.timestamp()


def _measure(file, record, size, engine):
    """Complete a record by reading its member; False when nothing of it can be used."""
    if record["k"] == 0 and record["crc"] == archive.OPEN:
        return _cut_open_member(file, record, size, engine)
    record["end"] = record["start"] + record["k"]
    if record["end"] > size:
        return False
    record["o"] = outcomes.COLLECTED if record["s"] else outcomes.EMPTY
    record["h"] = _digest(file, record, engine)
    return record["h"] is not None


def _digest(file, record, engine):
    """Return the SHA-256 of a member's content, or None when it is damaged."""
    digest = hashlib.sha256()
    inflater = engine.inflater() if record["me"] == archive.DEFLATED else None
    file.seek(record["start"])
    left = record["k"]
    crc = 0
    try:
        while left:
            data = file.read(min(_READ, left))
            if not data:
                return None
            left -= len(data)
            plain = inflater.decompress(data) if inflater else data
            crc = engine.crc32(plain, crc)
            digest.update(plain)
    except Exception:  # noqa: BLE001 - zlib.error or an accelerator's own: a damaged member ends the recovery
        return None
    return digest.hexdigest() if crc == record["crc"] else None


def _cut_open_member(file, record, size, engine):
    """Use what was written of the member that was open at the crash: up to its last flushed piece."""
    end, plain, crc, digest = (
        _last_flush(file, record["start"], size, engine)
        if record["me"] == archive.DEFLATED
        else _stored_prefix(file, record["start"], size, engine)
    )
    if not plain:
        return False
    record.update(s=plain, crc=crc, h=digest, o=outcomes.TRUNCATED, r=outcomes.INTERRUPTED)
    if record["me"] == archive.DEFLATED:
        file.seek(end)
        file.write(deflate.STREAM_END)
        end += len(deflate.STREAM_END)
    record.update(k=end - record["start"], end=end)
    file.seek(record["off"])
    name = record["m"].encode("utf-8")
    header = archive.local_header(name, record["t"], record["me"], crc, record["k"], plain, record["wide"])
    if len(header) != record["start"] - record["off"]:
        return False
    file.write(header)
    return True


def _last_flush(file, start, size, engine):
    """Return (end, plain bytes, crc, sha256) of the deflate stream up to its last flush point before `size`."""
    inflater = engine.inflater()
    digest = hashlib.sha256()
    good = (start, 0, 0, digest.hexdigest())
    crc = plain = 0
    position = start
    held = b""
    file.seek(start)
    while position < size:
        data = file.read(_READ)
        if not data:
            break
        held += data
        position += len(data)
        while True:
            mark = held.find(_FLUSH)
            if mark < 0:
                break
            piece, held = held[: mark + 4], held[mark + 4 :]
            try:
                text = inflater.decompress(piece)
            except Exception:  # noqa: BLE001 - zlib.error or an accelerator's own: the stream ends here
                return good
            crc, plain = engine.crc32(text, crc), plain + len(text)
            digest.update(text)
            if _may_end(inflater):
                good = (position - len(held), plain, crc, digest.hexdigest())
    return good


def _may_end(inflater):
    """Say whether a stream stands at a block boundary: the four bytes of a flush also occur inside blocks."""
    copy = inflater.copy()
    try:
        return copy.decompress(deflate.STREAM_END) == b"" and copy.eof
    except Exception:  # noqa: BLE001 - zlib.error: in the middle of a block
        return False


def _stored_prefix(file, start, size, engine):
    digest = hashlib.sha256()
    crc = 0
    file.seek(start)
    left = size - start
    while left > 0:
        data = file.read(min(_READ, left))
        if not data:
            break
        crc = engine.crc32(data, crc)
        digest.update(data)
        left -= len(data)
    return size, size - start, crc, digest.hexdigest()


def _intended(file, first, end):
    """Return what the first member, the plan, says of the run; an empty dict when it is not there."""
    if first.get("m") != gather.PLAN_MEMBER or "off" not in first:
        return {}
    file.seek(first["off"])
    header = file.read(30)
    start = first["off"] + 30 + sum(struct.unpack("<2H", header[26:30]))
    file.seek(start)
    data = file.read(min(first["k"], end - start))
    try:
        text = zlib.decompress(data, -15) if first["me"] == archive.DEFLATED else data
        document = json.loads(text.decode("utf-8"))
    except (ValueError, zlib.error):
        return {}
    kept = ("platform", "scenarios", "facts", "run", "tool")
    return {name: document[name] for name in kept if name in document}


def _close(file, members, end, engine, now):
    """Cut the torn rest off, then write a manifest of what is known and the central directory."""
    head = {
        "schema": manifest.SCHEMA, "tool": {"name": "saishu", "version": __version__},
        "scenarios": [], "facts": [], "items": [], "warnings": [],
    }  # fmt: skip
    head.update(_intended(file, members[0], end))
    head["run"] = dict(head.get("run", {}), state=outcomes.RUN_RECOVERED, finished=manifest.utc_text(now))
    file.truncate(end)
    file.seek(end)
    target = archive.Archive(file)
    target.position = end
    pieces = manifest.chunks(head, members, lambda _: True)
    tail = manifest.write_stream(target, engine, manifest.MEMBER, now, pieces)
    target.finish([record for record in members if "off" in record] + [tail])
    os.fsync(file.fileno())
