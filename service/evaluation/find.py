"""A question about a long document: the sentence that answers it, word for word, or that there is none.

The task is ours. A document tells a few facts of some things, among sentences about nothing in particular. Of the thing
that is asked about it always tells something, of other things what is asked for, and one of them has half of its name,
so that neither the thing alone nor the matter alone leads to the sentence. A quarter of the cells' cases has no answer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riffler.service.evaluation.benchmark import Case, Cell, source_of
from riffler.service.evaluation.find_facts import FACTS, KINDS, OTHER_FORMS, OTHER_WORDS, SAME_WORDS, WISHES
from riffler.service.evaluation.needles import make_sentences
from riffler.service.evaluation.quoted import denies, quotes
from riffler.service.evaluation.words import make_words
from riffler.tools.tokens import EstimatedTokens

NO_ANSWER = "no answer"
QUESTIONS = (SAME_WORDS, OTHER_FORMS, OTHER_WORDS, NO_ANSWER)
"""What is asked: for a fact in the sentence's words, in other forms of them, in other words, or for what isn't told."""

_THINGS = 8
_OF_EACH = 4
_PARAGRAPH = (3, 9)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question about a document.

    Attributes:
        document: The document.
        template: The question, with `the {s}` in the thing's place.
        wish: How the answer is wanted: what may follow the question.
        thing: What it asks about.
        sentence: What answers it; empty where nothing does.
        sentences: All sentences of the document, in order.
        told: What the document's facts tell but for the one that is asked about: names, numbers, words.
        value: What the fact tells that is asked about.
        half_is_enough: Whether the other thing that has half of its name doesn't tell of the same matter.
    """

    document: str
    template: str
    wish: str
    thing: str
    sentence: str
    sentences: tuple[str, ...]
    told: tuple[str, ...]
    value: str
    half_is_enough: bool

    def worded(self, *, wish: bool = True) -> str:
        """Word the question.

        Args:
            wish: Whether it says how the answer is wanted.

        Returns:
            The question.
        """
        return self.template.format(s=self.thing) + (self.wish if wish else "")

    def score(self, answer: str) -> float:
        """Score an answer.

        Args:
            answer: The answer.

        Returns:
            1 where it has the sentence, and no other one of the document; where nothing answers, 1 where it says so,
            and has no sentence and nothing that is told. Else 0: of a question without an answer that is a false one.
        """
        if self.sentence:
            return float(quotes(answer, self.sentence, self.sentences))
        return float(denies(answer, self.sentences, self.told))

    def newest_match(self) -> str:
        """Answer with the newest sentence that has the thing: the baseline. It always finds one."""
        found = re.findall(rf"[^.\n]*\b{re.escape(self.thing)}\b[^.\n]*\.", self.document)
        return str(found[-1]).strip() if found else ""


@dataclass(frozen=True)
class Find:
    """The evaluation.

    Attributes:
        tokens: Lengths of the document, by Riffler's estimate: a cell for each, and for each of `QUESTIONS`.
        sessions: Cases of each cell.
        seed: The same seed gives the same cases.
        wish: Whether a question says how it is to be answered; else it is asked alone, and scored alike.
    """

    tokens: tuple[int, ...] = (1000, 16_000, 64_000, 128_000)
    sessions: int = 10
    seed: int = 1
    wish: bool = True
    name: str = "find"

    @property
    def cells(self) -> Sequence[Cell]:
        """See the port."""
        return [{"tokens": tokens, "question": question} for tokens in self.tokens for question in QUESTIONS]

    @property
    def options(self) -> Mapping[str, Any]:
        """See the port."""
        return {"tokens": [*self.tokens], "wish": self.wish}

    def case(self, cell: Cell, session: int) -> Case:
        """See the port."""
        tokens, question = int(cell["tokens"]), str(cell["question"])
        # Without the kind of question: the same document is asked about in all of them.
        inquiry = make_inquiry(source_of(self.seed, self.name, tokens, session), tokens, question)
        return Case(inquiry.worded(wish=self.wish), inquiry.score, inquiry.newest_match, (inquiry.document,))


def make_inquiry(rng: random.Random, tokens: int, kind: str) -> Inquiry:
    """Make a document and a question about it.

    Args:
        rng: Source of the draws; the same one gives the same document for each kind, but for the fact that is missing.
        tokens: The document's length, by estimate: some hundred at least, which the facts take.
        kind: One of `QUESTIONS`.

    Returns:
        The question.
    """
    facts = _facts(rng)
    thing, number = asked = rng.choice([*facts])
    wish, wording = rng.choice(WISHES), rng.choice(QUESTIONS[:-1])
    template = FACTS[number].questions[wording if kind == NO_ANSWER else kind]
    counter = EstimatedTokens()
    room = tokens - counter.count(" ".join(sentence for sentence, _ in facts.values()))
    sentences = make_sentences(rng, room)
    places = {fact: rng.randint(0, len(sentences)) for fact in facts}
    for fact in sorted(facts, key=lambda each: -places[each]):
        if not (kind == NO_ANSWER and fact == asked):
            sentences.insert(places[fact], facts[fact][0])
    document = _in_paragraphs(rng, sentences)
    told = tuple(value for fact, (_, value) in facts.items() if fact != asked)
    half = thing.split()[0]
    return Inquiry(
        document,
        template,
        wish,
        thing,
        "" if kind == NO_ANSWER else facts[asked][0],
        tuple(sentences),
        told,
        facts[asked][1],
        not any(other != thing and other.startswith(half) and matter == number for other, matter in facts),
    )


def _facts(rng: random.Random) -> dict[tuple[str, int], tuple[str, str]]:
    """Draw facts: the thing and the number of each, with its sentence and what it tells."""
    words = [word.capitalize() for word in make_words(rng, _THINGS // 2)]
    kinds = rng.sample(KINDS, _THINGS)
    things = [f"{words[at // 2]} {kind}" for at, kind in enumerate(kinds)]
    facts: dict[tuple[str, int], tuple[str, str]] = {}
    for thing in things:
        for number in rng.sample(range(len(FACTS)), _OF_EACH):
            value = FACTS[number].value(rng)
            facts[thing, number] = FACTS[number].sentence.format(s=thing, v=value), value
    return facts


def _in_paragraphs(rng: random.Random, sentences: Sequence[str]) -> str:
    paragraphs, at = list[str](), 0
    while at < len(sentences):
        count = rng.randint(*_PARAGRAPH)
        paragraphs.append(" ".join(sentences[at : at + count]))
        at += count
    return "\n\n".join(paragraphs)
