"""Seeded log lines that pack like the real ones: weighted templates from lines.txt, filled from small pools."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

LINES_PER_PAGE = 400
PAGES = 64
FIRST_SECOND = 1_763_600_000


def read_templates(path: Path) -> dict[str, list[tuple[int, str]]]:
    """Return {kind: [(weight, template)]} from lines.txt."""
    kinds: dict[str, list[tuple[int, str]]] = {}
    for line in path.read_text().splitlines():
        if line.startswith("["):
            kinds[line.strip("[]")] = current = []
        elif line and not line.startswith("#"):
            weight, text = line.split(" ", 1)
            current.append((int(weight), text))
    return kinds


TEMPLATES = read_templates(Path(__file__).with_name("lines.txt"))


def _pools(rng: random.Random) -> dict[str, list[str]]:
    """Return the values a placeholder may take; their number sets how well the text packs."""
    port = [str(rng.randrange(32768, 61000)) for _ in range(3000)]
    guid = ["{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}".format(*(rng.getrandbits(b) for b in (32, 16, 12, 12, 48)))
            for _ in range(24)]  # fmt: skip
    return {
        "pid": [str(rng.randrange(700, 65000)) for _ in range(60)],
        "port": port,
        "byte": [str(rng.randrange(0, 256)) for _ in range(64)],
        "small": [str(n) for n in range(4000, 4400)],
        "ms": [str(rng.randrange(100, 1000)) for _ in range(200)],
        "micro": [f"{rng.randrange(10**6):06d}" for _ in range(5000)],
        "up": [str(n) for n in range(881200, 881260)],
        "hex": [f"{rng.getrandbits(48):012x}" for _ in range(400)],
        "client": [str(rng.randrange(32768, 61000)) for _ in range(250)],
        "serial": [str(rng.randrange(10**6, 10**7)) for _ in range(5000)],
        "long": [f"{rng.getrandbits(64):016x}" for _ in range(2000)],
        "activity": [f"{rng.getrandbits(64):016x}-4f1e-8a4b" for _ in range(400)],
        "guid": guid[:12],
        "guid2": guid[12:],
    }


def _compile(template: str) -> tuple[str, list[str]]:
    """Return the template as a %-format and the names of its placeholders in order."""
    names: list[str] = []

    class Slots(dict[str, str]):
        def __missing__(self, key: str) -> str:
            names.append(key)
            return "%s"

    return template.replace("%", "%%").format_map(Slots()), names


class LogStream:
    """An endless stream of log lines of one kind, the same for the same seed."""

    def __init__(self, kind: str, seed: str) -> None:
        self._rng = random.Random(f"{kind}/{seed}")
        self._pools = _pools(self._rng)
        self._second = FIRST_SECOND + self._rng.randrange(86400)
        self._pages = [self._page(kind) for _ in range(PAGES)]

    def _page(self, kind: str) -> tuple[str, list[str]]:
        weights = [weight for weight, _ in TEMPLATES[kind]]
        compiled = [_compile(text) for _, text in TEMPLATES[kind]]
        prefix, prefix_slots = ("", []) if kind == "audit" else ("%s.%s+00:00 ", ["stamp", "micro"])
        lines: list[str] = []
        slots: list[str] = []
        for text, names in self._rng.choices(compiled, weights, k=LINES_PER_PAGE):
            lines.append(prefix + text)
            slots += [*prefix_slots, *names]
        return "\n".join(lines) + "\n", slots

    def _stamps(self) -> list[str]:
        steps = self._rng.choices((0, 0, 0, 1, 1, 2, 7), k=LINES_PER_PAGE)
        first = self._second
        self._second += sum(steps)
        shown = [time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(n)) for n in range(first, self._second + 1)]
        second = 0
        stamps = []
        for step in steps:
            second += step
            stamps.append(shown[second])
        return stamps

    def page(self) -> bytes:
        """Return the next 400 lines."""
        text, slots = self._rng.choice(self._pages)
        counts: dict[str, int] = {}
        for name in slots:
            counts[name] = counts.get(name, 0) + 1
        values = {n: iter(self._rng.choices(self._pools[n], k=c)) for n, c in counts.items() if n != "stamp"}
        values["stamp"] = iter(self._stamps())
        return (text % tuple([next(values[name]) for name in slots])).encode()

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield pages until about `size` bytes are out; the last one ends with a whole line."""
        left = size
        while left > 0:
            page = self.page()
            if len(page) > left:
                page = page[: page.rfind(b"\n", 0, left) + 1]
                left = 0
            left -= len(page)
            yield page
