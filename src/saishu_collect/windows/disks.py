"""The step `disks`: disks, partitions and volumes as values for programs and drawn as text like Disk Management."""

import json

from saishu_collect import machine as machines
from saishu_collect import manifest, outcomes
from saishu_collect.windows import disk_picture, pieces

SCHEMA = "saishu/disks/1"
_DYNAMIC = ("5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", "af9b60a0-1431-4f62-bc68-3311714a69ad", "0x42")
TYPES = {
    "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": "EFI system",
    "e3c9e316-0b5c-4db8-817d-f92df00215ae": "Microsoft reserved",
    "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7": "basic data",
    "de94bba4-06d1-4d40-a16a-bfd50179d6ac": "recovery",
    "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3": "dynamic (metadata)",
    "af9b60a0-1431-4f62-bc68-3311714a69ad": "dynamic (data)",
    "e75caf8f-f680-4cee-afa3-b001e56efc2d": "Storage Spaces",
    "0fc63daf-8483-4772-8e79-3d69d8477de4": "Linux data",
    "e6d6d379-f507-44c2-a23c-238f2a3df928": "Linux LVM",
    "0x05": "extended", "0x07": "NTFS, exFAT or ReFS", "0x0b": "FAT32", "0x0c": "FAT32", "0x0e": "FAT16",
    "0x0f": "extended", "0x27": "recovery", "0x42": "dynamic", "0x82": "Linux swap", "0x83": "Linux data",
    "0x8e": "Linux LVM", "0xee": "GPT protective", "0xef": "EFI system",
}  # fmt: skip


def perform(step, context):  # noqa: ARG001 - one signature for all steps
    """Return the Pieces disks/disks.json and disks/disks.txt."""
    disks, volumes, early = context.disks()
    found = document(disks, volumes, context.now)
    reason = outcomes.READ_STALLED if early else None
    if not disks and not volumes:
        return [pieces.note("disks", outcomes.FAILED, outcomes.NO_OUTPUT)]
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return [
        pieces.text("disks/disks.json", text, "disks (json)", reason),
        pieces.text("disks/disks.txt", disk_picture.draw(found), "disks", reason),
    ]


def document(disks, volumes, now):
    """Return disks and volumes as plain values, each partition with the volume that begins where it does.

    state of a disk: online, offline or unknown. Whether a dynamic disk is foreign to this machine is known to the
    volume manager alone and is not among the values.
    """
    starts = {(extent.disk, extent.offset): one for one in volumes for extent in one.extents}
    return {
        "schema": SCHEMA,
        "read": manifest.utc_text(now),
        "disks": [_disk(one, starts) for one in sorted(disks, key=lambda one: one.number)],
        "volumes": [_volume(one) for one in sorted(volumes, key=lambda one: (not one.places, one.places, one.path))],
    }


def _disk(one, starts):
    device = one.device
    names = (device.vendor, device.product) if device else ("", "")
    return {
        "number": one.number,
        "name": " ".join(name for name in names if name),
        "serial": device.serial if device else "",
        "bus": device.bus if device else None,
        "removable": device.removable if device else None,
        "size": one.size,
        "style": one.style,
        "state": {True: "online", False: "offline"}.get(one.online, "unknown"),
        "read_only": None if one.writable is None else not one.writable,
        "dynamic": any(part.kind in _DYNAMIC for part in one.partitions),
        "recovery_point": machines.RECOVERY_VENDOR in " ".join(names).upper(),
        "partitions": [_partition(one.number, part, starts) for part in one.partitions],
        "troubles": one.troubles,
    }


def _partition(number, part, starts):
    volume = starts.get((number, part.offset))
    return {
        "number": part.number,
        "offset": part.offset,
        "size": part.size,
        "type": part.kind,
        "type_name": TYPES.get(part.kind),
        "name": part.name,
        "active": part.active,
        "volume": volume.path if volume else None,
        "places": list(volume.places) if volume else [],
        "label": volume.label if volume else "",
        "file_system": volume.file_system if volume else "",
    }


def _volume(one):
    return {
        "path": one.path, "places": list(one.places), "kind": one.kind, "label": one.label,
        "file_system": one.file_system, "size": one.size, "free": one.free,
        "extents": [dict(extent._asdict()) for extent in one.extents], "troubles": one.troubles,
    }  # fmt: skip
