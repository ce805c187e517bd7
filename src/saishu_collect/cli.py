"""The command line of the collector: one parser, one function per verb, exit codes as the contract says."""

import argparse
import json
import os
import sys
import time
import traceback

from saishu_collect import (
    __version__,
    checklist,
    collect,
    control,
    facts,
    machine,
    network,
    outcomes,
    progress,
    recover,
    scenarios,
    selftest,
    summary,
    survey,
    talk,
    values,
    verify,
    words,
)
from saishu_collect import (
    catalogue as knowledge,
)
from saishu_collect.windows import certificate_verb, console, process, traces

DONE = 0
GAPS = 1
USAGE = 2
UNREADABLE = 3
NOT_ENOUGH = 4
DEFECT = 5
INTERRUPTED = 130


class Refused(Exception):  # noqa: N818 - reads as what it says
    """The run cannot begin; carries the error code whose words stand in the phrases, and the exit code."""

    def __init__(self, code, exit_code, **values_):
        Exception.__init__(self, code)
        self.code = code
        self.exit_code = exit_code
        self.values = values_


class Parser(argparse.ArgumentParser):
    """argparse that speaks the person's language, in its fixed words and in its errors."""

    say = None

    def error(self, message):
        """Say what is wrong and where the help is; exit code 2."""
        self.print_usage(sys.stderr)
        sys.stderr.write(error_text(self.say, "E101", message=message, program=self.prog) + "\n")
        sys.exit(USAGE)


def error_text(say, code, **given):
    """Return an error as people read it: code, what happened, what to do next."""
    what = say.say("error.{}.what".format(code), **given)
    following = say.say("error.{}.next".format(code), **given)
    return "[{}] {}\n{}".format(code, what, following)


def _speak_argparse(say):
    """Give argparse's own words the person's language."""
    known = {
        "usage: ": "usage", "positional arguments": "positional", "optional arguments": "options",
        "options": "options", "show this help message and exit": "help",
        "the following arguments are required: %s": "required", "unrecognized arguments: %s": "unrecognised",
        "expected one argument": "expected_one", "expected at least one argument": "expected_some",
        "argument %(argument_name)s: %(message)s": "argument",
        "invalid choice: %(value)r (choose from %(choices)s)": "choice",
        "invalid %(type)s value: %(value)r": "invalid",
    }  # fmt: skip
    argparse._ = lambda text: say.say("argparse." + known[text]) if text in known else text


def make_parser(say, program, more_verbs=None):
    """Return the parser with every verb; more_verbs(add) lets the engineer's side add its own."""
    _speak_argparse(say)
    Parser.say = say
    example = say.say("windows.epilog" if os.name == "nt" else "cli.epilog")
    parser = Parser(prog=program, description=say.say("cli.about"), epilog=example, add_help=False)
    _common(parser, say)
    parser.add_argument("--version", action="version", version="saishu {}".format(__version__))
    verbs = parser.add_subparsers(dest="verb", metavar=say.say("cli.verb"), title=say.say("cli.verbs"))

    def add(name, run, fill):
        text = say.say("cli.{}.help".format(name))
        verb = verbs.add_parser(name, help=text, description=text, add_help=False)
        fill(verb, say)
        _common(verb, say)
        verb.set_defaults(run=run)

    add("collect", run_collect, _collect_arguments)
    if more_verbs:
        more_verbs(add)
    add("network", _with_catalogue(network), network.add_arguments)
    add("certificates", _with_catalogue(certificate_verb), certificate_verb.add_arguments)
    for name, room in (("checklist", checklist), ("scenarios", scenarios), ("selftest", selftest)):
        add(name, _with_catalogue(room), room.add_arguments)
    add("recover", run_recover, _recover_arguments)
    return parser


def _with_catalogue(room):
    return lambda arguments, say, catalogue: room.run(arguments, say, catalogue, sys.stdout)


def _common(parser, say):
    parser.add_argument("--lang", choices=words.LANGUAGES, default=argparse.SUPPRESS, help=say.say("cli.lang"))
    parser.add_argument("-h", "--help", action="help", help=say.say("argparse.help"))


def _collect_arguments(parser, say):
    def option(*names_, **settings):
        settings["help"] = say.say("cli.collect." + settings.pop("phrase"))
        parser.add_argument(*names_, **settings)

    option("scenarios", nargs="*", metavar="SCENARIO", phrase="scenarios")
    option("-o", "--out", default=".", metavar="DIR", phrase="out")
    option("--set", dest="given", action="append", type=values.pair, default=[], metavar="KEY=VALUE", phrase="set")
    option("--minimum", action="store_true", phrase="minimum")
    option("--since", type=values.span, metavar="14d", phrase="since")
    option("--max-size", type=values.size, metavar="2G", phrase="max_size")
    option("--failure-time", type=values.moment, metavar="TIME", phrase="failure_time")
    option("--root", metavar="DIR", phrase="root")
    option("--tss", metavar="DIR", phrase="tss")
    option("--dry-run", action="store_true", phrase="dry_run")
    option("--yes", "-y", action="store_true", phrase="yes")
    option("--offline", action="store_true", phrase="offline")
    option("--json", action="store_true", phrase="json")


