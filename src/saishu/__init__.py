"""Saishu on the engineer's machine: open a bundle, check it, ask for what is missing, report."""
