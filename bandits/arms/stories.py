"""What only tells how a question came up, and goes: whole sentences, and what leads up to the question in its own.

Where all that is asked has one answer for all (`alike`), nothing that is told can narrow it: the story goes, but for a
clause that says more of a thing that is asked about ("I have a 2019 Corolla ..."). Else a part goes only when it is
talk by its words ("sorry to be a nuisance", "you'll laugh"), and has no fact, no wish and no word of the question. What
says the same question twice goes too.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riffler.bandits.arms.alike import answered_alike
from riffler.bandits.arms.asked import Part, parts
from riffler.bandits.facts import facts
from riffler.bandits.facts import words as fact_words
from riffler.bandits.features.acts import orders
from riffler.bandits.features.details import is_talk
from riffler.bandits.features.lexicon import senses
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.syntax import is_parsed
from riffler.bandits.words import QUESTION_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc

_LONGEST_WORDS = 400
"""Of a query that is looked at: more words are no story around a question."""

_MATTERS = frozenset(
    "must need needs should only except least most more less under over below above before after until since without"
    " if because budget allergic prefer want like avoid instead limit can could cannot per each every".split()
)
_CONDITIONS = frozenset(
    "after as assuming at because before by during for from given if in of on once since supposing to unless until"
    " using when whenever where whether while with without".split()
)
_GREETINGS = frozenset(
    "hi hiya hello hey haha hahaha lol ok okay great perfect thanks thank thx thnx ty you u cheers fair enough good"
    " morning afternoon evening day dear all team there greetings wow oh well nice cool a lot so much very many sorry"
    " to bother right hmm ugh".split()
)
_TALK = re.compile(
    r"\b(?:sorry|apologi[sz]e|apologies|forgive|pardon|bless you|thanks?|thank you|thx|cheers"
    r"|please don['’]?t (?:ask|hate|judge|laugh|mind|tell|worry)"
    r"|you['’]ll laugh|don['’]?t laugh|ha(?:ha)+|lol|lmao|omg|no judging|bear with me|embarrass\w+"
    r"|(?:silly|stupid|dumb) question|you are a (?:treasure|star|gem)|jealous|sick of me|says? i fuss|hope (?:you|this)"
    r"|dear (?:machine|assistant)|worked a treat|long story|wish me luck|you know how it is|that['’]?s (?:all|it)"
    r"|between us|i know i should)\b",
    re.IGNORECASE,
)
"""Marks of talk: what is said to the one who answers, and not of what is asked."""

_TELLERS = frozenset("i we my our me us he she they him his her them their you your u im ive".split())
_OWNED = frozenset("be buy drive get have keep own run use wear".split())
_NARROWING = frozenset({"amod", "nummod", "compound", "flat", "acl:relcl"})
_APOLOGY = re.compile(r"\b(?:forgive|pardon|excuse) me (?:if|for)\b", re.IGNORECASE)
_CODE = re.compile(r"[`{}<>=\n]")
_CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM"})
_IN_FRAMES = frozenset("do does did you know happen tell me can could please say is are was were".split())


@dataclass(frozen=True, slots=True)
class Story:
    """A query taken apart.

    Attributes:
        parts: Its sentences, in order.
        goes: Which of them may go, or what tells in them; the longest first.
    """

    reading: Reading
    parts: tuple[Part, ...]
    goes: tuple[int, ...]

    def without(self, gone: Collection[int]) -> str:
        """Give the query's text without what tells in some of its parts."""
        if not gone:
            return self.reading.doc.text
        pieces: list[str] = []
        capital = self.reading.texts[0][:1].isupper()
        for number, part in enumerate(self.parts):
            if number not in gone:
                text = _text(self.reading, part.start, part.end)
                pieces.append(_opened(text, capital) if number - 1 in gone else text)
            elif part.ask is not None and part.ask > part.start:
                pieces.append(_opened(_text(self.reading, part.ask, part.end), capital))
        return " ".join(pieces)


