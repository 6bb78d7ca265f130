"""`paraphrase`: the question in other words.

By rule, from the parse: the first of the `wordings` that fits and that the guard lets pass changes the asking sentence,
and common words are exchanged for others that say the same (`synonyms`). The rest of the query stays as it is. Names,
numbers, quotes and negations are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from riffler.bandits.arms.base import Rewrite
from riffler.bandits.arms.prompting import filled
from riffler.bandits.arms.sentence import Sentence, asking_sentence, asks_again
from riffler.bandits.arms.synonyms import swaps
from riffler.bandits.arms.wordings import RULES
from riffler.bandits.guard import check
from riffler.bandits.query import Query
from riffler.bandits.syntax import is_parsed

_LONGEST_WORDS = 60
_ENDS = ("", ".", "!", "?", "…")


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """Says it in other words."""

    name: str = "paraphrase"
    version: str = "4"
    asks: bool = True

    def by_rule(self, query: Query) -> Rewrite | None:
        """Change the asking sentence; None without a parse, or where no rule fits."""
        sentence = asking_sentence(query.doc) if is_parsed(query.doc) else None
        if sentence is None or len(sentence.tokens) > _LONGEST_WORDS or _is_shouted(sentence):
            return None
        worded = (_in_place(query.text, sentence, words) for words in _wordings(sentence))
        return next((Rewrite(text) for text in worded if check(query.text, text).kept), None)

    def prompt(self, query: Query) -> Rewrite | None:
        """Ask for another wording; None for a blank query."""
        return Rewrite(filled("paraphrase", query=query.text)) if query.text.strip() else None


def _wordings(sentence: Sentence) -> Iterator[str]:
    """Give other wordings of a sentence, those that change most first."""
    swapped = replace(sentence, swaps=swaps(sentence))
    twice = asks_again(sentence)
    for each in (swapped, sentence) if swapped.swaps else (sentence,):
        worded = (words for rule in RULES if (words := rule(each)) is not None)
        yield from (words for words in worded if not (twice and words.endswith(".")))
        if each.swaps:
            yield each.text(0)


def _in_place(text: str, sentence: Sentence, words: str) -> str:
    """Put a wording into the query, with a capital and a mark as the query has them."""
    rest = text[sentence.end :]
    if words[-1] in ".?":
        rest = words[-1] + rest[len(sentence.mark) :] if sentence.mark else rest
        words = words[:-1]
    before = text[: sentence.start]
    inside = before.rstrip()[-1:] not in _ENDS
    if (inside or text[sentence.start].islower()) and not words.startswith("I "):
        words = words[0].lower() + words[1:]
    return before + words + rest


def _is_shouted(sentence: Sentence) -> bool:
    """Tell a sentence in capitals, or Titled On Every Word: no word inside can be told from a name."""
    words = [token.text for token in sentence.tokens if token.is_alpha]
    if not any(map(str.islower, "".join(words))):
        return len(words) > 1
    return len(words) > 3 and all(word[0].isupper() for word in words)
