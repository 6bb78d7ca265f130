"""What the judge is asked: prompts are files, and here they are filled.

Texts of users, documents and models stand between fences that they can't contain (`fences.py`), so an answer with
"Score: 4" in it, or with a fence of its own, can't end its part of the prompt. What remains possible: a model may still
do what an answer tells it, or be won over by how the answer speaks of itself. No prompt prevents that, and a reply that
came about so looks like any other. It is one bounded observation among many; a judge whose scores rise while feedback
doesn't should be looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from riffler.bandits.judging.criteria import Criterion
from riffler.bandits.judging.fences import fence_for

_SLOT = re.compile(r"\{(\w+)\}")
_PROMPTS = ("choose", "score", "compare", "again")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer answers.

    Attributes:
        query: The question, as its user put it.
        before: What was said before it; of a long session the end.
        left_out: How many characters before that end are left out.
    """

    query: str
    before: str = ""
    left_out: int = 0


def asked(query: str, before: Sequence[str], most_characters: int) -> Asked:
    """Put a question together with the end of what was said before it.

    Args:
        query: The question.
        before: What was said before, oldest first.
        most_characters: How much of that the judge is shown, at least 0.

    Returns:
        Both. Texts are joined by an empty line, and the first one shown may begin in its midst.
    """
    whole = "\n\n".join(before)
    start = max(0, len(whole) - most_characters)
    return Asked(query, whole[start:], start)


def choose_prompt(question: Asked, criteria: Sequence[Criterion]) -> str:
    """Ask which criterion an answer to a question should be judged by.

    Args:
        question: The question. No answer is shown: none can plead for the criterion that suits it.
        criteria: Those to choose from.

    Returns:
        The prompt.
    """
    listed = "\n".join(f"- {each.name}: {each.question}" for each in criteria)
    names = ", ".join(each.name for each in criteria)
    return _filled("choose", _texts(question), criteria=listed, names=names, cut=_cut(question))


def score_prompt(question: Asked, criterion: Criterion, answer: str) -> str:
    """Ask how good an answer is.

    Args:
        question: The question.
        criterion: What to judge by.
        answer: The answer.

    Returns:
        The prompt.
    """
    texts = {**_texts(question), "answer": answer}
    return _filled("score", texts, name=criterion.name, question=criterion.question, cut=_cut(question))


def compare_prompt(question: Asked, criterion: Criterion, first: str, second: str) -> str:
    """Ask which of two answers is better. A judge may favour a place, so ask in both orders.

    Args:
        question: The question.
        criterion: What to judge by.
        first: The answer shown as A.
        second: The answer shown as B.

    Returns:
        The prompt.
    """
    texts = {**_texts(question), "first": first, "second": second}
    return _filled("compare", texts, name=criterion.name, question=criterion.question, cut=_cut(question))


def again_prompt(prompt: str) -> str:
    """Ask the same once more, where the reply could not be read.

    Args:
        prompt: What was asked.

    Returns:
        The prompt.
    """
    return _filled("again", {}, prompt=prompt)


def judging_version(criteria: Sequence[Criterion]) -> str:
    """Name the prompts and criteria: what was scored by others is no measure of the same.

    Args:
        criteria: Those that the judge chooses from.

    Returns:
        A digest, which changes with every word of them.
    """
    parts = [*map(_template, _PROMPTS), *(f"{each.name} {each.question}" for each in criteria)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


@cache
def _template(name: str) -> str:
    return files(__package__).joinpath(f"prompts/{name}.txt").read_text("utf-8").rstrip("\n")


def _texts(question: Asked) -> dict[str, str]:
    return {"before": question.before, "query": question.query}


def _cut(question: Asked) -> str:
    return (
        f", of which only the end is shown ({question.left_out} characters are left out)" if question.left_out else ""
    )


def _filled(name: str, texts: dict[str, str], /, **own: str) -> str:
    """Fill a prompt with texts of others and words of our own. What looks like a slot inside of either stays."""
    values = {**texts, **own, "fence": fence_for(*texts.values())}
    return _SLOT.sub(lambda slot: values[slot[1]], _template(name))
