"""Files with certificates: listings that the collector wrote, and certificates that somebody wants to import."""

import base64
import binascii
import collections
import hashlib
import json
import re

from saishu_collect.windows import certificates

MOST_LISTING = 64 << 20
MOST_FILE = 1 << 20
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_CERTIFICATE = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")
_FIELDS = ("subject", "issuer", "friendly_name", "serial", "sha1", "sha256", "not_before", "not_after")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")

Known = collections.namedtuple("Known", "der sha1 store entry")
"""A certificate that is published: its bytes, thumbprint, the store it belongs in and its entry in the list."""


class RefusedFileError(ValueError):
    """A file that is not what it has to be; carries the code of the error."""

    def __init__(self, code, **given):
        ValueError.__init__(self, code)
        self.code = code
        self.given = given


def read_listing(path):
    """Return the document of a listing; RefusedFileError E341 for anything else. Raises OSError."""
    with open(path, "rb") as source:
        data = source.read(MOST_LISTING + 1)
    try:
        found = json.loads(data.decode("utf-8-sig"))
        if found["schema"] != certificates.SCHEMA or found["store"] not in certificates.STORES:
            raise ValueError("schema")
        _check_time(found["read"])
        for one in found["certificates"]:
            _check(one)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RefusedFileError("E341", path=path) from error
    return found


def _check(one):
    """Raise ValueError unless an entry of a listing has the types that we write."""
    if not all(isinstance(one[name], str) or one[name] is None for name in _FIELDS):
        raise ValueError("types")
    if not isinstance(one["subject"], str) or not isinstance(one["has_private_key"], bool):
        raise ValueError("types")
    for name in ("not_before", "not_after"):
        if one[name] is not None:
            _check_time(one[name])


def _check_time(text):
    if not _TIME.match(text):
        raise ValueError("time")


def read_certificates(path):
    """Return the DER bytes of every certificate in a file, DER or PEM. Raises OSError.

    RefusedFileError: E342 for what holds no certificate, E344 for a file with a private key in it.
    """
    with open(path, "rb") as source:
        data = source.read(MOST_FILE + 1)
    if len(data) > MOST_FILE:
        raise RefusedFileError("E342", path=path)
    blocks = _BLOCK.findall(data)
    if any(b"PRIVATE KEY" in name for name, _ in blocks):
        raise RefusedFileError("E344", path=path)
    found = [_decoded(body) for name, body in blocks if name in _CERTIFICATE] if blocks else [data]
    if not found or not all(is_one_element(one) for one in found):
        raise RefusedFileError("E342", path=path)
    return found


def _decoded(body):
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        return b""


def is_one_element(data):
    """Say whether bytes are one ASN.1 sequence from their first to their last byte: nothing is hidden behind it."""
    if len(data) < 4 or data[0] != 0x30 or not data[1] & 0x80:
        return False
    count = data[1] & 0x7F
    return 1 <= count <= 3 and 2 + count + int.from_bytes(data[2 : 2 + count], "big") == len(data)


def find_published(path, lists):
    """Return a Known for every certificate in a file; RefusedFileError E442 when one is not published.

    The thumbprint decides; where the list knows the SHA-256 as well, both have to be right.
    """
    found = []
    for der in read_certificates(path):
        sha1 = hashlib.sha1(der).hexdigest().upper()
        sha256 = hashlib.sha256(der).hexdigest().upper()
        known = _look_up(sha1, sha256, lists)
        if known is None:
            raise RefusedFileError("E442", path=path, sha1=sha1)
        found.append(Known(der, sha1, *known))
    return found


def _look_up(sha1, sha256, lists):
    for root in lists["azure_roots"]:
        if root["published"] and root["sha1"] == sha1 and root.get("sha256") in (None, sha256):
            return "ROOT", root
    for one in lists["azure_intermediates"]:
        if one["status"] == "current" and one["sha1"] == sha1:
            return "CA", one
    return None
