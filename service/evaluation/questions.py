"""Questions with known answers about one text, each worded well and badly.

The bad wordings are what people do: typing errors, keywords in place of a sentence, a story around the question,
courtesy around it. They were written from these four descriptions and not from any arm's rules: no arm has to be able
to undo one, and a typing error or a lost word can't be undone by any arm without a model.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from riffler.service.evaluation.words import make_words

_KINDS = ("mill", "quay", "abbey", "bridge", "tower", "inn")
_COLOURS = ("red", "green", "white", "black", "yellow", "grey")
_STORIES = (
    "My brother and I were talking about old places last Sunday, and he bet me a beer that I couldn't find this out."
    " {q} He says that even the people at {other} don't know.",
    "We had just come from {other} when it began to rain, so we sat down and somebody came up with a question. {q}",
    "For my daughter's school project about {other} and places like it there's one thing missing. {q}",
)
_COURTESIES = (
    "Good evening! I would be most grateful if you could help me with the following matter: {q} With kind regards.",
    "Hello, I hope that it isn't too late to ask. {q} Thank you ever so much for your trouble!",
    "Dear friends, would you be so kind as to look something up for me, please? {q}",
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question in one wording.

    Attributes:
        text: The question.
        answer: What is right.
        wording: How it is worded: a name in `WORDINGS`.
    """

    text: str
    answer: str
    wording: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions about one text.

    Attributes:
        text: The text.
        questions: In an order drawn at random.
    """

    text: str
    questions: tuple[Question, ...]


def make_questions(seed: int, count: int = 120, places: int = 40) -> QuestionSet:
    """Make a text and questions about it; the wordings take turns, so that each has its share.

    Args:
        seed: The same seed gives the same questions.
        count: How many, at most four a place.
        places: Of how many places the text tells.

    Returns:
        The questions with their text.
    """
    rng = random.Random(seed)  # noqa: S311 - no secret
    names = [f"{word.capitalize()} {rng.choice(_KINDS)}" for word in make_words(rng, places)]
    facts = [fact for name in names for fact in _facts(rng, name)]
    text = "\n".join(sentence for sentence, _, _ in rng.sample(facts, len(facts)))
    asked = rng.sample(facts, count)
    wordings = [list(WORDINGS)[number % len(WORDINGS)] for number in range(count)]
    rng.shuffle(wordings)
    return QuestionSet(
        text,
        tuple(
            Question(WORDINGS[wording](rng, question, rng.choice(names)), answer, wording)
            for (_, question, answer), wording in zip(asked, wordings, strict=True)
        ),
    )


def _facts(rng: random.Random, name: str) -> list[tuple[str, str, str]]:
    """Say four things of a place: sentence, question and answer of each."""
    year, colour, hour = str(rng.randrange(1600, 1950)), rng.choice(_COLOURS), str(rng.randrange(2, 12))
    owner = " ".join(word.capitalize() for word in make_words(rng, 2))
    return [
        (f"{name} was built in {year}.", f"When was {name} built?", year),
        (f"{name} belongs to {owner}.", f"Who does {name} belong to?", owner),
        (f"The roof of {name} is painted {colour}.", f"What colour is the roof of {name} painted?", colour),
        (f"{name} closes at {hour} in the evening.", f"At what hour does {name} close in the evening?", hour),
    ]


def _plain(_rng: random.Random, question: str, _other: str) -> str:
    return question


def _typed_badly(rng: random.Random, question: str, _other: str) -> str:
    """Swap two letters that stand side by side, in three of the longer words."""
    words = question.split(" ")
    longer = [index for index, word in enumerate(words) if len(word) > 3]
    for index in rng.sample(longer, min(3, len(longer))):
        word = words[index]
        at = rng.randrange(len(word) - 2)
        words[index] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def _keywords(_rng: random.Random, question: str, _other: str) -> str:
    """Keep the longer words, as one types them into a search box."""
    return " ".join(word for word in question.lower().rstrip("?").split(" ") if len(word) > 3)


def _in_a_story(rng: random.Random, question: str, other: str) -> str:
    return rng.choice(_STORIES).format(q=question, other=other)


def _courteous(rng: random.Random, question: str, _other: str) -> str:
    return rng.choice(_COURTESIES).format(q=question)


WORDINGS: Final[Mapping[str, Callable[[random.Random, str, str], str]]] = MappingProxyType(
    {
        "plain": _plain,
        "typing errors": _typed_badly,
        "keywords": _keywords,
        "in a story": _in_a_story,
        "courteous": _courteous,
    }
)
"""From a source of draws, a question and the name of another place to the wording."""
