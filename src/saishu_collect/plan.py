"""The plan: from scenarios and this machine to what will be read, run and asked, before anything is done."""

import collections
import os
import re

from saishu_collect import catalogue as knowledge
from saishu_collect import outcomes, search, walk
from saishu_collect.windows import folders as windows_folders
from saishu_collect.windows import steps as windows_steps
from saishu_collect.windows import traces

REQUIRED_PASS = 0
OTHER_PASS = 1
_FILE_STEPS = ("tree", "glob")
SYSTEM_STEPS = ("registry", "event_log", "certificates", "disks", "guided_trace", "services")


class Source:
    """One place to read: a folder to walk, or one file.

    real: as opened here. shown: as the machine calls it. only: globs below a folder, None for everything.
    linked: True when a link led from `shown` to `real`.
    """

    __slots__ = ("linked", "only", "real", "shown")

    def __init__(self, real, shown, only=None, linked=False):
        self.real = real
        self.shown = shown
        self.only = only
        self.linked = linked


Listing = collections.namedtuple("Listing", "shown real evidence depth entries name")
"""A folder of which only names, sizes and times are written down; name: of the listing, None to take the path."""


class Plan:
    """What a run will do.

    needs: dicts of expand_scenario, in order. sources: Source list without overlaps. commands: [(step, [ids])].
    folders: Listings. gaps: [(shown, ids, outcome, reason)] known before we start. system_steps: [(step, [ids])] that
    only the running Windows answers.
    tags: Tagger. masks: Tagger of what may only be taken masked. searches: {id: search.Search}, what was searched for.
    """

    def __init__(self, needs, scenarios):
        self.needs = needs
        self.scenarios = scenarios
        self.sources = []
        self.commands = []
        self.folders = []
        self.gaps = []
        self.probes = []
        self.system_steps = []
        self.searches = {}
        self.tags = Tagger()
        self.masks = Tagger()

    def asked(self, evidence):
        """Return what the running Windows is asked for one evidence item, as titles."""
        return [windows_steps.title(step) for step, ids in self.system_steps if evidence in ids]

    def add_folder(self, shown, machine):
        """Read a folder too that came to be after the plan was made."""
        self.sources = without_overlaps([*self.sources, Source(machine.follow(machine.real(shown)), shown)])


def slashed(shown):
    """Return a path of the machine with forward slashes; Windows paths in lower case, so that patterns match."""
    if re.match(r"^[A-Za-z]:", shown):
        return shown.replace("\\", "/").lower()
    return shown


class Tagger:
    """Says which evidence a path belongs to, and whether it belongs to a required one."""

    def __init__(self):
        self._patterns = []
        self._exact = {}
        self._required = set()

    def require(self, evidence):
        """Count an evidence id as required: its files come first."""
        self._required.add(evidence)

    def add_pattern(self, pattern, evidence):
        """Tag what a glob names, and everything below it when it is a folder."""
        path = slashed(pattern)
        body = walk.glob_regex(path).pattern
        literal = re.split(r"[*?\[]", path, maxsplit=1)[0]
        self._patterns.append((literal, re.compile(body[: -len(r"\Z")] + r"(?:/.*)?\Z"), evidence))

    def add_path(self, shown, evidence):
        """Tag one path and everything below it."""
        self._exact.setdefault(slashed(shown), []).append(evidence)

    def of(self, shown):
        """Return the evidence ids of a path, sorted."""
        path = slashed(shown)
        ids = {evidence for start, test, evidence in self._patterns if path.startswith(start) and test.match(path)}
        while self._exact and path:
            ids.update(self._exact.get(path, ()))
            path = path.rpartition("/")[0]
        return sorted(ids)

    def pass_of(self, evidence):
        """Return REQUIRED_PASS or OTHER_PASS for a list of evidence ids."""
        return REQUIRED_PASS if self._required.intersection(evidence) else OTHER_PASS


