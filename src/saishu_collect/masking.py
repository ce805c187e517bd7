"""Small settings files that may hold a password in a URL: taken with the password blanked out, and said to be so."""

import re

from saishu_collect import outcomes, reading, walk

LARGEST = 1 << 20
URL_CREDENTIALS = "url_credentials"
_CREDENTIALS = re.compile(rb"(//)[^/@\s\"']+@")


def mask_url_credentials(data):
    """Return text bytes with `//user:password@` as `//***@`."""
    return _CREDENTIALS.sub(rb"\1***@", data)


def pack(packer, entry, shown, member, evidence):
    """Read a small file, mask it, write it as a member; a larger one is left out rather than taken as it is."""
    if entry.status.st_size > LARGEST:
        packer.note(shown, evidence, outcomes.SKIPPED, outcomes.OVER_FILE_LIMIT, fs=entry.status.st_size)
        return
    try:
        data = reading.read_small(entry.path, entry.status).data
    except reading.Outgrown as grown:
        packer.note(shown, evidence, outcomes.SKIPPED, outcomes.OVER_FILE_LIMIT, fs=grown.status.st_size)
        return
    except OSError as error:
        reason = walk.reason_of(error)
        outcome = outcomes.DENIED if reason == outcomes.NOT_PERMITTED else outcomes.FAILED
        packer.note(shown, evidence, outcome, reason, d=error.strerror)
        return
    masked = mask_url_credentials(data)
    detail = "credentials in URLs masked" if masked != data else None
    packer.text(member, masked, evidence, entry.status.st_mtime, shown, d=detail)
