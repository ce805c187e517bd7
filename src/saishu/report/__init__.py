"""Shows what was judged: as JSON, in the terminal, as a letter, as one HTML page. Computes no judgement."""

from saishu.report.document import SCHEMA, check_document
from saishu.report.mail import Letter, write_letter
from saishu.report.page import draw_page
from saishu.report.terminal import write_check

__all__ = ["SCHEMA", "Letter", "check_document", "draw_page", "write_check", "write_letter"]
