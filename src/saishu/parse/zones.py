"""The clock of the machine that a bundle comes from: which zone it is in, and who says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from saishu.bundle.manifest import Manifest
from saishu.model import Fact, Value, ZoneSource
from saishu.parse.clock import SECOND
from saishu.parse.reading import Host
from saishu_collect.catalogue import load

_IANA = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?")
_DISPLAYED = re.compile(r"\((?:UTC|GMT)(?:([+-])(\d{2}):(\d{2}))?\)")
_SUMMER = (("Daylight Time", "Standard Time"), ("Summer Time", "Standard Time"), ("夏時間", "標準時"))
_FIXED = {
    "utc": "UTC",
    "gmt": "UTC",
    "z": "UTC",
    "jst": "Asia/Tokyo",
    "etc/utc": "UTC",
    "coordinated universal time": "UTC",
}
_FARTHEST = 15 * 60


def find_host(facts: Iterable[Fact], manifests: Sequence[Manifest] = (), latest: int | None = None) -> Host:
    """What is known of the machine's clock.

    facts: those named `zone` count, with the values iana, name (as Windows writes it) and bias_minutes (minutes that
    UTC is ahead in winter). manifests: of our collector. latest: the newest time read so far, µs UTC. A zone by its
    name wins over a number, which says nothing about summer time; of several names the newest one wins.
    """
    zone, name = _told(facts) or _collected(manifests) or (None, "")
    moments = [moment for moment in (latest, *map(_moment, manifests)) if moment is not None]
    source = ZoneSource.HOST if zone is not None else ZoneSource.ASSUMED
    return Host(zone, source, name, max(moments, default=None))


def given_zone(text: str) -> tuple[tzinfo, str] | None:
    """A zone as a person names it: `Asia/Tokyo`, `Tokyo Standard Time`, `東京 (標準時)`, `+09:00`; None if unknown."""
    return zone_by_name(text) or _by_offset(text)


def zone_by_name(name: str) -> tuple[tzinfo, str] | None:
    """A zone by its IANA or Windows name, English or Japanese, standard or summer time; None if unknown."""
    wanted = name.strip()
    _, found, rest = wanted.rpartition("zoneinfo/")
    wanted = rest if found else wanted
    for summer, standard in _SUMMER:
        wanted = wanted.replace(summer, standard)
    known = _FIXED.get(wanted.lower()) or _windows_names().get(_folded(wanted))
    return _iana(known or wanted)


def _told(facts: Iterable[Fact]) -> tuple[tzinfo, str] | None:
    """The zone that evidence states: by IANA name first, then by Windows name, then by number."""
    stated = sorted((fact for fact in facts if fact.name == "zone"), key=lambda fact: -(fact.time or 0))
    for key in ("iana", "name"):
        for fact in stated:
            found = zone_by_name(_text(fact.values.get(key))) or _displayed(_text(fact.values.get(key)))
            if found is not None:
                return found
    for fact in stated:
        bias = fact.values.get("bias_minutes")
        if isinstance(bias, int) and abs(bias) <= _FARTHEST:
            return _fixed(-bias)
    return None


def _collected(manifests: Sequence[Manifest]) -> tuple[tzinfo, str] | None:
    """The zone of the machine that our collector ran on; a copied disk was in another one, maybe."""
    for manifest in manifests:
        run = manifest.content.get("run")
        if not isinstance(run, dict) or run.get("root"):
            continue
        found = zone_by_name(_text(run.get("zone")))
        if found is not None:
            return found
        offset = run.get("utc_offset_seconds")
        if isinstance(offset, int) and abs(offset) <= _FARTHEST * 60:
            return _fixed(offset // 60)
    return None


def _moment(manifest: Manifest) -> int | None:
    """When a collector's run ended, or began: no line that it took is newer."""
    run = manifest.content.get("run")
    for key in ("finished", "started"):
        try:
            moment = datetime.fromisoformat(_text(run.get(key))) if isinstance(run, dict) else None
        except ValueError:
            continue
        if moment is not None:
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
            return int(aware.timestamp()) * SECOND
    return None


@lru_cache(maxsize=1)
def _windows_names() -> dict[str, str]:
    """Windows names, folded, to IANA zones."""
    found = {}
    for entry in load()["lists"].get("windows_zones", ()):
        for key in ("windows", "ja"):
            if key in entry:
                found[_folded(entry[key])] = entry["iana"]
    return found


def _folded(name: str) -> str:
    """A name without the differences that do not count: case, blanks, the width of brackets."""
    return re.sub(r"\s+", "", name.replace("（", "(").replace("）", ")")).lower()


def _iana(name: str) -> tuple[tzinfo, str] | None:
    if not _IANA.fullmatch(name):
        return None
    try:
        return ZoneInfo(name), name
    except (LookupError, ValueError, OSError):
        return None


def _displayed(text: str) -> tuple[tzinfo, str] | None:
    """`(UTC+09:00) Osaka, Sapporo, Tokyo`: the number is all that can be understood in every language."""
    hit = _DISPLAYED.match(text.strip())
    if hit is None:
        return None
    minutes = int(hit[2] or 0) * 60 + int(hit[3] or 0)
    return _fixed(-minutes if hit[1] == "-" else minutes) if minutes <= _FARTHEST else None


def _by_offset(text: str) -> tuple[tzinfo, str] | None:
    hit = _OFFSET.fullmatch(text.strip())
    minutes = int(hit[2]) * 60 + int(hit[3] or 0) if hit is not None else _FARTHEST + 1
    if hit is None or minutes > _FARTHEST:
        return None
    return _fixed(-minutes if hit[1] == "-" else minutes)


def _fixed(minutes: int) -> tuple[tzinfo, str]:
    """A zone of which only the distance from UTC is known."""
    if minutes == 0:
        return UTC, "UTC"
    hours, rest = divmod(abs(minutes), 60)
    name = f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
    return timezone(timedelta(minutes=minutes), name), name


def _text(value: Value | object) -> str:
    return value if isinstance(value, str) else ""
