"""Settings files: `key = value` with sections or without. Facts conf {file, section, key, value}."""

from __future__ import annotations

import re

from saishu.parse.readers.whole import state, whole_lines
from saishu.parse.reading import FileInput, Host, Sink

_SECTION = re.compile(r"^\s*\[([^\]]{1,200})\]\s*$")
_SETTING = re.compile(r"^\s*([A-Za-z_][\w.\-/ ]{0,100}?)\s*[=:]\s*(.*?)\s*$")
_COMMENT = re.compile(r"\s+[#;].*$")
_SECRET = re.compile(r"pass(?:word|phrase)?|secret|cred|token|key_?store", re.IGNORECASE)


def read(file: FileInput, host: Host, sink: Sink) -> None:  # noqa: ARG001 - one signature for all readers
    """One fact a setting; what may be a secret is told without its value."""
    section = ""
    name = file.path.rsplit("/", 1)[-1]
    for number, line in enumerate(whole_lines(file, sink), 1):
        if line.lstrip().startswith(("#", ";")):
            continue
        header = _SECTION.match(line)
        if header:
            section = header[1].strip()
            continue
        setting = _SETTING.match(line)
        if setting is None:
            continue
        key, value = setting[1], _COMMENT.sub("", setting[2]).strip("\"'")
        hidden = bool(_SECRET.search(key))
        text = f"{key} = …" if hidden else line.strip()
        values = {"file": name, "section": section, "key": key, "value": "" if hidden else value}
        state(sink, file, "conf", dict(values), number, text)
