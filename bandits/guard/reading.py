"""A text as the guard's judges read it: spelled out, without its frame, cut into words and sentences.

The frame of a request ("I was arguing with a friend, and we'd love to know how ...") asks nothing, so what stands in it
may go; numbers, names and quoted strings in it are kept apart from that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from riffler.bandits.facts import WORD, Fact, Kind, facts
from riffler.bandits.facts.base import bare
from riffler.bandits.guard.frames import blanked, frames
from riffler.bandits.guard.language import languages
from riffler.bandits.guard.lists import pattern, phrases, word_set
from riffler.bandits.guard.questions import kinds

_SPELLINGS = dict(entry.rpartition("=")[::2] for entry in phrases("same", "spellings"))


def _any_of(keys: Iterable[str]) -> str:
    return "|".join(re.escape(key) + (r"(?!\w)" if key[-1].isalnum() else "") for key in keys)


_SPELLING = re.compile(
    rf"(?<!\w)(?:{_any_of(key for key in _SPELLINGS if key[0].isalnum())})"
    rf"|(?:{_any_of(key for key in _SPELLINGS if not key[0].isalnum())})",
    re.IGNORECASE,
)
_SHORT_YEAR = re.compile(r"(?<!\w)['’](\d\d)(?!\w|['’])")
_SHORT_DECADE = re.compile(r"(?<!\w)['’]?([2-9]0)['’]?s\b")
_DECADES = dict(
    zip(
        "twenties thirties forties fifties sixties seventies eighties nineties".split(),
        range(1920, 2000, 10),
        strict=True,
    )
)
_DECADE = re.compile(rf"\b({'|'.join(_DECADES)})\b", re.IGNORECASE)
_LONG_DECADE = re.compile(rf"\bnineteen[ -]({'|'.join(_DECADES)})\b", re.IGNORECASE)
_CENTURY = re.compile(r"\b(1[0-8])00s\b")
_DECIMAL = re.compile(r"(?<=\b\d),(?=\d{1,2}(?!\d)\s?[^\W\d_])")
"""A comma before decimals: "1,5 l"."""

_ISO = re.compile(r"(?<![\d-])(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\d-])")
_MONTHS = "January February March April May June July August September October November December".split()
_SPAN = re.compile(r"\b(1\d|20)(\d\d)\s?[-–]\s?(\d\d)\b(?![-–\d])")
_MINUS = re.compile(r"\b(?:minus|negative) (?=\d)", re.IGNORECASE)
_BECAUSE = re.compile(r"(?<!\d)(?<!\d )\bbc\b", re.IGNORECASE)
"""Not the era: "44 BC"."""

_HALVES = str.maketrans({"½": " 1/2", "¼": " 1/4", "¾": " 3/4"})
_STRETCHED = re.compile(r"([^\W\d_xiXI])\1{2,}")
"""Letters drawn out: "sooo". No English word has a letter thrice in a row; Roman numbers have I and X."""

_MOST_WORDS = 1000
"""Of a text whose words are compared each with each: a question is shorter, and longer texts may be hostile."""

_LONGEST_KEPT = 4000
"""Characters of a text whose reading is kept."""

SHORT_DATES = frozenset(
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed weds thu thur thurs fri sat sun xmas".split()
)
"""Short names of months and days, which keywords have in lower case."""

_SENTENCE = re.compile(r"[^.!?;\n]+(?:\.(?=\w)[^.!?;\n]*)*[.!?;]*")
_PARTS = re.compile(r"[-'’]")


def spelled_out(text: str) -> str:
    """Write short forms in full, so that both texts of a pair are read alike: `w/o`, `<`, `the nineties`, ISO dates.

    Args:
        text: Any text.

    Returns:
        The text to compare; nobody sees it.
    """
    text = _STRETCHED.sub(r"\1", text.translate(_HALVES))
    text = _ISO.sub(lambda date: f"{int(date[3])} {_MONTHS[int(date[2]) - 1]} {date[1]}", text)
    text = _SPAN.sub(r"\1\2 to \1\3", text)
    text = _SHORT_DECADE.sub(r"19\1s", text)
    text = _SHORT_YEAR.sub(lambda year: ("19" if year[1] > "30" else "20") + year[1], text)
    text = _LONG_DECADE.sub(lambda decade: f"{_DECADES[decade[1].lower()]}s", text)
    text = _CENTURY.sub(lambda years: f"{int(years[1]) + 1}th century", text)
    text = _DECIMAL.sub(".", text)
    text = _DECADE.sub(lambda decade: f"{_DECADES[decade[0].lower()]}s", text)
    text = _BECAUSE.sub("because", _MINUS.sub("-", text))
    return _SPELLING.sub(lambda match: f" {_SPELLINGS[match[0].lower()]} ", text)


@dataclass(frozen=True, slots=True)
class Token:
    """One word, or a part of a compound.

    Attributes:
        word: In lower case, without apostrophes.
        start: Where the whole word begins in the reading's text.
        capital: Whether it has a capital.
    """

    word: str
    start: int
    capital: bool


@dataclass(frozen=True)
class Reading:
    """A text as it is judged.

    Attributes:
        raw: The text as it came.
        stories: Whether a story of how one came to ask is a part of its frame.
    """

    raw: str
    stories: bool = True

    @cached_property
    def text(self) -> str:
        """The text spelled out."""
        return spelled_out(self.raw)

    @cached_property
    def facts(self) -> dict[Kind, list[Fact]]:
        """The facts of the text spelled out, by kind."""
        found: dict[Kind, list[Fact]] = {kind: [] for kind in ("number", "date", "unit", "quoted", "negation", "name")}
        for fact in facts(self.text):
            found[fact.kind].append(fact)
        return found

    @cached_property
    def unquoted(self) -> str:
        """The text with quoted strings blanked: other words and negations in them ask nothing."""
        return blanked(self.text, [(fact.start, fact.end) for fact in self.facts["quoted"]])

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that the text may be in, without quoted strings."""
        return languages(self.unquoted)

    @cached_property
    def core(self) -> str:
        """The text with quoted strings and the frame blanked, and denials that deny nothing."""
        return blanked(self._asked, [match.span() for match in pattern("reading", "idioms").finditer(self._asked)])

    @cached_property
    def _asked(self) -> str:
        return blanked(self.unquoted, frames(self.unquoted, stories=self.stories))

    def asks_for(self, kind: Kind) -> list[Fact]:
        """Give the facts of a kind that stand outside the frame.

        Args:
            kind: Of what kind.

        Returns:
            The facts, in order.
        """
        return [
            fact for fact in self.facts[kind] if self._asked[fact.start : fact.end] == self.text[fact.start : fact.end]
        ]

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The words of the core."""
        return tuple(_tokens(self.core))

    @property
    def is_long(self) -> bool:
        """Whether words are too many to be compared each with each."""
        return len(self.tokens) > _MOST_WORDS

    @property
    def is_terse(self) -> bool:
        """Whether it is in keywords: hardly a word of grammar in it."""
        grammar = sum(is_grammar(token.word) for token in self.tokens)
        return "?" not in self.text and grammar * 3 < len(self.tokens) and not self.kinds

    @cached_property
    def kinds(self) -> list[frozenset[str]]:
        """The kinds of answers that its sentences ask for; see `questions.kinds`."""
        return kinds(self.sentences)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the whole text, without quotes' and frames' difference."""
        return frozenset(token.word for token in _tokens(self.text))

    @cached_property
    def plain_words(self) -> frozenset[str]:
        """The words of the whole text without accents, with compounds in one piece too."""
        whole = {bare(match[0]).lower().replace("-", "") for match in WORD.finditer(self.text)}
        return frozenset(folded(word) for word in self.words | whole)

    @cached_property
    def joined_words(self) -> frozenset[str]:
        """Each two words side by side, as one."""
        words = [folded(token.word) for token in _tokens(self.text)]
        return frozenset(left + right for left, right in pairwise(words))

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the core that have a word."""
        return tuple(match[0].strip() for match in _SENTENCE.finditer(self.core) if WORD.search(match[0]))


def reading_of(raw: str, *, stories: bool = True) -> Reading:
    """Read a text. Readings of the newest short texts are kept: a query is judged with several rewrites.

    Args:
        raw: The text.
        stories: See `Reading`.

    Returns:
        Its reading, which is only read.
    """
    return _kept(raw, stories) if len(raw) <= _LONGEST_KEPT else Reading(raw, stories)


@lru_cache(maxsize=64)
def _kept(raw: str, stories: bool) -> Reading:
    return Reading(raw, stories)


def unexplained(after: Reading, before: Reading, key: str = "explained") -> Reading:
    """Give a rewrite without the explanations of words that it adds: "ghee (clarified butter)", "the APR, that is ...".

    Args:
        after: The rewrite.
        before: Its query; what it has in brackets is no explanation of the rewrite.
        key: Which pattern finds them: `explained`, or `glossed`, which is stricter.

    Returns:
        The rewrite with blanks in their place.
    """
    spans = [match.span() for match in pattern("reading", key).finditer(after.raw) if match[0] not in before.raw]
    return Reading(blanked(after.raw, spans), after.stories) if spans else after


def _tokens(text: str) -> Iterator[Token]:
    for match in WORD.finditer(text):
        for part in _PARTS.split(match[0]):
            yield Token(folded(part.lower()), match.start(), not part.islower())


def folded(word: str) -> str:
    """Give a word without accents: `São` is `Sao`."""
    if word.isascii():
        return word
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def is_grammar(word: str) -> bool:
    """Tell whether a word has no content of its own."""
    return word in word_set("words", "grammar") or len(word) == 1
