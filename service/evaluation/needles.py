r"""Chains of kinship in a long document: NeedleBench's multi-needle reasoning (M-RS).

Li et al. 2024, https://arxiv.org/abs/2407.11963. The form was read in `needlebench_v2/multi.py` and `atc.py` of
github.com/open-compass/opencompass (Apache-2.0): the seven sentences and ten terms of kinship, where they go, the frame
of the document and the question. Names, examples and the document are ours. A document has as many tokens as Riffler
estimates, so that a case is the same for every engine; needles go between two words, where the source also cuts words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from riffler.service.evaluation.benchmark import Case, Cell, source_of
from riffler.service.evaluation.boxed import read_boxed
from riffler.service.evaluation.words import make_words
from riffler.tools.tokens import EstimatedTokens

APART_PERCENT = 10
"""Of the document between two needles."""
_SENTENCES = (
    "{a} is {b}'s {term}.",
    "{b}'s {term} is {a}.",
    "{a}, as {b}'s {term}, has a significant impact on {b}'s upbringing.",
    "{a} is not only {b}'s {term} but also {b}'s role model.",
    "During {b}'s upbringing, {a} was not only {b}'s {term}, but also {b}'s guardian.",
    "For {b}, {a} is not just a {term}, but also a friend.",
    "For {b}, {a} is more than just a {term}; {a} is a lifelong mentor of {b}.",
)
TERMS = (
    *("father", "mother", "dad", "mom", "grandfather", "grandmother"),
    *(f"{side} {term}" for side in ("maternal", "paternal") for term in ("grandmother", "grandfather")),
)
_FILLERS = (
    "The {a} of the {b} was mended in spring, and nobody thought of it again.",
    "A ship with {a} and {b} came in late; the harbour master wrote it down.",
    "In the {a} street there is a {b} that opens on two days of the week.",
    "They argued about the {a} until the {b} was cold.",
    "What the {a} costs depends on the {b}, and on who asks.",
    "Nobody who had seen the {a} would have sold it for a {b}.",
    "The council met twice over the {a}; the {b} was left for another year.",
    "It rained for a week, and the {a} stood in water up to the {b}.",
    "Some say that the first {a} was made from an old {b}.",
    "On the third page there is a drawing of a {a}, and under it one of a {b}.",
)
_QUESTION = (
    "Given the context described above, who is the eldest relative that '{name}' can trace back to in the context?"
)
_FRAME = r"""This is a test of long-text capability. You need to first read the long document below, and then answer the final question based on the information in the document.
The content of the long document is as follows

<Document>
{document}
</Document>

Based on the information in the document, now please answer: {question}

For example:
Example 1: If Orla Finch's mother is Piet Marsh, and the text says no more of kinship, then the oldest relative that Orla Finch can trace back to in the text is \boxed{{Piet Marsh}}.
Example 2: If Ruth Alder's grandfather is Ivo Lund, and Ivo Lund's mother is Orla Finch, and the text says no more of kinship, then the oldest relative that Ruth Alder can trace back to in the text is \boxed{{Orla Finch}}.
Example 3: If Tess Hale is Ivo Lund's great-grandson, Ivo Lund's grandmother is Ruth Alder, and Ruth Alder's father is Carl Voss, and the text says no more of kinship, then the oldest relative that Tess Hale can trace back to in the text is \boxed{{Carl Voss}}.

Notes:
1. Whether a name fits a man or a woman doesn't matter here: anybody may be anybody's father. All that counts is who is older.
2. Surnames needn't be inherited: Ruth Alder may be the child of Carl Voss.
3. At the end of your response, remember to put your final answer within \boxed{{}}. For example: "So the oldest relative '{name}' can trace back to in the text is \boxed{{(your answer here)}}."

