"""Writing one large file: its pieces come packed from the crew, are joined here to one member."""

import hashlib
import queue
import time

from saishu_collect import archive, deflate, outcomes, pack, workers

_TAIL_SHARE = 0.9
_TRIES = 3
_SMALLEST_TAIL = 16 * 1024


def write(packer, task):
    """Write the Large `task` through the packer: member, record, whatever happens on the way."""
    permits = packer.crew.permits
    if packer.stop or packer.is_dead(task.job):
        _leave(packer, task, permits)
        packer.fail(task.job, packer.stop.reason or outcomes.READ_STALLED, None)
        return
    part = _next_part(packer, task)
    if part[0] != "begin":
        if part[0] == "stopped":
            _leave(packer, task, permits)
        packer.fail(task.job, part[1], part[2])
        return
    _, method, start, extents, text = part
    record = pack.record_of(task.job, task.status)
    if start and not text:
        _leave(packer, task, permits)
        packer.give_up(record, outcomes.OVER_LIMIT if task.job.tries else outcomes.OVER_FILE_LIMIT)
        return
    _name_part(packer, task.job, record, start, extents)
    begun = packer.target.position
    try:
        packer.target.begin(record["m"], record["t"], method, task.status.st_size - start)
        _pour(packer, task, record, method, start, text, permits)
    except OSError as error:
        _leave(packer, task, permits)
        packer.disk_is_full(begun, record, error)


def _next_part(packer, task):
    """Return the next part; ("stalled"|"stopped", reason, None) when its reader hangs or the run is to end."""
    while True:
        try:
            part = task.parts.get(timeout=pack.WAIT_S)
            task.ended = part[0] in ("end", "error")
            return part
        except queue.Empty:
            if packer.stop:
                return ("stopped", packer.stop.reason, None)
            if time.monotonic() - task.touched > packer.patience(task.job):
                task.cancelled = True
                packer.count_stall(task.job)
                packer.crew.replace_reader()
                return ("stalled", outcomes.READ_STALLED, None)


def _name_part(packer, job, record, start, extents):
    """Say in the member's name and record that it is not the file as it lies on disk."""
    ending = ""
    if extents is not None:
        ending = ".sparse"
        record["x"] = extents
    if start:
        ending += ".part"
        record["st"] = start
    if ending and job.part_name is None:
        job.part_name = packer.unique(record["m"] + ending)
    if ending:
        record["m"] = job.part_name


def _pour(packer, task, record, method, start, text, permits):
    """Write the pieces one by one; end the member, or take it back when it outgrows the limit."""
    digest = hashlib.sha256()
    crc = size = 0
    while True:
        part = _next_part(packer, task)
        if part[0] != "piece":
            break
        piece = part[1]
        if not piece.done.wait(pack.IMPATIENT_S):
            # All who could do it may hang in reads of a dead file system.
            piece.run(packer.crew.engine)
        room = packer.room()
        if room is not None and len(piece.packed) + len(deflate.STREAM_END) > room:
            permits.release()
            _does_not_fit(packer, task, record, start, size, text, permits)
            return
        crc, digest = piece.crc, piece.digest
        packer.target.extend(piece.packed)
        size += len(piece.data)
        permits.release()
        packer.on_bytes(len(piece.data))
        if packer.stop:
            part = ("stopped", packer.stop.reason, None)
            break
    if part[0] == "stopped":
        _leave(packer, task, permits)
    if method == archive.DEFLATED:
        packer.target.extend(deflate.STREAM_END)
    offset, packed = packer.target.end(crc, size)
    record.update(s=size, k=packed, me=method, off=offset, crc=crc, h=digest.hexdigest())
    _conclude(record, part, size, start, task.job.tries)
    packer.remember_moved(task.job, task.status, record.get("c"))
    packer.add(record)
    if part[0] == "stopped":
        # After a crash from here on, only the journal tells that this member is not the whole file.
        packer.records.flush()


def _conclude(record, part, size, start, tries):
    """Give the record its outcome by the part that ended it."""
    record["o"] = outcomes.COLLECTED if size else outcomes.EMPTY
    if start:
        record.update(o=outcomes.TRUNCATED, r=outcomes.OVER_LIMIT if tries else outcomes.OVER_FILE_LIMIT)
    if part[0] == "end":
        pack.say_consistency(record, part[1], size, part[2])
    elif part[0] == "stalled":
        record.update(o=outcomes.TIMED_OUT, r=part[1])
    else:
        record.update(o=outcomes.TRUNCATED, r=part[1], d=part[2])


def _does_not_fit(packer, task, record, start, consumed, text, permits):
    """Take the member back; a text is tried again with less of its beginning, anything else is left out."""
    packed = packer.target.begun_size
    packer.target.cut()
    _leave(packer, task, permits)
    job = task.job
    room = packer.room() or 0
    fits = int(room * _TAIL_SHARE * (consumed / float(packed))) if packed > 65536 else int(room * _TAIL_SHARE)
    if not text or job.tries >= _TRIES or fits < _SMALLEST_TAIL:
        packer.give_up(record, outcomes.OVER_LIMIT)
        return
    job.tries += 1
    whole = task.status.st_size
    job.start = max(start, whole - min(fits, int((whole - start) * _TAIL_SHARE)))
    packer.again(workers.Large(job))


def _leave(packer, task, permits):
    """Cancel a file and empty its parts, so that the reader can go on to the next one."""
    task.cancelled = True
    if task.ended:
        return
    limit = time.monotonic() + packer.patience(task.job)
    while True:
        try:
            part = task.parts.get(timeout=pack.WAIT_S)
        except queue.Empty:
            if time.monotonic() > limit:
                packer.crew.replace_reader()
                return
            continue
        if part[0] == "piece":
            permits.release()
        if part[0] in ("end", "error"):
            return