def make_plan(catalogue, scenarios, machine, options, stop):
    """Return the Plan for scenarios on a machine.

    options: has `minimum` (bool) and `azure_vm` (True, False, None for not known). Searching takes as long as its
    bounds allow and ends early with `stop`.
    """
    needs = knowledge.expand_scenarios(catalogue, scenarios, machine.platform)
    plan = Plan([need for need in needs if _counts(need, options)], list(scenarios))
    for need in plan.needs:
        unit = catalogue["evidence"][need["id"]]
        if need["need"] == "required":
            plan.tags.require(need["id"])
        for step in unit["collect"]:
            _plan_step(plan, step, unit, machine, options, stop)
    plan.sources = without_overlaps(plan.sources)
    return plan


def holds(when, minimum, scenarios, platform):
    """Say whether the conditions of a step hold: platform, with or without --minimum, in or out of scenarios."""
    if when.get("platform", platform) != platform:
        return False
    if "minimum" in when and when["minimum"] != minimum:
        return False
    if "scenarios" in when and not set(when["scenarios"]).intersection(scenarios):
        return False
    return not set(when.get("not_scenarios", ())).intersection(scenarios)


def _counts(need, options):
    """Leave out what only an Azure VM has when we know that this is none."""
    return not (need["only_if"].get("azure_vm") and options.azure_vm is False)


def _plan_step(plan, step, unit, machine, options, stop):
    kind, evidence = step["do"], unit["id"]
    if not holds(step.get("when", {}), options.minimum, plan.scenarios, machine.platform):
        return
    if kind in _FILE_STEPS:
        _plan_files(plan, step, unit, machine)
    elif kind == "list":
        _plan_listing(plan, step, evidence, machine)
    elif kind == "search":
        _plan_search(plan, step, evidence, machine, stop)
    elif kind == "search_folder":
        _plan_folders(plan, step, evidence, machine, stop)
    elif kind == "command" and "file" in step:
        _plan_system_step(plan, step, evidence, machine)
    elif kind == "command":
        _plan_command(plan, step, evidence, machine)
    elif kind == "probe_network":
        plan.probes.append(evidence)
    elif kind in SYSTEM_STEPS:
        _plan_system_step(plan, step, evidence, machine)


def _plan_files(plan, step, unit, machine):
    given = [step["path"]] if step["do"] == "tree" else step["patterns"]
    for pattern in windows_folders.of_step(step, given, machine):
        if not speaks_of(pattern, machine.platform):
            continue
        plan.tags.add_pattern(pattern, unit["id"])
        plan.sources.extend(_sources_of(pattern, machine))
        if step.get("mask"):
            plan.masks.add_pattern(pattern, step["mask"])
        if unit.get("judge") == "hana_databases":
            _expect_in_each_folder(plan, pattern, unit["id"], machine)


def _plan_system_step(plan, step, evidence, machine):
    """Plan what only the running system can answer; a tree cannot be asked."""
    if machine.live and machine.platform == "windows":
        windows_steps.plan_step(plan, step, evidence)
        for pattern in step.get("results", ()):
            plan.tags.add_pattern(pattern, evidence)
            plan.sources.extend(_sources_of(traces.top_of(pattern), machine))
        return
    reason = outcomes.NOT_WITH_ROOT if not machine.live else outcomes.NOT_THIS_PLATFORM
    plan.gaps.append((windows_steps.title(step), [evidence], outcomes.SKIPPED, reason))


def speaks_of(pattern, platform):
    """Say whether a pattern names a path of a platform: a drive letter means Windows; folders from the registry are
    not known without it."""
    return (re.match(r"^[A-Za-z]:", pattern) is not None) == (platform == "windows") and "%registry%" not in pattern


def _expect_in_each_folder(plan, pattern, evidence, machine):
    """Name the folders of the pattern that lack the file: every database has its own log, and a missing one is said."""
    folder, _, name = pattern.rpartition("/")
    for real in walk.expand(folder, machine):
        wanted = machine.shown(real) + "/" + name
        gap = (wanted.rstrip("*"), [evidence], outcomes.MISSING, outcomes.NO_SUCH_FILE)
        # The same instance is often there under two names, one a link to the other.
        if os.path.isdir(machine.follow(real)) and not walk.expand(wanted, machine) and gap not in plan.gaps:
            plan.gaps.append(gap)


