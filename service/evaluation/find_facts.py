"""What documents of `find` tell, and how it is asked for: the evaluation's own wordings, of which training has none.

Each fact is asked for in three ways, so that a result says what a model can do: with a telling word of the sentence,
with one in another form, and with none of them, so that it has to know what words mean.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from riffler.service.evaluation.words import draw_word, make_words

SAME_WORDS, OTHER_FORMS, OTHER_WORDS = "same words", "other forms", "other words"

KINDS: Final = (
    *("aqueduct", "arboretum", "belfry", "boathouse", "brewery", "dairy", "foundry", "funicular", "granary"),
    *("hermitage", "malthouse", "orangery", "planetarium", "sawmill", "smithy", "tannery", "vineyard"),
)
"""What the things are that a document tells of."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can be told of a thing.

    Attributes:
        sentence: Tells it: {s} is the thing, {v} what is told.
        questions: Ask for it, by `SAME_WORDS`, `OTHER_FORMS` and `OTHER_WORDS`.
        value: Draws what is told.
    """

    sentence: str
    questions: Mapping[str, str]
    value: Callable[[random.Random], str]


def _name(rng: random.Random) -> str:
    return " ".join(word.capitalize() for word in make_words(rng, 2))


def _number(rng: random.Random) -> str:
    return str(rng.randrange(12, 990))


def _hour(rng: random.Random) -> str:
    return f"{rng.randrange(5, 12)}:{rng.choice(('10', '15', '20', '40', '45', '50'))}"


def _year(rng: random.Random) -> str:
    return str(rng.randrange(1500, 1990))


def _fact(sentence: str, same: str, forms: str, other: str, value: Callable[[random.Random], str]) -> Fact:
    return Fact(sentence, MappingProxyType({SAME_WORDS: same, OTHER_FORMS: forms, OTHER_WORDS: other}), value)


FACTS: Final = (
    _fact(
        "The {s} measures {v} feet across.",
        "How many feet does the {s} have across?",
        "What measurement was taken of the {s}?",
        "How wide is the {s}?",
        _number,
    ),
    _fact(
        "{v} founded the {s} with borrowed money.",
        "Who founded the {s}?",
        "What is the name of the founder of the {s}?",
        "To whom does the {s} owe its beginnings?",
        _name,
    ),
    _fact(
        "Guests of the {s} pay {v} crowns for a bed.",
        "How many crowns do guests of the {s} give for a bed?",
        "What payment is due from a guest at the {s}?",
        "What is the price of a night in the {s}?",
        _number,
    ),
    _fact(
        "All shutters of the {s} are painted {v}.",
        "In which way are the shutters of the {s} painted?",
        "What paint is on each shutter of the {s}?",
        "What colour do the blinds of the {s} have?",
        draw_word,
    ),
    _fact(
        "The {s} opens its gate at {v} in the morning.",
        "At which time of the morning may one pass the gate of the {s}?",
        "Which opening hour is on the sign at the {s}?",
        "From when on are visitors let into the {s}?",
        _hour,
    ),
    _fact(
        "Travellers reach the {s} by the {v} road.",
        "By which road do travellers come to the {s}?",
        "How has the {s} been reached by every traveller?",
        "Which is the way that leads to the {s}?",
        draw_word,
    ),
    _fact(
        "Lightning damaged the {s} in the spring of {v}.",
        "The spring of which year brought lightning to the {s}?",
        "From what year is the damage at the {s}?",
        "When was the {s} hurt in a storm?",
        _year,
    ),
    _fact(
        "The cellar of the {s} stores {v} barrels of cider.",
        "How many barrels of cider are there in the cellar of the {s}?",
        "How large is the storage under the {s}, by the barrel?",
        "What amount of drink is kept below the {s}?",
        _number,
    ),
    _fact(
        "The {s} employs {v} weavers.",
        "How many weavers work at the {s}?",
        "How many people are in the employment of the {s}?",
        "What is the size of the staff at the {s}?",
        _number,
    ),
    _fact(
        "{v} inherited the {s} from an aunt.",
        "Who inherited the {s}?",
        "Whose inheritance is the {s}?",
        "To whom did the {s} pass when its mistress died?",
        _name,
    ),
    _fact(
        "The {s} rests on pillars of {v}.",
        "Of what are the pillars below the {s}?",
        "What is each pillar made of on which the {s} is resting?",
        "Which material carries the {s}?",
        draw_word,
    ),
    _fact(
        "A telegram from the {s} arrives within {v} minutes.",
        "Within how many minutes is a telegram from the {s} there?",
        "How long do telegrams from the {s} take until arrival?",
        "How quickly does a message from the {s} get through?",
        _number,
    ),
)

WISHES: Final = (
    " Quote the sentence of the document that tells it, letter by letter; if none does, say that it is not there.",
    " Answer with nothing but the sentence where it stands, unchanged, or say that it stands nowhere.",
    " Reply in the document's very words, one whole sentence of it; where it has none for this, say that it has not.",
)
"""How an answer is wanted: said with each question, for models that nobody trained for this."""
