"""The connectivity check for people: the list before it runs, and the table of what came of it."""

from saishu_collect import words

_CLEAR = ("connected", "as_expected", "answered", "not_run")
"""Reasons that need no sentence of their own below the table row."""

_COLUMNS = ("verdict", "endpoint", "dns", "tcp", "proxy", "tls", "http")


def intention(say, declared, route_of):
    """Return the list of what will be contacted, before anything is."""
    wanted = [one for one in declared if not one.missing]
    lines = [say.say("network.will_contact", count=len(wanted))]
    rows = [[one.address, _protocol(one.protocol), _way(say, route_of(one)), say.pick(one.purpose)] for one in wanted]
    lines.extend(_aligned(rows))
    left_out = [one for one in declared if one.missing]
    if left_out:
        lines.append(say.say("network.left_out"))
        lines.extend(_aligned([[one.address, say.say("network.reason." + one.missing)] for one in left_out]))
    lines.append(say.say("network.promise"))
    return "\n".join(lines) + "\n"


def _protocol(name):
    return name.upper()


def _way(say, route):
    return say.say("network.through", proxy=route.shown) if route else say.say("network.straight")


def text(say, found):
    """Return the document of a check as text in one language; ends with a line feed."""
    lines = _head(say, found) + [""] + _proxies(say, found) + [""] + _tls(say, found["tls"]) + [""]
    lines += _table(say, found["endpoints"]) + [""]
    counts = found["counts"]
    lines.append(say.say("network.counts", open=counts["open"], blocked=counts["blocked"], unknown=counts["unknown"]))
    lines.append(say.say("network.only_public"))
    return "\n".join(lines) + "\n"


def _head(say, found):
    lines = [say.say("network.title")]
    lines.append("=" * words.display_width(lines[0]))
    lines.append(
        say.say(
            "network.when", started=found["started"], seconds=words.duration_text(found["seconds"]),
            scenarios=", ".join(found["scenarios"]), version=found["tool"]["version"],
        )
    )  # fmt: skip
    if found["geo"]:
        lines.append(say.say("network.region", region=found["region"], geo=found["geo"]))
    else:
        lines.append(say.say("network.region_unknown"))
    azure = {True: "yes", False: "no", None: "unknown"}[found["azure_vm"]]
    lines.append(say.say("network.azure." + azure))
    return lines


# ---- proxies and TLS


def _proxies(say, found):
    lines = [say.say("network.proxies_used")]
    rows = []
    for service, route in sorted(found["proxies"]["used"].items()):
        way = say.say("network.straight")
        if route:
            way = say.say("network.route", address=route["address"], place=say.say("network.place." + route["place"]))
        rows.append([say.say("network.service." + service), way])
    lines += _aligned(rows)
    lines.append(say.say("network.proxies_found"))
    rows = [
        [say.say("network.place." + one["place"]), _setting(say, one), one["where"]]
        for one in found["proxies"]["places"]
    ]  # fmt: skip
    lines += _aligned(rows)
    if any(one["bypasses_platform"] is False for one in found["proxies"]["places"]):
        lines.append(say.say("network.bypass_missing"))
    return lines


def _setting(say, place):
    parts = ["{}={}".format(name, place[name]) for name in ("http_proxy", "https_proxy", "no_proxy") if place[name]]
    parts += ["{}={}".format(name, "true" if on else "false") for name, on in sorted(place["services"].items())]
    return " ".join(parts) or say.say("network.none")


def _tls(say, tls):
    lines = [say.say("network.tls_title"), "  " + tls["library"]]
    if tls["openssl"] and tls["openssl"] != tls["library"]:
        lines.append("  " + say.say("network.tls_program", version=tls["openssl"]))
    lines += ["  " + say.say("network.tls_min", **one) for one in tls["min_protocol"]]
    if tls["policy"]:
        lines.append("  " + say.say("network.tls_policy", **tls["policy"]))
    if tls["fips"]:
        lines.append("  " + say.say("network.tls_fips"))
    if tls["bundle"]:
        lines.append("  " + say.say("network.bundle", **tls["bundle"]))
    else:
        lines.append("  " + say.say("network.bundle_none"))
    for root in tls["roots"]:
        if root["found"] is False and root["need"] == "required":
            lines.append("  " + say.say("network.root_absent", name=root["name"], sha1=root["sha1"]))
    return lines


# ---- the table


def _table(say, entries):
    rows = [[say.say("network.head." + name) for name in _COLUMNS]]
    rows += [_row(say, entry) for entry in entries]
    widths = [max(words.display_width(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [_line(rows[0], widths), "-" * (sum(widths) + 2 * (len(widths) - 1))]
    for index, entry in enumerate(entries):
        lines.append(_line(rows[index + 1], widths))
        lines += ["          " + remark for remark in _remarks(say, entry)]
    return lines


def _row(say, entry):
    steps = {step["stage"]: step for step in entry["stages"]}
    cells = [say.say("network.verdict." + entry["verdict"]), "{}:{}".format(entry["host"], entry["port"])]
    for name in ("dns", "tcp", "proxy", "tls", "http"):
        cells.append(_cell(say, entry, steps[name]))
    return cells


def _cell(say, entry, step):
    if step["state"] == "skipped":
        return "-"
    if step["state"] == "failed":
        return say.say("network.cell.failed")
    spent = "{:.0f} ms".format(step["ms"])
    if step["stage"] == "http":
        return "{} ({})".format(entry["http"]["status"], spent)
    if step["stage"] == "tls" and entry["tls"]:
        return "{} ({})".format((entry["tls"]["version"] or "").replace("TLSv", "TLS "), spent)
    return spent


def _remarks(say, entry):
    """Return the sentences below a row: why it is not simply open, whose it is, what else is worth knowing."""
    values = _values(entry)
    remarks = []
    if entry["reason"] not in _CLEAR:
        remarks.append(say.say("network.reason." + entry["reason"], **values))
        remarks.append(say.say("network.used_for", purpose=say.pick(entry["purpose"])))
    if entry["proxy"]:
        remarks.append(say.say("network.through", proxy=entry["proxy"]["address"]))
    remarks += [say.say("network.note." + note, **values) for note in entry["notes"]]
    if entry["confidence"] != "documented" and entry["verdict"] == "blocked":
        remarks.append(say.say("network.note.not_certain"))
    return remarks


def _values(entry):
    """Return everything that a sentence may want to name; nothing is None."""
    failed = [step for step in entry["stages"] if step["state"] == "failed"]
    answer, tls = entry["http"] or {}, entry["tls"] or {}
    detail = failed[0]["detail"] if failed else None
    if answer and not detail:
        detail = "HTTP {}".format(answer["status"])
    return {
        "detail": detail or "-",
        "port": entry["port"],
        "status": answer.get("status", "-"),
        "location": answer.get("location") or detail or "-",
        "proxy": entry["proxy"]["address"] if entry["proxy"] else "-",
        "issuer": _person(tls.get("issuer")),
        "subject": _person(tls.get("subject")),
        "addresses": ", ".join(entry["addresses"]) or "-",
    }


def _person(name):
    """Return a certificate's name in short: the common name, with the organisation where that says more."""
    name = name or {}
    parts = [name[field] for field in ("common_name", "organisation") if name.get(field)]
    return " / ".join(parts) or "?"


def _aligned(rows):
    """Return rows of cells as indented lines, every column as wide as its widest cell."""
    if not rows:
        return []
    widths = [max(words.display_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  " + _line(row, widths) for row in rows]


def _line(row, widths):
    return "  ".join(words.pad(cell, widths[index]) for index, cell in enumerate(row)).rstrip()
