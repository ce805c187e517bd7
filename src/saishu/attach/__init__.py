"""Adds what only a person can give to a bundle of ours: written beside, read back, then put in its place."""

from saishu.attach.adding import Attached, AttachError, attach_files

__all__ = ["AttachError", "Attached", "attach_files"]
