"""What kind of answer is asked for: yes or no, a person, a place, a time, a reason, a manner, a count, a thing, a text.

Wordings differ ("when" and "in which year", "why" and "what is the reason", "name a" and "which"), so each sentence is
given kinds, and two texts match where their kinds may mean the same. What can't be told matches everything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from riffler.bandits.guard.lists import lists, pattern, word_set

_AUX = (
    r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|isn|aren|wasn|weren|don|doesn|didn|hasn|haven|hadn|can|couldn|won|wouldn|shouldn|mustn"
    r"|isnt|arent|doesnt|didnt|dont|cant)(?:['’]?t)?"
)
_WH = re.compile(
    r"(?:(?P<preposition>in|at|on|by|to|from|of|for|with|since|until|till|during|under|through|about|into|within|near|among|after|before)\s+)?"
    r"\b(?P<wh>what|wat|wot|which|wich|who|whom|whose|when|where|why|how)(?:['’]?s|['’]re|['’]d)?\b(?P<rest>[^.?!]*)",
    re.IGNORECASE,
)
_YES_NO = re.compile(rf"{_AUX}\s+\w|whether\b", re.IGNORECASE)
_CUT = re.compile(r"[,;:()–—]|\s-\s|\b(?:and|but|so|or)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_IF = re.compile(r"if\b", re.IGNORECASE)
_ABOUT = re.compile(r"(?:what|how) about\b", re.IGNORECASE)
_POLITE = re.compile(r"(?:could|would|will)\s+(?:you|u)\b", re.IGNORECASE)
_ASKED = re.compile(r"\b(?:please|kindly)\b", re.IGNORECASE)
_NOT = re.compile(
    r"do(?:n['’]?t| not)\s+(?:use|include|mention|make|write|give|add|tell|repeat|explain|assume)\b", re.IGNORECASE
)
_WAY = re.compile(r"(?:is|are|was) there (?:a|an|any|some) \w{0,12}\s?(?:ways?|methods?|tricks?)\b", re.IGNORECASE)
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_CHOICE = re.compile(r"\bor\b|\b(?:more|less|\w{2,12}er)\b.*\bthan\b", re.IGNORECASE)
"""What asks for one of two: "gold or lead", "is gold heavier than lead"."""

_MOST = 40
"""Sentences that are looked at."""


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(lists()["questions"][key].split())


@cache
def dimensions() -> dict[str, str]:
    """Give words that name or ask for a quantity, each with the adjective that asks for it."""
    return {word: name for name, words in lists()["questions"]["dimensions"].items() for word in words.split()}


@cache
def _lead() -> re.Pattern[str]:
    return re.compile(rf"^\W*(?:{pattern('questions', 'lead').pattern})+", re.IGNORECASE)


def changed(before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell whether a rewrite asks for another kind of answer.

    Args:
        before: The sentences of the query, without its frame.
        after: Those of its rewrite.

    Returns:
        Whether it does. False where the kinds can't be told.
    """
    asked, asks = kinds(before), kinds(after)
    if not asked or not asks:
        return False
    return not (_any_match(asked[-1], asks) and _any_match(asks[-1], asked))


def kinds(sentences: Sequence[str]) -> list[frozenset[str]]:
    """Give the kinds of answers that the sentences of a text ask for.

    Args:
        sentences: Of the text.

    Returns:
        For each sentence that asks something, the kinds it may mean, in order.
    """
    found = []
    for sentence in sentences[:_MOST]:
        kind = _kind(sentence[:1000])
        if kind:
            found.append(kind)
    if not found and any(pattern("questions", "need").match(sentence) for sentence in sentences[:_MOST]):
        return [frozenset({"thing", "text"})]
    return found


def _any_match(one: frozenset[str], others: list[frozenset[str]]) -> bool:
    return any(_match(one, other) for other in others)


