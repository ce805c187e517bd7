"""The phrases straight from their files: the messages about broken knowledge cannot come out of the catalogue."""

from __future__ import annotations

import os
from pathlib import Path

from saishu.catalogue.knowledge import LANGUAGES, knowledge_folder
from saishu.catalogue.yaml_files import read_source
from saishu_collect.words import Words, choose_language


def own_words(folder: Path, argument: str | None = None) -> Words:
    """Return the words for messages; a key stays visible when even its own file is broken."""
    phrases: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for language in LANGUAGES:
        for place in (knowledge_folder(), folder):
            for path in sorted((place / "phrases" / language).glob("catalogue.yaml")):
                source, _ = read_source(path, path.name)
                if source is not None and isinstance(source.data, dict):
                    phrases[language].update(source.data)
    return Words({"phrases": phrases}, choose_language(argument, os.environ), strict=False)
