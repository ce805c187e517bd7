"""Which scenarios apply to this machine, and what shows it."""

from saishu_collect import catalogue as knowledge
from saishu_collect import names, search, walk

DETECTED = "detected"
CHOSEN = "chosen"
DEFAULT = "default"


class Choice:
    """A scenario with how it was chosen and the reasons: [{"en": …, "ja": …}] with the path filled in."""

    def __init__(self, scenario, by, reasons):
        self.scenario = scenario
        self.by = by
        self.reasons = reasons


def detect(catalogue, machine, stop=False):
    """Return the Choices that the machine itself shows, in catalogue order; an included scenario is not repeated."""
    found = []
    for name, scenario in sorted(catalogue["scenarios"].items()):
        marks = (_reason(catalogue, mark, machine, stop) for mark in scenario["detect"])
        reasons = [reason for reason in marks if reason]
        if reasons and knowledge.runs_on(catalogue, name, machine.platform):
            found.append(Choice(name, DETECTED, reasons))
    names_found = [choice.scenario for choice in found]
    covered = {inner for name in names_found for inner in knowledge.included_scenarios(catalogue, name)}
    return [choice for choice in found if choice.scenario not in covered]


def _reason(catalogue, mark, machine, stop):
    if mark["platform"] != machine.platform:
        return None
    path = next((path for pattern in mark.get("path", ()) for path in walk.expand(pattern, machine)), None)
    if path is None and mark.get("search_folder_of"):
        for step in catalogue["evidence"][mark["search_folder_of"]]["collect"]:
            if step["do"] == "search_folder" and path is None:
                found = search.find_folders(step, machine, stop).found
                path = found[0] if found else None
    if path is None:
        return None
    shown = names.text_of(machine.shown(path))
    return {lang: text.replace("{path}", shown) for lang, text in mark["because"].items()}


def choose(catalogue, machine, wanted, stop=False):
    """Return the Choices for a run: what the person named, else what the machine shows, else the ground set."""
    if wanted:
        return [Choice(name, CHOSEN, []) for name in wanted]
    return detect(catalogue, machine, stop) or [Choice("azure-vm", DEFAULT, [])]
