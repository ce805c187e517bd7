"""Asking the disk and volume drivers what there is. Every handle is opened without any access to the data."""

import collections
import ctypes
import threading
import time

from saishu_collect.windows import disk_forms

Disk = collections.namedtuple("Disk", "number device size style partitions online writable troubles")
"""device: a disk_forms.Device or None. online, writable: None when not known. troubles: [`question: error n`]."""
Volume = collections.namedtuple("Volume", "path places kind label file_system size free extents troubles")
"""path: `\\\\?\\Volume{…}\\`. places: drive letters and mount folders. kind: a word of _KINDS."""

_LAYOUT, _GEOMETRY, _ATTRIBUTES, _PROPERTY, _EXTENTS = 0x70050, 0x700A0, 0x700F0, 0x2D1400, 0x560000
_SHARE_ALL, _OPEN_EXISTING = 7, 3
_NO_SUCH_FILE = (2, 3)
_MORE = (122, 234)
_NO_DIALOGS = 0x0001 | 0x8000
_KINDS = ("unknown", "no root", "removable", "fixed", "remote", "cd", "ram")
_INVALID = ctypes.c_void_p(-1).value
MOST_DISKS = 256
_EMPTY_NUMBERS = 32
MOST_VOLUMES = 1024
ANSWER_SECONDS = 40


def read_all(bounds, seconds=ANSWER_SECONDS):
    """Return (Disks, Volumes, whether it ended early) of this machine.

    A disk whose connection is dead may never answer: disks and volumes are asked side by side, and what has answered
    after some seconds is what there is.
    """
    api = _open_library()
    api.SetErrorMode(_NO_DIALOGS)
    return gather(lambda found: _disks(api, bounds, found), lambda found: _volumes(api, bounds, found), bounds, seconds)


def gather(ask_disks, ask_volumes, bounds, seconds):
    """Return (disks, volumes, whether it ended early) of two functions that put what they find into a list."""
    deadline = time.monotonic() + min(seconds, bounds.left)
    found, threads = ([], []), []
    for function, into in ((ask_disks, found[0]), (ask_volumes, found[1])):
        threads.append(threading.Thread(target=function, args=(into,), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    early = any(thread.is_alive() for thread in threads) or bounds.over()
    return list(found[0]), list(found[1]), early


def _open_library():
    api = ctypes.WinDLL("kernel32", use_last_error=True)
    handle, pointer, number, text = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_wchar_p
    api.CreateFileW.restype = api.FindFirstVolumeW.restype = handle
    api.CreateFileW.argtypes = [text, number, number, pointer, number, number, handle]
    api.CloseHandle.argtypes = [handle]
    api.DeviceIoControl.argtypes = [handle, number, pointer, number, pointer, number, pointer, pointer]
    api.FindFirstVolumeW.argtypes = [pointer, number]
    api.FindNextVolumeW.argtypes = [handle, pointer, number]
    api.FindVolumeClose.argtypes = [handle]
    api.GetVolumePathNamesForVolumeNameW.argtypes = [text, pointer, number, pointer]
    api.GetVolumeInformationW.argtypes = [text, pointer, number, pointer, pointer, pointer, pointer, number]
    api.GetDiskFreeSpaceExW.argtypes = [text, pointer, pointer, pointer]
    api.GetDriveTypeW.argtypes = [text]
    return api


def _disks(api, bounds, found):
    """Find the Disks by number; numbers have gaps, so a few absent ones do not end the search."""
    absent = 0
    for number in range(MOST_DISKS):
        if bounds.over() or absent > _EMPTY_NUMBERS:
            break
        handle = api.CreateFileW("\\\\.\\PhysicalDrive{}".format(number), 0, _SHARE_ALL, None, _OPEN_EXISTING, 0, None)
        if handle == _INVALID:
            error = ctypes.get_last_error()
            absent += 1
            if error not in _NO_SUCH_FILE:
                absent = 0
                found.append(Disk(number, None, None, None, [], None, None, ["open: error {}".format(error)]))
            continue
        absent = 0
        try:
            found.append(_disk(api, handle, number))
        finally:
            api.CloseHandle(handle)


def _disk(api, handle, number):
    ask = _Asker(api, handle)
    device = disk_forms.read_device(ask("device", _PROPERTY, bytes(12)))
    size = disk_forms.read_size(ask("size", _GEOMETRY))
    online, writable = disk_forms.read_attributes(ask("attributes", _ATTRIBUTES))
    style, partitions = None, []
    layout = ask("layout", _LAYOUT)
    if layout:
        try:
            style, partitions = disk_forms.read_layout(layout)
        except ValueError as error:
            ask.troubles.append("layout: {}".format(error))
    return Disk(number, device, size, style, partitions, online, writable, ask.troubles)


class _Asker:
    """Puts questions to one device; an answer is bytes, empty when it refuses, and then `troubles` says so."""

    def __init__(self, api, handle):
        self._api = api
        self._handle = handle
        self.troubles = []

    def __call__(self, name, code, given=b""):
        size, used = 4096, ctypes.c_uint32()
        while size <= 1 << 20:
            space = ctypes.create_string_buffer(size)
            if self._api.DeviceIoControl(
                self._handle, code, given or None, len(given), space, size, ctypes.byref(used), None
            ):
                return space.raw[: used.value]
            if ctypes.get_last_error() not in _MORE:
                break
            size *= 4
        self.troubles.append("{}: error {}".format(name, ctypes.get_last_error()))
        return b""


def _volumes(api, bounds, found):
    name = ctypes.create_unicode_buffer(1024)
    search = api.FindFirstVolumeW(name, len(name))
    if search == _INVALID:
        return
    try:
        while len(found) < MOST_VOLUMES and not bounds.over():
            found.append(_volume(api, name.value))
            if not api.FindNextVolumeW(search, name, len(name)):
                break
    finally:
        api.FindVolumeClose(search)


def _volume(api, path):
    places = _places(api, path)
    kind = api.GetDriveTypeW(path)
    troubles = []
    label, system = ctypes.create_unicode_buffer(261), ctypes.create_unicode_buffer(261)
    if not api.GetVolumeInformationW(path, label, len(label), None, None, None, system, len(system)):
        troubles.append("file system: error {}".format(ctypes.get_last_error()))
    total, free = ctypes.c_uint64(), ctypes.c_uint64()
    size = left = None
    if api.GetDiskFreeSpaceExW(path, None, ctypes.byref(total), ctypes.byref(free)):
        size, left = total.value, free.value
    extents = []
    handle = api.CreateFileW(path.rstrip("\\"), 0, _SHARE_ALL, None, _OPEN_EXISTING, 0, None)
    if handle != _INVALID:
        try:
            ask = _Asker(api, handle)
            extents = disk_forms.read_extents(ask("extents", _EXTENTS))
            troubles.extend(ask.troubles)
        finally:
            api.CloseHandle(handle)
    name = _KINDS[kind] if kind < len(_KINDS) else "unknown"
    return Volume(path, places, name, label.value, system.value, size, left, extents, troubles)


def _places(api, path):
    """Return the drive letters and mount folders of a volume, sorted."""
    used = ctypes.c_uint32()
    space = ctypes.create_unicode_buffer(32768)
    if not api.GetVolumePathNamesForVolumeNameW(path, space, len(space), ctypes.byref(used)):
        return []
    return sorted(one for one in space[: used.value].split("\0") if one)