def _recover_arguments(parser, say):
    parser.add_argument("file", metavar="FILE.partial", help=say.say("cli.recover.file"))
    parser.add_argument("--json", action="store_true", help=say.say("cli.collect.json"))


def main(argv=None, program="saishu", more_verbs=None):
    """Run one verb and return its exit code; after a double-click on Windows, lead through a collection."""
    argv = list(sys.argv[1:] if argv is None else argv)
    words.open_talk_streams()
    catalogue = knowledge.load()
    say = words.Words(catalogue, words.choose_language(_early_language(argv)))
    argv = ["--help" if one == "/?" else one for one in argv]
    if os.name == "nt":
        return console.hold_open(argv, say, lambda given: _run(given, say, catalogue, program, more_verbs))
    return _run(argv, say, catalogue, program, more_verbs)


def _run(argv, say, catalogue, program, more_verbs):
    """Run one verb and return its exit code; the only place that catches everything."""
    parser = make_parser(say, program, more_verbs)
    arguments = parser.parse_args(argv)
    if not getattr(arguments, "verb", None):
        parser.print_help(sys.stderr)
        return USAGE
    try:
        return arguments.run(arguments, say, catalogue)
    except Refused as refusal:
        sys.stderr.write(error_text(say, refusal.code, **refusal.values) + "\n")
        return refusal.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return DONE
    except Exception as error:  # noqa: BLE001 - the last guard: a defect of ours is said as such
        sys.stderr.write(traceback.format_exc())
        sys.stderr.write(error_text(say, "E501", error="{}: {}".format(type(error).__name__, error)) + "\n")
        return DEFECT


def _early_language(argv):
    """Return the language on the command line before it is parsed, since the parser itself speaks."""
    for index, argument in enumerate(argv):
        if argument == "--lang" and index + 1 < len(argv):
            return argv[index + 1]
        if argument.startswith("--lang="):
            return argument[7:]
    return None


# ---- collect


def run_collect(arguments, say, catalogue):
    """Collect from this machine, or from a tree with --root."""
    if os.name == "nt" and process.is_too_old():
        raise Refused("E440", NOT_ENOUGH, build=process.windows_build(), oldest=process.FIRST_BUILD)
    options = _options(arguments, catalogue)
    stop = control.Stop()
    speaker = talk.Talk(say)
    try:
        here = machine.Machine(options.root)
    except OSError as error:
        raise Refused("E301", UNREADABLE, path=options.root, error=error.strerror) from error
    unknown = [one for one in options.scenarios if not knowledge.runs_on(catalogue, one, here.platform)]
    if unknown:
        raise Refused("E104", USAGE, scenario=", ".join(unknown), platform=here.platform)
    stop.listen()
    run = collect.Collection(catalogue, here, options, stop)
    if not arguments.json:
        speaker.tell("collect.looking")
    run.prepare()
    if arguments.dry_run:
        return _dry_run(arguments, speaker, run)
    if run.limit < survey.SMALLEST_BUDGET:
        raise Refused(
            "E401", NOT_ENOUGH, folder=options.out, free=words.size_text(run.disk.free),
            need=words.size_text(survey.SMALLEST_BUDGET),
        )  # fmt: skip
    interactive = not arguments.yes and not arguments.json and sys.stdin is not None and sys.stdin.isatty()
    if not arguments.json:
        speaker.plan(run)
        traces.accompany(run, speaker, interactive)
    if interactive and not _asked(speaker, run, stop):
        speaker.tell("collect.not_begun")
        return DONE
    return _collect(arguments, speaker, run, say)


def _asked(speaker, run, stop):
    """Ask a person for the facts and for the word to begin; True when it was given."""
    stop.at_question = True
    try:
        speaker.ask_facts(run)
        return bool(stop) or speaker.confirm()
    finally:
        stop.at_question = False


def _options(arguments, catalogue):
    known = catalogue["scenarios"]
    unknown = [one for one in arguments.scenarios if one not in known]
    if unknown:
        raise Refused("E102", USAGE, scenario=", ".join(unknown), known=", ".join(sorted(known)))
    facts_known = sorted(one for one, unit in catalogue["evidence"].items() if unit["kind"] == "fact")
    odd = [key for key, _ in arguments.given if key not in facts_known]
    if odd:
        raise Refused("E103", USAGE, key=", ".join(odd), known=", ".join(facts_known))
    if not arguments.dry_run:
        _make_folder(arguments.out)
    return collect.Options(
        scenarios=arguments.scenarios, out=arguments.out, given=dict(arguments.given), minimum=arguments.minimum,
        since=arguments.since, max_size=arguments.max_size, failure_time=arguments.failure_time, root=arguments.root,
        offline=arguments.offline, tss=arguments.tss,
    )  # fmt: skip


