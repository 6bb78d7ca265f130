"""Restrictions: content words that narrow the answer must not go, and none may come.

A word that goes may have been said in another way, so the words that only the query has are weighed against those that
only the rewrite has. What explains a word ("bass, the fish," "ghee (clarified butter)") is no restriction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise, product

from riffler.bandits.facts import Kind
from riffler.bandits.features.lexicon import concreteness
from riffler.bandits.guard import polarity, questions
from riffler.bandits.guard.grammar import is_adjective, is_verb
from riffler.bandits.guard.initials import resolved
from riffler.bandits.guard.kinship import akin, are_synonyms, bases
from riffler.bandits.guard.lists import pattern, word_set
from riffler.bandits.guard.reading import SHORT_DATES, Reading, Token, is_grammar
from riffler.bandits.guard.swaps import swapped

_HELD: tuple[Kind, ...] = ("number", "date", "unit")
_MOST = 60
"""Content words that only one text has, from which on they aren't compared one by one."""


def complaints(before: Reading, after: Reading, known: Reading) -> Iterator[str]:
    """Say whether a rewrite loses or invents a restriction.

    Args:
        before: The query.
        after: Its rewrite.
        known: What a rewrite may draw on.

    Yields:
        What is wrong.
    """
    lost, new = differences(before, after)
    lost = [
        token
        for token in lost
        if not _is_taken_up(token, before, after, known) and not _is_counted(token, before, after)
    ]
    if len(lost) > _MOST or len(new) > _MOST:
        yield f"the rewrite {'loses' if len(lost) > _MOST else 'invents'} a constraint"
    else:
        yield from _weighed(before, after, known, lost, new)


def _is_taken_up(token: Token, before: Reading, after: Reading, known: Reading) -> bool:
    """Tell whether a word points to what has a name: "the company", or "the book" behind its title."""
    if not _POINTING.search(before.core[max(0, token.start - 6) : token.start]):
        return False
    if token.word in word_set("names", "kinds") and any(
        fact.start < token.start and fact.value.lower() in after.words for fact in before.facts["name"]
    ):
        return True
    return any(fact.value.lower() in known.words - before.words for fact in after.facts["name"])


def _is_counted(token: Token, before: Reading, after: Reading) -> bool:
    """Tell whether a word asks for an amount ("what proportion", "how long"), and the rewrite asks for one, too."""
    name = questions.dimensions().get(token.word)
    if name and any(f"how {name}" in kind for kind in after.kinds[-1:]):
        return True
    if token.word == "wrong":  # "what could be wrong" asks why
        return any("reason" in kind for kind in after.kinds[-1:])
    if token.word not in word_set("questions", "counts") or not _ASKING.search(before.core[: token.start][-6:]):
        return False
    return any("count" in kind for kind in after.kinds[-1:])


_ASKING = re.compile(r"\b(?:what|which) $", re.IGNORECASE)
_POINTING = re.compile(r"\b(?:the|this|that) $", re.IGNORECASE)


def _weighed(before: Reading, after: Reading, known: Reading, lost: list[Token], new: list[Token]) -> Iterator[str]:
    if not (before.is_long or after.is_long) and swapped(before, after, lost, new):
        yield "the rewrite exchanges a constraint"
    idle = known.words | (frozenset() if after.is_long else _standing_by(after)) | _YEAR
    spare = [token for token in _weighty(after, new) if token.word not in idle and not token.capital]
    if _loses(before, after, _weighty(before, lost), _weighty(after, new)):
        yield "the rewrite loses a constraint"
    had, has = _forms(before), _forms(after)
    if _is_unheard(had, after) or (not new and _drops_brackets(before, after)):
        yield "the rewrite loses a constraint"
    if _is_unheard(has, before):
        yield "the rewrite invents a constraint"
    if _DEFINED.search(before.core) and spare and spare[-1].word in word_set("fields", "names"):
        spare = []  # in which sense a term is meant
    if not lost and _invents(before, after, spare, new):
        yield "the rewrite invents a constraint"


