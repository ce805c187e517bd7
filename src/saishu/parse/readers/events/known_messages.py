"""Which event a message is, by the sentence that Windows writes for it alone: for pastes that left the header out."""

from __future__ import annotations

import re
from typing import NamedTuple

_LOOKED_AT = 2000


class Known(NamedTuple):
    """The source and the id of an event."""

    provider: str
    event_id: int


# Only sentences that one event id has for itself. Values inside of them are left open.
_SENTENCES: tuple[tuple[str, int, str], ...] = (
    ("VSS", 11, r"and name SW_PROV cannot be started\. Most likely the CPU"),
    (
        "VSS",
        13,
        r"The COM Server with CLSID \{[^}]{36}\} and name\s+\w+ cannot be started\. \[|を持つ COM サーバーを開始でき",
    ),
    ("VSS", 22, r"A critical component required by the Volume Shadow Copy [Ss]ervice is not registered"),
    ("VSS", 34, r"The VSS event class is not registered"),
    ("VSS", 8193, r"Unexpected error calling routine|ルーチン [^\n]{1,200}の呼び出し中に予期しないエラー"),
    ("VSS", 8194, r"Unexpected error querying for the IVssWriterCallback|IVssWriterCallback インターフェイス"),
    ("VSS", 8213, r"The process that hosts the writer with name [^\n]{1,200} does not run under a user"),
    ("VSS", 8224, r"The VSS service is shutting down due to idle timeout|VSS サービスは、?アイドル"),
    ("VSS", 8229, r"A VSS writer has rejected an event with error|VSS ライターはイベントを拒否しました"),
    ("VSS", 8230, r"Failed resolving account |アカウント [^\n]{1,200}を解決できませんでした。状態"),
    (
        "VSS",
        12292,
        r"Error creating the Shadow Copy Provider COM class|シャドウ コピー プロバイダー COM クラスの作成中に",
    ),
    ("VSS", 12293, r"Error calling a routine on (?:a|the) Shadow Copy Provider"),
    ("VSS", 12297, r"The I/O writes cannot be flushed during the shadow copy creation period"),
    ("VSS", 12298, r"The I/O writes cannot be held during the shadow copy creation period"),
    ("VSS", 12302, r"An internal inconsistency was detected in trying to contact shadow copy service writers"),
    ("volsnap", 14, r"The shadow copies of volume \S+ were aborted because of an IO failure"),
    ("volsnap", 24, r"There was insufficient disk space on volume \S+ to grow the shadow copy storage"),
    ("volsnap", 25, r"were deleted because the shadow copy storage could not grow in time"),
    ("volsnap", 32, r"were aborted because the shadow copy storage volume was not present"),
    ("volsnap", 33, r"The oldest shadow copy of volume \S+(?: :)? was deleted to keep disk space usage"),
    ("volsnap", 35, r"were aborted because the shadow copy storage failed to grow"),
    ("volsnap", 36, r"were aborted because the shadow copy storage could not grow due to a user imposed limit"),
    (
        "Microsoft-Windows-Backup",
        517,
        r"(?:Backup|The backup operation that) started at [^\n]{1,80} failed with following",
    ),
    ("Microsoft-Windows-Backup", 521, r"failed as Volume Shadow [Cc]opy operation failed for backup volumes"),
    (
        "Microsoft-Windows-Backup",
        547,
        r"The backup operation that started at [^\n]{1,80} has encountered errors for the volume",
    ),
    ("Microsoft-Windows-CAPI2", 513, r"while processing the OnIdentity\(\) call in (?:the )?System Writer Object"),
    ("SQLWRITER", 24579, r"is stored on multiple volumes, only some of which are being shadowed"),
    ("SQLWRITER", 24583, r"Sqllib error: OLEDB Error encountered calling"),
    ("SQLVDI", 1, r"SQLVDI: Loc="),
    (
        "Microsoft-Windows-FailoverClustering",
        1544,
        r"backup operation for the cluster configuration data has been cancel|クラスター構成データのバックアップ操作",
    ),
    ("Service Control Manager", 7000, r"service failed to start due to the following error"),
    ("Service Control Manager", 7023, r"service terminated with the following error"),
    ("Service Control Manager", 7031, r"service terminated unexpectedly\.[^\n]{1,60}The following corrective action"),
    ("disk", 153, r"The IO operation at logical block address [^\n]{1,120} was retried|で IO 操作が再試行されました"),
    ("disk", 154, r"The IO operation at logical block address [^\n]{1,120} failed due to a hardware error"),
    ("disk", 157, r"Disk \d+ has been surprise removed"),
)
_ANY = re.compile("|".join(f"(?P<m{number}>{sentence})" for number, (_, _, sentence) in enumerate(_SENTENCES)))


def known_event(message: str) -> Known | None:
    """The event that has this message, or None when no sentence gives it away."""
    hit = _ANY.search(message, 0, _LOOKED_AT)
    if hit is None or hit.lastgroup is None:
        return None
    provider, event_id, _ = _SENTENCES[int(hit.lastgroup[1:])]
    return Known(provider, event_id)
