"""Looks for what the knowledge of faults speaks of: signals and codes in batches of events. Draws no conclusion."""

from saishu.signals.signal_set import FactUse, SignalSet, build_signal_set, codes_meant
from saishu.signals.watching import Kept, Template, Watched, Watcher

__all__ = ["FactUse", "Kept", "SignalSet", "Template", "Watched", "Watcher", "build_signal_set", "codes_meant"]
