"""A case as one HTML page: both languages in one file, nothing from a network, readable without a script."""

from saishu.report.page.sheet import draw_page

__all__ = ["draw_page"]
