"""Archives inside archives: found by name, opened to a depth, put under the path of their archive."""

from __future__ import annotations

from array import array
from collections import Counter, deque
from dataclasses import dataclass, replace

from saishu.bundle.errors import BundleError, Code, DamagedData, error, note
from saishu.bundle.kinds import LAST_LETTERS, OFFICE_NAME, OFFICE_PICTURE, ends_like_archive, is_volume, named_kind
from saishu.bundle.openers import Container
from saishu.bundle.opening import Opener
from saishu.bundle.sources import Source
from saishu.bundle.streams import GuardedStream
from saishu.model.bundle import BundleNote, Member, MemberKind

INSIDE = "!/"
_SHIFT = 32


@dataclass(slots=True)
class Part:
    """A container in its place. prefix: `Logs.ZIP!/` for a nested one, empty for the bundle itself."""

    container: Container
    prefix: str = ""
    depth: int = 0


class Nest:
    """All containers of a bundle, and their members under one roof, sorted by path."""

    def __init__(self, opener: Opener, root: Container, name: str) -> None:
        self._opener = opener
        self._name = name
        self.parts: list[Part] = []
        self.members: list[Member] = []
        self.where = array("Q")
        self.notes: list[BundleNote] = []
        self._refused: Counter[str] = Counter()
        self._examples: dict[str, str] = {}
        self._waiting: deque[tuple[Part, int, str]] = deque()
        self._take(Part(root))
        while self._waiting:
            self._enter(*self._waiting.popleft())
        self._order()
        self.notes += [self._refusal(code, count) for code, count in sorted(self._refused.items())]

    def place(self, at: int) -> tuple[Part, int]:
        """The container of the member at a place in the sorted list, and its number there."""
        part, number = divmod(self.where[at], 1 << _SHIFT)
        return self.parts[part], number

    def close(self) -> None:
        """Close every container, the innermost first."""
        for part in reversed(self.parts):
            part.container.close()

    def _take(self, part: Part) -> None:
        members = part.container.members
        base = len(self.parts) << _SHIFT
        self.parts.append(part)
        self.notes += [_located(item, part.prefix, self._name) for item in part.container.notes]
        if part.prefix:
            self.members += [replace(member, path=part.prefix + member.path) for member in members]
        else:
            self.members += members
        self.where.extend(range(base, base + len(members)))
        candidates = [number for number, member in enumerate(members) if member.path[-1:] in LAST_LETTERS]
        for number in candidates:
            if not ends_like_archive(members[number].path):
                continue
            path = part.prefix + members[number].path
            if members[number].kind is MemberKind.FILE and self._is_archive(path):
                self._waiting.append((part, number, path))

    def _is_archive(self, path: str) -> bool:
        if is_volume(path):
            self._refuse(Code.SPLIT, path)
            return False
        return named_kind(path) is not None or OFFICE_NAME.search(path) is not None

    def _enter(self, outer: Part, number: int, path: str) -> None:
        """Open one nested archive, or count why it stays closed; the archive itself stays a member either way."""
        limits = self._opener.limits
        if outer.container.kind == "file":
            return
        if outer.depth >= limits.depth or len(self.parts) > limits.nested:
            self._refuse(Code.NOT_ENTERED, path)
            return
        source: Source | None = None
        try:
            source = self._source(outer, number, path)
            inner = self._opener.open_source(source, named_kind(path)) if source.size else None
            if inner is None:
                raise error(Code.NOT_READABLE if source.size else Code.EMPTY)
            self._admit(Part(inner, path + INSIDE, outer.depth + 1), pictures=OFFICE_NAME.search(path) is not None)
        except (BundleError, DamagedData, OSError) as trouble:
            self._refuse(trouble.code if isinstance(trouble, BundleError) else Code.DAMAGED, path)
            if source is not None:
                source.close()

    def _admit(self, part: Part, *, pictures: bool) -> None:
        if len(self.members) + len(part.container.members) > self._opener.limits.members:
            raise error(Code.TOO_MANY)
        if pictures:
            part = Part(Chosen(part.container), part.prefix, self._opener.limits.depth)
        self._take(part)

    def _source(self, outer: Part, number: int, path: str) -> Source:
        direct = outer.container.stored(number)
        if direct is not None:
            return direct

        def report(code: str, **values: object) -> None:
            self.notes.append(note(code, path, **values))

        stream = GuardedStream(outer.container.open(number), path, self._opener.limits, report)
        with stream:
            return self._opener.spool.store(stream)

    def _refusal(self, code: str, count: int) -> BundleNote:
        example = self._examples[code]
        if code in (Code.NOT_ENTERED, Code.SPLIT):
            return note(code, example, count=count)
        return note(Code.NESTED_UNREADABLE, example, count=count, reason=code)

    def _refuse(self, code: str, path: str) -> None:
        self._refused[code] += 1
        self._examples.setdefault(code, path)

    def _order(self) -> None:
        paths = [member.path for member in self.members]
        if paths == sorted(paths):
            return
        order = sorted(range(len(paths)), key=paths.__getitem__)
        self.members = [self.members[number] for number in order]
        self.where = array("Q", [self.where[number] for number in order])


class Chosen:
    """The pictures in an Office document: people paste their screenshots into one, and the rest is no evidence."""

    def __init__(self, inner: Container) -> None:
        self._inner = inner
        self._numbers = [n for n, member in enumerate(inner.members) if OFFICE_PICTURE.search(member.path)]
        self.kind = inner.kind
        self.members = [inner.members[number] for number in self._numbers]
        self.notes = inner.notes
        self.open = lambda number: inner.open(self._numbers[number])
        self.stored = lambda number: inner.stored(self._numbers[number])
        self.close = inner.close


def _located(item: BundleNote, prefix: str, name: str) -> BundleNote:
    """A container's note with the place of the container in the bundle."""
    path = prefix + item.path if item.path is not None else prefix.removesuffix(INSIDE) or name
    return note(item.code, path, **{key: value for key, value in item.values if key != "path"})
