"""The step `guided_trace`: Microsoft's TSS needs a person; say exactly what to do, and take what it leaves."""

import os

from saishu_collect import outcomes
from saishu_collect.windows import pieces

SCRIPT = "TSS.ps1"
_USUAL = (
    "C:\\TSS", "C:\\TSSv2", "C:\\Tools\\TSS", "C:\\Temp\\TSS", "{profile}\\Downloads\\TSS", "{profile}\\Desktop\\TSS",
    "{profile}\\Downloads", "{profile}\\Desktop",
)  # fmt: skip
RESULTS = "C:\\MS_DATA"


def perform(step, context):
    """Return a note when there is no output of TSS; what there is was planned as files and needs no word here."""
    if has_results(step):
        return []
    folder = find_tss(context.tss)
    detail = "TSS: {}".format(folder) if folder else "TSS: not found"
    return [pieces.note("TSS ({})".format(step["guide"]), outcomes.SKIPPED, outcomes.NEEDS_PERSON, detail)]


def has_results(step):
    """Say whether TSS has left anything in the folders of a step."""
    return any(_holds_files(pattern.split("*")[0].rstrip("\\")) for pattern in step.get("results", (RESULTS,)))


def _holds_files(folder):
    return any(files for _, _, files in os.walk(folder))


def find_tss(given=None, usual=None):
    """Return the folder that holds TSS.ps1, or None.

    given: a folder, the script itself, or None for the usual places. Nothing is downloaded and nothing is started.
    """
    if given:
        folder = os.path.dirname(given) if given.lower().endswith(".ps1") else given
        return folder if os.path.isfile(os.path.join(folder, SCRIPT)) else None
    profile = os.environ.get("USERPROFILE", "C:\\Users\\Default")
    for place in usual or [one.format(profile=profile) for one in _USUAL]:
        if os.path.isfile(os.path.join(place, SCRIPT)):
            return place
    return None


def guides(plan):
    """Return the guided_trace steps of a plan that have no results yet, in the order of the plan."""
    return [step for step, _ in plan.system_steps if step["do"] == "guided_trace" and not has_results(step)]


def tell(plan, given, tell_phrase):
    """Say what to do for every trace that is still to be made. tell_phrase(key, **values) writes one phrase."""
    folder = find_tss(given)
    steps = guides(plan)
    if not steps:
        return
    if folder is None:
        tell_phrase("trace.none", path=given or _USUAL[0])
        return
    for step in steps:
        tell_phrase("trace.found." + step["guide"], folder=folder, results=RESULTS)
