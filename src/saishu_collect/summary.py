"""What a person reads: the summaries inside the bundle, in Japanese and English, as text and as one HTML page."""

import html
import json
import os

from saishu_collect import __version__, manifest, outcomes, tally, words

TEXT_LANGUAGES = ("ja", "en")
_MARKS = {
    tally.COMPLETE: "complete",
    tally.PARTIAL: "partial",
    tally.MISSING: "missing",
    tally.NOT_APPLICABLE: "not_applicable",
}


def tail_members(collection, result, bundle):
    """Yield (member name, pieces of bytes) for everything that is written last; the manifest is the very last."""
    head = collection.head(result)
    yield "environment.json", [_environment(collection)]
    yield "run.log", [("\r\n".join(collection.log_lines) + "\r\n").encode("utf-8", "backslashreplace")]
    for lang in TEXT_LANGUAGES:
        text = text_summary(words.Words(collection.catalogue, lang), collection.catalogue, head)
        yield "summary.{}.txt".format(lang), [_windows_text(text)]
    yield "summary.html", [html_summary(collection.catalogue, head).encode("utf-8", "backslashreplace")]
    yield manifest.MEMBER, manifest.chunks(head, bundle.records.read(), bundle.in_archive)


def _windows_text(text):
    """Return text as old Notepads want it: UTF-8 with a byte-order mark and CR LF."""
    return ("\ufeff" + text).replace("\n", "\r\n").encode("utf-8", "backslashreplace")


def _environment(collection):
    document = {
        "metadata_service": collection.answer.compute or None,
        "metadata_service_error": collection.answer.error,
        "clock_minus_azure_host_seconds": collection.answer.clock_off_s,
        "facts": {name: {"value": fact.value, "source": fact.source} for name, fact in collection.facts.items()},
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def reason_text(say, reason):
    """Return the words for a reason of the closed list, or an empty text."""
    return say.say("reason." + reason) if reason else ""


def item_line(say, catalogue, item):
    """Return (status word, title, explanation) for one item of the manifest head."""
    unit = catalogue["evidence"][item["id"]]
    status = say.say("status." + item["status"])
    if item["value"] is not None:
        return status, say.pick(unit["title"]), item["value"]
    if item.get("satisfied_by"):
        other = catalogue["evidence"][item["satisfied_by"]]
        return status, say.pick(unit["title"]), say.say("collect.satisfied_by", other=say.pick(other["title"]))
    if item["status"] in (tally.COMPLETE, tally.PARTIAL):
        text = say.say("collect.files_and_bytes", files=item["files"], size=words.size_text(item["bytes"]))
        if item["status"] == tally.PARTIAL:
            text += " - " + reason_text(say, item["reason"])
        return status, say.pick(unit["title"]), text
    return status, say.pick(unit["title"]), reason_text(say, item["reason"])


def open_items(head):
    """Return the items that keep the run from being complete, in order."""
    return [item for item in head["items"] if tally.is_open(item)]


def how_to_supply(say, catalogue, item):
    """Return the lines that tell a person how to supply an item that is not complete."""
    unit = catalogue["evidence"][item["id"]]
    if unit["kind"] == "fact":
        return [say.say("collect.supply_fact", id=item["id"], example=unit["fact"]["example"])]
    if item["reason"] == outcomes.NOT_PERMITTED:
        return [say.say("windows.supply_as_administrator" if os.name == "nt" else "collect.supply_as_root")]
    if item["reason"] == outcomes.LOCKED:
        return [say.say("windows.supply_locked")] + list(unit["by_hand"][say.lang])
    return list(unit["by_hand"][say.lang])


def text_summary(say, catalogue, head):
    """Return the summary as plain text in one language."""
    run = head["run"]
    lines = [
        say.say("summary.title"), "=" * words.display_width(say.say("summary.title")), "",
        say.say("summary.state", state=say.say("run_state." + run["state"])),
        say.say("summary.machine", host=_machine_name(head), platform=head["platform"]),
        say.say("summary.when", started=run["started"], finished=run["finished"], zone=run["zone"]),
        say.say("summary.scenarios", scenarios=", ".join(_scenario_titles(say, catalogue, head))), "",
        say.say("summary.items"), "",
    ]  # fmt: skip
    width = max(words.display_width(say.say("status." + one)) for one in _MARKS)
    for item in head["items"]:
        status, title, text = item_line(say, catalogue, item)
        need = say.say("need." + item["need"])
        lines.append("[{}] {} ({}): {}".format(words.pad(status, width), title, need, text))
    lines += _missing_lines(say, catalogue, head) + _warning_lines(say, catalogue, head)
    lines += ["", say.say("summary.files_are_where"), say.say("summary.made_by", version=__version__), ""]
    return "\n".join(lines)


def _scenario_titles(say, catalogue, head):
    return [say.pick(catalogue["scenarios"][one["id"]]["title"]) for one in head["scenarios"]]


def _missing_lines(say, catalogue, head):
    missing = open_items(head)
    if not missing:
        return ["", say.say("summary.nothing_missing")]
    lines = ["", say.say("summary.missing"), ""]
    for item in missing:
        lines.append("* " + say.pick(catalogue["evidence"][item["id"]]["title"]))
        lines.extend("    " + line for line in how_to_supply(say, catalogue, item))
    return lines


def _warning_lines(say, catalogue, head):
    if not head["warnings"]:
        return []
    lines = ["", say.say("summary.warnings"), ""]
    for seen in head["warnings"]:
        unit = catalogue["warnings"][seen["id"]]
        lines += ["! " + say.pick(unit["title"]), "    " + say.pick(unit["meaning"])]
        lines += ["    - " + line for line in seen["evidence"]]
        lines.append("    " + say.pick(unit["next_step"]))
    return lines


# ---- the page

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.7 system-ui,'Segoe UI','Yu Gothic UI',Meiryo,'Noto Sans CJK JP',"
    "sans-serif;margin:0 auto;max-width:62rem;padding:1.5rem}h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;"
    "margin:2rem 0 .5rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;"
    "padding:.35rem .6rem;border-bottom:1px solid #8884}th{font-weight:600}.s{white-space:nowrap;font-weight:600}"
    ".complete{color:#18794e}.partial{color:#9a5b00}.missing{color:#c62828}.not_applicable{color:#667}"
    "@media(prefers-color-scheme:dark){.complete{color:#5fd39a}.partial{color:#f0b866}.missing{color:#ff8a80}"
    ".not_applicable{color:#99a}}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:.5rem .8rem;"
    "border-radius:.4rem;margin:.3rem 0}.w{border-left:4px solid #d98200;padding:.2rem .9rem;margin:.8rem 0}"
    "input[name=l]{position:absolute;opacity:0}label{display:inline-block;padding:.15rem .8rem;border:1px solid #8886;"
    "border-radius:1rem;cursor:pointer;margin-right:.4rem}#ja:checked~label[for=ja],#en:checked~label[for=en]"
    "{background:#1f6feb;color:#fff}input:focus-visible~label{outline:2px solid #1f6feb55}#ja:checked~.en,"
    "#en:checked~.ja{display:none}small{color:#667}@media print{label{display:none}}"
)


