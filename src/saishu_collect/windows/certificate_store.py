"""The certificate stores of LocalMachine through crypt32. Keys are never touched; only `add` ever writes."""

import ctypes
import hashlib

from saishu_collect.windows import certificates, pieces

_ENCODING = 0x1 | 0x10000
_SYSTEM_STORE = ctypes.c_void_p(10)
_LOCAL_MACHINE = 2 << 16
_OPEN_EXISTING = 0x4000
_READ_ONLY = 0x8000
_NAME_FORM = 3 | 0x02000000
"""X.500 text in the order of Windows' own screens: the most particular part first."""
_ADD_NEW = 1
_PROPERTY_KEY_PROVIDER = 2
_PROPERTY_KEY_CONTEXT = 5
_PROPERTY_FRIENDLY_NAME = 11
_EXISTS = 0x80092005
_EPOCH_SECONDS = 11644473600


class _Blob(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("data", ctypes.c_void_p)]


class _Info(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_uint32), ("serial", _Blob), ("algorithm", ctypes.c_char_p), ("parameters", _Blob),
        ("issuer", _Blob), ("not_before", ctypes.c_uint32 * 2), ("not_after", ctypes.c_uint32 * 2), ("subject", _Blob),
    ]  # fmt: skip


class _Context(ctypes.Structure):
    _fields_ = [
        ("encoding", ctypes.c_uint32), ("encoded", ctypes.c_void_p), ("size", ctypes.c_uint32),
        ("info", ctypes.POINTER(_Info)), ("store", ctypes.c_void_p),
    ]  # fmt: skip


def read_store(name):
    """Return the Certificates of a LocalMachine store (MY, ROOT, CA); a store that does not exist is empty.

    Raises StepError when it may not be opened.
    """
    api = _open_library()
    store = api.CertOpenStore(_SYSTEM_STORE, 0, None, _LOCAL_MACHINE | _OPEN_EXISTING | _READ_ONLY, name)
    if not store:
        if ctypes.get_last_error() == 2:
            return []
        raise _failed("CertOpenStore")
    found, context = [], None
    try:
        while True:
            context = api.CertEnumCertificatesInStore(store, context)
            if not context:
                return found
            found.append(_read(api, context))
    finally:
        api.CertCloseStore(store, 0)


def add(name, der):
    """Add a certificate to a LocalMachine store; return False when it is there already. Raises StepError."""
    api = _open_library()
    store = api.CertOpenStore(_SYSTEM_STORE, 0, None, _LOCAL_MACHINE, name)
    if not store:
        raise _failed("CertOpenStore")
    try:
        if api.CertAddEncodedCertificateToStore(store, _ENCODING, der, len(der), _ADD_NEW, None):
            return True
        if ctypes.get_last_error() & 0xFFFFFFFF == _EXISTS:
            return False
        raise _failed("CertAddEncodedCertificateToStore")
    finally:
        api.CertCloseStore(store, 0)


def _open_library():
    api = ctypes.WinDLL("crypt32", use_last_error=True)
    handle, pointer, number = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32
    api.CertOpenStore.restype = handle
    api.CertOpenStore.argtypes = [pointer, number, pointer, number, ctypes.c_wchar_p]
    api.CertCloseStore.argtypes = [handle, number]
    api.CertEnumCertificatesInStore.restype = ctypes.POINTER(_Context)
    api.CertEnumCertificatesInStore.argtypes = [handle, ctypes.POINTER(_Context)]
    api.CertGetCertificateContextProperty.argtypes = [ctypes.POINTER(_Context), number, pointer, pointer]
    api.CertNameToStrW.argtypes = [number, pointer, number, pointer, number]
    api.CertNameToStrW.restype = number
    api.CertAddEncodedCertificateToStore.argtypes = [handle, number, ctypes.c_char_p, number, number, pointer]
    return api


def _failed(call):
    number = ctypes.get_last_error() & 0xFFFFFFFF
    outcome, reason = pieces.judge(number)
    return pieces.StepError(outcome, reason, "{}: error {}".format(call, number if number < 1 << 16 else hex(number)))


def _read(api, context):
    info = context.contents.info.contents
    encoded = ctypes.string_at(context.contents.encoded, context.contents.size)
    serial = ctypes.string_at(info.serial.data, info.serial.size) if info.serial.size else b""
    return certificates.Certificate(
        subject=_name(api, info.subject),
        issuer=_name(api, info.issuer),
        friendly_name=_property(api, context, _PROPERTY_FRIENDLY_NAME).decode("utf-16-le", "replace").rstrip("\0"),
        serial=serial[::-1].hex().upper(),
        not_before=_seconds(info.not_before),
        not_after=_seconds(info.not_after),
        sha1=hashlib.sha1(encoded).hexdigest().upper(),
        sha256=hashlib.sha256(encoded).hexdigest().upper(),
        has_private_key=_has(api, context, _PROPERTY_KEY_PROVIDER) or _has(api, context, _PROPERTY_KEY_CONTEXT),
    )


def _name(api, blob):
    size = api.CertNameToStrW(_ENCODING, ctypes.byref(blob), _NAME_FORM, None, 0)
    space = ctypes.create_unicode_buffer(max(size, 1))
    api.CertNameToStrW(_ENCODING, ctypes.byref(blob), _NAME_FORM, space, len(space))
    return space.value


def _has(api, context, number):
    """Say whether a property is set; its value, which names where a key lies, is not read."""
    size = ctypes.c_uint32()
    return bool(api.CertGetCertificateContextProperty(context, number, None, ctypes.byref(size)))


def _property(api, context, number):
    size = ctypes.c_uint32()
    if not api.CertGetCertificateContextProperty(context, number, None, ctypes.byref(size)) or not size.value:
        return b""
    space = ctypes.create_string_buffer(size.value)
    if not api.CertGetCertificateContextProperty(context, number, space, ctypes.byref(size)):
        return b""
    return space.raw[: size.value]


def _seconds(words):
    """Return a FILETIME as seconds since 1970; None for none."""
    ticks = words[1] << 32 | words[0]
    return ticks // 10000000 - _EPOCH_SECONDS if ticks else None
