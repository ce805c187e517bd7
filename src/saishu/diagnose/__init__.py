"""Judges what was read by the knowledge of faults: what is wrong, what only looks wrong, what could not be judged."""

from saishu.diagnose.judging import Evidence, diagnose

__all__ = ["Evidence", "diagnose"]
