"""Events as the table that Event Viewer saves: level, local time, source, id, task, and the message without a title."""

import csv
import re
import time

HEADER = ("Level", "Date and Time", "Source", "Event ID", "Task Category")
MOST_ROWS = 200000
MOST_SECONDS = 240
_LEVELS = {0: "Information", 1: "Critical", 2: "Error", 3: "Warning", 4: "Information", 5: "Verbose"}
_DATA = re.compile(r"<Data(?:\s[^>]*)?>([^<]*)</Data>|<Binary>([^<]*)</Binary>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


def write_table(channel, path, context, most_rows=MOST_ROWS):
    """Write the table of a channel, newest events first; return (trouble or None, rows, whether events were left out).

    The file is UTF-8 with a byte order mark, so that Excel shows Japanese. It ends early at its row or time limit.
    """
    bounds = context.bounds_of(min(MOST_SECONDS, context.bounds.left))
    number, query = context.events().query(channel)
    if number:
        return "EvtQuery: error {}".format(number), 0, False
    rows, more = 0, False
    with query, open(path, "w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(HEADER)
        for event in query:
            writer.writerow(row_of(event))
            rows += 1
            if rows >= most_rows or bounds.over():
                more = True
                break
    number = query.error
    return ("EvtNext: error {}".format(number) if number else None), rows, more or bool(number)


def row_of(event):
    """Return the six cells of an event (an event_service.Event)."""
    level = event.level_text or _LEVELS.get(event.level, str(event.level))
    task = event.task_text or ("({})".format(event.task) if event.task else "None")
    message = event.message if event.message is not None else values_of(event.xml or "")
    return (level, local_time(event.ticks), event.source, event.id, task, message.strip("\r\n\0 "))


def values_of(xml):
    """Return the data of an event whose message cannot be had, the values joined: they still name what happened."""
    found = []
    for hit in _DATA.finditer(xml):
        text = hit.group(1) if hit.group(1) is not None else hit.group(2)
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
        if text.strip():
            found.append(text.strip())
    return "; ".join(found)


def local_time(ticks):
    """Return a time in 100 ns since 1601 in the zone of this machine: `2024/05/01 12:06:03`."""
    try:
        moment = time.localtime(ticks // 10000000 - 11644473600)
    except (OverflowError, OSError, ValueError):
        return ""
    return time.strftime("%Y/%m/%d %H:%M:%S", moment) if ticks else ""
