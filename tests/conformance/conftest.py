"""The knowledge as it is now, not as it was last compiled."""

import pytest

from saishu.catalogue import KnowledgeError, compile_knowledge, knowledge_folder
from saishu.catalogue.own_words import own_words


@pytest.fixture(scope="session")
def catalogue():
    """All units, checked; a fault is shown in the words that its author reads."""
    try:
        return compile_knowledge(knowledge_folder())
    except KnowledgeError as error:
        words = own_words(knowledge_folder())
        pytest.fail("\n".join(problem.text(words) for problem in error.problems), pytrace=False)
