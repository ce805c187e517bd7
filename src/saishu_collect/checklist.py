"""The paper form of a scenario: what to gather, where it is, how by hand; for people who may not run a tool."""

import re
import sys

from saishu_collect import __version__, catalogue, checklist_html, checklist_markdown

PLATFORMS = ("windows", "linux")

ROOTS_UNIT = "certificates.root"

# More places than these make a row of the form unreadable; the steps name them all.
SHOWN_PLACES = 4
LONGEST_COMMAND = 60

# `[0-9]*_[a-z]` tells a program what a person sees in `*_*`.
CLASSES = re.compile(r"(?:\[[^\]]*\]|\*)+")


def add_arguments(parser, words):
    """Declare the arguments of the verb; the language comes with `words`."""
    parser.add_argument("scenario", metavar="SCENARIO", help=words.say("checklist.help_scenario"))
    parser.add_argument("--format", choices=["md", "html"], default="md", help=words.say("checklist.help_format"))


def run(args, words, known, out):
    """Write the form to `out`; 2 when the catalogue knows no such scenario."""
    if args.scenario not in known["scenarios"]:
        names = ", ".join(sorted(known["scenarios"]))
        what = words.say("error.E102.what", scenario=args.scenario)
        sys.stderr.write("[E102] {}\n{}\n".format(what, words.say("error.E102.next", known=names)))
        return 2
    form = draw_form(known, args.scenario, words)
    if args.format == "html":
        out.write(_for_stream(checklist_html.write(form, words), out))
    else:
        out.write(checklist_markdown.write(form, words))
    return 0


