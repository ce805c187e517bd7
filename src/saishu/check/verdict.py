"""What a judge hands back."""

from __future__ import annotations

from dataclasses import dataclass

from saishu.model import Reason, Status

_WORST_FIRST = (Status.MISSING, Status.UNKNOWN, Status.PARTIAL, Status.NOT_APPLICABLE, Status.COMPLETE)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing seen about an item. status COMPLETE: nothing against it, only something worth saying."""

    status: Status
    reason: Reason


def worst(remarks: list[Remark]) -> Status:
    """The status that several remarks lead to together; complete without any."""
    return min((one.status for one in remarks), key=_WORST_FIRST.index, default=Status.COMPLETE)


def weightiest(remarks: list[Remark]) -> list[Reason]:
    """The reasons for that status, then the other objections; plain remarks only when there is no objection."""
    status = worst(remarks)
    first = [one.reason for one in remarks if one.status is status]
    if status is Status.COMPLETE:
        return first
    return first + [one.reason for one in remarks if one.status not in (status, Status.COMPLETE)]
