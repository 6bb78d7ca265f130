"""Sentences, words and names of a text, by rule.

Knows English a little (abbreviations, stop words, endings) and nothing of any task. Sentences are spans of the text as
it stands, so that what is quoted is verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_STOP_WORDS = """
a about above after again all also am an and any are as at be because been before being below between both but by can
could did do does doing done down during each either few for from had has have having he her here hers him his how i if
in into is it its just let may me might more most must my no nor not of off on once one only or other our ours out over
own said same say says shall she should so some such than that the their theirs them then there these they this those
through to too under until up upon us very was we were what when where whether which while who whom whose why will with
within without would yes yet you your yours
anybody anyone everybody everyone everything nobody nothing somebody someone something
"""
_ASKING_WORDS = """
according answer answers answering anyone anything ask asked asking context conversation describe exactly explain find
following give given hello help hey hi kindly know list look mentioned message name please question read report sentence
state tell text thank thanks want word words
"""
_NAME_PARTICLES = "of de da di du del della van von der den bin ibn al la le el y"

_STOPS = frozenset(_STOP_WORDS.split())
_PARTICLES = frozenset(_NAME_PARTICLES.split())

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Col|Gen|Lt|Sgt|Rev|Hon|No|Nos|Jr|Sr|Inc|Ltd|Co|vs|etc|approx|e\.g|i\.e|cf|p|pp)"
    r"|(?<![^\W\d_])[^\W\d_a-z])\.$"
)
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"”’')\]*]*+(?=\s)|[。！？；]++[」』”]?")
_LINE_FEED = re.compile(r"\r?\n\s*")
_NEW_ITEM = re.compile(r"\s|[^\w\"“'‘(]|\d+[-./:)]|[\w .()/-]{1,40}[:=|\t]")
_SUFFIX = re.compile(r"(?:ies|ied|ing|ed|es|ly|s|y|e)$")
_POSSESSIVE = re.compile(r"['’]s$")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Find the sentences and list items of a text.

    A line feed ends a sentence, except where a long line without a full stop goes on in running words (hard-wrapped
    prose). Common abbreviations and initials end none.

    Args:
        text: Any text.

    Yields:
        Start and end of each, without the white space around. Nothing but white space lies between them.
    """
    start = 0
    for stop in _stops(text):
        piece = text[start:stop]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            yield start + lead, start + len(piece.rstrip())
        start = stop


def _stops(text: str) -> Iterator[int]:
    line_start = 0
    ends = sorted(
        [(match.end(), None) for match in _SENTENCE_END.finditer(text)]
        + [(match.end(), match.start()) for match in _LINE_FEED.finditer(text)]
    )
    for end, line_end in ends:
        if line_end is None:
            if not _ABBREVIATION.search(text, max(end - 8, line_start), end):
                yield end
        else:
            if not _wrapped(text, line_start, line_end, end):
                yield end
            line_start = end
    yield len(text)


def _wrapped(text: str, line_start: int, line_end: int, following: int) -> bool:
    """Tell whether a line's text goes on after its line feed."""
    if line_end - line_start < 50 or text.count("\n", line_end, following) > 1:
        return False
    if any(sign in text[line_start:line_end] for sign in "|\t"):  # a table's row
        return False
    if text[line_start].isdigit() and text[following : following + 1].isdigit():  # a list's or a ledger's
        return False
    return text[line_end - 1] not in ".!?:;。！？}])>" and not _NEW_ITEM.match(text, following)


def unwrap(text: str) -> str:
    """Write hard-wrapped prose in long lines.

    Args:
        text: Any text.

    Returns:
        A text of the same length, in which a line feed inside a sentence is a space.
    """
    pieces: list[str] = []
    done = 0
    for start, end in sentences(text):
        pieces += [text[done:start], text[start:end].replace("\r", " ").replace("\n", " ")]
        done = end
    return "".join([*pieces, text[done:]])


def words(text: str) -> list[str]:
    """Give the words and numbers of a text, in order, as they stand."""
    return _WORD.findall(text)


def is_stop(word: str) -> bool:
    """Tell whether a word says nothing about a question's subject."""
    return word.casefold() in _STOPS


def is_polite(word: str) -> bool:
    """Tell whether a word speaks of the asking itself: `please`, `tell`, `text`."""
    return stem(word) in _POLITE


def stem(word: str) -> str:
    """Cut a common ending off. What is left is always the beginning of the lower-cased word.

    Args:
        word: One word.

    Returns:
        At least three characters, unless the word has fewer; `city` and `cities`, `built` and `Built` are alike.
    """
    low = word.casefold().replace("’", "'").removesuffix("'s")
    for _ in range(2):
        cut = _SUFFIX.sub("", low)
        if len(cut) < 3:
            break
        low = cut
    if len(low) > 3 and low[-1] == low[-2] and low[-1] not in "aeiou":
        low = low[:-1]
    return low


def names(text: str) -> list[tuple[int, int]]:
    """Find runs of capitalised words: `Ann`, `J. R. Oakes`, `Duke of York`, `O'Brien`.

    Args:
        text: A sentence.

    Returns:
        Spans, in order, without a possessive ending and without a capitalised stop word in front.
    """
    tokens = list(_WORD.finditer(text))
    found: list[tuple[int, int]] = []
    index = 0
    while index < len(tokens):
        last = index
        if _capital(tokens[index][0]):
            while (step := _joined(text, tokens, last)) and not _possessive(text, tokens[last]):
                last += step
            bare = _POSSESSIVE.sub("", tokens[last][0])
            found.append((tokens[index].start(), tokens[last].start() + len(bare)))
        index = last + 1
    return found


def _capital(word: str) -> bool:
    return word[0].isupper() and not is_stop(word)


def _possessive(text: str, token: re.Match[str]) -> bool:
    return bool(_POSSESSIVE.search(token[0])) or text[token.end() : token.end() + 1] in {"'", "’"}


def _joined(text: str, tokens: list[re.Match[str]], last: int) -> int:
    """Count how many tokens further a name goes on: to a capitalised word, maybe after particles (`of the`, `van`)."""
    following = tokens[last + 1 : last + 4]
    for step, token in enumerate(following, start=1):
        gap = text[tokens[last + step - 1].end() : token.start()]
        initial = gap == ". " and tokens[last].end() - tokens[last].start() <= 2  # J. or Dr.
        if gap != " " and not (step == 1 and initial):
            return 0
        if _capital(token[0]) or (step == 1 and len(token[0]) == 1 and token[0].isupper()):
            return step
        if token[0] not in _PARTICLES and not (step == 2 and token[0] == "the"):
            return 0
    return 0


_POLITE = frozenset(stem(word) for word in _ASKING_WORDS.split())
