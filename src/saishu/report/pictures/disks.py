"""Disks, drawn as Disk Management draws them: a row for each, a box for each partition."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from saishu.model import Fact
from saishu.report.speaker import Speaker

_SHOWN = 40
_BOXES = 24
_WIDTHS = 20
_ROUNDING = 4 << 20
"""Less than this between two partitions is alignment and no free space."""


@dataclass(frozen=True, slots=True)
class Box:
    """A partition or free space. width: 1 to 20, how broad it is beside its neighbours. kind: for its colour."""

    lines: tuple[str, ...]
    width: int
    kind: str


@dataclass(frozen=True, slots=True)
class DiskRow:
    """A disk. tags: what is unusual about it (offline, dynamic, a recovery point), in words."""

    title: str
    name: str
    lines: tuple[str, ...]
    tags: tuple[str, ...]
    boxes: tuple[Box, ...]
    place: str


def draw_disks(facts: Sequence[Fact], speaker: Speaker) -> tuple[list[DiskRow], int]:
    """Facts `disk` as rows, by number, and how many more there are."""
    ordered = sorted(facts, key=lambda fact: (fact.source.path, _whole(fact.values.get("number"))))
    return [_disk(fact, speaker) for fact in ordered[:_SHOWN]], max(0, len(ordered) - _SHOWN)


def _disk(fact: Fact, speaker: Speaker) -> DiskRow:
    values = fact.values
    kind, state = str(values.get("kind") or "basic"), str(values.get("state") or "unknown")
    tags = [speaker.say(f"report.disk.{kind}")] if kind in ("dynamic", "recovery_point") else []
    tags += [speaker.say("report.disk.offline")] if state == "offline" else []
    tags += [speaker.say("report.disk.read_only")] if values.get("read_only") is True else []
    known = f"report.disk.state.{state}"
    return DiskRow(
        title=speaker.say("report.disk.number", number=values.get("number")),
        name=str(values.get("name") or ""),
        lines=tuple(
            filter(None, (speaker.size(values.get("size")), str(values.get("style") or "").upper(),
                          speaker.say(known) if speaker.has(known) else state))
        ),
        tags=tuple(tags),
        boxes=tuple(_boxes(values, speaker)),
        place=fact.source.path,
    )  # fmt: skip


def _boxes(values: Mapping[str, Any], speaker: Speaker) -> list[Box]:
    parts = [part for part in _partitions(values.get("partitions")) if part["size"] > 0]
    parts.sort(key=lambda part: part["offset"])
    if not parts:
        return [Box((speaker.say("report.disk.nothing"),), _WIDTHS, "free")]
    sizes = [(part["offset"], part["size"], part) for part in parts[:_BOXES]]
    end, whole = 0, _whole(values.get("size"))
    pieces: list[tuple[int, dict[str, Any] | None]] = []
    for offset, size, part in sizes:
        if offset - end > _ROUNDING:
            pieces.append((offset - end, None))
        pieces.append((size, part))
        end = max(end, offset + size)
    if whole - end > _ROUNDING:
        pieces.append((whole - end, None))
    largest = max(size for size, _ in pieces)
    return [_box(size, part, largest, speaker) for size, part in pieces]


def _box(size: int, part: Mapping[str, Any] | None, largest: int, speaker: Speaker) -> Box:
    # The root keeps a small partition readable beside a large one, as Disk Management does.
    width = max(3, round(_WIDTHS * sqrt(size / largest)))
    if part is None:
        return Box((speaker.say("report.disk.free"), speaker.size(size)), width, "free")
    places = " ".join(str(place) for place in part.get("places") or ())
    label = " ".join(filter(None, (str(part.get("label") or ""), f"({places})" if places else "")))
    what = str(part.get("file_system") or part.get("type_name") or part.get("name") or part.get("type") or "")
    kind = "letter" if places else "plain"
    return Box(tuple(filter(None, (label, f"{speaker.size(size)} {what}".strip()))), width, kind)


def _partitions(text: object) -> list[dict[str, Any]]:
    """The partitions as they were written down; anything that is none is left out."""
    try:
        found = json.loads(text) if isinstance(text, str) else []
    except (ValueError, RecursionError):
        return []
    parts = [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []
    return [{**part, "offset": _whole(part.get("offset")), "size": _whole(part.get("size"))} for part in parts]


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63 else 0
