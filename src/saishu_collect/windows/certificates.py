"""The step `certificates`: a store of the machine as a list for programs and as the list that PowerShell prints."""

import collections
import json

from saishu_collect import manifest
from saishu_collect.windows import pieces, registry

SCHEMA = "saishu/certificates/1"
STORES = ("MY", "ROOT", "CA")
Certificate = collections.namedtuple(
    "Certificate", "subject issuer friendly_name serial not_before not_after sha1 sha256 has_private_key"
)
"""subject, issuer: as Windows writes names (`CN=…, O=…`). serial, sha1, sha256: hex in upper case. Times: seconds since
1970, None when the certificate states none that exists. has_private_key: whether the store knows of one."""

_LINES = (
    ("Subject", "subject"), ("Issuer", "issuer"), ("FriendlyName", "friendly_name"), ("Thumbprint", "sha1"),
    ("SerialNumber", "serial"), ("NotBefore", "not_before"), ("NotAfter", "not_after"),
    ("HasPrivateKey", "has_private_key"), ("Sha256", "sha256"),
)  # fmt: skip


def perform(step, context):
    """Return the Pieces certificates/<store>.json and .txt of a certificates step."""
    store = step["store"]
    found = context.certificates(store)
    shown = "LocalMachine\\" + store
    base = "certificates/" + store.lower()
    return [
        pieces.text(base + ".json", json_text(store, found, context.now), shown + " (json)"),
        pieces.text(base + ".txt", list_text(found), shown),
    ]


def order(certificates):
    """Return certificates in the order of their subjects, then thumbprints: the same store gives the same text."""
    return sorted(certificates, key=lambda one: (one.subject.lower(), one.sha1))


def document(store, certificates, now):
    """Return a store as plain values: what `certificates/<store>.json` holds."""
    return {
        "schema": SCHEMA,
        "location": "LocalMachine",
        "store": store,
        "read": manifest.utc_text(now),
        "certificates": [_plain_values(one) for one in order(certificates)],
    }


def json_text(store, certificates, now):
    """Return the document of a store as JSON text."""
    return json.dumps(document(store, certificates, now), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _plain_values(one):
    values = dict(one._asdict())
    for name in ("not_before", "not_after"):
        values[name] = manifest.utc_text(values[name])
    return values


def list_text(certificates):
    """Return what PowerShell's Format-List prints for a store; nothing for an empty one."""
    width = max(len(title) for title, _ in _LINES)
    blocks = []
    for one in order(certificates):
        values = _plain_values(one)
        blocks.append(
            "".join("{:<{}} : {}".format(title, width, _cell(values[name])).rstrip() + "\n" for title, name in _LINES)
        )
    return "\n" + "\n".join(blocks) + "\n" if blocks else ""


def _cell(value):
    return registry.plain("" if value is None else str(value))
