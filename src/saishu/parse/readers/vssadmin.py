"""What `vssadmin list …` prints, in English and Japanese: writers by the number of their state, never by its word."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from saishu.model import Value
from saishu.parse.readers.whole import state, whole_lines
from saishu.parse.reading import FileInput, Host, Sink
from saishu.parse.text import read_text

# Pastes turn the quotes of the tool into other ones, lose them, or put marks in front of the line.
_NAMED = re.compile(
    r"^[\s>*|]*(?P<what>Writer name|ライター名|Provider name|プロバイダー名)\s*[:：]"
    r"\s*['\"`´‘’“”]{0,2}(?P<name>[^\s'\"`´‘’“”].*?)['\"`´‘’“”]{0,2}\s*$",
    re.IGNORECASE,
)
_ID = re.compile(r"\{([0-9A-Fa-f-]{36})\}")
_STATE = re.compile(r"[:：]\s*\[(?P<number>\d+)\]\s*(?P<text>.*?)\s*$")
_KEY = re.compile(r"^[\s>*|]*(?P<key>[^:：]+?)\s*[:：]\s*(?P<value>.*?)\s*$")
_ERROR_KEYS = ("last error", "最後のエラー", "前回のエラー")
_NO_ERROR = ("no error", "エラーなし", "エラー なし", "エラーはありませ")
_TYPE_KEYS = ("provider type", "プロバイダーの種類")
_VERSION_KEYS = ("version", "バージョン")
_VOLUME = re.compile(r"\(([A-Za-z]:)\)|(\\\\\?\\Volume\{[0-9A-Fa-f-]+\})")
_SIZE = re.compile(r"(?P<number>[\d.,]+)\s*(?P<unit>バイト|bytes?|B|KB|MB|GB|TB)(?![A-Za-z])", re.IGNORECASE)
_UNBOUNDED = ("unbounded", "無制限", "制限なし")
_UNITS = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
_STORAGE = (
    ("used", ("used", "使用")),
    ("allocated", ("allocated", "割り当て")),
    ("maximum", ("maximum", "最大")),
)
_FIRST_FAILED = 6
_SHADOW_SET = re.compile(r"(?:shadow copy set|シャドウ ?コピー ?セット)", re.IGNORECASE)


@dataclass(slots=True)
class _Block:
    """A writer or provider while its lines come in."""

    what: str
    name: str
    line: int
    text: str
    values: dict[str, Value] = field(default_factory=dict)


def read(file: FileInput, host: Host, sink: Sink) -> None:
    """Facts vss.writer, vss.provider, vss.shadowstorage and vss.shadow; every line is an event without a time."""
    read_text(file, host, sink)
    block: _Block | None = None
    storage = _Storage(file, sink)
    for number, line in enumerate(whole_lines(file, sink), 1):
        named = _NAMED.match(line)
        if named:
            _tell(block, file, sink)
            what = "writer" if named["what"].lower() in ("writer name", "ライター名") else "provider"
            block = _Block(what, named["name"], number, line.strip())
        elif block is not None and line.strip():
            _add(block, line)
        else:
            storage.take(number, line)
    _tell(block, file, sink)
    storage.end()


def _add(block: _Block, line: str) -> None:
    pair = _KEY.match(line)
    key, value = (pair["key"].lower(), pair["value"]) if pair else ("", "")
    found = _STATE.search(line)
    if found and block.what == "writer":
        block.values |= {"state": int(found["number"]), "state_text": found["text"]}
        block.text += " " + line.strip()
    elif key in _ERROR_KEYS:
        block.values["last_error"] = value
        block.text += " " + line.strip()
    elif key in _TYPE_KEYS:
        block.values["type"] = value
    elif key in _VERSION_KEYS:
        block.values["version"] = value
    elif (guid := _ID.search(line)) and "id" not in block.values:
        block.values["id"] = guid[1].lower()


def _tell(block: _Block | None, file: FileInput, sink: Sink) -> None:
    if block is None:
        return
    values: dict[str, Value] = {"name": block.name, **block.values}
    if block.what == "writer":
        number = block.values.get("state")
        error = str(block.values.get("last_error", "")).strip().lower()
        at_fault = bool(error) and not error.startswith(_NO_ERROR)
        values["ok"] = not at_fault and number in (None, 1)
        values["failed"] = at_fault or (isinstance(number, int) and number >= _FIRST_FAILED)
    state(sink, file, f"vss.{block.what}", values, block.line, block.text)


class _Storage:
    """The blocks of `list shadowstorage`, told by their three sizes, and the sets of `list shadows`."""

    def __init__(self, file: FileInput, sink: Sink) -> None:
        self._file = file
        self._sink = sink
        self._volume = ""
        self._line = 0
        self._sizes: dict[str, Value] = {}

    def take(self, number: int, line: str) -> None:
        """Take a line."""
        pair = _KEY.match(line)
        if pair is None:
            return
        key = pair["key"].lower()
        size = next((name for name, words in _STORAGE if any(word in key for word in words)), None)
        volume = _VOLUME.search(line)
        if size is not None and (amount := _bytes(pair["value"])) is not None:
            self._sizes[size] = amount
            if size == "maximum":
                self.end()
        elif volume and not self._sizes and not self._volume:
            self._volume, self._line = volume[1] or volume[2], number
        elif _SHADOW_SET.search(key) and (guid := _ID.search(line)):
            state(self._sink, self._file, "vss.shadow", {"set": guid[1].lower()}, number, line.strip())

    def end(self) -> None:
        """Tell what came together."""
        if self._sizes:
            values = {"volume": self._volume, **self._sizes}
            state(self._sink, self._file, "vss.shadowstorage", values, self._line, f"{self._volume} {self._sizes}")
        self._volume, self._sizes = "", {}


def _bytes(text: str) -> int | None:
    """`1.2 GB (3%)` in bytes, -1 for unbounded, None for no size."""
    if any(word in text.lower() for word in _UNBOUNDED):
        return -1
    found = _SIZE.search(text)
    if found is None:
        return None
    try:
        number = float(found["number"].replace(",", ""))
    except ValueError:
        return None
    return int(number * _UNITS.get(found["unit"].upper(), 1))
