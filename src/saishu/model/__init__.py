"""The types that pass through doors; they hold facts and do no work."""

from saishu.model.bundle import BundleNote, Match, MatchedBy, Member, MemberKind, SourceRef
from saishu.model.completeness import Completeness, FactFound, Item, Need, Status, Warned

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
    "SourceRef",
    "Status",
    "Warned",
]
