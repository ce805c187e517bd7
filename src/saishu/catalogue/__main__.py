"""The bench of the knowledge author: `python -m saishu.catalogue check` and `… compile`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import saishu_collect
from saishu.catalogue.compiling import catalogue_text, compile_knowledge, compile_what_is_right
from saishu.catalogue.formats import compile_formats
from saishu.catalogue.knowledge import knowledge_folder
from saishu.catalogue.own_words import own_words
from saishu.catalogue.problems import KnowledgeError
from saishu_collect.words import open_talk_streams


def main(arguments: list[str] | None = None) -> int:
    """Run one of the two verbs; 0 when the knowledge is right, 1 when its author has something to mend."""
    open_talk_streams()
    folder = knowledge_folder()
    parser = argparse.ArgumentParser(prog="python -m saishu.catalogue")
    parser.add_argument("verb", choices=["check", "compile"])
    parser.add_argument("--knowledge", type=Path, default=folder)
    parser.add_argument("-o", "--out", type=Path, default=Path(saishu_collect.__file__).parent / "catalogue.json")
    parser.add_argument("--what-is-right", action="store_true")
    parser.add_argument("--lang", choices=["en", "ja"])
    options = parser.parse_args(arguments)
    words = own_words(options.knowledge, options.lang)
    catalogue, problems = None, []
    try:
        catalogue = compile_knowledge(options.knowledge)
    except KnowledgeError as error:
        problems = error.problems
        if options.what_is_right:
            catalogue = compile_what_is_right(options.knowledge)
    try:
        compile_formats(options.knowledge)
    except KnowledgeError as error:
        problems = [*problems, *error.problems]
    for problem in problems:
        print(problem.text(words), file=sys.stderr)
    if problems:
        print(words.say("catalogue.count", count=len(problems)), file=sys.stderr)
    if catalogue is not None and options.verb == "compile":
        options.out.write_text(catalogue_text(catalogue), encoding="utf-8")
    if not problems:
        print(words.say("catalogue.right"), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
