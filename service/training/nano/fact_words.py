"""What finds are worded with: facts made of words by procedure, questions with some of these words, and wishes.

A made fact has a thing, a value and some telling words. Its question has the thing and most of these words, in another
order and perhaps in other forms: the sentence with the thing and most of the question's words is the one that answers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from riffler.service.training.nano.phrases import of_kind, salad
from riffler.service.training.nano.words import made_up, names, word

_WHO = (
    "Who",
    "Whom",
    "Whose",
    "Who was it that",
    "Which person",
    "By whom",
    "What name has the one that",
    "With whom",
)
_WHEN = ("When", "In which year", "Since when", "Which year", "From what year", "What was the year in which")
_HOUR = ("When", "At what time", "At which hour", "From when on", "Until when", "By what hour")
_MANY = ("How many", "How much", "What number of", "How large is", "How often", "To what number do")
_WHAT = ("What", "Which", "Where", "Of what", "In what", "With what", "From where", "By what", "Why", "How")
_GLUE = (
    "of",
    "for",
    "with",
    "in",
    "by",
    "to",
    "from",
    "and",
    "at",
    "on",
    "the",
    "a",
    "its",
    "under",
    "near",
    "was",
    "has",
    "is",
)
_AUXILIARIES = ("does", "did", "is", "was", "has", "had", "may", "can", "do", "are", "were", "will")
_FORMED = ("s", "er", "or", "ment", "ion", "ness", "ity")
_UNITS = (
    "metres",
    "kilograms",
    "euros",
    "pounds",
    "days",
    "hours",
    "tons",
    "miles",
    "litres",
    "pieces",
    "times",
    "steps",
)
_QUOTE = (
    *("Quote", "Copy", "Give", "Repeat", "Cite", "Reproduce", "Write out", "Show", "Answer with", "Reply with"),
    *("Respond only with", "I want to read", "Please copy", "Return", "Extract", "Just give"),
)
_SENTENCE = (
    "the sentence",
    "the whole sentence",
    "the one sentence",
    "the full sentence",
    "the statement",
    "the passage",
)
_THAT = (" that says so", " where this stands", " which answers", " that has it", " from the text", " in question", "")
_AS_IT_IS = (
    *("", "", ", word for word", " verbatim", ", without any change", " literally", " and nothing else", " as written"),
    *(", exactly", ", character by character", " in its own words", ", not in yours"),
)
_NONE = (
    *("NONE", "none", "NOT FOUND", "n/a", "unknown", "nothing", "No answer", "absent", "NIL", "missing", "no", "0"),
    *("I don't know", "It isn't told", "Not in the text", "The text is silent", "No such sentence", "not there"),
)
_SAY_NONE = (
    " If it isn't told, say '{w}'",
    ' Where nothing answers, write "{w}"',
    " Say '{w}' if there is none",
    " Otherwise: {w}",
    ' If the text doesn\'t tell, reply "{w}"',
    " In case that no sentence fits, answer {w}",
    " (or {w}, if you find nothing)",
    " When it is not to be found: '{w}'",
    " No answer in it? Then {w}",
    ' "{w}" is right where the text has none',
    " Should the text lack it, your whole answer is {w}",
    " If absent, put '{w}'",
)
_ADMIT = (
    " or say that the text has none.",
    " If there is nothing of the kind, tell me so.",
    " If the document is silent about it, admit it.",
    " It may be that nothing answers; then say so.",
    " Don't guess: where it isn't told, say that.",
    " If nothing in it answers, just state that.",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact in words.

    Attributes:
        sentence: Tells it.
        question: Asks for what it tells.
    """

    sentence: str
    question: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What is told of a thing: two things of which the same is told differ in thing and value alone.

    Attributes:
        stems: The telling words.
        value: What kind of value it has: a key of `_VALUES`.
    """

    stems: tuple[str, ...]
    value: str


def matter(rng: random.Random) -> Matter:
    """Draw what can be told.

    Args:
        rng: Source of the draws.

    Returns:
        Two to five words and a kind of value.
    """
    of = [each for each in rng.sample(of_kind("noun"), 40) if 3 < len(each) < 9 and not each.endswith(_FORMED)]
    return Matter(tuple(of[: rng.randint(2, 5)]), rng.choice([*_VALUES]))


def made_fact(rng: random.Random, thing: str, about: Matter) -> Told:
    """Tell a matter of a thing, and ask for it.

    Args:
        rng: Source of the draws.
        thing: The thing.
        about: What is told.

    Returns:
        Sentence and question. The question has all telling words or all but one, at least two.
    """
    asks, value = _VALUES[about.value]
    said = [_form(rng, stem) for stem in about.stems]
    parts = [*said, rng.choice((f"the {thing}", f"the {thing}", thing, f"{thing}'s")), value(rng)]
    rng.shuffle(parts)
    sentence = _joined(rng, parts) + (f" {salad(rng, rng.randint(1, 6))}" if rng.random() < 0.4 else "")
    kept = rng.sample(range(len(said)), max(2, len(said) - rng.randint(0, 1)))
    same = rng.random() < 0.5
    words = [said[at] if same else _form(rng, about.stems[at]) for at in kept]
    words.append(rng.choice((f"the {thing}", f"the {thing}", thing)))
    if rng.random() < 0.5:
        rng.shuffle(words)
    auxiliary = f" {rng.choice(_AUXILIARIES)}" if rng.random() < 0.6 else ""
    question = f"{rng.choice(asks)}{auxiliary} {_joined(rng, words)}?"
    return Told(sentence[0].upper() + sentence[1:] + ".", question)


def wish(rng: random.Random, absent: str) -> tuple[str, str]:
    """Draw what a question says of its answer.

    Args:
        rng: Source of the draws.
        absent: What is said where nothing answers and the question doesn't say how to say it.

    Returns:
        What the question says, perhaps nothing, and what is right where nothing answers.
    """
    quote = ""
    if rng.random() < 0.7:
        quote = f" {rng.choice(_QUOTE)} {rng.choice(_SENTENCE)}{rng.choice(_THAT)}{rng.choice(_AS_IT_IS)}"
        quote += rng.choice((".", ".", ";", ", please."))
    kind = rng.random()
    if kind < 0.35:
        said = rng.choice(_NONE) if rng.random() < 0.6 else salad(rng, rng.randint(1, 3))
        none = rng.choice(_SAY_NONE).format(w=said)
        return (quote + none, said) if rng.random() < 0.7 else (none + rng.choice((".", ";")) + quote, said)
    return (quote + rng.choice(_ADMIT) if kind < 0.75 else quote), absent


def things(rng: random.Random, count: int) -> list[str]:
    """Name things that a document tells of.

    Args:
        rng: Source of the draws.
        count: How many.

    Returns:
        The names: a made-up one, or one with a noun, in which case two things may share a half.
    """
    found: list[str] = []
    while len(found) < count:
        kind = rng.random()
        name = made_up(rng)
        if kind < 0.25 and len(name) > 5:
            new = rng.choice((name, name.capitalize()))
        elif kind < 0.45 and found and " " in found[-1]:
            half = found[-1].split()
            new = rng.choice((f"{half[0]} {rng.choice(of_kind('noun'))}", f"{name.capitalize()} {half[1]}"))
        elif kind < 0.8:
            new = f"{name.capitalize()} {rng.choice(of_kind('noun'))}"
        else:
            new = f"{rng.choice(of_kind('adjective'))} {rng.choice(of_kind('noun'))}"
        if len(new) > 5 and not any(new.lower() in each.lower() or each.lower() in new.lower() for each in found):
            found.append(new)
    return found


def _joined(rng: random.Random, parts: Sequence[str]) -> str:
    """Join parts, most of them with a small word or two between."""
    said = parts[0]
    for part in parts[1:]:
        glue = " ".join(rng.choice(_GLUE) for _ in range(rng.choice((0, 1, 1, 1, 2))))
        said += f" {glue} {part}" if glue else f" {part}"
    return said


def _form(rng: random.Random, stem: str) -> str:
    """Give a word in one of its forms."""
    ending = rng.choice(("", "", "", "s", "ed", "ing", "er", "ment"))
    if ending[:1] == "e" or ending == "ing":
        stem = stem.removesuffix("e")
    return stem + ending


_VALUES: Mapping[str, tuple[tuple[str, ...], Callable[[random.Random], str]]] = MappingProxyType(
    {
        "name": (_WHO, lambda rng: f"{rng.choice(('', '', 'by ', 'to ', 'with '))}{names(rng, 1)[0]}"),
        "year": (_WHEN, lambda rng: f"{rng.choice(('in', 'since', 'until', 'before'))} {rng.randrange(1400, 2020)}"),
        "hour": (_HOUR, lambda rng: f"{rng.choice(('at', 'from', 'until'))} {rng.randrange(24)}:{rng.randint(10, 59)}"),
        "number": (_MANY, lambda rng: f"{rng.randrange(2, 990)} {rng.choice(('', f'{rng.choice(_UNITS)} '))}".strip()),
        "word": (_WHAT, lambda rng: f"{rng.choice(('of ', 'in ', '', 'by ', 'made of '))}{word(rng)}"),
        "things": (_WHAT, lambda rng: f"{word(rng)} and {word(rng)}"),
    }
)