def story(doc: Doc) -> Story | None:
    """Find what only tells how a question came up.

    Args:
        doc: A query's document.

    Returns:
        The query taken apart; None where nothing may go, or there is no parse.
    """
    if len(doc) > _LONGEST_WORDS or not is_parsed(doc) or _CODE.search(doc.text.strip()):
        return None
    reading = Reading.of(doc)
    found = parts(reading)
    questions = [(part.ask, part.end) for part in found if part.ask is not None]
    alike = all(answered_alike(reading, *question) for question in questions) and _talks(reading, found)
    asked = {
        reading.lemmas[here] for question in questions for here in range(*question) if reading.pos[here] in _CONTENT
    }
    goes = [
        number
        for number, part in enumerate(found)
        if (part.told[0] < part.told[1] and _goes(reading, part.told, asked, alike=alike))
        or (part.ask == part.start and _asks_again(reading, questions, (part.ask, part.end)))
    ]
    goes.sort(key=lambda number: found[number].told[0] - found[number].told[1])
    return Story(reading, tuple(found), tuple(goes)) if goes and questions else None


def _talks(reading: Reading, found: list[Part]) -> bool:
    """Tell whether all that is told is talk rather than data."""
    around = [part.told for part in found if part.told[0] < part.told[1]]
    told = [here for span in around for here in range(*span) if reading.is_word(here)]
    asked = [
        here
        for part in found
        if part.ask is not None
        for here in range(part.ask, part.end)
        if not (reading.words[here] == "i" and reading.word(here + 1) == "mean")
    ]
    return is_talk(reading, around, told, asked)


def _text(reading: Reading, start: int, end: int) -> str:
    begin, stop = reading.characters((start, end))
    return reading.doc.text[begin:stop]


_LEAD = re.compile(r"^(?:[\s,;:.–—-]+|(?:so|but|and|anyway|now|well)\b)+", re.IGNORECASE)


def _opened(text: str, capital: bool) -> str:
    """Begin a question without the words that lead in, with a capital where the query has one."""
    text = _LEAD.sub("", text)
    return text[:1].upper() + text[1:] if capital and text.split(" ", 1)[0].islower() else text


def _goes(reading: Reading, told: WordSpan, asked: set[str], *, alike: bool) -> bool:
    """Tell whether a part that tells may go."""
    start, end = told
    words = {word for word in reading.words[start:end] if word[0].isalnum()}
    if words <= _GREETINGS:
        return True
    if (reading.words[start] in _CONDITIONS and end - start < _SHORT) or orders(reading, start):
        return False
    text = _APOLOGY.sub("sorry", _text(reading, start, end))
    talks = _TALK.search(text) is not None
    if alike:
        talks = talks or text.endswith("!") or not words.isdisjoint(_TELLERS)
        return talks and not _says_more(reading, told, asked)
    shared = {reading.lemmas[here] for here in range(start, end) if reading.pos[here] in _CONTENT} & asked
    return (
        talks
        and not shared
        and fact_words(text).isdisjoint(_MATTERS)
        and not any(facts(_TALK.sub(" ", text)))  # "no judging" denies nothing, and "sorry, I can't eat nuts" does
    )


_SHORT = 8
"""Words of a part that can be a condition of the question (`in my country, ...`)."""


def _says_more(reading: Reading, told: WordSpan, asked: set[str]) -> bool:
    """Tell whether a part says of which kind a thing is that is asked about, or in which sense its word is meant."""
    return any(
        senses(reading.lemmas[here], "NOUN") or _is_owned(reading, here, asked)
        for here in range(*told)
        if reading.lemmas[here] in asked and reading.pos[here] in {"NOUN", "PROPN"}
    )


def _is_owned(reading: Reading, here: int, asked: set[str]) -> bool:
    """Tell whether somebody has a thing, and of which kind: `I have a 2019 Corolla`."""
    tree = reading.tree
    return (
        tree is not None
        and reading.lemmas[tree.heads[here]] in _OWNED
        and any(tree.deps[child] in _NARROWING and reading.lemmas[child] not in asked for child in tree.children[here])
    )


def _asks_again(reading: Reading, questions: list[WordSpan], here: WordSpan) -> bool:
    """Tell whether a question only says again what one before it asked."""
    if not reading.words[here[1] - 1].startswith("?"):
        return False
    second = _asked_words(reading, here)
    earlier = (_asked_words(reading, each) for each in questions if each < here)
    return bool(second - QUESTION_WORDS) and second in earlier


def _asked_words(reading: Reading, span: WordSpan) -> set[str]:
    return {word for word in reading.words[slice(*span)] if word[0].isalnum()} - _IN_FRAMES
