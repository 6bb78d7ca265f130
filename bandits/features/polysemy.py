"""Polysemy: a word with unrelated senses in a query that says too little to settle which is meant."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from itertools import pairwise

from riffler.bandits.features.base import Property
from riffler.bandits.features.lexicon import Pos, Sense, senses
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import AUXILIARIES, BE_FORMS, PERSONAL_PRONOUNS, PREPOSITIONS, QUESTION_WORDS

_LIKELY = 0.8
"""A sense with at least this share of a word's use is by far the likelier one."""
_LONGEST = 20
"""A query of more words settles it, or isn't about the word."""
_CHOICE_WORDS = 3
"""A question with a choice and this many telling words settles the sense after all."""
_POSES: dict[str, tuple[Pos, ...]] = {
    "NOUN": ("NOUN", "PROPN"),
    "PROPN": ("PROPN", "NOUN"),
    "VERB": ("VERB", "NOUN"),
    "ADJ": ("ADJ", "NOUN", "PROPN"),
}

# Words that go with things of any kind, and so settle nothing.
_NEUTRAL = frozenset(
    "age ages amount amounts average best better big bigger biggest bit bought break broke buy buying call"
    " called care change cheap cheapest choose clean cleaned cleaning colour color come common compare cost"
    " costs country day days deep definition describe diameter difference different difficult do does done"
    " draw expensive explain explained fact facts far fast find fix fixed get give go good guide hard hate"
    " have heavy height help high history hold how idea ideas image images important info information keep"
    " kind kinds large largest last learn length like list live lives load long look lot love made make makes"
    " making map maps mass mean meaning means measure most mother much name names need needed needs new number"
    " of old oldest one open part parts people photo photos pick picture pictures place places please"
    " population possible price prices problem problems put quality quick rare really remove removed repair"
    " replace restaurants review reviews rule rules safe say see sell send set short show size sizes sketch"
    " small smallest something speed start stop storage store strong strength stuff take tell temperature"
    " thing things think tickets time times treat true try type types understand unit use used useful uses"
    " usual want wash weak weather week weigh weighs weight what where which wide width woman women word work"
    " works world write wrong year years today tomorrow always ever still anyone someone often usually many"
    " away hot cold dry wet broken near nearby around here there basics basic beginner tips".split()
)
_IDLE = (
    AUXILIARIES
    | BE_FORMS
    | PERSONAL_PRONOUNS
    | PREPOSITIONS
    | QUESTION_WORDS
    | frozenset(
        "a an the my our your his her its their this that these those and or not n't to be been me us some"
        " any no".split()
    )
)


@cache
def _ambiguous() -> frozenset[tuple[str, str]]:
    lines = (files(__package__) / "lists" / "ambiguous.txt").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return frozenset((word, pos) for pos, words in rows for word in words.split(" "))


def _polysemy(reading: Reading) -> list[WordSpan]:
    if len(reading.words) > _LONGEST:
        return []
    content = [here for here in range(len(reading.words)) if reading.is_word(here) and reading.words[here] not in _IDLE]
    return [(here, here + 1) for here in content if _is_open(reading, here, content)]


def _is_open(reading: Reading, here: int, content: list[int]) -> bool:
    """Tell whether a word has unrelated senses, and no other settles which is meant."""
    others = [other for other in content if other != here]
    groups = _groups(reading, here, alone=not others)
    if groups is None:
        return False
    telling = [other for other in others if not _is_neutral(reading, other)]
    told = {sense for other in telling for sense, group in enumerate(groups) if _speaks_for(reading, other, group)}
    # "A date and a fig, or did she mean the calendar?" tells of two senses.
    return not telling or len(told) > 1 or (_offers_choice(reading) and len(telling) < _CHOICE_WORDS)


def _is_neutral(reading: Reading, here: int) -> bool:
    return reading.words[here] in _NEUTRAL or reading.lemmas[here] in _NEUTRAL


def _groups(reading: Reading, here: int, *, alone: bool) -> tuple[Sense, ...] | None:
    """Give the unrelated senses of a word where several are likely, maybe without what tells them; else None."""
    # A tagger takes `apple` for a name without its capital, too. Alone that says little; after `an` it is the thing.
    doubtful = alone and reading.texts[here].islower() and reading.word(here - 1) not in {"a", "an"}
    word, lemma = reading.words[here], reading.lemmas[here]
    for pos in _POSES.get(reading.pos[here], ()):
        for form in dict.fromkeys((word, lemma, word.removesuffix("s"))):
            groups = senses(form, pos)
            if groups and groups[0].by_hand:
                if groups[0].share < _LIKELY:
                    return groups
                if pos == "PROPN" and doubtful:
                    break  # the thing may be meant
                return None
            if (form, pos) in _ambiguous():
                return ()
    return None


def _speaks_for(reading: Reading, here: int, group: Sense) -> bool:
    return not group.words.isdisjoint((reading.words[here], reading.lemmas[here]))


def _offers_choice(reading: Reading) -> bool:
    """Tell a question that goes on with another sense in mind: "how long does it live, or must it be removed?"."""
    return any(words == (",", "or") for words in pairwise(reading.words))


POLYSEMY = Property("polysemy", _polysemy, needs="tags")
