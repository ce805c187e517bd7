"""msinfo32 reports."""

from __future__ import annotations

import re

from saishu.bundle.signatures.text import Head

_ROOT = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>)?\s*<MsInfo[\s>]", re.IGNORECASE)


def is_nfo(head: Head) -> bool:
    """The XML root of `msinfo32 /nfo`, in UTF-16 as it is written or in UTF-8 as it may be saved again."""
    return _ROOT.match(head.text[:1000]) is not None


SIGNATURES = {"nfo": is_nfo}