def _make_folder(folder):
    """Make the output folder when it is not there; Refused when nothing can be written to it."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise Refused("E402", NOT_ENOUGH, folder=folder, error=error.strerror) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refused("E402", NOT_ENOUGH, folder=folder, error=os.strerror(13))


def _dry_run(arguments, speaker, run):
    if arguments.json:
        _print_json(plan_document(run))
    else:
        speaker.plan(run)
        speaker.tell("collect.dry_run_end")
    return INTERRUPTED if run.stop else DONE


def plan_document(run):
    """Return what `collect --dry-run --json` prints."""
    return {
        "schema": "saishu/plan/1",
        "platform": run.machine.platform,
        "scenarios": [{"id": one.scenario, "chosen_by": one.by, "reasons": one.reasons} for one in run.choices],
        "facts": [
            {"id": name, "value": fact.value, "source": fact.source} for name, fact in sorted(run.facts.items())
        ],
        "questions": facts.open_questions(run.catalogue, run.plan.needs, run.facts),
        "items": [
            {
                "id": need["id"], "need": need["need"], "system": run.plan.asked(need["id"]),
                "files": run.survey.by_evidence.get(need["id"], [0, 0])[0],
                "bytes": run.survey.by_evidence.get(need["id"], [0, 0])[1],
                "commands": [step["argv"] for step, ids in run.plan.commands if need["id"] in ids],
            }
            for need in run.plan.needs
        ],
        "probes": [
            {"id": one.id, "host": one.host, "port": one.port, "protocol": one.protocol}
            for one in network.planned(run)
        ],
        "files": run.survey.files,
        "bytes": run.survey.bytes,
        "estimated_archive_bytes": run.survey.packed,
        "estimated_seconds": round(talk.estimate_seconds(run.survey, run.threads), 1),
        "limit_bytes": run.limit,
        "limited": run.limited,
        "free_bytes": run.disk.free,
        "warnings": [{"id": seen.warning, "evidence": seen.evidence} for seen in run.warnings],
    }  # fmt: skip


def _collect(arguments, speaker, run, say):
    quiet = arguments.json
    if not quiet:
        shown = progress.Progress(sys.stderr, say, "collect.progress", run.survey.bytes)
        run.on_bytes = shown.add
        checked = progress.Progress(sys.stderr, say, "collect.verifying", run.survey.bytes)
        run.on_bytes_verified = checked.add
    try:
        result = run.collect()
    except verify.Damaged as damage:
        raise Refused("E502", DEFECT, path=run.bundle.partial, member=str(damage)) from damage
    except OSError as error:
        code = "E401" if error.errno in (28, 122) else "E403"
        free = words.size_text(survey.Disk(run.options.out).free)
        need = words.size_text(survey.SMALLEST_BUDGET)
        text = error.strerror
        raise Refused(code, NOT_ENOUGH, folder=run.options.out, free=free, error=text, need=need) from error
    missing = summary.open_items(run.head(result))
    if quiet:
        _print_json(result_document(run, result))
    else:
        shown.end()
        checked.end()
        speaker.closing(run, result, missing, summary.how_to_supply)
    return _exit_code(result)


def _exit_code(result):
    if result.state == outcomes.RUN_INTERRUPTED:
        return INTERRUPTED
    if result.state != outcomes.RUN_COMPLETE:
        evidence = [item for item in result.items if item["files"]]
        return GAPS if evidence else NOT_ENOUGH
    return DONE


def result_document(run, result):
    """Return what `collect --json` prints."""
    return {
        "schema": "saishu/collect/1",
        "bundle": os.path.abspath(result.path),
        "size": result.size,
        "sha256": result.sha256,
        "members": result.members,
        "state": result.state,
        "complete": result.state == outcomes.RUN_COMPLETE,
        "scenarios": [one.scenario for one in run.choices],
        "items": result.items,
        "warnings": [{"id": seen.warning, "evidence": seen.evidence} for seen in result.warnings],
        "counts": dict(sorted(result.outcomes.items())),
        "bytes_read": result.read_bytes,
        "seconds": round(result.seconds, 3),
    }


def _print_json(document):
    # Windows gives a redirected stream the code page of the system, and what reads it another one: plain ASCII passes.
    sys.stdout.write(json.dumps(document, ensure_ascii=os.name == "nt", indent=1, sort_keys=True) + "\n")
    sys.stdout.flush()


# ---- recover


def run_recover(arguments, say, catalogue):  # noqa: ARG001 - one signature for all verbs
    """Make a zip of what a killed collection left behind."""
    speaker = talk.Talk(say)
    try:
        found = recover.recover(arguments.file, time.time())
    except OSError as error:
        raise Refused("E302", UNREADABLE, path=arguments.file, error=error.strerror or str(error)) from error
    except recover.NotOurs as error:
        raise Refused("E303", UNREADABLE, path=arguments.file) from error
    if arguments.json:
        _print_json(found)
    else:
        speaker.tell(
            "recover.done", path=found["bundle"], members=found["members"], size=words.size_text(found["size"])
        )
        speaker.tell("recover.lost", cut=found["cut_members"])
    return GAPS


if __name__ == "__main__":
    sys.exit(main())
