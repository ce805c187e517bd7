"""The few facts of an X.509 certificate that a report needs, read from its DER form without any library."""

import calendar
import hashlib
import re

_NAMES = {b"\x55\x04\x03": "common_name", b"\x55\x04\x0a": "organisation", b"\x55\x04\x0b": "unit"}
_SEQUENCE, _SET, _INTEGER, _OID, _VERSION = 0x30, 0x31, 0x02, 0x06, 0xA0
_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}
_UTC_TIME, _LONG_TIME = 0x17, 0x18


def read_certificate(der):
    """Return what a certificate says of itself; the signature is not checked.

    Shape: {"subject": {…}, "issuer": {…}, "serial": "0a1b…", "not_before": seconds, "not_after": seconds,
    "sha1": "ABCD…"}; a name has those of common_name, organisation, unit that are there. ValueError: no certificate.
    """
    body = _value(_value(der, _SEQUENCE)[0], _SEQUENCE)[0]
    if body[:1] == bytes([_VERSION]):
        body = _value(body, _VERSION)[1]
    serial, body = _value(body, _INTEGER)
    _, body = _value(body, _SEQUENCE)
    issuer, body = _value(body, _SEQUENCE)
    validity, body = _value(body, _SEQUENCE)
    subject, _ = _value(body, _SEQUENCE)
    not_before, rest = _time(validity)
    return {
        "subject": _name(subject),
        "issuer": _name(issuer),
        "serial": "".join("{:02x}".format(byte) for byte in serial),
        "not_before": not_before,
        "not_after": _time(rest)[0],
        "sha1": thumbprint(der),
    }


def thumbprint(der):
    """Return the SHA-1 thumbprint of a certificate in upper case, as Windows shows it."""
    return hashlib.sha1(der).hexdigest().upper()


def _element(data):
    """Return (tag, value, what follows) of the first element."""
    if len(data) < 2:
        raise ValueError("cut short")
    length, start = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        start += count
        if not 1 <= count <= 4 or len(data) < start:
            raise ValueError("odd length")
        length = int.from_bytes(data[2:start], "big")
    if len(data) < start + length:
        raise ValueError("cut short")
    return data[0], data[start : start + length], data[start + length :]


def _value(data, wanted):
    tag, value, rest = _element(data)
    if tag != wanted:
        raise ValueError("another element than expected")
    return value, rest


def _name(data):
    found = {}
    while data:
        parts, data = _value(data, _SET)
        while parts:
            pair, parts = _value(parts, _SEQUENCE)
            kind, rest = _value(pair, _OID)
            tag, text, _ = _element(rest)
            name = _NAMES.get(kind)
            if name and name not in found:
                found[name] = text.decode(_TEXTS.get(tag, "latin-1"), "replace")
    return found


def _time(data):
    """Return (seconds since 1970, what follows); both forms are UTC by definition of the format."""
    tag, text, rest = _element(data)
    digits = text.decode("ascii", "replace")
    pattern = {_UTC_TIME: r"(\d\d)", _LONG_TIME: r"(\d{4})"}.get(tag)
    match = re.match((pattern or "!") + r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z\Z", digits)
    if not match:
        raise ValueError("odd time")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    if tag == _UTC_TIME:
        year += 2000 if year < 50 else 1900
    if not (1 <= month <= 12 and 1 <= day <= 31 and year):
        raise ValueError("odd time")
    return calendar.timegm((year, month, day, hour, minute, second)), rest
