import json
import struct
import threading
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from windows_stand_ins import context

from saishu_collect import outcomes
from saishu_collect.windows import disk_devices, disk_forms, disk_picture, disks, pieces

GIB = 1 << 30
BASIC = "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"
EFI = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
LDM = "af9b60a0-1431-4f62-bc68-3311714a69ad"


def gpt(number, offset, size, kind, name=""):
    head = struct.pack("<I4xqqIBBxx", 1, offset, size, number, 0, 0)
    body = uuid.UUID(kind).bytes_le + bytes(16) + bytes(8) + name.encode("utf-16-le").ljust(72, b"\0")
    return head + body


def mbr(number, offset, size, kind, boot=0):
    return struct.pack("<I4xqqIBBxxBBxxI", 0, offset, size, number, 0, 0, kind, boot, 63).ljust(144, b"\0")


def layout(style, entries):
    return struct.pack("<II40x", style, len(entries)) + b"".join(entries)


def descriptor(vendor=b"Msft    ", product=b"Virtual Disk    ", serial=b"", bus=10):
    start = 36
    texts, places = b"", []
    for text in (vendor, product, b"1.0", serial):
        places.append(start + len(texts) if text else 0)
        texts += text + b"\0" if text else b""
    return struct.pack("<IIBBBB4II", 40, start + len(texts), 0, 0, 0, 1, *places, bus).ljust(start, b"\0") + texts


def test_a_gpt_layout():
    entries = [gpt(2, GIB, 126 * GIB, BASIC, "Basic data partition"), gpt(1, 1 << 20, 100 << 20, EFI, "EFI")]
    assert disk_forms.read_layout(layout(1, entries)) == ("GPT", [
        disk_forms.Partition(1, 1 << 20, 100 << 20, EFI, "EFI", False),
        disk_forms.Partition(2, GIB, 126 * GIB, BASIC, "Basic data partition", False),
    ])  # fmt: skip


def test_an_mbr_layout_without_its_empty_slots():
    entries = [mbr(1, 1 << 20, GIB, 7, 0x80), mbr(0, 0, 0, 0), mbr(0, 0, 0, 0), mbr(2, 2 * GIB, GIB, 0x42)]
    style, found = disk_forms.read_layout(layout(0, entries))
    assert style == "MBR"
    assert [(one.number, one.kind, one.active) for one in found] == [(1, "0x07", True), (2, "0x42", False)]


def test_a_disk_that_was_never_initialised():
    assert disk_forms.read_layout(layout(2, [])) == ("RAW", [])


@given(st.binary(max_size=600))
def test_no_answer_of_a_driver_breaks_the_reader(data):
    try:
        style, found = disk_forms.read_layout(data)
        assert style in ("MBR", "GPT", "RAW")
        assert len(found) <= 4
    except ValueError:
        pass
    disk_forms.read_device(data)
    disk_forms.read_size(data)
    disk_forms.read_attributes(data)
    assert len(disk_forms.read_extents(data)) <= 25


def test_device_attributes_and_extents():
    assert disk_forms.read_device(descriptor(serial=b" 60022480  ")) == disk_forms.Device(
        "Msft", "Virtual Disk", "60022480", "SAS", False
    )
    assert disk_forms.read_attributes(struct.pack("<IIQ", 16, 0, 3)) == (False, False)
    assert disk_forms.read_attributes(struct.pack("<IIQ", 16, 0, 0)) == (True, True)
    assert disk_forms.read_attributes(b"") == (None, None)
    assert disk_forms.read_size(bytes(24) + struct.pack("<q", 127 * GIB)) == 127 * GIB
    raw = struct.pack("<I4xI4xqqI4xqq", 2, 0, GIB, 5, 1, 2, 3)
    assert disk_forms.read_extents(raw) == [disk_forms.Extent(0, GIB, 5), disk_forms.Extent(1, 2, 3)]


