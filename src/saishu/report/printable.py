"""Text of the evidence, safe to show."""

from __future__ import annotations


def printable(text: str) -> str:
    """Text of the evidence on one line, without anything that could steer a terminal or turn the reading direction."""
    kept = (one if one.isprintable() or one == "\t" else " " for one in text)
    return " ".join("".join(kept).split())
