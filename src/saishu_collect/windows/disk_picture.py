"""Drawing disks as text: a volume list above, below it a box for every partition, as wide as its share of the disk."""

from saishu_collect import words
from saishu_collect.windows import registry

_WIDTH = 108
_LEAST_GAP = 2 << 20
_LOGICAL = ("0x05", "0x0f")


def draw(found):
    """Return the picture of a disks document as text."""
    lines = _volume_table(found["volumes"]) + [""]
    for disk in found["disks"]:
        lines.append(_head(disk))
        cells = cells_of(disk)
        if cells:
            lines.extend(boxes(cells))
        lines.extend("  ! " + trouble for trouble in disk["troubles"])
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(disk):
    parts = [
        "Disk {}".format(disk["number"]), disk["state"].upper(), "READ-ONLY" if disk["read_only"] else "",
        "DYNAMIC" if disk["dynamic"] else "", _style(disk["style"]), size_text(disk["size"]), disk["bus"] or "",
        disk["name"], "RECOVERY POINT" if disk["recovery_point"] else "",
    ]  # fmt: skip
    return "  ".join(registry.plain(part) for part in parts if part)


def _style(style):
    return "NOT INITIALISED" if style == "RAW" else style or ""


def size_text(size):
    """Return a size as people read it, `?` for an unknown one."""
    return "?" if size is None else words.size_text(size)


def _volume_table(volumes):
    rows = [("Volume", "Label", "File system", "Kind", "Size", "Free", "Disks")]
    for one in volumes:
        disks = ",".join(str(number) for number in sorted({extent["disk"] for extent in one["extents"]}))
        rows.append((
            " ".join(one["places"]) or one["path"], one["label"], one["file_system"] or "RAW?", one["kind"],
            size_text(one["size"]), size_text(one["free"]), disks or "?",
        ))  # fmt: skip
    rows = [tuple(registry.plain(cell) for cell in row) for row in rows]
    widths = [max(words.display_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(map(words.pad, row, widths)).rstrip() for row in rows]


def cells_of(disk):
    """Return [(lines of text, size)] for the boxes of a disk: its partitions and what lies unallocated between them."""
    cells, end = [], 0
    for part in disk["partitions"]:
        if part["offset"] - end >= _LEAST_GAP and cells:
            cells.append((["UNALLOCATED", size_text(part["offset"] - end)], part["offset"] - end))
        if part["type"] not in _LOGICAL:
            cells.append((_partition(part), part["size"]))
            end = max(end, part["offset"] + part["size"])
        else:
            end = max(end, part["offset"])
    left = (disk["size"] or 0) - end
    if left >= _LEAST_GAP and disk["style"]:
        cells.append((["UNALLOCATED", size_text(left)], left))
    return cells


def _partition(part):
    place = " ".join(one.rstrip("\\") for one in part["places"])
    name = " ".join(one for one in (part["label"] or part["name"], "({})".format(place) if place else "") if one)
    kind = part["type_name"] or part["type"]
    size = " ".join(one for one in (size_text(part["size"]), part["file_system"]) if one)
    return [registry.plain(one) for one in ("{}: {}".format(part["number"], name).rstrip(": "), size, kind)]


def boxes(cells):
    """Return the lines of a row of boxes; what is over after the texts fit is shared out by size."""
    widths = [max(words.display_width(line) for line in lines) for lines, _ in cells]
    spare = max(0, _WIDTH - sum(widths) - 3 * len(cells) - 1)
    total = float(sum(size for _, size in cells)) or 1.0
    widths = [widths[index] + int(spare * size / total) for index, (_, size) in enumerate(cells)]
    height = max(len(lines) for lines, _ in cells)
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    body = []
    for row in range(height):
        texts = [lines[row] if row < len(lines) else "" for lines, _ in cells]
        body.append("| " + " | ".join(map(words.pad, texts, widths)) + " |")
    return [rule] + body + [rule]