def _for_stream(text, out):
    """Return HTML that survives the stream: a redirected Windows console is no UTF-8, character references are safe."""
    if (getattr(out, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8":
        return text
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def draw_form(known, scenario_id, words):
    """Return the form as data, every text in the language of `words`.

    Shape: {"id", "lang", "title", "about", "footer", "facts": [row], "groups": [{"title", "rows": [row]}],
    "roots": [{"name", "thumbprint", "valid_until", "need", "need_text"}]}.
    A row has: number, id, title, why, need, need_text, condition, where [text], how, steps [(text, [command])], note,
    remarks [text], request, privacy [text], confidence.
    """
    scenario = known["scenarios"][scenario_id]
    needs = catalogue.expand_scenario(known, scenario_id, None)
    facts = [need for need in needs if known["evidence"][need["id"]]["kind"] == "fact"]
    groups = _groups([need for need in needs if need not in facts], scenario, words)
    numbered, numbers = [], {}
    for need in facts + [need for group in groups for need in group["needs"]]:
        numbers[need["id"]] = len(numbers) + 1
    for need in facts:
        numbered.append(_row(known, need, scenario_id, numbers, words))
    for group in groups:
        group["rows"] = [_row(known, need, scenario_id, numbers, words) for need in group.pop("needs")]
    title = words.pick(scenario["title"])
    return {
        "id": scenario_id,
        "lang": words.lang,
        "title": words.say("checklist.title", scenario=title),
        "about": words.pick(scenario["about"]),
        "footer": words.say(
            "checklist.footer", version=__version__, catalogue=known["version"], scenario=scenario_id
        ),
        "facts": numbered,
        "groups": groups,
        "roots": _roots(known, needs, words),
    }  # fmt: skip


def _groups(needs, scenario, words):
    """Sort the needs by platform where the scenario knows both.

    Inside a group the order is that of the article; what is welcome only where it exists comes last.
    """
    needs = sorted(needs, key=lambda need: need["need"] == "if_present")
    platforms = [name for name in PLATFORMS if name in scenario["platforms"]]
    if len(platforms) == 1:
        return [{"title": words.say("checklist.group.all"), "needs": needs}]
    groups = []
    for name in ["any"] + platforms:
        chosen = [need for need in needs if need["platform"] == name]
        if chosen:
            groups.append({"title": words.say("checklist.group." + name), "needs": chosen})
    # What holds everywhere comes first where it is asked for, and last where it is only welcome.
    return sorted(groups, key=lambda group: _rank(group["needs"]))


def _rank(needs):
    if needs[0]["platform"] != "any":
        return 1
    return 0 if any(need["need"] == "required" for need in needs) else 2


def _row(known, need, scenario_id, numbers, words):
    unit = known["evidence"][need["id"]]
    steps = [step for step in unit["collect"] if _on_paper(step, known["scenarios"][scenario_id])]
    return {
        "number": numbers[need["id"]],
        "id": need["id"],
        "title": words.pick(unit["title"]),
        "why": words.pick(unit["why"]),
        "need": need["need"],
        "need_text": words.say("checklist.need." + need["need"]),
        "condition": _condition(need, words),
        "where": _shorten(_places(steps, known["scenarios"][scenario_id]["platforms"], words), words),
        "how": _manner(steps, words),
        "steps": _by_hand(words.pick(unit["by_hand"]), words),
        "note": words.pick(unit["note"]) if "note" in unit else "",
        "remarks": _remarks(known, need, unit, numbers, words),
        "request": words.pick(unit["request"]),
        "privacy": [words.say("checklist.privacy." + name) for name in unit["privacy"]],
        "confidence": _confidence(unit, words),
    }


def _on_paper(step, scenario):
    """Say whether a step belongs on the form: of this scenario, of its systems, and not the short variant."""
    when = step.get("when", {})
    return (
        scenario["id"] in when.get("scenarios", [scenario["id"]])
        and scenario["id"] not in when.get("not_scenarios", [])
        and when.get("platform", scenario["platforms"][0]) in scenario["platforms"]
        and not when.get("minimum", False)
    )


def _condition(need, words):
    if not need["only_if"]:
        return ""
    return words.say("checklist.only_if.azure_vm" if need["only_if"]["azure_vm"] else "checklist.only_if.not_azure_vm")


def _confidence(unit, words):
    if unit["confidence"] == "documented":
        return ""
    if "confidence_note" in unit:
        return words.pick(unit["confidence_note"])
    return words.say("checklist.confidence." + unit["confidence"])


def _remarks(known, need, unit, numbers, words):
    """Return what stands in for the item, what it stands in for, and what must be among it."""
    remarks = []
    for field in ("satisfied_by", "preferred_over"):
        if need[field]:
            named = [_named(known, name, numbers, words) for name in need[field]]
            remarks.append(words.say("checklist." + field, items=_joined(named, words)))
    for wanted, key in (("required", "checklist.parts"), ("if_present", "checklist.parts_if_present")):
        titles = [words.pick(part["title"]) for part in unit.get("parts", ()) if part["need"] == wanted]
        if titles:
            remarks.append(words.say(key, items=_joined(titles, words)))
    return remarks


def _named(known, name, numbers, words):
    title = words.pick(known["evidence"][name]["title"])
    return "{}. {}".format(numbers[name], title) if name in numbers else title


def _joined(texts, words):
    return ("、" if words.lang == "ja" else ", ").join(texts)


def _places(steps, platforms, words):
    """Return where the evidence stands on the machine, one text for each place; commands only where there is none."""
    places = []
    for step in steps:
        kind = step["do"]
        if kind == "tree":
            places.append(step["path"])
        elif kind == "glob":
            places.extend(CLASSES.sub("*", pattern) for pattern in step["patterns"])
        elif kind == "search_folder":
            places.extend(step["where"])
        elif kind == "search":
            places.append(words.say("checklist.where.search", names=", ".join(step["names"])))
        elif kind == "registry":
            places.extend(step["keys"])
        elif kind == "event_log":
            places.append(_event_log(step["channel"], words))
        elif kind == "certificates":
            places.append(words.say("checklist.where.certificates." + step["store"]))
        elif kind == "disks":
            places.append(words.say("checklist.where.disks"))
        elif kind == "guided_trace":
            places.extend(step.get("results", ()))
    # A unit for both systems names the paths of both; the form of one system shows its own.
    places = [place for place in places if _system_of(place) in (None,) + tuple(platforms)]
    return places or [_cut(text) for text in _asked(steps)]


def _event_log(channel, words):
    """Return where the Event Viewer of that language shows an event log."""
    key = "checklist.where.event_log." + channel
    return words.say(key) if words.has(key) else words.say("checklist.where.event_log", channel=channel)


def _system_of(place):
    """Return the system that a path belongs to, None for what is no path of a disk."""
    if place.startswith("/"):
        return "linux"
    return "windows" if place.startswith("%") or place[1:3] == ":\\" else None


def _asked(steps):
    """Return what is listed, run or looked up on the machine."""
    asked = []
    for step in steps:
        if step["do"] == "list":
            asked.append(step["path"])
        elif step["do"] == "command":
            asked.append(" ".join(step["argv"]).replace("{file}", step.get("file", "")))
        elif step["do"] == "services":
            asked.extend(step["names"])
    return asked


def _cut(command):
    return command if len(command) <= LONGEST_COMMAND else command[: LONGEST_COMMAND - 1] + "…"


def _shorten(places, words):
    kept = list(dict.fromkeys(places))
    if len(kept) <= SHOWN_PLACES:
        return kept
    rest = len(kept) - SHOWN_PLACES + 1
    return kept[: SHOWN_PLACES - 1] + [words.say("checklist.where.more", count=rest)]


def _manner(steps, words):
    """Return in a few words how it is gathered; the steps say the rest."""
    kinds = [step["what"] if step["do"] == "ask" else step["do"] for step in steps]
    manners = dict.fromkeys(words.say("checklist.how." + kind) for kind in kinds)
    return _joined(list(manners)[:2], words)


def _by_hand(lines, words):
    """Return [(what to do, [commands to type])]: a command belongs to the step before it."""
    steps = []
    for line in lines:
        if not line.startswith("> "):
            steps.append((line, []))
        elif steps:
            steps[-1][1].append(line[2:])
        else:
            steps.append((words.say("checklist.run"), [line[2:]]))
    return steps


def _roots(known, needs, words):
    """Return the root certificates to compare, where the scenario asks for them; only what is published today."""
    if ROOTS_UNIT not in [need["id"] for need in needs]:
        return []
    roots = []
    for root in known["lists"]["azure_roots"]:
        if root["published"]:
            need = "required" if root["required"] else "if_present"
            roots.append(
                {
                    "name": root["name"],
                    "thumbprint": root["sha1"].lower(),
                    "valid_until": root["not_after"] or "",
                    "need": need,
                    "need_text": words.say("checklist.need." + need),
                }
            )
    return sorted(roots, key=lambda root: root["need"] != "required")
