"""The verb `certificates`: check what the agent and Azure need, import a published certificate that is missing."""

import argparse
import json
import os
import sys
import time

from saishu_collect import manifest, words
from saishu_collect.windows import certificate_files, certificate_judge, certificate_store, certificates, pieces

CHECK, IMPORT = "check", "import"
SCHEMA = "saishu/certificates-check/1"
DONE, TO_DO, UNREADABLE, NOT_ENOUGH = 0, 1, 3, 4
_EXIT = {"3": UNREADABLE, "4": NOT_ENOUGH}
_CONSOLE_NAMES = {"ROOT": "Root", "CA": "CA"}


def add_arguments(parser, say):
    """Declare the arguments of the verb and of its two actions."""
    actions = parser.add_subparsers(dest="action", metavar="check|import")
    actions.required = True
    judging = _action(actions, CHECK, say)
    judging.add_argument(
        "--from", dest="listings", nargs="+", metavar="LISTING.json", help=say.say("certificates.help_from")
    )
    importing = _action(actions, IMPORT, say)
    importing.add_argument("files", nargs="+", metavar="FILE", help=say.say("certificates.help_files"))
    importing.add_argument("--do-it", action="store_true", help=say.say("certificates.help_do_it"))


def _action(actions, name, say):
    text = say.say("certificates.help_" + name)
    parser = actions.add_parser(name, help=text, description=text, add_help=False)
    parser.add_argument("--lang", choices=words.LANGUAGES, default=argparse.SUPPRESS, help=say.say("cli.lang"))
    parser.add_argument("-h", "--help", action="help", help=say.say("argparse.help"))
    parser.add_argument("--json", action="store_true", help=say.say("cli.collect.json"))
    return parser


def run(arguments, say, catalogue, out):
    """Check or import; 0: nothing to do, 1: something to do, 3 and 4 as in the contract."""
    try:
        if arguments.action == CHECK:
            return check(arguments, say, catalogue["lists"], out)
        return bring_in(arguments, say, catalogue["lists"], out)
    except certificate_files.RefusedFileError as error:
        return _refuse(say, error.code, error.given)
    except OSError as error:
        return _refuse(say, "E343", {"path": error.filename or "", "error": error.strerror or str(error)})
    except pieces.StepError as error:
        return _refuse(say, "E443", {"error": str(error)})


def _refuse(say, code, given):
    what, following = (say.say("error.{}.{}".format(code, part), **given) for part in ("what", "next"))
    sys.stderr.write("[{}] {}\n{}\n".format(code, what, following))
    return _EXIT[code[1]]


# ---- check


def check(arguments, say, lists, out, now=time.time):
    """Judge the stores of this machine, or listings with --from."""
    if arguments.listings:
        stores = {}
        for path in arguments.listings:
            found = certificate_files.read_listing(path)
            stores[found["store"]] = found
    elif os.name == "nt":
        stores = {
            store: certificates.document(store, certificate_store.read_store(store), now())
            for store in certificates.STORES
        }
    else:
        return _refuse(say, "E441", {})
    found = certificate_judge.judge(stores, lists)
    if arguments.json:
        out.write(json.dumps(document(found, stores, say), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    else:
        out.write("".join("{}\n".format(line) for line in lines(found, stores, say)))
    return TO_DO if certificate_judge.needs_action(found) else DONE


def text_of(say, finding):
    """Return a Finding as a sentence."""
    return say.say("certificates." + finding.id, **finding.values)


def lines(findings, stores, say):
    """Return what a person reads: each finding with its mark, and at the end what to do next."""
    told = [say.say("certificates.read_at", time=max(stores[name]["read"] for name in stores))]
    told += ["[{}] {}".format(say.say("certificates.level_" + one.level), text_of(say, one)) for one in findings]
    ids = {one.id for one in findings}
    if ids.intersection(["root_missing", "root_differs"]):
        told += ["", say.say("certificates.roots_advice"), say.say("certificates.import_advice")]
    return told + [
        "",
        say.say("certificates.done_act" if certificate_judge.needs_action(findings) else "certificates.done_ok"),
    ]


def document(findings, stores, say):
    """Return what `--json` prints."""
    return {
        "schema": SCHEMA,
        "stores": {name: {"read": stores[name]["read"], "count": len(stores[name]["certificates"])} for name in stores},
        "ok": not certificate_judge.needs_action(findings),
        "findings": [
            {"level": one.level, "id": one.id, "values": one.values, "text": text_of(say, one)} for one in findings
        ],
    }


# ---- import


def bring_in(arguments, say, lists, out):
    """Import published certificates into LocalMachine; without --do-it only say what would be done.

    Every file is looked at before the first one is imported; one that is refused refuses all.
    """
    known = [one for path in arguments.files for one in certificate_files.find_published(path, lists)]
    if arguments.do_it and os.name != "nt":
        return _refuse(say, "E441", {})
    done = [(one, _add(one) if arguments.do_it else None) for one in known]
    if arguments.json:
        out.write(json.dumps(_imported(done), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        return DONE
    for one, added in done:
        key = {None: "would", True: "added", False: "there"}[added]
        given = {
            "name": one.entry["name"],
            "sha1": one.sha1,
            "store": one.store,
            "until": one.entry["not_after"] or "?",
        }
        out.write(say.say("certificates.import_" + key, **given) + "\n")
        if added:
            undo = "certutil -delstore {} {}".format(_CONSOLE_NAMES[one.store], one.sha1)
            out.write(say.say("certificates.import_undo", command=undo) + "\n")
    if not arguments.do_it:
        out.write(say.say("certificates.import_dry") + "\n")
    return DONE


def _add(one):
    """Add a certificate and look whether it is there; True when it is new, False when it was there before."""
    added = certificate_store.add(one.store, one.der)
    if not any(held.sha1 == one.sha1 for held in certificate_store.read_store(one.store)):
        raise pieces.StepError("failed", "io_error", "{}: {}".format(one.store, one.sha1))
    return added


def _imported(done):
    return {
        "schema": "saishu/certificates-import/1",
        "time": manifest.utc_text(time.time()),
        "certificates": [
            {
                "name": one.entry["name"], "sha1": one.sha1, "store": one.store,
                "outcome": {None: "would_add", True: "added", False: "was_there"}[added],
            }
            for one, added in done
        ],
    }  # fmt: skip
