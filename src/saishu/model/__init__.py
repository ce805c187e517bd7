"""The types that pass through doors; they hold facts and do no work."""

from saishu.model.bundle import BundleNote, Match, MatchedBy, Member, MemberKind, SourceRef
from saishu.model.completeness import Completeness, FactFound, Item, Need, Platform, Reason, Status, Warned, Words

__all__ = [
    "BundleNote",
    "Completeness",
    "FactFound",
    "Item",
    "Match",
    "MatchedBy",
    "Member",
    "MemberKind",
    "Need",
    "Platform",
    "Reason",
    "SourceRef",
    "Status",
    "Warned",
    "Words",
]
