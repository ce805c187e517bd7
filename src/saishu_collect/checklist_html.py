"""The paper form as one HTML file: a form of one or two A4 pages to fill in with a pen, then the steps by hand."""

import base64
import hashlib
from html import escape

from saishu_collect.checklist_style import STYLE

BOX = '<span class="box"></span>'


def write(form, words):
    """Return the whole document; it loads nothing and runs nothing."""
    style = STYLE.replace("@FOOTER@", _css_text(form["footer"]))
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'".format(digest)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="{}">'.format(form["lang"]),
            "<head>",
            '<meta charset="utf-8">',
            '<meta http-equiv="Content-Security-Policy" content="{}">'.format(escape(policy)),
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>{}</title>".format(escape(form["title"])),
            "<style>{}</style>".format(style),
            "</head>",
            "<body>",
            _front(form, words),
            _details(form, words),
            '<footer class="version">{}</footer>'.format(escape(form["footer"])),
            "</body>",
            "</html>",
            "",
        ]
    )


def _css_text(text):
    """Return the text as the inside of a CSS string: every unusual character as an escape."""
    safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-"
    return "".join(letter if letter in safe else "\\{:06x}".format(ord(letter)) for letter in text)


def _front(form, words):
    parts = ['<main class="form">', "<header><h1>{}</h1>".format(escape(form["title"]))]
    parts.append('<p class="about">{}</p></header>'.format(escape(form["about"])))
    parts.append('<p class="intro">{}</p>'.format(escape(words.say("checklist.intro"))))
    parts.append(_basics(words))
    if form["facts"]:
        parts.append("<h2>{}</h2>".format(escape(words.say("checklist.facts"))))
        parts.append('<div class="facts">{}</div>'.format("".join(_fact(row) for row in form["facts"])))
    for group in form["groups"]:
        parts.append(_table(group, words))
    if form["roots"]:
        parts.append(_roots(form["roots"], words))
    parts.append("</main>")
    return "\n".join(parts)


def _basics(words):
    keys = ("case_number", "filled_in_by", "filled_in_on", "host_name", "failed_at", "error_shown")
    cells = ['<div class="blank {}"><label>{}</label></div>'.format(key, _said(words, key)) for key in keys]
    return '<section class="basics">{}</section>'.format("".join(cells))


def _said(words, key):
    return escape(words.say("checklist." + key))


def _fact(row):
    condition = '<span class="condition">{}</span>'.format(escape(row["condition"])) if row["condition"] else ""
    return '<div class="blank {}"><label>{}. {} {}{}</label></div>'.format(
        row["need"], row["number"], escape(row["title"]), _badge(row["need"], row["need_text"]), condition
    )


def _badge(need, text):
    return '<span class="need {}">{}</span>'.format(need, escape(text))


def _table(group, words):
    heads = ("column.done", "column.absent", "column.item", "column.where", "column.how")
    return "\n".join(
        [
            "<h2>{}</h2>".format(escape(group["title"])),
            "<table><thead><tr>",
            "".join('<th scope="col">{}</th>'.format(_said(words, key)) for key in heads),
            "</tr></thead><tbody>",
            "\n".join(_line(row) for row in group["rows"]),
            "</tbody></table>",
        ]
    )


def _line(row):
    places = "".join("<li>{}</li>".format(_breakable(place)) for place in row["where"])
    return (
        '<tr><td class="tick">{box}</td><td class="tick">{box}</td>'
        '<td class="item">{number}. {title} {badge}{condition}</td>'
        '<td class="where"><ul>{places}</ul></td><td class="how">{how}</td></tr>'
    ).format(
        box=BOX,
        number=row["number"],
        title=escape(row["title"]),
        badge=_badge(row["need"], row["need_text"]),
        condition='<span class="condition">{}</span>'.format(escape(row["condition"])) if row["condition"] else "",
        places=places,
        how=escape(row["how"]),
    )


def _breakable(place):
    """Return a path that may break after a separator, so that a long one does not widen the table."""
    return escape(place).replace("/", "/<wbr>").replace("\\", "\\<wbr>")


def _roots(roots, words):
    heads = [_said(words, key) for key in ("roots.matches", "column.absent")]
    heads += [_said(words, "roots." + key) for key in ("name", "thumbprint", "valid_until")]
    lines = []
    for root in roots:
        digits = root["thumbprint"]
        parted = "".join("<span>{}</span>".format(digits[at : at + 4]) for at in range(0, len(digits), 4))
        lines.append(
            '<tr><td class="tick">{0}</td><td class="tick">{0}</td><td>{1} {2}</td>'
            '<td class="thumbprint">{3}</td><td class="date">{4}</td></tr>'.format(
                BOX,
                escape(root["name"]),
                _badge(root["need"], root["need_text"]),
                parted,
                escape(root["valid_until"]),
            )
        )
    return "\n".join(
        [
            '<section class="roots"><h2>{}</h2>'.format(_said(words, "roots")),
            "<p>{}</p>".format(_said(words, "roots_intro")),
            "<table><thead><tr>{}</tr></thead>".format(
                "".join('<th scope="col">{}</th>'.format(head) for head in heads)
            ),
            "<tbody>{}</tbody></table></section>".format("\n".join(lines)),
        ]
    )


def _details(form, words):
    parts = ['<section class="details"><h1>{}</h1>'.format(_said(words, "details"))]
    if form["facts"]:
        parts.append("<h2>{}</h2>".format(_said(words, "facts")))
        parts.extend(_article(row, words) for row in form["facts"])
    for group in form["groups"]:
        parts.append("<h2>{}</h2>".format(escape(group["title"])))
        parts.extend(_article(row, words) for row in group["rows"])
    parts.append("</section>")
    return "\n".join(parts)


def _article(row, words):
    parts = ['<article class="{}">'.format(row["need"])]
    parts.append(
        "<h3>{}. {} {}</h3>".format(row["number"], escape(row["title"]), _badge(row["need"], row["need_text"]))
    )
    if row["condition"]:
        parts.append('<p class="condition">{}</p>'.format(escape(row["condition"])))
    parts.append('<p class="why">{}</p>'.format(escape(row["why"])))
    parts.append("<ol>{}</ol>".format("".join(_step(text, commands) for text, commands in row["steps"])))
    parts.extend('<p class="remark">{}</p>'.format(escape(remark)) for remark in row["remarks"])
    texts = [(key, row[key]) for key in ("note", "confidence", "request") if row[key]]
    texts.append(("privacy", ("、" if words.lang == "ja" else ", ").join(row["privacy"])))
    rows = "".join("<dt>{}</dt><dd>{}</dd>".format(_said(words, key), escape(text)) for key, text in texts)
    parts.append("<dl>{}</dl></article>".format(rows))
    return "\n".join(parts)


def _step(text, commands):
    block = "<pre><code>{}</code></pre>".format(escape("\n".join(commands))) if commands else ""
    return "<li>{}{}</li>".format(escape(text), block)
