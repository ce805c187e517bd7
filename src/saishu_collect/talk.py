"""What the collector says on the screen: the plan before, questions, the closing lines after."""

import os
import sys

from saishu_collect import control, detect, facts, network, survey, tally, words

_MAX_LINES = 12


class Talk:
    """Speaks on a stream (stderr) in the person's language."""

    def __init__(self, say, stream=None):
        self.say = say
        self.stream = stream or sys.stderr

    def line(self, text=""):
        """Write one line."""
        self.stream.write(text + "\n")
        self.stream.flush()

    def tell(self, key, **values):
        """Write one phrase as a line."""
        self.line(self.say.say(key, **values))

    # ---- before

    def plan(self, run):
        """Show what would be done: scenarios with reasons, sizes, limits, warnings, what only a person can give."""
        say = self.say
        self.tell("collect.plan_title", host=facts.host_name(run.machine) or run.machine.root)
        for choice in run.choices:
            self._scenario(run, choice)
        self.line()
        self._items(run)
        self._probes(run)
        self._sizes(run)
        self.warnings(run)
        questions = facts.open_questions(run.catalogue, run.plan.needs, run.facts)
        if questions:
            titles = [say.pick(run.catalogue["evidence"][one]["title"]) for one in questions]
            self.tell("collect.plan_questions", items=say.say("list.separator").join(titles))
        if os.name == "nt" and run.machine.live and not control.is_elevated():
            self.tell("windows.not_elevated")

    def _scenario(self, run, choice):
        title = self.say.pick(run.catalogue["scenarios"][choice.scenario]["title"])
        self.tell("collect.scenario_" + choice.by, id=choice.scenario, title=title)
        for reason in choice.reasons:
            self.line("    - " + self.say.pick(reason))
        if choice.by == detect.DEFAULT:
            self.tell("collect.scenario_default_why")

    def _items(self, run):
        rows = []
        for need in run.plan.needs:
            unit = run.catalogue["evidence"][need["id"]]
            rows.append((self.say.pick(unit["title"]), self._expectation(run, need, unit)))
        width = min(60, max(words.display_width(title) for title, _ in rows)) if rows else 0
        for title, text in rows:
            self.line("  {}  {}".format(words.pad(title, width), text))

    def _expectation(self, run, need, unit):
        fact = run.facts.get(need["id"])
        if fact is not None:
            return self.say.say("collect.fact_known", value=fact.value, source=self.say.say("source." + fact.source))
        files, size = run.survey.by_evidence.get(need["id"], (0, 0))
        commands = sum(1 for _, ids in run.plan.commands if need["id"] in ids)
        parts = []
        if files:
            parts.append(self.say.say("collect.files_and_bytes", files=files, size=words.size_text(size)))
        if commands:
            parts.append(self.say.say("collect.commands", count=commands))
        if run.plan.asked(need["id"]):
            parts.append(self.say.say("collect.system_steps", count=len(run.plan.asked(need["id"]))))
        if need["id"] in run.plan.probes and network.planned(run):
            parts.append(self.say.say("network.plan_count", count=len(network.planned(run))))
        if parts:
            return self.say.say("list.separator").join(parts)
        if unit["kind"] == "fact":
            return self.say.say("collect.fact_unknown")
        return self.say.say("collect.nothing_found" if need["need"] == "required" else "collect.nothing_found_optional")

    def _probes(self, run):
        """Name every address that will be contacted: nothing else is."""
        wanted = network.planned(run)
        if wanted:
            addresses = self.say.say("list.separator").join(one.address for one in wanted)
            self.line()
            self.tell("network.plan", count=len(wanted), addresses=addresses)

    def _sizes(self, run):
        found, disk = run.survey, run.disk
        self.line()
        self.tell(
            "collect.plan_sizes", files=found.files, size=words.size_text(found.bytes),
            packed=words.size_text(found.packed), seconds=words.duration_text(estimate_seconds(found, run.threads)),
        )  # fmt: skip
        if found.too_old[0]:
            self.tell("collect.plan_too_old", files=found.too_old[0], size=words.size_text(found.too_old[1]))
        self.tell(
            "collect.plan_disk", folder=run.options.out, free=words.size_text(disk.free),
            kept=words.size_text(disk.kept), budget=words.size_text(disk.budget),
        )  # fmt: skip
        if run.limited:
            self.tell("collect.plan_limited", limit=words.size_text(run.limit))
        self.tell("windows.plan_manners" if os.name == "nt" else "collect.plan_manners")

    def warnings(self, run):
        """Show the warnings with their evidence."""
        for seen in run.warnings:
            unit = run.catalogue["warnings"][seen.warning]
            self.line()
            self.tell("collect.warning", title=self.say.pick(unit["title"]))
            for text in seen.evidence:
                self.line("    - " + text)
            self.line("    " + self.say.pick(unit["meaning"]))
            self.line("    " + self.say.pick(unit["next_step"]))

    # ---- questions

    def ask_facts(self, run, read_line=input):
        """Ask for the facts that only a person knows; an empty answer leaves one open."""
        questions = facts.open_questions(run.catalogue, run.plan.needs, run.facts)
        if questions:
            self.tell("collect.ask_intro")
        for name in questions:
            unit = run.catalogue["evidence"][name]
            value = self._ask(unit, read_line)
            if value is None:
                return
            if value:
                run.facts[name] = facts.Fact(value, "person")

    def _ask(self, unit, read_line):
        for _ in range(3):
            self.stream.write("{}: ".format(self.say.pick(unit["fact"].get("ask", unit["title"]))))
            self.stream.flush()
            try:
                value = read_line().strip()
            except EOFError:
                return None
            if not value or facts.fits(unit, value):
                return value
            self.tell("collect.ask_odd", example=unit["fact"]["example"])
        return value

    def confirm(self, read_line=input):
        """Ask whether to begin; True for yes or an empty answer."""
        self.stream.write(self.say.say("collect.confirm"))
        self.stream.flush()
        try:
            return read_line().strip().lower() in ("", "y", "yes", "はい")
        except EOFError:
            return False

    # ---- after

    def closing(self, run, result, open_items, how_to_supply):
        """Say what there is, what is missing and how to supply it, and where the bundle lies."""
        self.line()
        gaps = sum(sum(item["gaps"].values()) for item in result.items)
        counted = sum(result.outcomes.get(one, 0) for one in ("collected", "empty", "truncated"))
        self.tell(
            "collect.done_counts", files=counted, size=words.size_text(result.read_bytes),
            seconds=words.duration_text(result.seconds), gaps=gaps,
        )  # fmt: skip
        if open_items:
            self.line()
            self.tell("collect.done_missing", count=len(open_items))
            for item in open_items:
                self._missing(run, item, how_to_supply)
        self.line()
        self.tell("collect.done_state_" + result.state)
        self.tell("collect.done_bundle", path=result.path)
        self.tell("collect.done_sums", size=words.size_text(result.size), bytes=result.size, sha256=result.sha256)
        self.tell("collect.done_verified", members=result.members)
        if not open_items:
            self.tell("collect.done_send")

    def _missing(self, run, item, how_to_supply):
        unit = run.catalogue["evidence"][item["id"]]
        reason = self.say.say("reason." + item["reason"]) if item["reason"] else ""
        status = self.say.say("status." + item["status"])
        self.line("  [{}] {}: {}".format(status, self.say.pick(unit["title"]), reason))
        lines = how_to_supply(self.say, run.catalogue, item)
        for text in lines[:_MAX_LINES]:
            self.line("      " + text)


def estimate_seconds(found, threads):
    """Return a guess of how long packing and reading back take; about 80 MB/s of logs per thread, 4,000 files/s."""
    return found.bytes / (80e6 * max(1, threads)) + found.files / 4000.0 + survey_share(found)


def survey_share(found):
    """Return the seconds that walking once more will take."""
    return 2 * found.seconds


__all__ = ["Talk", "estimate_seconds", "survey", "tally"]
