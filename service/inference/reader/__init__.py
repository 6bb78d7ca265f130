"""The engine `reader`: a deterministic reader that drives the context tools by rule and quotes what it finds.

    engine.py           the engine: a request in, calls or an answer out
    turn.py             a request, read as a turn: question, material, searches made, room left
    current_value.py    rule 1: the current values of keys           keys.py, statements.py
    chain.py            rule 2: the end of a chain of relations      chain_question.py, relations.py, relation_words.py
    find.py             rule 3: the sentence that shares most with the question
    question.py         what is asked, and in which form
    replies.py          the context tools' replies, read
    steps.py            what a rule can decide
    text.py             sentences, words, names

It knows English a little, and no task's wording.
"""

from riffler.service.inference.reader.engine import ReaderEngine

__all__ = ["ReaderEngine"]
