"""The event log service through wevtapi: exporting a channel, and reading its events with their messages."""

import collections
import ctypes

_CHANNEL_PATH = 1
_NEWEST_FIRST = 0x200
_SYSTEM_VALUES = 1
_RENDER_VALUES, _RENDER_XML = 0, 1
_FORMAT_EVENT, _FORMAT_LEVEL, _FORMAT_TASK = 1, 2, 3
_NO_MORE = 259
_TOO_SMALL = 122
_UNRESOLVED = (15029, 15030, 15031)
"""The message is there, only some of its insertions are not."""
_BATCH = 64
_WAIT_MS = 20000
_LARGEST = 1 << 20
_PROVIDER, _ID, _LEVEL, _TASK, _TIME = 0, 2, 4, 5, 8
_STRING, _BYTE, _UINT16, _FILETIME = 1, 4, 6, 17

Event = collections.namedtuple("Event", "level level_text ticks source id task task_text message xml")
"""level, task: numbers; level_text, task_text, message: what the provider calls them here, None when it does not.
ticks: 100 ns since 1601. xml: the event as it is, only where the message is missing."""


class _Variant(ctypes.Structure):
    _fields_ = [("value", ctypes.c_uint64), ("count", ctypes.c_uint32), ("type", ctypes.c_uint32)]


class Service:
    """The event log service of this machine. Every call answers with an error number, 0 for none.

    library: the name of the system's, or the path of one that stands in for it.
    """

    def __init__(self, library="wevtapi"):
        self._api = _open_library(library)

    def export(self, channel, target):
        """Write a channel to a new .evtx file; return the error number. The caller looks whether there is a file."""
        done = self._api.EvtExportLog(None, channel, "*", target, _CHANNEL_PATH)
        return 0 if done else ctypes.get_last_error() or -1

    def query(self, channel):
        """Return (error number, Query), the newest event first; (number, None) when the service refuses."""
        handle = self._api.EvtQuery(None, channel, "*", _CHANNEL_PATH | _NEWEST_FIRST)
        if not handle:
            return ctypes.get_last_error() or -1, None
        return 0, Query(self._api, handle)


class Query:
    """The events of a channel, once, newest first; a context manager. error: the number that ended it early, else 0."""

    def __init__(self, api, handle):
        self._api = api
        self._handle = handle
        self._publishers = {}
        self._names = {}
        self._values = api.EvtCreateRenderContext(0, None, _SYSTEM_VALUES)
        self.error = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for handle in list(self._publishers.values()) + [self._values, self._handle]:
            if handle:
                self._api.EvtClose(handle)

    def __iter__(self):
        events = (ctypes.c_void_p * _BATCH)()
        count = ctypes.c_uint32()
        while True:
            if not self._api.EvtNext(self._handle, _BATCH, events, _WAIT_MS, 0, ctypes.byref(count)):
                number = ctypes.get_last_error()
                self.error = 0 if number == _NO_MORE else number or -1
                return
            taken = list(events[: count.value])
            try:
                for event in taken:
                    found = self._event(event)
                    if found is not None:
                        yield found
            finally:
                for event in taken:
                    self._api.EvtClose(event)

    def _event(self, handle):
        """Return the Event of a handle, or None when it cannot be rendered."""
        space = self._render(self._values, handle, _RENDER_VALUES)
        if space is None:
            return None
        values = (_Variant * 18).from_buffer(space)
        source = _text_of(values[_PROVIDER], space)
        publisher = self._publisher(source)
        message = self._message(publisher, handle, _FORMAT_EVENT)
        level, task = _number_of(values[_LEVEL]), _number_of(values[_TASK])
        return Event(
            level, self._name(source, handle, _FORMAT_LEVEL, level), _number_of(values[_TIME]), source,
            _number_of(values[_ID]), task, self._name(source, handle, _FORMAT_TASK, task), message,
            None if message is not None else self._xml(handle),
        )  # fmt: skip

    def _name(self, source, event, form, number):
        """Return what a provider calls a level or a task; asked once for each number."""
        key = (source, form, number)
        if key not in self._names:
            self._names[key] = self._message(self._publisher(source), event, form)
        return self._names[key]

    def _render(self, values, event, form):
        """Return the buffer that EvtRender fills, or None."""
        used, count = ctypes.c_uint32(), ctypes.c_uint32()
        size = 4096
        while size <= _LARGEST:
            space = ctypes.create_string_buffer(size)
            if self._api.EvtRender(values, event, form, size, space, ctypes.byref(used), ctypes.byref(count)):
                return space
            if ctypes.get_last_error() != _TOO_SMALL:
                return None
            size = max(used.value, size * 2)
        return None

    def _xml(self, event):
        space = self._render(None, event, _RENDER_XML)
        return space.raw.decode("utf-16-le", "replace").partition("\0")[0] if space is not None else None

    def _publisher(self, source):
        if source not in self._publishers:
            self._publishers[source] = self._api.EvtOpenPublisherMetadata(None, source, None, 0, 0)
        return self._publishers[source]

    def _message(self, publisher, event, form):
        """Return a text of the provider in the language of the machine, or None."""
        if not publisher:
            return None
        used = ctypes.c_uint32()
        size = 2048
        while size <= _LARGEST:
            space = ctypes.create_unicode_buffer(size)
            done = self._api.EvtFormatMessage(publisher, event, 0, 0, None, form, size, space, ctypes.byref(used))
            number = 0 if done else ctypes.get_last_error()
            if done or number in _UNRESOLVED:
                return space.value or None
            if number != _TOO_SMALL:
                return None
            size = max(used.value, size * 2)
        return None


def _number_of(value):
    """Return the number in a variant, as wide as its type says; 0 for none."""
    bits = {_BYTE: 8, _UINT16: 16}.get(value.type, 64 if value.type == _FILETIME else 32)
    return value.value & ((1 << bits) - 1) if value.type else 0


def _text_of(value, space):
    """Return the text that a variant points to, which lies in the same buffer; never reads beyond it."""
    start = value.value - ctypes.addressof(space)
    if value.type & 0x7F != _STRING or not 0 <= start < len(space):
        return ""
    return space.raw[start : len(space) - (len(space) - start) % 2].decode("utf-16-le", "replace").partition("\0")[0]


def _open_library(library):
    api = ctypes.WinDLL(library, use_last_error=True)
    handle, pointer, number, text = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_wchar_p
    api.EvtExportLog.argtypes = [handle, text, text, text, number]
    api.EvtQuery.restype = api.EvtCreateRenderContext.restype = api.EvtOpenPublisherMetadata.restype = handle
    api.EvtQuery.argtypes = [handle, text, text, number]
    api.EvtNext.argtypes = [handle, number, pointer, number, number, pointer]
    api.EvtClose.argtypes = [handle]
    api.EvtCreateRenderContext.argtypes = [number, pointer, number]
    api.EvtRender.argtypes = [handle, handle, number, number, pointer, pointer, pointer]
    api.EvtOpenPublisherMetadata.argtypes = [handle, text, text, number, number]
    api.EvtFormatMessage.argtypes = [handle, handle, number, number, pointer, number, number, pointer, pointer]
    return api
