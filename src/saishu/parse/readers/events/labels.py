"""The words that Windows itself writes around events, in English and Japanese, as exports and pastes carry them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from saishu.model import Level

_FIELDS = {
    "log": "log name|logname|channel|ログの名前|ログ名",
    "source": "source|event source|provider|provider name|ソース|イベント ソース|プロバイダー名|プロバイダー",
    "date": "date|date and time|time created|time generated|logged|日付|日付と時刻|日時|ログの日付",
    "clock": "time|event time|時刻|時間",
    "id": "event id|id|イベント id|event code|イベント コード",
    "level": (
        "level|level display name|event type|entry type|type|severity|レベル|種類|イベントの種類|イベント種類|種別"
    ),
    "computer": "computer|computer name|machine name|コンピューター|コンピュータ|コンピューター名|コンピュータ名",
    "text": "description|event description|message|説明|メッセージ|イベントの説明|詳細",
    "record": "record id|event record id|index|record number|レコード番号|イベント レコード id",
    "xml": "event xml|イベント xml|イベントの xml",
    "other": (
        "task category|event category|category|task|opcode|op code|keywords|keyword|keywords display names|user"
        "|user name|user id|instance id|task display name|タスクのカテゴリ|タスク のカテゴリ|分類|イベント分類"
        "|イベント カテゴリ|キーワード|ユーザー|ユーザ|ユーザー名|オペコード|操作コード"
    ),
}
_LEVEL_WORDS = {
    Level.CRITICAL: "critical|重大|クリティカル",
    Level.ERROR: "error|エラー",
    Level.WARNING: "warning|警告",
    Level.INFO: (
        "information|informational|info|情報|audit success|success audit|audit failure|failure audit|成功の監査"
        "|失敗の監査|監査の成功|監査の失敗|success|成功"
    ),
    Level.VERBOSE: "verbose|詳細",
}
_ENTRY_TYPES = {1: Level.ERROR, 2: Level.WARNING, 4: Level.INFO, 8: Level.INFO, 16: Level.INFO}
_DIGITS = re.compile(r"\d{1,10}")


@lru_cache(4096)
def _bare(word: str) -> str:
    """A word without blanks, full-width letters and capitals, as names are compared."""
    return "".join(unicodedata.normalize("NFKC", word).lower().split())


_BY_NAME = {_bare(name): field for field, names in _FIELDS.items() for name in names.split("|")}
_BY_WORD = {_bare(word): level for level, words in _LEVEL_WORDS.items() for word in words.split("|")}


def field_of(name: str) -> str | None:
    """Which field of an event a label or a column names, or None: log, source, date, clock, id, level, computer,
    text, record, xml, other."""
    return _BY_NAME.get(_bare(name)) if len(name) <= 40 else None


def level_of(word: object) -> int:
    """The level that a word or a number of a level column means, NONE where it says nothing."""
    if isinstance(word, int) and not isinstance(word, bool):
        return word if 1 <= word <= 5 else Level.INFO if word == 0 else Level.NONE
    text = _bare(str(word or "")[:60])[:40]
    return int(text) if text in ("1", "2", "3", "4", "5") else _BY_WORD.get(text, Level.NONE)


def entry_type(value: object) -> int:
    """The level that the `EntryType` of Get-EventLog means: a word, or 1, 2, 4, 8, 16."""
    return _ENTRY_TYPES.get(value, Level.NONE) if isinstance(value, int) else level_of(value)


def number_of(value: object) -> int | None:
    """The event id in a value such as `517`, `7000 (0x1B58)` or 3221232472, whose upper half only grades it."""
    hit = _DIGITS.search(unicodedata.normalize("NFKC", str(value)[:40]))
    return int(hit[0]) & 0xFFFF if hit else None
