"""Words and names for training: syllables that no evaluation's words have, beside words of English.

`evaluation/words.py` makes the evaluations' words; none that it could make is drawn here.
"""

from __future__ import annotations

import random
from functools import cache
from importlib.resources import files

from riffler.service.evaluation.dictionary import own_dictionary
from riffler.service.evaluation.words import may_be_drawn

_ONSETS = tuple("bl ch cl cr fl fr gr h j kn pl qu sc sh sl sn sp w y z".split())
_VOWELS = ("a", "e", "i", "o", "u", "oa", "ee", "ie", "oo", "y")
_CODAS = ("", "", "b", "d", "g", "nd", "ng", "p", "rk", "sh", "st", "t", "x")
_SYNONYMS = "synonyms.txt"
_VULGAR = tuple(
    "arsehole bastard bitch bollock bullshit crap cunt dickhead faggot fart fuck horseshit nigg orgasm piss porn prick "
    "prostitut pussy rape shit slut titt turd twat wank whore".split()
)
"""What a word that nobody wants to read begins with; a few good ones are lost with it."""


def made_up(rng: random.Random) -> str:
    """Make up a word of one to three syllables.

    Args:
        rng: Source of the draws.

    Returns:
        The word, in lower case.
    """
    count = rng.choice((1, 2, 2, 2, 3))
    return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(count))


@cache
def english() -> tuple[str, ...]:
    """Give some thousand words of English, but for vulgar ones, and those that an evaluation has or could draw.

    Returns:
        The words, in lower case and in order.
    """
    text = (files("riffler.bandits") / "features" / "lists" / _SYNONYMS).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    taken = {word for key in own_dictionary() for word in key.split()}
    found = {word for line in lines for word in line.split() if word.isalpha() and word.islower() and len(word) > 2}
    found = {each for each in found - taken if not each.startswith(_VULGAR)}
    return tuple(sorted(each for each in found if not may_be_drawn(each)))


def word(rng: random.Random) -> str:
    """Draw a word: of English, or made up.

    Args:
        rng: Source of the draws.

    Returns:
        The word.
    """
    return rng.choice(english()) if rng.random() < 0.4 else made_up(rng)


def words(rng: random.Random, count: int) -> list[str]:
    """Draw words, none of which stands inside another.

    Args:
        rng: Source of the draws.
        count: How many.

    Returns:
        The words.
    """
    found: list[str] = []
    while len(found) < count:
        new = word(rng)
        if not any(new in other or other in new for other in found):
            found.append(new)
    return found


def names(rng: random.Random, count: int) -> list[str]:
    """Make up names of people, none of which shares a word with another.

    Args:
        rng: Source of the draws.
        count: How many.

    Returns:
        The names: all of one word, of two or of three.
    """
    parts = rng.choice((1, 1, 1, 2, 2, 2, 2, 2, 3))
    made: list[str] = []
    while len(made) < parts * count:
        new = made_up(rng)
        if len(new) > 3 and not any(new in other or other in new for other in made):
            made.append(new)
    return [" ".join(part.capitalize() for part in made[at : at + parts]) for at in range(0, parts * count, parts)]