def _invents(before: Reading, after: Reading, spare: list[Token], new: list[Token]) -> bool:
    """Tell whether words that come are a restriction or a condition, where none went."""
    narrow = _narrowing(after, spare, before, put_in=True)
    condition = _IF.search(after.core)
    if condition and not before.is_long and not _WHEN.search(before.core):
        narrow |= {token.word for token in new if token.start > condition.start()}
    return len(narrow) > before.is_terse  # a word may make a sentence of keywords, a phrase is more


def _loses(before: Reading, after: Reading, lost: list[Token], new: list[Token]) -> bool:
    """Tell whether words that go are a restriction: they narrow a noun and nothing comes, or they are too many."""
    if before.is_long or after.is_long:
        return len(lost) > len(new)
    allowed = _allowed(before, after, lost)
    added = _added(before, after)
    if lost and not added and len(before.sentences) > len(after.sentences) and allowed == 1:
        return True  # a sentence went that is no frame
    if len(_narrowing(before, lost, after)) >= allowed and added <= _standing_by(after):
        return True
    return len(lost) - len(added) >= allowed + 1


_IF = re.compile(r"\b(?:if|unless|provided)\b", re.IGNORECASE)
_WHEN = re.compile(r"\b(?:if|unless|provided|when|while|once|without|with|whether|after|for)\b|\.\s", re.IGNORECASE)


_BRACKETS = re.compile(r"\((?P<kind>[a-z]+(?:[ -][a-z]+){1,4})\)(?!\s*\.)")
"""Inside a question; at the end of a statement they may be a part of its story."""

_ADDRESSED = frozenset("i me my we us our you your".split())


def _drops_brackets(before: Reading, after: Reading) -> bool:
    """Tell whether words in brackets went that say of which kind a thing is: "the trip (one way)"."""
    asides = [set(match["kind"].replace("-", " ").split()) - _ARTICLES for match in _BRACKETS.finditer(before.unquoted)]
    return any(words.isdisjoint(after.words | _ADDRESSED) for words in asides)


def _forms(reading: Reading) -> list[list[str]]:
    """Give the words of the phrases that say which form an answer is to have: "as a list"."""
    if reading.is_long:
        return []
    return [match[0].lower().split() for match in pattern("content", "form").finditer(reading.core)]


def _is_unheard(forms: list[list[str]], other: Reading) -> bool:
    """Tell whether a text has no word of a form that the other one asks for."""
    words = tuple(other.words)
    return any(not any(_has_kin(word, words) for word in form if not is_grammar(word)) for form in forms)


def _weighty(reading: Reading, some: list[Token]) -> list[Token]:
    """Leave out verbs: wordings differ in them, and a restriction hardly ever is a verb alone."""
    if reading.is_long:
        return some
    fresh = {token.word for token in some}
    tokens = reading.tokens
    verbs = {token.word for at, token in enumerate(tokens) if token.word in fresh and is_verb(tokens, at)}
    return [token for token in some if token.word not in verbs]


def _added(before: Reading, after: Reading) -> set[str]:
    """Give the words that only the rewrite has, those that say little too: any may stand for a word that goes."""
    return {
        token.word
        for token in after.tokens
        if token.word not in before.words
        and not is_grammar(token.word)
        and token.word not in word_set("words", "frame")
        and not _has_kin(token.word, tuple(before.words))
    }


def _standing_by(reading: Reading) -> set[str]:
    """Give the words that stand for nothing that narrows: orders, general words, what is asked for after "which"."""
    words = [token.word for token in reading.tokens]
    near = {word for word in words if any(are_synonyms(word, place) for place in ("near", "inside", "outside"))}
    runs = zip(words, words[1:], [*words[2:], "the"], strict=False)
    asked = {word for left, word, right in runs if left in {"which", "what"} and is_grammar(right)}
    return near | asked | _orders() | word_set("words", "general")


def _allowed(before: Reading, after: Reading, lost: list[Token]) -> int:
    """Give how many words fewer are a loss: a sentence that names what a pronoun means may lose two of its words."""
    if len(before.sentences) < 2 or len(after.sentences) >= len(before.sentences):
        return 1
    last = before.core.rfind(before.sentences[-1])
    if all(token.start < last for token in lost) and _POINTS.search(before.sentences[-1]):
        return 3
    return 1


