"""Readers of formats that one pattern a line cannot say, one module each; a format unit names its reader."""
