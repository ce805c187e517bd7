"""Words for people: phrases in the language of the reader, sizes, times, widths, and streams that never choke."""

import io
import os
import re
import sys
import unicodedata

LANGUAGES = ("en", "ja")

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_ASCII_NAMES = frozenset(["ascii", "us-ascii", "ansi_x3.4-1968", "646"])
_JAPANESE_PRIMARY_LANGUAGE = 0x11
_PRIMARY_LANGUAGE_MASK = 0x3FF


class Words:
    """The phrases of the catalogue in one language.

    strict: a missing phrase or value raises KeyError, for tests; otherwise the key stays visible in the text, so
    that a slip of ours never stops a collection. The default comes from the environment variable
    SAISHU_STRICT_WORDS, which the test suite sets.
    """

    def __init__(self, catalogue, lang, strict=None):
        if lang not in LANGUAGES:
            raise ValueError("no such language: {!r}".format(lang))
        self.lang = lang
        self.strict = bool(os.environ.get("SAISHU_STRICT_WORDS")) if strict is None else strict
        self._phrases = catalogue["phrases"][lang]

    def say(*arguments, **values):
        """Return the phrase `key` with its `{placeholders}` filled in: `say("collect.done", count=3)`."""
        # Not `self, key` in the signature: a phrase may have placeholders of these names.
        self, key = arguments
        text = self._phrases.get(key)
        if text is None:
            if self.strict:
                raise KeyError(key)
            shown = " ".join("{}={}".format(name, values[name]) for name in sorted(values))
            return "[{}]".format(" ".join(part for part in (key, shown) if part))
        return self._fill(text, values)

    def has(self, key):
        """Say whether there is a phrase `key`."""
        return key in self._phrases

    def pick(*arguments, **values):
        """Return the text of a unit, {"en": …, "ja": …}, in this language, with `{placeholders}` filled in."""
        self, text = arguments
        chosen = text[self.lang]
        return self._fill(chosen, values) if values else chosen

    def _fill(self, text, values):
        # Not str.format: a file name with braces in it must stay what it is, and nothing may reach into objects.
        def put(match):
            name = match.group(1)
            if name in values:
                return str(values[name])
            if self.strict:
                raise KeyError(name)
            return match.group(0)

        return _PLACEHOLDER.sub(put, text)


def choose_language(argument=None, environ=None):
    """Return "ja" or "en": the argument when there is one, else what the environment or Windows says."""
    if argument in LANGUAGES:
        return argument
    environ = os.environ if environ is None else environ
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        value = environ.get(name)
        if value:
            return "ja" if value.lower().startswith("ja") else "en"
    return "ja" if _windows_speaks_japanese() else "en"


def _windows_speaks_japanese():
    if os.name != "nt":
        return False
    import ctypes

    try:
        language = ctypes.windll.kernel32.GetUserDefaultUILanguage()
    except (AttributeError, OSError):
        return False
    return language & _PRIMARY_LANGUAGE_MASK == _JAPANESE_PRIMARY_LANGUAGE


def display_width(text):
    """Return how many columns a text takes in a terminal: two for a full-width character, none for an accent."""
    width = 0
    for character in text:
        if unicodedata.category(character) in ("Mn", "Me", "Cf", "Cc"):
            continue
        width += 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
    return width


def pad(text, width):
    """Return the text with blanks behind it up to `width` columns; a longer text stays whole."""
    return text + " " * max(0, width - display_width(text))


def size_text(size):
    """Return a number of bytes as a person reads it: `512 B`, `1.5 KiB`, `12 MiB`."""
    if size < 1024:
        return "{} B".format(int(size))
    amount, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        # 1023.95 and more would print as 1024.0: take the next unit.
        if amount < 1023.95:
            break
        amount, unit = amount / 1024, larger
    return "{:.1f} {}".format(amount, unit) if amount < 9.95 else "{:.0f} {}".format(amount, unit)


def duration_text(seconds):
    """Return a time span as a person reads it: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 2 min`."""
    if seconds < 9.95:
        return "{:.1f} s".format(max(0.0, seconds))
    whole = int(seconds + 0.5)
    if whole < 60:
        return "{} s".format(whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return "{} min {} s".format(minutes, rest)
    hours, minutes = divmod((whole + 30) // 60, 60)
    return "{} h {} min".format(hours, minutes)


def open_talk_streams():
    """Make stdout and stderr accept any text: Japanese under LC_ALL=C, odd file names, consoles without a glyph.

    A stream that the starter had closed leads nowhere from here on: no file of ours may get its number, or talk would
    be written into it.
    """
    _fill_closed_streams()
    sys.stdout = _safe_stream(sys.stdout)
    sys.stderr = _safe_stream(sys.stderr)


def _fill_closed_streams():
    number = 0
    while number <= 2:
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the program runs


def _safe_stream(stream):
    if stream is None or getattr(stream, "buffer", None) is None:
        return stream
    encoding = (stream.encoding or "ascii").lower()
    if encoding in _ASCII_NAMES or encoding.replace("-", "").replace("_", "") == "utf8":
        wanted, errors = "utf-8", "backslashreplace"
        if stream.errors == "surrogateescape" and encoding not in _ASCII_NAMES:
            errors = "surrogateescape"
    else:
        wanted, errors = stream.encoding, "replace"
    if (wanted, errors) == (encoding, stream.errors):
        return stream
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding=wanted, errors=errors)
        return stream
    stream.flush()
    buffered_by_line = getattr(stream, "line_buffering", False)
    return io.TextIOWrapper(stream.detach(), encoding=wanted, errors=errors, line_buffering=buffered_by_line)