def a_machine():
    """A system disk, and a mounted recovery point that is offline, with a dynamic partition."""
    system = disk_devices.Disk(
        0, disk_forms.read_device(descriptor()), 127 * GIB, "GPT",
        disk_forms.read_layout(layout(1, [gpt(1, 1 << 20, GIB, EFI), gpt(2, 2 * GIB, 120 * GIB, BASIC)]))[1],
        True, True, [],
    )  # fmt: skip
    recovered = disk_devices.Disk(
        3, disk_forms.read_device(descriptor(b"MABILR I", b"SCSI Disk", bus=9)), 32 * GIB, "GPT",
        disk_forms.read_layout(layout(1, [gpt(1, 1 << 20, 31 * GIB, LDM)]))[1], False, None, ["attributes: error 1"],
    )  # fmt: skip
    volumes = [
        disk_devices.Volume("\\\\?\\Volume{a}\\", ["C:\\"], "fixed", "システム", "NTFS", 120 * GIB, 30 * GIB,
                            [disk_forms.Extent(0, 2 * GIB, 120 * GIB)], []),
        disk_devices.Volume("\\\\?\\Volume{b}\\", [], "cd", "", "", None, None, [], ["file system: error 21"]),
    ]  # fmt: skip
    return [recovered, system], volumes, False


def test_values_and_picture(tmp_path):
    values, picture = disks.perform({"do": "disks"}, context(tmp_path, disks=a_machine()))
    assert (values.member, picture.member) == ("disks/disks.json", "disks/disks.txt")
    found = json.loads(values.data)
    assert [(one["number"], one["state"], one["dynamic"], one["recovery_point"]) for one in found["disks"]] == [
        (0, "online", False, False), (3, "offline", True, True),
    ]  # fmt: skip
    assert found["disks"][0]["partitions"][1]["places"] == ["C:\\"]
    text = picture.data.decode()
    assert "Disk 0  ONLINE  GPT  127 GiB  SAS  Msft Virtual Disk" in text
    assert "Disk 3  OFFLINE  DYNAMIC  GPT  32 GiB  iSCSI  MABILR I SCSI Disk  RECOVERY POINT" in text
    assert "2: システム (C:)" in text
    assert "UNALLOCATED" in text
    assert "  ! attributes: error 1" in text


def test_every_box_of_a_row_has_straight_walls():
    from saishu_collect import words

    found = disks.document(*a_machine()[:2], 0)
    for disk in found["disks"]:
        lines = disk_picture.boxes(disk_picture.cells_of(disk))
        assert len({words.display_width(line) for line in lines}) == 1
        walls = [at for at, mark in enumerate(lines[0]) if mark == "+"]
        assert len(walls) == len(disk_picture.cells_of(disk)) + 1


def test_what_is_free_between_partitions_is_drawn():
    parts = [(1 << 20, GIB), (5 * GIB, GIB)]
    disk = {
        "size": 10 * GIB, "style": "MBR",
        "partitions": [
            {"number": at, "offset": offset, "size": size, "type": "0x07", "type_name": "NTFS", "name": "",
             "places": [], "label": "", "file_system": ""}
            for at, (offset, size) in enumerate(parts, 1)
        ],
    }  # fmt: skip
    assert [cell[0][0] for cell in disk_picture.cells_of(disk)] == ["1", "UNALLOCATED", "2", "UNALLOCATED"]


@pytest.mark.parametrize(("style", "said"), [("RAW", "NOT INITIALISED"), (None, "ONLINE")])
def test_a_disk_without_a_layout(style, said):
    disk = disk_devices.Disk(1, None, None, style, [], True, True, [])
    assert said in disk_picture.draw(disks.document([disk], [], 0))


def test_nothing_at_all_is_a_failure_and_an_early_end_is_said(tmp_path):
    (piece,) = disks.perform({}, context(tmp_path, disks=([], [], False)))
    assert piece.outcome == outcomes.FAILED
    found = disks.perform({}, context(tmp_path, disks=(*a_machine()[:2], True)))
    assert {(one.outcome, one.reason) for one in found} == {(outcomes.TRUNCATED, outcomes.READ_STALLED)}


def test_a_disk_that_never_answers_does_not_cost_the_others():
    hanging = threading.Event()

    def disks_that_hang(found):
        found.append("disk 0")
        hanging.wait(30)

    started = time.monotonic()
    found = disk_devices.gather(disks_that_hang, lambda into: into.append("C:"), pieces.Bounds(60), 0.3)
    hanging.set()
    assert found == (["disk 0"], ["C:"], True)
    assert time.monotonic() - started < 5
    assert disk_devices.gather(lambda into: None, lambda into: None, pieces.Bounds(60), 5) == ([], [], False)
