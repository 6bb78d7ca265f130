"""Reads whether an answer is one sentence of a document, word for word, or says that there is none.

What stands around the sentence doesn't count, nor does white space, a kind of quotation mark, or the full stop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_DENIAL = re.compile(
    r"\b(?:not|cannot|no|never|none|nothing|nowhere|neither|nor|unknown|unclear|absent|missing|lacks?|silent|without)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)


def quotes(answer: str, sentence: str, sentences: Sequence[str]) -> bool:
    """Tell whether an answer has a sentence, and no other one.

    Args:
        answer: The answer.
        sentence: The sentence.
        sentences: All that there are.

    Returns:
        Whether it does.
    """
    text, wanted = _plain(answer), _plain(sentence)
    return wanted in text and not any(_plain(other) in text for other in sentences if other != sentence)


def denies(answer: str, sentences: Sequence[str], told: Sequence[str]) -> bool:
    """Tell whether an answer says that there is none, and gives none all the same.

    Args:
        answer: The answer.
        sentences: All sentences of the document.
        told: What its facts tell: an answer that has one of them as a word of its own, says more than that.

    Returns:
        Whether it does.
    """
    text = _plain(answer)
    given = any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) for value in told)
    return bool(_DENIAL.search(text)) and not given and not any(_plain(each) in text for each in sentences)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[’‘]", "'", text).split()).rstrip(".")
