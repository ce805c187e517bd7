"""The answers of Windows' disk drivers, read from their bytes: layout, size, device, attributes, extents."""

import collections
import struct
import uuid

Partition = collections.namedtuple("Partition", "number offset size kind name active")
"""kind: the GPT type as a GUID in lower case, or the MBR type as `0x07`. active: the boot flag of an MBR partition."""
Device = collections.namedtuple("Device", "vendor product serial bus removable")
Extent = collections.namedtuple("Extent", "disk offset size")

MBR, GPT, RAW = "MBR", "GPT", "RAW"
_STYLES = (MBR, GPT, RAW)
_ENTRY_SIZE, _FIRST_ENTRY = 144, 48
_BUSES = (
    "unknown", "SCSI", "ATAPI", "ATA", "1394", "SSA", "Fibre Channel", "USB", "RAID", "iSCSI", "SAS", "SATA", "SD",
    "MMC", "virtual", "file-backed virtual", "Storage Spaces", "NVMe", "SCM", "UFS",
)  # fmt: skip


def read_layout(data):
    """Return (style, Partitions in order of their offsets) of a DRIVE_LAYOUT_INFORMATION_EX, without empty MBR slots.

    ValueError: the bytes are cut short or name a style that does not exist.
    """
    if len(data) < 8:
        raise ValueError("layout cut short")
    style, count = struct.unpack_from("<II", data)
    if style >= len(_STYLES):
        raise ValueError("odd partition style {}".format(style))
    found = []
    for index in range(min(count, 1024)):
        start = _FIRST_ENTRY + index * _ENTRY_SIZE
        if len(data) < start + _ENTRY_SIZE:
            raise ValueError("layout cut short")
        one = _read_partition(data, start)
        if one.size > 0 and one.kind != "0x00":
            found.append(one)
    return _STYLES[style], sorted(found, key=lambda one: one.offset)


def _read_partition(data, start):
    style, offset, size, number = struct.unpack_from("<I4xqqI", data, start)
    if _STYLES[style if style < 3 else 2] == GPT:
        kind = str(uuid.UUID(bytes_le=bytes(data[start + 32 : start + 48])))
        name = bytes(data[start + 72 : start + 144]).decode("utf-16-le", "replace").partition("\0")[0]
        return Partition(number, offset, size, kind, name, False)
    kind, boot = struct.unpack_from("<BB", data, start + 32)
    return Partition(number, offset, size, "0x{:02x}".format(kind), "", bool(boot))


def read_size(data):
    """Return the bytes of a disk from a DISK_GEOMETRY_EX, or None."""
    return struct.unpack_from("<q", data, 24)[0] if len(data) >= 32 else None


def read_device(data):
    """Return the Device of a STORAGE_DEVICE_DESCRIPTOR, or None for one that is cut short."""
    if len(data) < 32:
        return None
    removable = bool(data[10])
    vendor, product, _, serial, bus = struct.unpack_from("<IIIII", data, 12)
    name = _BUSES[bus] if bus < len(_BUSES) else str(bus)
    return Device(_text(data, vendor), _text(data, product), _text(data, serial), name, removable)


def _text(data, start):
    """Return the zero-ended text at an offset of a descriptor; an offset of 0 or beyond its end means none."""
    if not 0 < start < len(data):
        return ""
    return bytes(data[start:]).partition(b"\0")[0].decode("latin-1").strip()


def read_attributes(data):
    """Return (online, writable) from GET_DISK_ATTRIBUTES, or (None, None)."""
    if len(data) < 16:
        return None, None
    (bits,) = struct.unpack_from("<Q", data, 8)
    return not bits & 1, not bits & 2


def read_extents(data):
    """Return the Extents of a VOLUME_DISK_EXTENTS: where on which disks a volume lies."""
    if len(data) < 8:
        return []
    (count,) = struct.unpack_from("<I", data)
    found = []
    for index in range(min(count, 1024, (len(data) - 8) // 24)):
        found.append(Extent(*struct.unpack_from("<I4xqq", data, 8 + 24 * index)))
    return found
