"""Saishu on the affected machine: gathers the evidence that a scenario needs; standard library only, Python 3.6."""

__version__ = "0.1.0"
