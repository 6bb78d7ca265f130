"""Whether what is asked is denied as before: negative words, words that deny by meaning, and opposites.

Two denials make none, so the counts may change in step: "isn't legal" is "illegal", "without deleting" is "does not
remove". A word that denies by meaning may stand for a negation, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from riffler.bandits.facts.negations import negations
from riffler.bandits.guard.kinship import akin, bases, mistyped, opposed
from riffler.bandits.guard.lists import groups, part, pattern, phrases, word_set
from riffler.bandits.guard.reading import Reading, is_grammar

_PREFIX = re.compile(r"(?:un|in|im|il|ir|dis|non|mis|anti)(?=\w{3})")
_TRAILING = ("or ", "and ", "max", "min", "top", "at ", "onward")
"""What bounds may follow their number: "5 or more", "four sentences max"."""


def _any_of(told: tuple[str, ...]) -> str:
    return "|".join(re.escape(phrase) for phrase in told)


def _trailing(side: str) -> str:
    return _any_of(tuple(phrase for phrase in phrases("opposites", side) if phrase.startswith(_TRAILING)))


_BETWEEN = r"(?:\W{0,2}(?:an?(?= [^\W_]+-)|the|about|only|year|just|ages?|aged|of)){0,3}\W{0,3}"
_BOUND = re.compile(
    rf"(?<!\w)(?:(?P<less>{_any_of(phrases('opposites', 'less'))})|(?P<more>{_any_of(phrases('opposites', 'more'))}))"
    rf"(?!\w){_BETWEEN}(?:{part('COUNTED')}|{part('TIMED')})"
    rf"|(?<!\w){part('COUNTED')}[^\W_]*\W{{0,2}}(?:[^\W\d_]{{1,12}}\W){{0,2}}"
    rf"(?:(?P<ends_less>{_trailing('less')})|(?P<ends_more>{_trailing('more')}))(?!\w)",
    re.IGNORECASE,
)


def bounds(text: str) -> list[tuple[int, int]]:
    """Find where a text bounds an amount or a time.

    Args:
        text: Any text.

    Returns:
        Pairs (start, end).
    """
    return [match.span() for match in _BOUND.finditer(text)]


def denies(before: Reading, after: Reading) -> bool:
    """Tell whether two texts have as many negative words."""
    return _denials(before) == _denials(after)


def complaints(before: Reading, after: Reading) -> Iterator[str]:
    """Say whether a rewrite turns something into its opposite.

    Args:
        before: The query.
        after: Its rewrite.

    Yields:
        What is wrong.
    """
    had, has = _denials(before), _denials(after)
    old, new = _content(before), _content(after)
    turned = _turned(before, after, old, new)
    flips = len({one for one, _ in turned})
    if flips % 2:  # a word that denies by its meaning makes up for no opposite of its own
        strict, lenient = _soft(old - {one for one, _ in turned}, new - {other for _, other in turned}, before, after)
    else:
        strict, lenient = _soft(old, new, before, after)
    if _odd(had, has, flips, strict, lenient):
        if flips and had == has:
            yield "the rewrite turns a word into its opposite"
        yield f"the rewrite {'loses' if had > has or (had == has and strict[0] > strict[1]) else 'invents'} a negation"
    was, now = _sides(before.unquoted), _sides(after.unquoted)
    if _sides(before.core) - now - _until(after):
        yield "the rewrite loses a bound"
    if now - was - _until(before):
        yield "the rewrite invents a bound"


def _sides(text: str) -> frozenset[str]:
    """Give the sides to which a text bounds an amount or a time."""
    return frozenset((match.lastgroup or "")[-4:] for match in _BOUND.finditer(text))


_BY = re.compile(rf"\bby (?:the )?(?:\d|{part('TIMED')})", re.IGNORECASE)


def _until(reading: Reading) -> frozenset[str]:
    """Give the side that "by 1 December" bounds a time to, which may be said with "before" too."""
    return frozenset({"less"}) if _BY.search(reading.core) else frozenset()


def _odd(had: int, has: int, flips: int, strict: tuple[int, int], lenient: tuple[int, int]) -> bool:
    """Tell whether the denials of two texts don't match."""
    # Each denial of one text stands in the other as a negation or as a word that denies by its meaning; lenient words
    # may deny. Opposites must come in pairs, or have a denial more or less beside them.
    if flips % 2:
        return (has - had) % 2 == 0 and strict[0] == strict[1]
    return had + strict[0] > has + sum(pair[1] for pair in (strict, lenient)) or has + strict[1] > had + sum(
        pair[0] for pair in (strict, lenient)
    )


