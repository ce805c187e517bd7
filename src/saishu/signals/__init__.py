"""Looks for what the knowledge of faults speaks of: signals and codes in batches of events. Draws no conclusion."""

from functools import lru_cache

from saishu.catalogue.faults import load_faults
from saishu.signals.signal_set import FactUse, SignalSet, build_signal_set, codes_meant
from saishu.signals.watching import Kept, Template, Watched, Watcher

__all__ = [
    "FactUse",
    "Kept",
    "SignalSet",
    "Template",
    "Watched",
    "Watcher",
    "build_signal_set",
    "codes_meant",
    "shipped_signals",
]


@lru_cache(maxsize=1)
def shipped_signals() -> SignalSet:
    """The signals of the shipped fault units, put together once."""
    return build_signal_set(load_faults())