def _plan_listing(plan, step, evidence, machine):
    for pattern in windows_folders.of_step(step, [step["path"]], machine):
        if speaks_of(pattern, machine.platform):
            for real in walk.expand(pattern, machine):
                shown, place = machine.shown(real), machine.follow(real)
                listing = Listing(shown, place, [evidence], step.get("depth"), step.get("entries"), step.get("name"))
                plan.folders.append(listing)


def _sources_of(pattern, machine):
    """Return Sources for the paths of a glob; a link at their end is followed, since the path was asked for by name."""
    found = [(real, machine.follow(real)) for real in walk.expand(pattern, machine)]
    return [Source(followed, machine.shown(real), None, followed != real) for real, followed in found]


def _plan_search(plan, step, evidence, machine, stop):
    have = any(evidence in plan.tags.of(source.shown) for source in plan.sources)
    if step.get("unless_found") and have:
        return
    found = search.find_names(step, machine, stop)
    _keep_search(plan, found, evidence, step["names"])
    for real in found.found:
        shown = machine.shown(real)
        plan.tags.add_path(shown, evidence)
        plan.sources.append(Source(real, shown))


def _keep_search(plan, found, evidence, names):
    """Keep a search; one that had to end early is a gap: what it did not find may be there all the same."""
    plan.searches[evidence] = found
    if found.cut:
        plan.gaps.append(("find / -name " + " ".join(names), [evidence], outcomes.SKIPPED, found.cut))


def _plan_folders(plan, step, evidence, machine, stop):
    found = search.find_folders(step, machine, stop)
    _keep_search(plan, found, evidence, [step["folder"]])
    for real in found.found:
        shown = machine.shown(real)
        plan.tags.add_path(shown, evidence)
        plan.sources.append(Source(real, shown, step["take"]))
        if step.get("list"):
            plan.folders.append(Listing(shown, real, [evidence], None, None, None))


def _plan_command(plan, step, evidence, machine):
    for known, ids in plan.commands:
        if known["name"] == step["name"]:
            ids.append(evidence)
            return
    plan.commands.append((step, [evidence]))
    if not machine.live:
        plan.commands.pop()
        plan.gaps.append((" ".join(step["argv"]), [evidence], outcomes.SKIPPED, outcomes.NOT_WITH_ROOT))


def without_overlaps(sources):
    """Return the sources sorted, each file once under one name, and none that lies below one that is taken whole.

    A link below such a one stays when it leads out of it: the walk only records it, but it was asked for by name
    (/var/log/azure may lie on a data disk).
    """
    kept = []
    whole = []
    seen = set()
    for source in sorted(sources, key=lambda one: (slashed(one.shown), one.only is not None)):
        path, target = slashed(source.shown), os.path.realpath(source.real)
        key = (target, tuple(source.only or ()))
        covered = any(is_below(path, shown) and (not source.linked or is_below(target, real)) for shown, real in whole)
        if key in seen or covered:
            continue
        seen.add(key)
        kept.append(source)
        if source.only is None and os.path.isdir(source.real):
            whole.append((path, target))
    return kept


def is_below(path, folder):
    """Say whether a path is a folder or lies below it."""
    return path == folder or path.startswith(folder.rstrip("/" + os.sep) + ("/" if "/" in folder else os.sep))


def entries_of(plan, machine, stop):
    """Yield (shown path, Entry) for everything the plan reads; each call walks anew."""
    for source in plan.sources:
        if stop:
            return
        if not os.path.isdir(source.real):
            yield source.shown, walk.entry_of(source.real)
            continue
        tests = [walk.glob_regex(glob) for glob in source.only] if source.only is not None else None
        base = source.shown.rstrip("/\\")
        joint = "\\" if re.match(r"^[A-Za-z]:", base) else "/"
        for entry in walk.walk(source.real, machine, lambda: bool(stop), same_device=source.only is not None):
            below = entry.path[len(source.real) :].replace(os.sep, "/").lstrip("/")
            if tests is not None and not any(test.match(below) for test in tests):
                continue
            yield (base + joint + below.replace("/", joint) if below else base), entry
