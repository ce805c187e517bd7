"""The compiled knowledge: which scenario needs which evidence, on which platform, in which order."""

import json
import pkgutil

SCHEMA = "saishu/catalogue/1"

# Strongest first; a need listed twice keeps the strongest.
NEEDS = ("required", "recommended", "if_present")


class CatalogueError(ValueError):
    """The catalogue in this copy of the program cannot be used; the message names what is wrong."""


class WrongPlatformError(ValueError):
    """A scenario was asked for a platform that it does not know: `mars` on Linux."""


def load():
    """Return the catalogue as plain dicts, a fresh copy each time; works inside a zipapp too.

    Shape: {"schema", "version", "evidence": {id: unit}, "scenarios": {id: …}, "warnings": {id: …},
    "lists": {name: …}, "phrases": {"en": {key: text}, "ja": {key: text}}}.
    """
    data = pkgutil.get_data(__name__.rpartition(".")[0], "catalogue.json")
    if data is None:
        raise CatalogueError("catalogue.json is not in this copy of the program")
    catalogue = json.loads(data.decode("utf-8"))
    if catalogue.get("schema") != SCHEMA:
        raise CatalogueError("catalogue.json has the schema {!r}, not {!r}".format(catalogue.get("schema"), SCHEMA))
    return catalogue


def applies(unit, platform):
    """Say whether an evidence unit exists on a platform; `None` as platform stands for both."""
    return platform is None or unit["platform"] in ("any", platform)


def runs_on(catalogue, scenario_id, platform):
    """Say whether a scenario knows a platform; `None` stands for both."""
    return platform is None or platform in catalogue["scenarios"][scenario_id]["platforms"]


def expand_scenario(catalogue, scenario_id, platform):
    """Return the needs of a scenario in article order, with the scenarios it includes resolved.

    platform: "linux", "windows", or None for both.
    Each need is a plain dict:
      id           the evidence id
      need         "required", "recommended" or "if_present": the strongest one that is listed
      satisfied_by ids, any of which stands for this one when it is complete
      preferred_over ids that this one makes unnecessary
      only_if      {} or {"azure_vm": True}: what must hold on the machine before the need counts
      platform     "linux", "windows" or "any": where this evidence exists
      scenario     the scenario that lists it first; an included one for what was included
    What a scenario says itself about an included need wins over the included text: `mars` wants the name of the
    VM only if the machine is one.
    KeyError: no such scenario. WrongPlatformError: the scenario does not know the platform.
    """
    if not runs_on(catalogue, scenario_id, platform):
        raise WrongPlatformError("{} does not run on {}".format(scenario_id, platform))
    needs = {}
    _gather(catalogue, scenario_id, platform, needs, ())
    return list(needs.values())


def expand_scenarios(catalogue, scenario_ids, platform):
    """Return the needs of several scenarios together, each evidence id once.

    The scenarios stand side by side, so the wider wish wins: a condition stays only when all of them state it.
    """
    together = {}
    for scenario_id in scenario_ids:
        for need in expand_scenario(catalogue, scenario_id, platform):
            known = together.setdefault(need["id"], need)
            if known is not need:
                _strengthen(known, need)
                if known["only_if"] != need["only_if"]:
                    known["only_if"] = {}
    return list(together.values())


def included_scenarios(catalogue, scenario_id):
    """Return the ids of all scenarios that this one builds on, nearest first, itself not among them."""
    found = []
    for include in catalogue["scenarios"][scenario_id].get("includes", ()):
        for name in [include["scenario"]] + included_scenarios(catalogue, include["scenario"]):
            if name not in found:
                found.append(name)
    return found


def _gather(catalogue, scenario_id, platform, needs, path):
    if scenario_id in path:
        raise CatalogueError("scenarios include each other in a circle: " + " > ".join(path + (scenario_id,)))
    scenario = catalogue["scenarios"][scenario_id]
    for include in scenario.get("includes", ()):
        narrowed = include.get("platform")
        if platform is not None and narrowed not in (None, platform):
            continue
        _gather(catalogue, include["scenario"], narrowed or platform, needs, path + (scenario_id,))
    if not runs_on(catalogue, scenario_id, platform):
        return
    for need in scenario["needs"]:
        entry = _entry(catalogue["evidence"][need["id"]], need, scenario_id)
        if platform is None or entry["platform"] in ("any", platform):
            _add(needs, entry)


def _entry(unit, need, scenario_id):
    own = unit["platform"]
    return {
        "id": need["id"],
        "need": need["need"],
        "satisfied_by": list(need.get("satisfied_by", ())),
        "preferred_over": list(need.get("preferred_over", ())),
        "only_if": dict(need.get("only_if", {})),
        "platform": need.get("platform", own) if own == "any" else own,
        "scenario": scenario_id,
    }


def _add(needs, entry):
    """Put an entry at the end, or fold it into the one that an included scenario has already listed."""
    known = needs.setdefault(entry["id"], entry)
    if known is entry:
        return
    _strengthen(known, entry)
    if entry["only_if"]:
        known["only_if"] = entry["only_if"]


def _strengthen(known, entry):
    if NEEDS.index(entry["need"]) < NEEDS.index(known["need"]):
        known["need"] = entry["need"]
    if known["platform"] != entry["platform"]:
        known["platform"] = "any"
    for field in ("satisfied_by", "preferred_over"):
        known[field].extend(name for name in entry[field] if name not in known[field])
