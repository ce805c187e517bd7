"""Asking the service control manager, read-only, through advapi32."""

import ctypes

from saishu_collect.windows import pieces, services

_CONNECT_ENUMERATE = 0x0001 | 0x0004
_QUERY_CONFIG = 0x0001
_WIN32_SERVICES = 0x30
_ALL_STATES = 3
_PROCESS_INFO = 0
_DELAYED_AUTO_START = 3
_MORE_DATA = 234
_TOO_SMALL = 122


class _Status(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint32)
        for name in ("kind", "state", "controls", "win32_exit", "service_exit", "check", "hint", "pid", "flags")
    ]


class _Entry(ctypes.Structure):
    _fields_ = [("name", ctypes.c_wchar_p), ("title", ctypes.c_wchar_p), ("status", _Status)]


class _Config(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_uint32), ("start", ctypes.c_uint32), ("control", ctypes.c_uint32),
        ("program", ctypes.c_wchar_p), ("group", ctypes.c_wchar_p), ("tag", ctypes.c_uint32),
        ("depends", ctypes.c_void_p), ("account", ctypes.c_wchar_p), ("title", ctypes.c_wchar_p),
    ]  # fmt: skip


def read_all():
    """Return a Service for every service that runs programs (no drivers). Raises StepError."""
    api = _open_library()
    manager = api.OpenSCManagerW(None, None, _CONNECT_ENUMERATE)
    if not manager:
        raise _failed("OpenSCManager")
    try:
        return [_with_config(api, manager, entry) for entry in _enumerate(api, manager)]
    finally:
        api.CloseServiceHandle(manager)


def _open_library():
    api = ctypes.WinDLL("advapi32", use_last_error=True)
    handle, pointer, number = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32
    api.OpenSCManagerW.restype = api.OpenServiceW.restype = handle
    api.OpenSCManagerW.argtypes = [ctypes.c_wchar_p, ctypes.c_wchar_p, number]
    api.OpenServiceW.argtypes = [handle, ctypes.c_wchar_p, number]
    api.CloseServiceHandle.argtypes = [handle]
    api.EnumServicesStatusExW.argtypes = [
        handle, ctypes.c_int, number, number, pointer, number, pointer, pointer, pointer, ctypes.c_wchar_p,
    ]  # fmt: skip
    api.QueryServiceConfigW.argtypes = [handle, pointer, number, pointer]
    api.QueryServiceConfig2W.argtypes = [handle, number, pointer, number, pointer]
    return api


def _failed(call):
    number = ctypes.get_last_error()
    outcome, reason = pieces.judge(number)
    return pieces.StepError(outcome, reason, "{}: error {}".format(call, number))


def _enumerate(api, manager):
    """Return (name, title, status as a tuple) of every service."""
    found = []
    needed, count, resume = ctypes.c_uint32(), ctypes.c_uint32(), ctypes.c_uint32()
    size = 256 * 1024
    while True:
        space = ctypes.create_string_buffer(size)
        done = api.EnumServicesStatusExW(
            manager, _PROCESS_INFO, _WIN32_SERVICES, _ALL_STATES, space, size, ctypes.byref(needed),
            ctypes.byref(count), ctypes.byref(resume), None,
        )  # fmt: skip
        number = ctypes.get_last_error()
        if not done and number != _MORE_DATA:
            raise _failed("EnumServicesStatusEx")
        for entry in (_Entry * count.value).from_buffer(space):
            status = entry.status
            found.append((entry.name, entry.title or "", (
                status.kind, status.state, status.win32_exit, status.service_exit, status.pid,
            )))  # fmt: skip
        if done:
            return found
        if not count.value:
            size = max(needed.value, size * 2)
            if size > 64 << 20:
                raise _failed("EnumServicesStatusEx")


def _with_config(api, manager, entry):
    name, title, (kind, state, win32_exit, service_exit, pid) = entry
    start = delayed = program = account = depends = None
    handle = api.OpenServiceW(manager, name, _QUERY_CONFIG)
    if handle:
        try:
            found = _query(api.QueryServiceConfigW, handle)
            if found is not None:
                config = _Config.from_buffer(found)
                start, program, account = config.start, config.program or "", config.account or ""
                depends = _strings(config.depends, found)
                more = _query(lambda h, *rest: api.QueryServiceConfig2W(h, _DELAYED_AUTO_START, *rest), handle)
                delayed = bool(more is not None and ctypes.c_uint32.from_buffer(more).value)
        finally:
            api.CloseServiceHandle(handle)
    return services.Service(
        name, title, kind, state, win32_exit, service_exit, pid, start, delayed, program, account, depends
    )


def _query(function, handle):
    """Return the buffer that a two-call query fills, or None when it refuses."""
    needed = ctypes.c_uint32()
    if function(handle, None, 0, ctypes.byref(needed)) or ctypes.get_last_error() != _TOO_SMALL:
        return None
    space = ctypes.create_string_buffer(max(needed.value, 64))
    return space if function(handle, space, len(space), ctypes.byref(needed)) else None


def _strings(address, space):
    """Return the strings of a doubly ended list that lies inside a buffer; never reads beyond it."""
    if not address:
        return []
    end = ctypes.addressof(space) + len(space)
    count = max(0, (end - address) // 2)
    text = (ctypes.c_uint16 * count).from_address(address)
    parts = "".join(map(chr, text)).split("\0")
    return parts[: parts.index("")] if "" in parts else parts
