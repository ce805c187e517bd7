"""vssadmin's four lists, English and Japanese, in any encoding; one file may hold several of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from saishu.bundle.signatures.text import Head

_WORDS = {
    "writers": r"^\s*(?:Writer name|ライター名)\s*[:：]\s*'",
    "providers": r"^\s*(?:Provider name|プロバイダー名|プロバイダ名)\s*[:：]\s*'",
    "shadows": r"^\s*(?:Contents of shadow copy set ID|Shadow Copy ID)\s*[:：]\s*\{"
    r"|^\s*シャドウ\s?コピー\s?(?:セット\s?)?ID[^\n{]{0,20}[:：]\s*\{"
    r"|\\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy\d+",
    "shadowstorage": r"^\s*(?:Used|Allocated|Maximum) Shadow Copy Storage space\s*[:：]"
    r"|^\s*Shadow Copy Storage association|シャドウ\s?コピーの?記憶域(?:の関連付け|の?(?:使用|割り当て|最大))",
}
"""Key words of each list. Japanese shadow lists are known by the device path, whose words do not change."""


def _test(what: str) -> Callable[[Head], bool]:
    pattern = re.compile(_WORDS[what], re.MULTILINE)
    # An answer without entries is an answer too: then only the command line itself says which list it was.
    command = re.compile(rf"^.{{0,200}}vssadmin(?:\.exe)?\s+list\s+{what}\b", re.MULTILINE | re.IGNORECASE)

    def test(head: Head) -> bool:
        text = head.text
        return pattern.search(text) is not None or (_answers(text) and command.search(text) is not None)

    return test


def _answers(text: str) -> bool:
    return "vssadmin 1.1" in text


SIGNATURES = {f"vssadmin_{what}": _test(what) for what in _WORDS}
