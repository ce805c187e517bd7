"""The list of scenarios: what can be asked for, and when to choose which."""

import json

from saishu_collect import catalogue
from saishu_collect.words import pad

SCHEMA = "saishu/scenarios/1"


def add_arguments(parser, words):
    """Declare the arguments of the verb."""
    parser.add_argument("--json", action="store_true", help=words.say("scenarios.help_json"))


def run(args, words, known, out):
    """Write the scenarios of the catalogue to `out`, as text or as one JSON document."""
    if args.json:
        out.write(json.dumps(_document(known), ensure_ascii=True, sort_keys=True, indent=1) + "\n")
    else:
        out.write(_text(known, words))
    return 0


def in_article_order(known):
    """Return the ids of all scenarios in the order of the sections of the article that they stand in."""
    scenarios = known["scenarios"]
    return sorted(scenarios, key=lambda name: (scenarios[name]["article"] or ["~"], name))


def _document(known):
    listed = []
    for name in in_article_order(known):
        scenario = known["scenarios"][name]
        listed.append(
            {
                "id": name,
                "title": scenario["title"],
                "about": scenario["about"],
                "platforms": scenario["platforms"],
                "includes": catalogue.included_scenarios(known, name),
                "evidence": [need["id"] for need in catalogue.expand_scenario(known, name, None)],
            }
        )
    return {"schema": SCHEMA, "catalogue": known["version"], "scenarios": listed}


def _text(known, words):
    names = in_article_order(known)
    width = max(len(name) for name in names) + 2
    lines = []
    for name in names:
        scenario = known["scenarios"][name]
        platforms = ", ".join(words.say("scenarios.platform." + platform) for platform in scenario["platforms"])
        lines.append("{}{} ({})".format(pad(name, width), words.pick(scenario["title"]), platforms))
        lines.append(" " * width + words.pick(scenario["about"]))
        includes = catalogue.included_scenarios(known, name)
        if includes:
            lines.append(" " * width + words.say("scenarios.includes", names=", ".join(includes)))
    return "\n".join(lines) + "\n"
