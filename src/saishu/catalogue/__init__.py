"""Knowledge files in, one checked catalogue out; touches no bundle."""

from saishu.catalogue.compiling import catalogue_text, compile_knowledge
from saishu.catalogue.knowledge import knowledge_folder, read_knowledge
from saishu.catalogue.problems import KnowledgeError, Problem

__all__ = ["KnowledgeError", "Problem", "catalogue_text", "compile_knowledge", "knowledge_folder", "read_knowledge"]