def html_summary(catalogue, head, first="ja"):
    """Return the summary as one HTML page with both languages and a switch that needs no script."""
    parts = [
        '<!DOCTYPE html>\n<html lang="{}"><head><meta charset="utf-8">'.format(first),
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<title>Saishu 採取 - {}</title><style>{}</style></head><body>".format(_e(_machine_name(head)), _STYLE),
    ]
    for lang in TEXT_LANGUAGES:
        label = words.Words(catalogue, lang).say("language.name")
        checked = " checked" if lang == first else ""
        parts.append('<input type="radio" name="l" id="{}"{}>'.format(lang, checked))
        parts.append('<label for="{}" lang="{}">{}</label>'.format(lang, lang, label))
    for lang in TEXT_LANGUAGES:
        parts.append('<main class="{0}" lang="{0}">'.format(lang))
        parts.extend(_page(words.Words(catalogue, lang), catalogue, head))
        parts.append("</main>")
    parts.append("</body></html>\n")
    return "".join(parts)


def _machine_name(head):
    """Return what the machine is called; a copied disk that does not say so goes by its folder."""
    return head["run"]["host"] or head["run"]["root"]


def _e(text):
    return html.escape(str(text), quote=True)


def _page(say, catalogue, head):
    run = head["run"]
    yield "<h1>{}</h1><p><strong>{}</strong><br>{}<br>{}<br>{}</p>".format(
        _e(say.say("summary.title")),
        _e(say.say("summary.state", state=say.say("run_state." + run["state"]))),
        _e(say.say("summary.machine", host=_machine_name(head), platform=head["platform"])),
        _e(say.say("summary.when", started=run["started"], finished=run["finished"], zone=run["zone"])),
        _e(say.say("summary.scenarios", scenarios=", ".join(_scenario_titles(say, catalogue, head)))),
    )
    missing = open_items(head)
    if missing:
        yield "<h2>{}</h2>".format(_e(say.say("summary.missing")))
        for item in missing:
            yield "<h3>{}</h3>".format(_e(say.pick(catalogue["evidence"][item["id"]]["title"])))
            yield "<pre>{}</pre>".format(_e("\n".join(how_to_supply(say, catalogue, item))))
    else:
        yield "<p>{}</p>".format(_e(say.say("summary.nothing_missing")))
    for seen in head["warnings"]:
        unit = catalogue["warnings"][seen["id"]]
        yield '<div class="w"><strong>{}</strong><br>{}<pre>{}</pre>{}</div>'.format(
            _e(say.pick(unit["title"])), _e(say.pick(unit["meaning"])), _e("\n".join(seen["evidence"])),
            _e(say.pick(unit["next_step"])),
        )  # fmt: skip
    yield "<h2>{}</h2><table>".format(_e(say.say("summary.items")))
    for item in head["items"]:
        status, title, text = item_line(say, catalogue, item)
        yield '<tr><td class="s {}">{}</td><td>{}<br><small>{} · {}</small></td><td>{}</td></tr>'.format(
            _MARKS[item["status"]], _e(status), _e(title), _e(item["id"]), _e(say.say("need." + item["need"])), _e(text)
        )
    yield "</table><p>{}</p><p><small>{}</small></p>".format(
        _e(say.say("summary.files_are_where")), _e(say.say("summary.made_by", version=__version__))
    )
