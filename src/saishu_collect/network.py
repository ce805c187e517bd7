"""The connectivity check as a verb and as a step of a collection: only declared addresses, nothing uploaded."""

import json
import re
import sys

from saishu_collect import control, endpoints, machine, metadata, network_report, outcomes, verdicts, words
from saishu_collect.connectivity import IMDS, Check, document

SCENARIO = "network"
RECOVERY, RECOVERY_SCRIPT = "ilr", "ilr.script"
TEXT_MEMBER = "network/connectivity.txt"
JSON_MEMBER = "network/connectivity.json"


# ---- for a collection


def declared(catalogue, scenarios, region, platform):
    """Return the Endpoints that a collection of these scenarios would contact, for its plan."""
    place = endpoints.find_place(catalogue, region) or endpoints.unknown_place(region)
    return [one for one in endpoints.declare(catalogue, scenarios, place, platform) if not one.missing]


def collect_probes(catalogue, scenarios, known, stop, here=None):
    """Run the check for a collection; return (the report as text in both languages, the document), as bytes.

    known: {"region": the region as the metadata service spells it or None, "azure": True when it answered}.
    Never longer than probes.SECONDS; `stop` ends it early, and what is known by then is returned.
    """
    region = known.get("region")
    place = endpoints.find_place(catalogue, region) or endpoints.unknown_place(region)
    check = Check(catalogue, scenarios, place, here or machine.Machine(), known.get("azure"))
    check.run(stop)
    found = document(check)
    texts = [network_report.text(words.Words(catalogue, lang), found) for lang in ("ja", "en")]
    report = "\ufeff" + "\n\n".join(texts).replace("\n", "\r\n")
    data = json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return report.encode("utf-8", "backslashreplace"), data.encode("utf-8", "backslashreplace")


def pack(run):
    """Run the check where the plan of a collect.Collection wants it, and put the result into its bundle."""
    evidence = run.plan.probes
    if not evidence or run.stop:
        return
    if run.options.offline or not run.machine.live:
        reason = outcomes.OFFLINE if run.options.offline else outcomes.NOT_WITH_ROOT
        run.packer.note(JSON_MEMBER, evidence, outcomes.SKIPPED, reason)
        return
    known = {"region": _region(run), "azure": bool(run.answer.compute) or None}
    text, data = collect_probes(run.catalogue, run.plan.scenarios, known, run.stop, run.machine)
    run.log("connectivity: {} addresses were to be contacted, {} bytes of report", len(planned(run)), len(text))
    run.packer.text(JSON_MEMBER, data, evidence, run.clock())
    run.packer.text(TEXT_MEMBER, text, evidence, run.clock())


def planned(run):
    """Return the Endpoints that a collect.Collection is going to contact; none offline or for a copied disk."""
    if not run.plan.probes or run.options.offline or not run.machine.live:
        return []
    return declared(run.catalogue, run.plan.scenarios, _region(run), run.machine.platform)


def _region(run):
    """Return the region whose addresses count: of the vault where a file recovery script names it, else of this VM."""
    if RECOVERY in run.plan.scenarios:
        for source in run.plan.sources:
            if RECOVERY_SCRIPT in run.plan.tags.of(source.shown):
                code = endpoints.code_in_script_name(run.catalogue, re.split(r"[/\\]", source.shown)[-1])
                if code:
                    return code
    return _region_in(run.answer)


def _region_in(answer):
    """Return the region in an answer of the metadata service, or None."""
    return answer.field("compute/location")


# ---- the verb


def add_arguments(parser, say):
    """Declare the arguments of the verb."""
    help_scenario = say.say("network.help_scenario")
    parser.add_argument("scenario", nargs="?", default=SCENARIO, metavar="SCENARIO", help=help_scenario)
    parser.add_argument("--region", metavar="REGION", help=say.say("network.help_region"))
    parser.add_argument("--list", action="store_true", help=say.say("network.help_list"))
    parser.add_argument("--offline", action="store_true", help=say.say("network.help_offline"))
    parser.add_argument("--json", action="store_true", help=say.say("network.help_json"))


def run(arguments, say, catalogue, out):
    """Check the connectivity and write the result to `out`; exit code as in verdicts.exit_code, 2 for wrong usage."""
    if arguments.scenario not in catalogue["scenarios"]:
        return _refuse(say, "E102", scenario=arguments.scenario, known=", ".join(sorted(catalogue["scenarios"])))
    here = machine.Machine()
    quiet = arguments.list or arguments.offline
    region, azure = arguments.region, None
    if region is None and not quiet:
        sys.stderr.write(say.say("network.asking_region") + "\n")
        region, azure = _ask_region(catalogue)
    place = endpoints.find_place(catalogue, region)
    if arguments.region and place is None:
        return _refuse(say, "E125", region=region, known=", ".join(endpoints.known_regions(catalogue)))
    check = Check(catalogue, [arguments.scenario], place or endpoints.unknown_place(region), here, azure)
    if not check.declared:
        return _refuse(say, "E126", scenario=arguments.scenario, platform=here.platform)
    return _run(check, arguments, say, out, None if quiet else control.Stop())


def _run(check, arguments, say, out, stop):
    if stop is not None:
        stop.listen()
        sys.stderr.write(network_report.intention(say, check.declared, check.route_of) + "\n")
        sys.stderr.flush()
    if arguments.list and not arguments.json:
        out.write(network_report.intention(say, check.declared, check.route_of))
        return 0
    check.run(stop)
    found = document(check)
    if arguments.json:
        out.write(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    else:
        out.write(network_report.text(say, found))
    if arguments.list:
        return 0
    return 130 if stop and stop.reason == outcomes.INTERRUPTED else verdicts.exit_code(check.judged())


def _ask_region(catalogue):
    """Return (region, True) from the metadata service of the list, or (None, None); two seconds at most."""
    for entry in catalogue["lists"]["endpoints"]["endpoints"]:
        if entry["id"] == IMDS:
            answer = metadata.ask(entry["host"], entry["port"])
            return _region_in(answer), True if answer.compute else None
    return None, None


def _refuse(say, code, **values):
    sys.stderr.write("[{}] {}\n".format(code, say.say("error.{}.what".format(code), **values)))
    sys.stderr.write(say.say("error.{}.next".format(code), **values) + "\n")
    return 2
