"""The policy of a page: nothing but its own style and its own scripts, each by its hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence


def content_policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """The value of Content-Security-Policy for a page with these styles and scripts in it."""
    said = ["default-src 'none'", f"style-src {_sources(styles)}"]
    if scripts:
        said.append(f"script-src {_sources(scripts)}")
    return "; ".join([*said, "base-uri 'none'", "form-action 'none'"])


def _sources(texts: Sequence[str]) -> str:
    digests = [hashlib.sha256(text.encode("utf-8")).digest() for text in texts]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
