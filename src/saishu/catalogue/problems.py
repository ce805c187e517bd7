"""What is wrong in a knowledge file, said so that its author can mend it without reading code."""

from __future__ import annotations

from dataclasses import dataclass

from saishu_collect.words import Words


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend: the file, the line (1-based), the field, and the phrase that says what to write."""

    file: str
    line: int
    field: str
    key: str
    values: tuple[tuple[str, str], ...] = ()

    def text(self, words: Words) -> str:
        """Return `file:line: field: what is wrong and what to write instead` in the language of `words`."""
        place = f"{self.file}:{self.line}: " + (f"{self.field}: " if self.field else "")
        said: str = words.say(self.key, **dict(self.values))
        return place + said


class KnowledgeError(Exception):
    """The knowledge cannot be compiled; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the knowledge files")
        self.problems = sorted(problems)
