"""Saying how far we are: one line that renews itself on a terminal, a line now and then elsewhere."""

import time

from saishu_collect import words

_TERMINAL_EVERY_S = 0.2
_PLAIN_EVERY_S = 10.0


class Progress:
    """Counts bytes and says the share, the rate and the time that is left.

    stream: where to talk (stderr). total: bytes expected. key: the phrase, with `{done}`, `{total}`, `{percent}`,
    `{rate}`, `{left}`.
    """

    def __init__(self, stream, say, key, total, clock=time.monotonic):
        self._stream = stream
        self._say = say
        self._key = key
        self._total = max(1, total)
        self._clock = clock
        self._started = clock()
        self._spoken = self._started
        self._done = 0
        self._terminal = stream.isatty()
        self._length = 0

    def add(self, count):
        """Count bytes; speaks when it is time to."""
        self._done += count
        now = self._clock()
        if now - self._spoken >= (_TERMINAL_EVERY_S if self._terminal else _PLAIN_EVERY_S):
            self._spoken = now
            self._speak(now)

    def _speak(self, now):
        spent = max(0.001, now - self._started)
        rate = self._done / spent
        left = max(0, self._total - self._done) / max(1.0, rate)
        percent = min(99, 100 * self._done // self._total)
        text = self._say.say(
            self._key, done=words.size_text(self._done), total=words.size_text(max(self._total, self._done)),
            percent=percent, rate=words.size_text(rate), left=words.duration_text(left),
        )  # fmt: skip
        if self._terminal:
            self._stream.write("\r" + words.pad(text, self._length))
            self._length = words.display_width(text)
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def end(self):
        """Take the line away."""
        if self._terminal and self._length:
            self._stream.write("\r" + " " * self._length + "\r")
            self._stream.flush()