_POINTS = re.compile(
    r"\b(?:it|its|he|him|his|she|her|hers|they|them|their|theirs|this|that|these|those|which (?:of|one|is)|there|do)\b",
    re.IGNORECASE,
)


def differences(before: Reading, after: Reading) -> tuple[list[Token], list[Token]]:
    """Give the content words that only the query has, and those that only the rewrite has.

    Args:
        before: The query.
        after: Its rewrite.

    Returns:
        Them, each once, without those that have an equal of another form.
    """
    short = resolved(before, after)
    own, theirs = _content(before, short, rewrite=False), _content(after, short, rewrite=True)
    if not polarity.denies(before, after):  # a word that denies by its meaning may stand for a negation
        own, theirs = (
            {word: token for word, token in some.items() if word not in word_set("negative", "lenient")}
            for some in (own, theirs)
        )
    if "just" in after.words:
        own.pop("only", None)
    everywhere = after.words
    lost = [token for token in own.values() if token.word not in everywhere]
    new = [token for token in theirs.values() if token.word not in before.words]
    joined = _compounds(before, new) | _compounds(after, lost)
    lost, new = ([token for token in some if token.word not in joined] for some in (lost, new))
    if any(token.word.endswith("est") for token in new):  # "smells the worst" is "smelliest"
        lost = [token for token in lost if token.word not in {"worst", "best"}]
    if len(lost) > _MOST or len(new) > _MOST or before.is_long or after.is_long:
        return lost, new
    others, olds = list(everywhere), list(before.words)
    return (
        [token for token in lost if not _has_kin(token.word, others)],
        [token for token in new if not _has_kin(token.word, olds)],
    )


def _compounds(reading: Reading, others: list[Token]) -> set[str]:
    """Give the words that are one compound in the other text, and it: a sailing boat is a sailboat."""
    found: set[str] = set()
    if reading.is_long or len(others) > _MOST:
        return found
    for (left, right), other in product(pairwise(token.word for token in reading.tokens), others):
        rest = other.word.removesuffix(right)
        if rest != other.word and len(rest) > 2 and len(right) > 2 and left.startswith(rest):
            found |= {left, right, other.word}
    return found


def _has_kin(word: str, others: Sequence[str]) -> bool:
    name = _measure(word)
    return any(akin(word, other) or (name and name == _measure(other)) for other in others if not is_grammar(other))


def _measure(word: str) -> str:
    """Give what a word measures, where all words for it say the same: "heavier" and "weighs more"."""
    return next((name for form in bases(word) if (name := questions.dimensions().get(form)) in _PLAIN), "") or ""


_PLAIN = frozenset("heavy old deep wide far high likely often fast strong".split())


@cache
def _orders() -> frozenset[str]:
    return word_set("questions", "make") | word_set("questions", "give") | word_set("questions", "explain")


def _content(reading: Reading, short: frozenset[str], *, rewrite: bool) -> dict[str, Token]:
    held = [(fact.start, fact.end) for kind in _HELD for fact in reading.facts[kind]]
    held += polarity.bounds(reading.core)
    if rewrite:
        held += [match.span() for match in pattern("reading", "apposed").finditer(reading.core)]
    covered = bytearray(len(reading.core))
    for start, end in held:
        covered[start:end] = b"\1" * (end - start)
    orders = _orders()
    return {
        token.word: token
        for number, token in enumerate(reading.tokens)
        if not (token.word in orders and (number == 0 or reading.tokens[number - 1].word in {"please", "you", "to"}))
        and not (token.capital and token.word in word_set("names", "kinds"))
        and not covered[token.start]
        and token.word not in short
        and not _is_empty(token.word)
        and token.word.isalpha()
        and token.word not in SHORT_DATES
    }


def _is_empty(word: str) -> bool:
    return is_grammar(word) or word in word_set("words", "frame") or word in word_set("words", "general")


