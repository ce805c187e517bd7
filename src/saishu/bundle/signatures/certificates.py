"""Lists of certificates: certutil in both languages, PowerShell's table and list, our own."""

from __future__ import annotations

import re

from saishu.bundle.signatures.text import Head

_CERTUTIL = re.compile(
    r"^\s*(?:Cert Hash\(sha1\)|Certificate Hash\(sha1\)|証明書のハッシュ\s*\(sha1\)|証明書ハッシュ\s*\(sha1\)|"
    r"=+ (?:Certificate|証明書) \d+ =+)",
    re.MULTILINE | re.IGNORECASE,
)
_TABLE = re.compile(r"^\s*Thumbprint\s+Subject\b", re.MULTILINE)
_ROW = re.compile(r"^\s*\"?[0-9A-Fa-f]{40}\"?\s*[,\t ]\s*\"?(?:CN|OU|O|C|DC|E)=", re.MULTILINE)
_FIELD = re.compile(r"^\s*\"?(?:Thumbprint|拇印)\"?\s*[:：]\s*\"?(?:[0-9A-Fa-f]{2}[ :]?){20}", re.MULTILINE)


def is_listing(head: Head) -> bool:
    """Thumbprints with subjects, or the headings under which certutil and PowerShell print them."""
    text = head.text
    return any(pattern.search(text) is not None for pattern in (_CERTUTIL, _TABLE, _ROW, _FIELD))


SIGNATURES = {"certificate_listing": is_listing}
