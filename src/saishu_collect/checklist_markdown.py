"""The paper form as Markdown, for a mail or a ticket; everything in one place, item by item."""

import re

_START = re.compile(r"^(?:([#>+=-])|(\d+)([.)])(?=\s|$))")
_ALWAYS = re.compile(r"([*`<&]|~(?=~)|\\(?=[!-/:-@\[-`{-~])|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|\](?=[(\[]))")


def write(form, words):
    """Return the form as Markdown (CommonMark with task boxes and tables)."""
    lines = ["# " + escape(form["title"]), "", escape(form["about"]), "", escape(words.say("checklist.intro")), ""]
    lines += ["## " + words.say("checklist.basics"), ""]
    for key in ("case_number", "filled_in_by", "filled_in_on", "host_name", "failed_at", "error_shown"):
        lines.append("- {}: ".format(escape(words.say("checklist." + key))))
    lines.append("")
    if form["facts"]:
        lines += ["## " + words.say("checklist.facts"), ""]
        for row in form["facts"]:
            lines += _item(row, words)
    for group in form["groups"]:
        lines += ["## " + escape(group["title"]), ""]
        for row in group["rows"]:
            lines += _item(row, words)
    lines += _roots(form["roots"], words)
    lines += ["---", "", escape(form["footer"]), ""]
    return "\n".join(line.rstrip() for line in lines)


def escape(text):
    """Return the text so that Markdown shows it as it is: `syslog*`, `<vault>` and `C:\\*` stay what they are."""
    text = _ALWAYS.sub(r"\\\1", text)
    return _START.sub(lambda match: (match.group(2) or "") + "\\" + (match.group(1) or match.group(3)), text)


def _item(row, words):
    condition = ", ".join(text for text in (row["need_text"], row["condition"]) if text)
    lines = ["### ☐ {}. {} ({})".format(row["number"], escape(row["title"]), escape(condition)), ""]
    lines += [_labelled(words.say("checklist.why"), row["why"])]
    if row["where"]:
        lines += ["- **{}**:".format(words.say("checklist.column.where"))]
        lines += ["  - " + code(place) for place in row["where"]]
    lines += ["", "{}:".format(words.say("checklist.details")), ""]
    for number, (text, commands) in enumerate(row["steps"], 1):
        lines.append("{}. {}".format(number, escape(text)))
        lines += _block(commands)
    lines.append("")
    for remark in row["remarks"]:
        lines.append("- " + escape(remark))
    for key in ("note", "confidence", "request"):
        if row[key]:
            lines.append(_labelled(words.say("checklist." + key), row[key]))
    lines.append(_labelled(words.say("checklist.privacy"), ("、" if words.lang == "ja" else ", ").join(row["privacy"])))
    lines.append("")
    return lines


def _labelled(label, text):
    return "- **{}**: {}".format(label, escape(text))


def code(text):
    """Return the text as inline code, with a fence that it does not contain itself."""
    longest = max([len(run) for run in re.findall("`+", text)] or [0])
    if not longest:
        return "`" + text + "`"
    fence = "`" * (longest + 1)
    return "{0} {1} {0}".format(fence, text)


def _block(commands):
    if not commands:
        return []
    longest = max([len(run) for command in commands for run in re.findall("`+", command)] or [0])
    fence = "`" * max(3, longest + 1)
    return [""] + ["   " + line for line in [fence] + commands + [fence]] + [""]


def _roots(roots, words):
    if not roots:
        return []
    lines = ["## " + escape(words.say("checklist.roots")), "", escape(words.say("checklist.roots_intro")), ""]
    heads = [words.say("checklist.roots." + key) for key in ("name", "thumbprint", "valid_until")]
    lines += ["| ☐ | {} | {} | {} |".format(*heads), "|---|---|---|---|"]
    for root in roots:
        cells = [escape(root["name"]).replace("|", "\\|"), code(root["thumbprint"]), root["valid_until"]]
        lines.append("| ☐ | {} ({}) | {} | {} |".format(cells[0], root["need_text"], cells[1], cells[2]))
    return lines + [""]