def _match(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one.isdisjoint(other)


def clause_kind(clause: str) -> frozenset[str]:
    """Give the kinds of answer that a clause asks for, if it does so by its beginning.

    Args:
        clause: A clause.

    Returns:
        The kinds it may mean; none when it asks nothing.
    """
    return _kind_of_clause(_stripped(clause[:1000]), first=True)


def _stripped(clause: str) -> str:
    return _lead().sub("", clause.lstrip(), count=1).lstrip(" ,:;-–—\"'(*")


def _kind(sentence: str) -> frozenset[str]:
    starts = [0, *(match.end() for match in _CUT.finditer(sentence))]
    for start in starts:
        lead = _lead().match(sentence[start:].lstrip())
        part = _stripped(sentence[start:])
        if lead and _ASKED.search(lead[0]) and part.lower().startswith("do "):
            continue  # please do ...
        kind = _kind_of_clause(part, first=start == 0)
        if kind and not (start == 0 and _is_clause_of_time(part, sentence, starts)):
            return kind
    if _IF.match(_stripped(sentence)):
        return frozenset({"yes"})
    inner = _WH.search(sentence) if not _ABOUT.match(_stripped(sentence)) else None
    if inner and inner["wh"].lower() in {"who", "which", "whose"} and "?" not in sentence and len(sentence.split()) > 6:
        return frozenset()
    if inner and not re.search(r"\b(?:i|my|me|we|our)\b", sentence[: inner.start()], re.IGNORECASE):
        return _of_wh(inner)
    return frozenset()


_WHEN = re.compile(rf"when(?!['’]s|\s+(?:{_AUX})\b)", re.IGNORECASE)


def _is_clause_of_time(part: str, sentence: str, starts: list[int]) -> bool:
    """Tell whether a sentence begins with "when" and asks something else behind it: "When he left, who ...?"."""
    return _WHEN.match(part) is not None and any(
        _kind_of_clause(_stripped(sentence[start:]), first=False) for start in starts[1:]
    )


def _kind_of_clause(part: str, first: bool) -> frozenset[str]:
    wh = _WH.match(part)
    if wh and _ABOUT.match(part):
        return frozenset()
    if wh:
        return _of_wh(wh)
    if pattern("questions", "have").match(part):
        return frozenset({"yes", "thing", "text", "which", "place"})
    if _POLITE.match(part):
        return frozenset({"yes", "thing", "text"})
    if _NOT.match(part):
        return frozenset()
    if _YES_NO.match(part):
        choice = {"which"} if _CHOICE.search(part) else set()
        return frozenset({"yes"} | choice | ({"manner"} if _WAY.match(part) else set()))
    return _of_order(part, first)


def _of_order(part: str, first: bool) -> frozenset[str]:
    word = _WORD.match(part)
    verb = word[0].lower() if word else ""
    following = part[len(verb) :].split()
    if not following or (not first and verb in {"name", "state", "answer", "number", "order"}):
        return frozenset()
    if verb in _words("explain"):
        return frozenset({"explain", "manner", "thing", "reason", "text"})
    if verb in _words("give"):
        nouns = " ".join(following)
        person = {"person"} if any(_PERSON.search(word) for word in _near(nouns)) else set()
        return frozenset({"thing", "which", "text", "place"} | person) | _nouns(nouns)
    if verb.startswith(("summar", "condens", "recap")):
        return frozenset({"summary", "thing", "manner", "explain"})
    if verb == "translate":
        return frozenset({"text", "thing", "manner"})
    if verb in _words("value"):
        return frozenset({"text", "thing", "count", "how much", "manner"})
    if all(word.lower() not in word_set("words", "grammar") for word in following):
        return frozenset()  # keywords: "remove rust iron pan" asks how
    if verb in _words("make"):
        return frozenset({"text", "summary"} if any(_SUMMARY.match(word) for word in following) else {"text"})
    return frozenset()


_SUMMARY = re.compile(
    r"summar|outline|overview|gist|brief|short|recap|synopsis|condense|abstract|digest|\w*points?\b", re.IGNORECASE
)


def _nouns(rest: str) -> frozenset[str]:
    """Give the kinds that the nouns after "what" or "give me" stand for, near the question word."""
    found: set[str] = set()
    for word in _near(rest):
        found |= {
            kind for key, kind in _KINDS_OF_NOUNS.items() if not _words(key).isdisjoint((word, word.removesuffix("s")))
        }
        name = dimensions().get(word) or dimensions().get(word.removesuffix("s"))
        if name:
            found.add(f"how {name}")
            found |= {"count"} if word in {"times", "frequency"} else set()
    return frozenset(found)


_PERSON = re.compile(
    r"(?:e[re]|or|ist|ian|ess|man|president|student|agent|client|patient|parent|saint|servant|assistant|opponent|men"
    r"|wom[ae]n|people|girl|boy|child|children|king|queen|pope|star|ot|ete|i[cf]|ary|nee)s?$"
)
"""Endings of nouns for persons, and a few more."""

_THAT = re.compile(r"^\W*(?:is|was) it that\b", re.IGNORECASE)


def _near(rest: str) -> list[str]:
    """Give the words of the noun that is asked for: up to a verb or preposition behind it."""
    words = _WORD.findall(_THAT.sub("", rest.lower()))
    near: list[str] = []
    for word in words[:8]:
        if near and (word in _PREPOSITIONS or re.fullmatch(_AUX, word)):
            break
        if near or not re.fullmatch(_AUX, word):
            near.append(word)
    if words[len(near) :][:2] == ["of", "birth"] or words[len(near) + 1 :][:2] == ["of", "birth"]:
        near.append("date")
    return near


_PREPOSITIONS = frozenset(
    "of in on for with by from to at that which who when where about under per between than".split()
)
_KINDS_OF_NOUNS = {
    "times": "time",
    "places": "place",
    "persons": "person",
    "reasons": "reason",
    "manners": "manner",
    "counts": "count",
}


def _of_wh(match: re.Match[str]) -> frozenset[str]:
    wh, rest = match["wh"].lower(), match["rest"]
    if wh in {"who", "whom", "whose"}:
        return frozenset({"person", "which"} if _OR.search(rest) else {"person"})
    if wh == "when":
        return frozenset({"time"})
    if wh == "where":
        return frozenset({"place"})
    if wh == "why":
        named = {"thing", "place"} if re.search(r"\b(?:called|named|known as)\b", rest, re.IGNORECASE) else set()
        return frozenset({"reason", *named})
    if wh == "how":
        return _of_how(rest)
    found = _of_what(wh, rest)
    if match["preposition"]:
        found |= (
            {"place"} if match["preposition"].lower() in {"in", "at", "near", "from", "to", "on", "into"} else set()
        )
        found |= {"person"} if match["preposition"].lower() in {"by", "to", "from", "for", "with", "of"} else set()
    return found


_EVENTS = frozenset(
    "die died dies become became begin start come end fall collapse happen arise emerge originate".split()
)
"""How they came about is often why."""

_DIFFER = frozenset("differ differs differed different".split())
_SEEN = frozenset("tell know recognise recognize spot see notice identify".split())
_MEASURED = {"weigh": "how heavy", "cost": "how much", "charge": "how much", "pay": "how much", "last": "how long"}
_AHEAD = re.compile(r"\s*(?:far|long) (?:in advance|ahead|beforehand)\b", re.IGNORECASE)
_TREATED = re.compile(
    r"\s*(?:is|are|was|were) (?:people|someone|somebody|one|you|they|he|she) \w{2,20}ed\b", re.IGNORECASE
)
_SPANS = {
    word: kind
    for kind, words in {
        "how far": "miles kilometres kilometers km metres meters feet",
        "how heavy": "kilos kilograms kg grams tons tonnes",
        "how much": "euros dollars pounds cents pence",
        "how hot": "degrees",
    }.items()
    for word in words.split()
}
"""Units that say what is measured."""

_TIMES = frozenset("second seconds minute minutes hour hours day days week weeks month months year years".split())
_AFTER_HOW = frozenset("to i you we one people they he she".split())


def _of_how(rest: str) -> frozenset[str]:
    words = _WORD.findall(rest.lower())
    first = words[0] if words else ""
    if _AHEAD.match(rest):
        return frozenset({"how long", "time"})
    if first in {"late", "soon", "early"} or words[:2] == ["long", "ago"]:
        return frozenset({"time"})
    if first == "come":
        return frozenset({"reason"})
    if first == "many":  # how many kilograms ... weigh
        long = {"how long"} if words[1:2] and words[1] in _TIMES else set()
        long |= {_SPANS[word] for word in words[1:3] if word in _SPANS}
        return frozenset({"count", *long, *(f"how {dimensions()[word]}" for word in words[1:] if word in dimensions())})
    if first in dimensions():
        name = dimensions()[first]
        more = {"count", "thing"} if first == "much" else {"how much"} if first in {"high", "low", "large"} else set()
        more |= {f"how {dimensions()[word]}" for word in words[1:7] if word in dimensions()}
        more |= {"count"} if not _words("counts").isdisjoint(words[1:5]) else set()
        return frozenset({f"how {name}", *more})
    if first == "about":
        return frozenset({"thing"})
    if first and first not in _AFTER_HOW and not re.fullmatch(_AUX, first):
        return frozenset({"manner", "thing"})  # how bright is ...
    return _of_manner(rest, words)


def _of_manner(rest: str, words: list[str]) -> frozenset[str]:
    """Give the kinds of "how" with a verb behind it."""
    if words[:4] == ["is", "it", "possible", "that"]:
        return frozenset({"manner", "reason"})
    if pattern("questions", "told").match(rest):
        return frozenset({"manner", "thing", "text"})
    if _TREATED.match(rest):
        return frozenset({"manner", "thing"})  # how are people punished: what is the penalty
    if not _EVENTS.isdisjoint(words):
        return frozenset({"manner", "reason", "thing"})
    seen = len(words) > 2 and words[2] in _SEEN  # how can I tell whether
    return frozenset({"manner", "thing"} if seen or not _DIFFER.isdisjoint(words) else {"manner"})


_OUTCOMES = frozenset("effect effects result results outcome outcomes consequence consequences".split())
_DONE = re.compile(r"\s*(?:do|does|did|can|could|should)\s[^.?!]{1,60}?\bdo (?:to|so)\b", re.IGNORECASE)
_DOES = re.compile(
    r"\s*(?!(?:has|does|is|was|causes|makes|types|kinds|sorts|parts|steps)\b)[a-z]{3,15}(?<![sui])s"
    r" (?:an?|the|my|our|your|\w+ \w+ (?:from|of|to|off|in))\b",
    re.IGNORECASE,
)


def _of_what(wh: str, rest: str) -> frozenset[str]:
    words = _WORD.findall(rest.lower())
    found = set(_nouns(rest)) | ({"manner"} if "like" in words[1:] else set())
    found |= {_MEASURED[word] for word in words if word in _MEASURED}
    if wh == "what" and _DOES.match(rest):
        found |= {"manner"}  # what removes wine from wool: how do I get it out
    if _DONE.match(rest):
        found |= {"manner"}
    if "happens" in words[:2] or "happen" in words or "happened" in words or _OUTCOMES.intersection(words):
        found |= {"manner"}  # how does it affect ...
    if "wrong" in words[:4]:
        found |= {"reason"}
    bare = not words or re.fullmatch(_AUX, words[0]) is not None
    if re.search(r"\bcaused by\b|\bdue to\b|\bwhat for\b", rest, re.IGNORECASE) or rest.rstrip(" ?").endswith(" for"):
        found |= {"reason", "thing"}
    if (
        bare
        and len(words) > 1
        and words[0] in {"should", "can", "could", "must", "ought", "do", "would"}
        and words[1] in {"be", "i", "we", "you", "one", "u", "somebody", "someone"}
    ):
        found |= {"thing", "manner"}
    if not bare:
        found |= {"which", "person"}
    return frozenset(found | {"thing"} | ({"which", "person"} if wh in {"which", "wich"} else set()))
