"""`saishu check`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from saishu.cli.opening import add_bundle_arguments, exit_code, judge
from saishu.report import check_document, write_check, write_letter
from saishu_collect.words import LANGUAGES
from saishu_collect.words import Words as Phrases


def add_arguments(parser: argparse.ArgumentParser, say: Any) -> None:
    """Declare the arguments of the verb."""
    add_bundle_arguments(parser, say)
    parser.add_argument("--mail", choices=LANGUAGES, help=say.say("cli.check.mail"))
    parser.add_argument("--json", action="store_true", help=say.say("cli.check.json"))


def run(arguments: argparse.Namespace, say: Any, catalogue: Mapping[str, Any]) -> int:
    """Judge a bundle and print the answer in the form that was asked for."""
    judged = judge(arguments, catalogue)
    letter = write_letter(judged, catalogue, arguments.mail) if arguments.mail else None
    if arguments.json:
        document = check_document(judged, catalogue, say.lang)
        if letter is not None:
            document["mail"] = {"lang": letter.lang, "subject": letter.subject, "body": letter.body}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    elif letter is not None:
        label = Phrases(catalogue, letter.lang).say("mail.subject_label", subject=letter.subject)
        sys.stdout.write(f"{label}\n\n{letter.body}")
    else:
        sys.stdout.write(write_check(judged, catalogue, say.lang))
    sys.stdout.flush()
    return exit_code(judged)
