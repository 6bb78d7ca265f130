"""Rule 3, for any question: the sentence that shares the most telling words with the question, quoted.

Words are compared by their stems and weighed by how rare they are in what was seen. What is hidden is searched for, the
most telling words first. A sentence that opens with a pronoun also counts what the sentence before it says.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from riffler.service.inference.reader.replies import Hit, Passage
from riffler.service.inference.reader.steps import NOT_FOUND, NOTICE, Detail, Say, Step
from riffler.service.inference.reader.text import is_polite, is_stop, names, sentences, stem, words
from riffler.service.inference.reader.turn import Turn

_MOST_CALLS = 12
_MOST_SEARCHES = 6
_AT_ONCE = 3
_MOST_LOOKS = 2
_ENOUGH = 0.5
"""The share of the question's weight that a sentence must have."""
_BORROWED = 0.75
_LONGEST_QUOTE = 400

_QUOTED = re.compile(r"\"([^\"\n]{1,80})\"|“([^”\n]{1,80})”|(?<!\w)['‘]([^'’\n]{1,80})['’](?!\w)")
_LINE_BREAK = re.compile(r"\s*[\r\n⏎]\s*")
_NUMBER = re.compile(r"\d")
_PRONOUN = re.compile(r"[\"“‘'(]?(?:it|its|he|his|she|her|they|their|this|these|that|there|here|both)\b", re.IGNORECASE)
_NUMBER_WORD = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|hundreds?"
    r"|thousands?|millions?|half|once|twice|none|no)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d|\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Mon|Tues|Wednes|Thurs"
    r"|Fri|Satur|Sun|spring|summer|autumn|winter|morning|noon|evening|midnight|night|dawn|dusk|yesterday|tomorrow|century)",
)
_PLACE = re.compile(r"\b(?:in|at|on|near|from|under|behind|beside|inside|to|off|above|below|between)\b", re.IGNORECASE)
_REASON = re.compile(
    r"\b(?:because|since|due to|so that|in order|for fear|owing to|as a result|therefore)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may answer: its text, where it comes from, whether it is cut, and the stems that count for it."""

    text: str
    hit: Hit | None
    cut: bool
    stems: frozenset[str]
    borrowed: frozenset[str]


def find(turn: Turn) -> Step:
    """Answer any question with what stands in the text.

    Args:
        turn: The turn.

    Returns:
        A few searches, at most two looks at matches that are cut off, and at the end the best sentence in quotation
        marks, or that nothing was found.
    """
    terms = _terms(turn.question.plain)
    candidates = _candidates(turn)
    scored = _score(turn.question.plain, terms, candidates)
    best = scored[0][0] if scored else 0.0
    if turn.may_search and turn.calls < _MOST_CALLS and not (turn.asked and best > 0.95):
        step = _search(turn)
        if step:
            return step
    if turn.may_look and turn.calls < _MOST_CALLS and (step := _look(turn, scored)):
        return step
    if best < _ENOUGH:
        return Say(NOT_FOUND)
    top = [candidate for score, candidate in scored if score > best - 1e-9][:2]
    return Say(" ".join(f"“{_clip(candidate.text, terms)}”" for candidate in top))


def _search(turn: Turn) -> Step | None:
    """Search for the next few terms that this turn hasn't searched for."""
    made = [one for one in turn.asked if one.matches is not None] or list(turn.asked)
    if len(turn.asked) >= _MOST_SEARCHES:
        return None
    missed = {one.search.query for one in made if one.matches and not one.matches.total}
    queries = queries_for(turn.question.plain, missed)
    new = [query for query in queries if not turn.has_asked(query)]
    return turn.fit(new[: min(_AT_ONCE, _MOST_SEARCHES - len(turn.asked))], (2, 10), 240) or None


def queries_for(question: str, missed: set[str] | None = None) -> list[str]:
    """Choose what to search for, the most telling first: quotations, names, numbers, then words by their length.

    Args:
        question: The asking words.
        missed: Searches that found nothing: a name is then tried by its last word, a word by
            its stem and with its first letter in the other case, because case counts.

    Returns:
        Exact texts, each once.
    """
    missed = missed or set()
    quoted = [next(group for group in match.groups() if group).strip() for match in _QUOTED.finditer(question)]
    named = [part for start, end in names(question) for part in re.split(r" of (?:the )?", question[start:end])]
    named = [name for name in named if not is_polite(name)]
    telling = [word for word in words(question) if not is_stop(word) and not is_polite(word)]
    numbers = [word for word in telling if _NUMBER.search(word)]
    plain = sorted(
        (word for word in telling if not any(word in one for one in (*named, *quoted))), key=len, reverse=True
    )
    chosen: list[str] = []
    for query in (*quoted, *sorted(named, key=len, reverse=True), *numbers, *plain):
        if query in missed:
            others = words(query)[-1:] if " " in query else [query[:1].swapcase() + query[1:], stem(query)]
            chosen += [other for other in others if other != query]
        chosen.append(query)
    return [query for query in dict.fromkeys(chosen) if query]


def _look(turn: Turn, scored: list[tuple[float, _Candidate]]) -> Step | None:
    """Look closer at the best sentences where they are cut off."""
    if not scored or len(turn.details) >= _MOST_LOOKS or scored[0][0] < _ENOUGH / 2:
        return None
    hits = [candidate.hit for score, candidate in scored[:2] if candidate.cut and score >= scored[0][0] - 0.1]
    new = [hit for hit in hits if hit and not turn.has_looked(hit.id)]
    if turn.room_tokens < 400 or not new:
        return None
    return (Detail(new[0].id, 1000),)


def _terms(question: str) -> frozenset[str]:
    """Give the stems of the words that say what is asked for."""
    telling = [word for word in words(question) if not is_stop(word) and not is_polite(word)]
    return frozenset(stem(word) for word in telling or words(question))


def _candidates(turn: Turn) -> list[_Candidate]:
    """Give all sentences that can be read, each once, and of one that is cut its longest piece."""
    sources: list[tuple[Passage, Hit | None]] = [(passage, None) for passage in turn.visible]
    sources += [(passage, None) for _, passage in turn.details if passage]
    sources += [(hit.passage, hit) for hit in turn.found()]
    asked = set(turn.question.plain.split("\n"))
    quoted = [line for line in asked if line.endswith("?") and len(line.split()) >= 3]
    found: dict[str, _Candidate] = {}
    for passage, hit in sources:
        for candidate in _sentences(passage, hit):
            echo = candidate.text in asked or (candidate.cut and candidate.text in turn.question.text)
            echo = echo or any(line in candidate.text for line in quoted)  # as in an example that asks the same
            if not echo and candidate.text not in {NOT_FOUND, NOTICE}:
                found.setdefault(candidate.text, candidate)
    together = "\0".join(found)
    return [one for one in found.values() if not (one.cut and together.count(one.text) > 1)]


def _sentences(passage: Passage, hit: Hit | None) -> Iterator[_Candidate]:
    before: frozenset[str] = frozenset()
    for start, end in sentences(passage.text):
        text = _LINE_BREAK.sub(" ", passage.text[start:end]).strip("“”")
        stems = frozenset(stem(word) for word in words(text))
        borrowed = before - stems if _PRONOUN.match(text) else frozenset()
        yield _Candidate(text, hit, passage.touches_cut(start, end), stems, borrowed)
        before = stems | borrowed if borrowed else stems


def _score(question: str, terms: frozenset[str], candidates: list[_Candidate]) -> list[tuple[float, _Candidate]]:
    """Score sentences by the share of the question's weight that they have, the best first.

    The weight of a term is its inverse document frequency, log(1 + n / df), where n sentences were seen and df of them
    have the term (Spärck Jones, 1972, https://doi.org/10.1108/eb026526, with one added); a term that none has, weighs
    half of the rarest, because it may be a word for the asking. What a
    pronoun borrows counts three quarters.

    Returns:
        Each sentence that has any, with its score in [0, 1.1].
    """
    counts = Counter(term for candidate in candidates for term in terms & candidate.stems)
    size = len(candidates)
    weights = {term: math.log(1 + size / counts[term]) if counts[term] else math.log(1 + size) / 2 for term in terms}
    total = sum(weights.values())
    scored: list[tuple[float, _Candidate]] = []
    for candidate in candidates:
        own = sum(weights[term] for term in terms & candidate.stems)
        share = (own + _BORROWED * sum(weights[term] for term in terms & candidate.borrowed)) / total if total else 0.0
        if share:
            scored.append((share * _fitness(question, candidate), candidate))
    return sorted(scored, key=lambda pair: -pair[0])


def _fitness(question: str, candidate: _Candidate) -> float:
    """Weigh whether a sentence can be the kind of answer that is asked for, by a factor near 1."""
    low, text = question.casefold(), candidate.text
    factor = 1.0
    if text.rstrip("\"”’')").endswith("?") or text.endswith(":"):
        factor *= 0.6
    asked = set(words(low))
    fresh = [text[start:end] for start, end in names(text) if not asked.issuperset(words(text[start:end].casefold()))]
    if re.search(r"\bhow (?:many|much|old|long|far|tall|high|often|big|wide|deep)\b", low):
        factor *= 1.1 if _NUMBER_WORD.search(text) else 0.9
    elif re.search(r"\b(?:when|what (?:year|day|date|time|month))\b", low):
        factor *= 1.1 if _TIME.search(text) else 0.9
    elif re.search(r"\bwhere\b", low):
        factor *= 1.05 if _PLACE.search(text) else 0.95
    elif re.search(r"\bwhy\b", low):
        factor *= 1.1 if _REASON.search(text) else 1.0
    elif re.search(r"\bwho(?:m|se)?\b", low):
        factor *= 1.1 if fresh else 0.95
    return factor * (0.98 if candidate.cut else 1.0)


def _clip(text: str, terms: frozenset[str]) -> str:
    """Keep of an endless line the part around the question's words."""
    if len(text) <= _LONGEST_QUOTE:
        return text
    places = [match.start() for match in re.finditer(r"[\w’'-]+", text) if stem(match[0]) in terms] or [0]
    middle = max(places, key=lambda place: sum(abs(place - other) < _LONGEST_QUOTE // 2 for other in places[:200]))
    start = max(0, middle - _LONGEST_QUOTE // 2)
    part = text[start : start + _LONGEST_QUOTE]
    inner = re.sub(r"^\S*\s", "", part) if start else part
    return re.sub(r"\s\S*$", "", inner)