"""  # noqa: E501 - the message is one line a sentence


@dataclass(frozen=True)
class Needles:
    """The evaluation.

    Attributes:
        needles: Sentences of kinship: a cell for each number and each length.
        tokens: Lengths of the document, by Riffler's estimate.
        depth: Where the first needle goes, in percent of the document.
        sessions: Cases of each cell.
        seed: The same seed gives the same cases.
    """

    needles: tuple[int, ...] = (2, 3, 4, 5)
    tokens: tuple[int, ...] = (1000, 16_000, 64_000, 128_000)
    depth: int = 40
    sessions: int = 10
    seed: int = 1
    name: str = "kinship"

    @property
    def cells(self) -> Sequence[Cell]:
        """See the port."""
        return [{"needles": needles, "tokens": tokens} for tokens in self.tokens for needles in self.needles]

    @property
    def options(self) -> Mapping[str, Any]:
        """See the port."""
        return {"needles": [*self.needles], "tokens": [*self.tokens], "depth": self.depth}

    def case(self, cell: Cell, session: int) -> Case:
        """See the port."""
        needles, tokens = int(cell["needles"]), int(cell["tokens"])
        rng = source_of(self.seed, self.name, needles, tokens, self.depth, session)
        words = [word.capitalize() for word in make_words(rng, 2 * needles + 2)]
        names = [f"{first} {last}" for first, last in zip(words[::2], words[1::2], strict=True)]
        chain = [
            rng.choice(_SENTENCES).format(a=elder, b=younger, term=rng.choice(TERMS))
            for elder, younger in pairwise(names)
        ]
        rng.shuffle(chain)
        lines = [f"\n{sentence}\n" for sentence in chain]
        room = tokens - sum(EstimatedTokens().count(line) for line in lines)
        document = insert_needles(make_document(rng, room), lines, self.depth)
        question = _QUESTION.format(name=names[-1])
        text = _FRAME.format(document=document, question=question, name=names[-1])
        return Case(text, lambda answer: float(read_boxed(answer) == names[0]), lambda: climb(document, names[-1]))


def make_document(rng: random.Random, tokens: int) -> str:
    """Write sentences about nothing in particular.

    Args:
        rng: Source of the draws.
        tokens: The length wanted, by estimate.

    Returns:
        The text: one sentence at most longer than that; empty for a length of 0 or less.
    """
    return " ".join(make_sentences(rng, tokens))


def make_sentences(rng: random.Random, tokens: int) -> list[str]:
    """Write them one by one.

    Args:
        rng: Source of the draws.
        tokens: The length wanted of all, by estimate.

    Returns:
        The sentences; none for a length of 0 or less.
    """
    things, counter = make_words(rng, 120), EstimatedTokens()
    sentences: list[str] = []
    left: float = tokens
    while left > 0:
        sentences.append(rng.choice(_FILLERS).format(a=rng.choice(things), b=rng.choice(things)))
        left -= counter.count(f"{sentences[-1]} " * 10) / 10  # a count is rounded up: of one sentence by 3%
    return sentences


def insert_needles(document: str, needles: Sequence[str], depth: int) -> str:
    """Put needles into a document.

    Args:
        document: The document.
        needles: What goes in, in order.
        depth: Where the first one goes, in percent; each further one goes 10% later, the last ones at the end at most.

    Returns:
        The document with the needles, each between two words.
    """
    pieces: list[str] = []
    start = 0
    for number, needle in enumerate(needles):
        at = min(len(document), len(document) * (depth + number * APART_PERCENT) // 100)
        space = document.find(" ", at)
        end = len(document) if space < 0 else space
        pieces += [document[start:end], needle]
        start = end
    return "".join([*pieces, document[start:]])


def climb(document: str, name: str) -> str:
    """Answer by going from name to name, each time to the one that shares the newest line with it: the baseline.

    It reads nothing of kinship, nor who is the elder, and has no need to: a chain that begins at its end leads only one
    way, and nothing else in the text has two names.

    Args:
        document: Any text.
        name: Where to begin.

    Returns:
        The last name reached, in a box.
    """
    names = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")
    lines = document.splitlines()[::-1]
    while True:
        shared = (line for line in lines if name in line)
        other = next((found[0] for line in shared if (found := names.findall(_less(line, name)))), "")
        if not other:
            return f"\\boxed{{{name}}}"
        lines = [_less(line, name) for line in lines if names.search(line)]  # what was passed is no way on
        name = other


def _less(line: str, name: str) -> str:
    return line.replace(name, "-")
