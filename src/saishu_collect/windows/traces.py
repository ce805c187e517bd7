"""The step `guided_trace`: Microsoft's TSS needs a person; say exactly what to do, and take what it leaves."""

import os

from saishu_collect import outcomes
from saishu_collect.windows import pieces

SCRIPT = "TSS.ps1"
_USUAL = (
    "C:\\TSS", "C:\\TSSv2", "C:\\Tools\\TSS", "C:\\Temp\\TSS", "{profile}\\Downloads\\TSS", "{profile}\\Desktop\\TSS",
    "{profile}\\Downloads", "{profile}\\Desktop",
)  # fmt: skip
_DOWNLOAD = "aka.ms/getTSS"
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
    return any(_holds_files(top_of(pattern)) for pattern in step.get("results", (RESULTS,)))


def top_of(pattern):
    """Return the folder that a glob of results begins with."""
    return pattern.split("*")[0].rstrip("\\")


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
    """Return [(step, [ids])] of the traces of a plan that are still to be made, in its order."""
    return [(step, ids) for step, ids in plan.system_steps if step["do"] == "guided_trace" and not has_results(step)]


def accompany(run, speaker, interactive, read_line=input):
    """Say what to do for every trace that is still to be made; wait for it when somebody sits here.

    What TSS leaves meanwhile is read with everything else. speaker: has `say`, `tell(key, **values)`, `line(text)`.
    """
    wanted, given = guides(run.plan), run.options.tss
    if not wanted:
        return
    folder = find_tss(given)
    if folder is None:
        speaker.tell("trace.none", path=given or _USUAL[0])
        return
    for _, ids in wanted:
        unit = run.catalogue["evidence"][ids[0]]
        speaker.line()
        speaker.tell("trace.found", folder=folder, title=speaker.say.pick(unit["title"]), results=RESULTS)
        for text in steps_with(unit["by_hand"][speaker.say.lang], folder):
            speaker.line("  " + text)
    if interactive:
        _wait(run, speaker, wanted, read_line)


def _wait(run, speaker, wanted, read_line):
    speaker.tell("trace.wait")
    run.stop.at_question = True
    try:
        read_line()
    except EOFError:
        return
    finally:
        run.stop.at_question = False
    for step, _ in wanted:
        for pattern in step.get("results", (RESULTS,)):
            run.plan.add_folder(top_of(pattern), run.machine)


def steps_with(by_hand, folder):
    """Return the steps of a unit for a TSS in a folder of its own, without the download."""
    place = folder.replace(" ", "` ")
    return [text.replace("C:\\TSS", place) for text in by_hand if _DOWNLOAD not in text]
