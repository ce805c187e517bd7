"""Certificates: how long each is valid, as a bar, and whether a root's thumbprint is the published one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from saishu.model import Fact
from saishu.report.pictures.axis import SECOND, Axis
from saishu.report.pictures.svg import element, picture, share
from saishu.report.speaker import Speaker

_DAY = 86_400 * SECOND
_BEFORE, _AFTER = 3 * 365 * _DAY, 10 * 365 * _DAY
_SOON = 60
_HEIGHT = 14
_SHOWN = 120
_ORDER = ("cb_vault", "cb_host", "crp")
_NAME = re.compile(r"CN=([^,]+)")


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate as a row. state: `good`, `soon`, `bad` or `odd`. verdict: about its thumbprint; empty for none."""

    name: str
    store: str
    thumbprint: str
    until: str
    left: str
    state: str
    bar: Markup | None
    verdict: str = ""
    verdict_state: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Certificates:
    """The rows to show, how many more there are, and the axis that their bars share."""

    rows: Sequence[CertificateRow]
    more: int
    scale: Markup | None
    missing: Sequence[str]


def draw_certificates(facts: Sequence[Fact], speaker: Speaker, now: int | None) -> Certificates | None:
    """Facts `certificate` as a table. now: µs UTC, the newest time of the bundle; None: expiry is unknown."""
    told = _unique(facts)
    if not told:
        return None
    axis = Axis(now - _BEFORE, now + _AFTER) if now is not None else None
    rows = [_row(fact, speaker, now, axis) for fact in sorted(told, key=_order)]
    scale = axis.scale(speaker.say("report.certificates.axis")) if axis is not None else None
    return Certificates(rows[:_SHOWN], max(0, len(rows) - _SHOWN), scale, list(_missing(told, speaker.catalogue)))


def _unique(facts: Sequence[Fact]) -> list[Fact]:
    """Each certificate of each store once: the same list often lies in a bundle as text and as JSON."""
    found: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        key = (str(fact.values.get("store")), str(fact.values.get("sha1") or fact.values.get("subject")))
        kept = found.get(key)
        if kept is None or (not kept.values.get("not_after") and fact.values.get("not_after")):
            found[key] = fact
    return list(found.values())


def _order(fact: Fact) -> tuple[int, str, str]:
    kind = str(fact.values.get("kind"))
    rank = _ORDER.index(kind) if kind in _ORDER else len(_ORDER)
    return (rank, str(fact.values.get("store")), str(fact.values.get("subject")))


def _row(fact: Fact, speaker: Speaker, now: int | None, axis: Axis | None) -> CertificateRow:
    values = fact.values
    subject = str(values.get("subject") or "")
    named = _NAME.search(subject)
    begin, end = _time(values.get("not_before")), _time(values.get("not_after"))
    state, left = _left(end, now, values.get("expired"), speaker)
    verdict, verdict_state = _verdict(values, speaker)
    return CertificateRow(
        name=named[1] if named else subject or "?",
        store=speaker.say(f"report.certificates.store.{values.get('store') or 'other'}"),
        thumbprint=str(values.get("sha1") or ""),
        until=str(values.get("not_after") or "")[:10],
        left=left,
        state=state,
        bar=_bar(begin, end, now, axis, state, f"{subject} {left}") if axis and now is not None else None,
        verdict=verdict,
        verdict_state=verdict_state,
        path=fact.source.path,
    )


def _left(end: int | None, now: int | None, expired: object, speaker: Speaker) -> tuple[str, str]:
    """(state, in words) of the time that is left."""
    if end is None or now is None:
        if expired is True:
            return "bad", speaker.say("report.certificates.expired")
        return "odd", speaker.say("report.certificates.unknown")
    days = (end - now) // _DAY
    if days < 0:
        return "bad", speaker.say("report.certificates.expired_days", days=speaker.number(-days))
    return ("soon" if days < _SOON else "good"), speaker.say("report.certificates.left", days=speaker.number(days))


def _bar(begin: int | None, end: int | None, now: int, axis: Axis, state: str, title: str) -> Markup | None:
    if end is None:
        return None
    parts = axis.grid(_HEIGHT)
    place = axis.bar(begin if begin is not None else axis.start, end)
    if place is not None:
        left, width = place
        parts.append(
            element("rect", class_=f"fill {state}", x=share(left), y=3, width=share(width), height=_HEIGHT - 6, rx=2)
        )
    parts.append(element("line", class_="now", x1=share(axis.at(now)), x2=share(axis.at(now)), y1=0, y2=_HEIGHT))
    return picture(_HEIGHT, title, parts)


def _verdict(values: Mapping[str, Any], speaker: Speaker) -> tuple[str, str]:
    """What the published list says to a root's thumbprint."""
    if values.get("store") != "root":
        return "", ""
    named = _NAME.search(str(values.get("subject") or ""))
    name, print_ = (named[1].strip() if named else ""), str(values.get("sha1") or "")
    for entry in speaker.catalogue["lists"]["azure_roots"]:
        if entry["sha1"] == print_:
            return speaker.say("report.certificates.published"), "good"
        if entry["name"] == name and print_:
            return speaker.say("report.certificates.other_thumbprint"), "bad"
    return "", ""


def _missing(facts: Sequence[Fact], catalogue: Mapping[str, Any]) -> Iterator[str]:
    """Names of required roots that a list of the root store does not hold; none where there is no such list."""
    prints = {str(fact.values.get("sha1")) for fact in facts if fact.values.get("store") == "root"}
    if not prints:
        return
    for entry in catalogue["lists"]["azure_roots"]:
        if entry["required"] and entry["sha1"] not in prints:
            yield str(entry["name"])


def _time(text: object) -> int | None:
    """A day or a moment of a certificate in µs UTC."""
    if not isinstance(text, str) or not text.strip():
        return None
    for layout in ("", "%Y/%m/%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S"):
        try:
            found = datetime.strptime(text.strip(), layout) if layout else datetime.fromisoformat(text.strip())  # noqa: DTZ007
        except ValueError:
            continue
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * SECOND)
    return None
