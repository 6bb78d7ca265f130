"""What must survive a rewrite, found in plain text without a parse. One kind, one file.

    number     digits with their separators and sign, or words (`twelve`, `third`, `two-thirds`), or the Roman numerals
               of kings; `1,000`, `1000` and `a thousand` have one value
    date       months, days of the week, feasts, seasons, decades, `tomorrow`, `last year`, BC; days of a month and
               years are numbers
    unit       of measure or of money, in any spelling (`km`, `kilometres`)
    quoted     the text between double, curly, angle or single quotes or backticks, or in a fence of code
    negation   a negative word; its value is the same for all, as `isn't` and `is not` say one thing
    name       a word with a capital inside a sentence, an acronym, or a word like iPhone; none, where every word is
               capital or Titled

A name that opens a sentence can't be told from any other first word, so it isn't found.
"""

from __future__ import annotations

from riffler.bandits.facts.base import WORD, Fact, Kind, words
from riffler.bandits.facts.dates import dates
from riffler.bandits.facts.names import names
from riffler.bandits.facts.negations import negations
from riffler.bandits.facts.numbers import numbers
from riffler.bandits.facts.quotes import quotes
from riffler.bandits.facts.units import units

__all__ = ["WORD", "Fact", "Kind", "facts", "words"]


def facts(text: str) -> tuple[Fact, ...]:
    """Find what a rewrite of a text must keep.

    Args:
        text: Any text.

    Returns:
        The facts, kind by kind, each in the order of the text. They may overlap: a quoted string may hold a number.
    """
    return (*numbers(text), *dates(text), *units(text), *quotes(text), *negations(text), *names(text))