def _denials(reading: Reading) -> int:
    return sum(1 for _ in negations(reading.core))


def _content(reading: Reading) -> set[str]:
    return {token.word for token in reading.tokens}


def _turned(before: Reading, after: Reading, old: set[str], new: set[str]) -> list[tuple[str, str]]:
    """Give the words in whose place their opposite stands, each with it."""
    lost, found = (
        some - others - ({"used"} if _USED_TO.search(reading.core) else set())
        for some, others, reading in ((old, new, before), (new, old, after))
    )
    if before.is_long or after.is_long:
        return []
    rows = groups("opposites", "rows")
    less, fewer = (set(_LEAST.findall(reading.core.lower())) for reading in (before, after))
    pairs = [
        (one, other)
        for one in lost
        for other in found
        if _opposed(one, other, rows)
        and (one in less) == (other in fewer)  # "least expensive" is "cheapest"
        and not (is_grammar(one) and _follows(before, one).isdisjoint(_follows(after, other)))
    ]
    # "married ... divorce" and "divorced": what comes was there in another form
    return [(one, other) for one, other in pairs if not any(_same_verb(other, word) for word in old)]


def _follows(reading: Reading, word: str) -> set[str]:
    """Give the content words that stand next behind a word: "under the law", "over crimes" have none in common."""
    words = [token.word for token in reading.tokens]
    return {
        next((then for then in words[at + 1 :] if not is_grammar(then)), "")
        for at, one in enumerate(words)
        if one == word
    }


_USED_TO = re.compile(r"\bused to\b", re.IGNORECASE)
_LEAST = re.compile(r"\b(?:least|less|too) (\w+)")


def _same_verb(one: str, other: str) -> bool:
    return one != other and not is_grammar(other) and not bases(one).isdisjoint(bases(other))


def _opposed(one: str, other: str, rows: dict[str, frozenset[int]]) -> bool:
    if one.removesuffix("s") == other.removesuffix("s"):
        return False
    if not _row(one, rows).isdisjoint(_row(other, rows)) or (
        not (is_grammar(one) or is_grammar(other)) and opposed(one, other)
    ):
        return True
    return _negates(one, other) or _negates(other, one)


def _row(word: str, rows: dict[str, frozenset[int]]) -> frozenset[int]:
    return rows.get(word) or rows.get(word.removesuffix("s")) or frozenset()


def _negates(one: str, other: str) -> bool:
    """Tell whether a word is another with a negative prefix, or with -less for -ful."""
    match = _PREFIX.match(one)
    if match and len(one) - match.end() > 2:
        rest = one[match.end() :]
        if rest == other or (rest[:4] == other[:4] and len(rest) > 4 and akin(rest, other)):
            return True
    return one.endswith("less") and (other == one[:-4] or other == f"{one[:-4]}ful")


def _soft(old: set[str], new: set[str], before: Reading, after: Reading) -> tuple[tuple[int, int], tuple[int, int]]:
    """Count the words that deny by meaning, strict and lenient ones, which one text has and the other hasn't."""
    counts = []
    for key in ("strict", "lenient"):
        words = word_set("negative", key)
        counts.append((_own(old, new, words), _own(new, old, words)))
    strict, lenient = counts
    told = [len(pattern("polarity", "against").findall(reading.core)) for reading in (before, after)]
    prefixed = [sum(_is_prefixed(word) for word in own) for own in (old - new, new - old)]
    # "against the law" has a lenient word of its own
    return strict, (max(lenient[0], told[0]) + prefixed[0], max(lenient[1], told[1]) + prefixed[1])


def _own(own: set[str], others: set[str], words: frozenset[str]) -> int:
    theirs = others & words
    return sum(
        not any(akin(word, other) for other in theirs) and not any(mistyped(word, other) for other in others)
        for word in own & words
    )


def _is_prefixed(word: str) -> bool:
    return not is_grammar(word) and (_PREFIX.match(word) is not None or (word.endswith("less") and len(word) > 6))