def _narrowing(reading: Reading, some: list[Token], other: Reading, *, put_in: bool = False) -> set[str]:
    """Give those words of a text that narrow a noun: before it, in a phrase of their own, or after "that is"."""
    # Words side by side are judged together. Where both their neighbours stand side by side in the other text, they
    # have been put in or taken out.
    fresh = (
        {token.word for token in some} - word_set("negative", "strict") - (questions.dimensions().keys() - _ADJECTIVES)
    )
    tokens = reading.tokens
    pairs = set(zip([token.word for token in other.tokens], [token.word for token in other.tokens[1:]], strict=False))
    found: set[str] = set()
    start = 0
    while start < len(tokens):
        end = start
        while end < len(tokens) and tokens[end].word in fresh:
            end += 1
        if end > start and _run_narrows(reading, start, end, pairs, other.words, put_in=put_in):
            found |= {token.word for token in tokens[start:end]}
        start = max(end, start + 1)
    return found


_ADJECTIVES = frozenset(
    "old tall high far long big large heavy deep fast quick hot cold warm wide broad strong expensive dear".split()
)


def _run_narrows(
    reading: Reading, start: int, end: int, pairs: set[tuple[str, str]], others: frozenset[str], *, put_in: bool
) -> bool:
    tokens = reading.tokens
    first, last = tokens[start].word, tokens[end - 1]
    before, earlier = (tokens[at].word if at >= 0 else "" for at in (start - 1, start - 2))
    then = tokens[end].word if end < len(tokens) else ""
    gap = reading.core[last.start : tokens[end].start] if then else ""
    then = _owned(tokens[end:]) if then == "s" and not gap else then
    if gap.rstrip() != gap.rstrip(" ") or "  " in gap:
        then, before = "", before if before not in _ARTICLES else "?"  # a quoted text stands between
    if first == "only" and (then in _ONES or _COUNT.match(then)):
        return False  # with only one hand
    if put_in and _is_head(tokens, start, end, others):
        return False
    if before in {"which", "what"} and then in _ENDS:
        return False  # "what food do pandas eat" asks as "what do pandas eat" does
    if (before, then) in pairs and not first.endswith("ing"):
        return True
    if then and not is_grammar(then):
        return (
            then in others
            and not put_in
            and (not before or before in _OPENERS or before in _orders() or (end - start == 1 and is_adjective(first)))
            and not (first.endswith("ing") and before in _LINKS)
            and not _is_asker(before, first)
        )
    if before in _LINKS or (before in _ARTICLES and earlier in _LINKS):
        return not then or then in _LINKS or then in _ENDS
    if earlier in {"that", "which", "who"} and before not in others:
        return True
    if before in {"is", "are"} and earlier in {"that", "which", "who"}:
        return True
    return last.word in word_set("words", "adverbs") or (last.word.endswith("ly") and len(last.word) > 5)


def _owned(rest: Sequence[Token]) -> str:
    """Give the word behind an "'s": "cup" in "the women's cup"."""
    return rest[1].word if len(rest) > 1 else ""


_DEFINED = re.compile(r"\bwhat(?:['’]?s| is| are| does)\b|\bdefin|\bmean", re.IGNORECASE)
_YEAR = frozenset({"year"})  # "at which time of year" asks when
_ONES = frozenset({"one", "a", "an"})
_COUNT = re.compile(r"\d|two|three|four|five", re.IGNORECASE)
_ARTICLES = frozenset("a an the my your his her its our their some any one single".split())
_OPENERS = _ARTICLES | frozenset("which what of for in with on by most more all every no".split())
_LINKS = frozenset(
    "using only in on for with by from of at to without during before after under near among between through into"
    " as via when while inside"
    " outside about have has had having".split()
)
_ENDS = frozenset("and or that which who if is are was were do does".split())


def _is_head(tokens: Sequence[Token], start: int, end: int, others: frozenset[str]) -> bool:
    """Tell whether a word names the kind of the noun before it, and no more: a starter culture, a PDF file."""
    return (
        end - start == 1
        and start > 0
        and tokens[start - 1].word in others
        and not is_grammar(tokens[start - 1].word)
        and (end == len(tokens) or is_grammar(tokens[end].word))
        and tokens[start].word not in word_set("words", "adverbs")
        and concreteness(tokens[start].word, "NOUN") is not None
    )


def _is_asker(before: str, word: str) -> bool:
    """Tell whether "which actress" asks no more than "who" does."""
    return before in {"which", "what"} and word.endswith(("er", "or", "ess", "ist", "ian"))
