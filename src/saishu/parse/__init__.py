"""Reads evidence: files in, events, facts and notes out. Never judges, never makes up a zone or a year in silence."""
