"""Writes events as the list that Event Viewer saves, for a case that needs the .csv beside the .evtx."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import BinaryIO

from saishu.model import EventBatch

_HEADERS = {
    "en": ("Level", "Date and Time", "Source", "Event ID", "Task Category"),
    "ja": ("レベル", "日付と時刻", "ソース", "イベント ID", "タスクのカテゴリ"),
}
_LEVELS = {
    "en": ("Information", "Critical", "Error", "Warning", "Information", "Verbose"),
    "ja": ("情報", "重大", "エラー", "警告", "情報", "詳細"),
}
_NO_TASK = {"en": "None", "ja": "なし"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMULA = frozenset("=+-@\t\r")


def write_csv(batches: Iterable[EventBatch], out: BinaryIO, lang: str, zone: tzinfo = UTC) -> int:
    """Write events with the columns of Event Viewer in English or Japanese; return how many.

    The message, in a last column without a name as Windows writes it, is the data of the event: the sentence around it
    is not in the log. zone: of the times. UTF-8 with a byte order mark, so that Excel shows Japanese; a cell that Excel
    would run as a formula gets an apostrophe in front. Raises `KeyError` for another language.
    """
    levels, task, count = _LEVELS[lang], _NO_TASK[lang], 0
    text = io.TextIOWrapper(out, encoding="utf-8-sig", errors="replace", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(_HEADERS[lang])
    for batch in batches:
        columns = (batch.level, batch.time, batch.component, batch.event_id, batch.message)
        for level, time, source, ident, message in zip(*columns, strict=True):
            when = _shown(time, zone)
            writer.writerow((levels[level], when, _safe(source), "" if ident is None else ident, task, _safe(message)))
        count += len(batch)
    text.flush()
    text.detach()
    return count


def _shown(time: int | None, zone: tzinfo) -> str:
    if time is None:
        return ""
    return (_EPOCH + timedelta(microseconds=time)).astimezone(zone).strftime("%Y/%m/%d %H:%M:%S")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell[:1] in _FORMULA else cell
