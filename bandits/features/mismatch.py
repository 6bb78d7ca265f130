"""Query-type mismatch: the question word, or the form, asks for another kind of answer than the rest can have.

Only what is certain counts: the classes of nouns and verbs are closed, and a query whose nouns aren't in them fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from riffler.bandits.features import answer_kinds as kinds
from riffler.bandits.features.acts import Act, acts
from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import BE_FORMS, FINITE_AUXILIARIES, NEGATIONS, PREPOSITIONS, QUESTION_WORDS

_BE = BE_FORMS | {"s"}
_AGREEING = frozenset({"alright", "correct", "eh", "huh", "no", "ok", "okay", "please", "right", "true", "yeah", "yes"})
# "Guess what?", "Need help?", "Anyone know ...?" leave out their subject or auxiliary, and are questions.
_ELLIPTIC = frozenset(
    "any anybody anyone care ever fancy feel got guess imagine know like mean mind need remember see someone"
    " somebody suppose think wanna want".split()
)
_CONFIRMING = frozenset({"so", "and", "but", "then"})
_NOMINAL = frozenset(
    {"DT", "PDT", "PRP$", "JJ", "JJR", "JJS", "RBS", "RBR", "CD", "VBN", "VBG", "POS", "NN", "NNS", "NNP", "NNPS"}
)
_NOUN = frozenset({"NN", "NNS", "NNP", "NNPS"})
_OUTSIDE = frozenset({"VERB", "AUX"})
_ASKS_TIME = frozenset("year century decade month day date time".split())
_ASKS_PERSON = frozenset("person man woman".split())
_ASKS_PLACE = frozenset("country city continent town place state region village".split())
_POINTS = frozenset({"boiling", "freezing", "melting"})
_LONGEST = 30
_CLOSES = frozenset({"that", '"', "“", "``", "`"})
_ASKS_LOOK = frozenset({"colour", "color"})
_EXPLAINED = kinds.LABELS | kinds.MEASURES
_DATED = frozenset(
    "album book comet film game magazine moon movie newspaper novel painting song sport sun tax train".split()
)
_UNFIT = {
    "who": kinds.MEASURES | kinds.LABELS | kinds.PLACES | kinds.TIMES | kinds.THINGS | kinds.EVENTS,
    "when": (kinds.MEASURES - {"half-life"}) | kinds.LABELS | kinds.PLACES | kinds.PEOPLE | (kinds.THINGS - _DATED),
    "where": _EXPLAINED - {"flag", "origin", "score", "point", "recipe", "answer", "solution", "anthem"}
    | {"date", "anniversary", "birthday", "century", "deadline", "decade", "year"},
    "country": kinds.MEASURES | kinds.PEOPLE,
    "why": kinds.MEASURES
    | {"capital", "currency", "date", "name", "plural", "synonym", "author", "inventor", "founder"},
    "how": {"author", "capital", "currency", "date", "founder", "inventor", "name", "number", "year"},
    "much": kinds.PEOPLE
    | {"author", "capital", "currency", "date", "language", "meaning", "name", "plural", "synonym"},
    "look": kinds.MEASURES | kinds.EVENTS | kinds.TIMES,
    "is": kinds.MEASURES | {"capital", "currency", "definition", "meaning", "name", "plural", "synonym"},
}
"""For what is asked, the nouns that can't be it. Who is asked for whatever follows, the others only of a bare noun."""
_UNFIT_DEGREES = {
    "old": kinds.NO_AGE | kinds.ENDLESS - {"religion", "currency"},
    "long": kinds.ENDLESS,
    "often": kinds.MEASURES | kinds.LABELS | kinds.PLACES,
    "fast": kinds.PLACES | kinds.LABELS | kinds.TIMES,
    "far": (kinds.MEASURES | kinds.LABELS) - {"distance", "range"},
    **dict.fromkeys(kinds.EVENTLESS_SIZES, kinds.MEASURES | kinds.LABELS | kinds.EVENTS | kinds.TIMES),
}
# Verbs that ask for an explanation or an amount: neither a time nor a place nor a person answers them.
_UNFIT_VERBS = {
    "who": frozenset({"cost", "weigh", "mean", "last", "taste", "measure", "happen", "occur", "begin", "end", "start"}),
    "when": frozenset({"cost", "weigh", "mean", "taste", "look", "sound", "consist", "contain", "measure"}),
    "where": frozenset({"cost", "weigh", "mean", "taste", "look", "sound", "consist", "last"}),
    "why": frozenset({"weigh", "mean"}),
    "how": frozenset({"mean", "cost", "weigh"}),
    "what": frozenset("die live sleep hibernate originate occur happen end begin erupt collapse arrive expire".split()),
}
_OFFERED = frozenset({"who", "where", "when", "why"})
_LONGEST_CHOICE = 9
_TIMELY = kinds.TIMES | frozenset(
    "before after during morning afternoon evening night noon midnight today tomorrow yesterday summer winter spring"
    " autumn monday tuesday wednesday thursday friday saturday sunday january february march april june july august"
    " september october november december christmas easter".split()
)
_MEANT_BY_PEOPLE = frozenset({"you", "i", "he", "she", "they", "we", "u"})
_LIKENESS = frozenset({"look", "sound", "taste"})


def _mismatch(reading: Reading) -> Iterator[WordSpan]:
    done = acts(reading)
    for act, after in pairwise(done):
        if act.kind == "order" and after.kind == "fragment" and after.asked and reading.word(act.end) == ":":
            yield act.start, act.end
    for act in done:
        if act.kind in {"order", "statement"}:
            if act.asked and _is_plain(reading, act):
                yield act.start, act.end
        elif act.kind == "question":
            yield from _question(reading, act)


def _is_plain(reading: Reading, act: Act) -> bool:
    """Tell an order or a statement with a wrong mark from "so he won, right?" and "he is who?"."""
    words = reading.words[act.start : act.end]
    last = [word for word in words if word != ","][-2:]
    return (
        words[0] not in _ELLIPTIC
        and _CONFIRMING.isdisjoint(reading.words[max(0, act.start - 2) : act.start])
        and last[-1] not in _AGREEING
        and reading.tags[act.start + 1 : act.start + 2] not in {("JJR",), ("RBR",)}  # "the more, the better?"
        and not (last[0] in FINITE_AUXILIARIES | NEGATIONS and "," in words)
        and not (act.kind == "statement" and not QUESTION_WORDS.isdisjoint(words[-2:]))
    )


def _question(reading: Reading, act: Act) -> Iterator[WordSpan]:
    here = act.start + (reading.words[act.start] in PREPOSITIONS)
    word, after = reading.word(here), reading.word(here + 1)
    asked, verb = word, here + 1
    yield from _choice(reading, word, act)
    if word == "how" and after not in FINITE_AUXILIARIES:
        yield from _degree(reading, here, act.end)
        if after != "much":
            return
        asked, verb = "much", here + 2
    elif word in {"what", "which"} and (noun := reading.lemmas[here + 1] if here + 1 < act.end else "") in (
        _ASKS_TIME | _ASKS_PLACE | _ASKS_LOOK | _ASKS_PERSON
    ):
        asked = next(
            kind
            for kind, nouns in (("when", _ASKS_TIME), ("country", _ASKS_PLACE), ("look", _ASKS_LOOK), ("who", None))
            if nouns is None or noun in nouns
        )
        verb = here + 2
    elif word in _BE and act.asked and after == "the":
        asked, verb = "is", here
    if verb < act.end:
        yield from _fit(reading, (here, verb), asked, verb, act.end)


def _fit(reading: Reading, shown: WordSpan, asked: str, verb: int, end: int) -> Iterator[WordSpan]:
    """Compare what is asked with the noun after `be`, and with the verb."""
    wrong = None
    if reading.words[verb] in _BE:
        head = _head_noun(reading, verb + 1, end)
        if head is not None and _is_unfit(reading, asked, verb, head) and not _is_stranded(reading, end):
            bare = asked in {"who", "look"} or _is_bare(reading, head + 1, end)
            wrong = head if bare else None
        if wrong is None:
            wrong = _number(reading, asked, verb, end)
        if wrong is None:
            wrong = _participle(reading, asked, verb, end)
    elif reading.words[verb] in FINITE_AUXILIARIES:
        wrong = _verb(reading, asked, verb, end)
    if wrong is not None:
        yield shown if shown[0] < shown[1] else (shown[0], shown[0] + 1)
        yield wrong, wrong + 1


def _is_unfit(reading: Reading, asked: str, verb: int, head: int) -> bool:
    noun = "temperature" if reading.word(head - 1) in _POINTS else reading.lemmas[head]
    if asked != "who" or noun in _UNFIT["who"]:
        return noun in _UNFIT.get(asked, ())
    # "Who is the ...": any noun that isn't for people.
    common = reading.tags[head] in {"NN", "NNS"} and reading.texts[head].islower() and reading.capitals_tell
    if head == verb + 1 and common and reading.ends(head + 1):  # "who is gravitation?"
        return noun.endswith(kinds.ABSTRACT_ENDINGS)
    return common and reading.words[verb + 1] in {"the", "a", "an"} and not _is_person(noun)


def _is_person(noun: str) -> bool:
    if noun in kinds.PEOPLE:
        return True
    return noun.endswith(kinds.PERSONAL_ENDINGS) and noun not in kinds.IMPERSONAL


def _head_noun(reading: Reading, here: int, end: int) -> int | None:
    """Find the last noun of the phrase that begins here."""
    head = None
    while here < end and reading.tags[here] in _NOMINAL:
        if reading.tags[here] in _NOUN:
            head = here
        elif head is not None and reading.tags[here] != "POS" and reading.words[here] != "one":
            break
        here += 1
    return head


def _is_bare(reading: Reading, here: int, end: int) -> bool:
    """Tell whether nothing is said of a noun: only phrases with prepositions, or a relative clause, follow."""
    while here < end:
        if reading.words[here] in QUESTION_WORDS or reading.words[here] in _CLOSES:
            return True
        if reading.pos[here] in _OUTSIDE:
            return False
        nominal = here + 1 < end and reading.pos[here + 1] in {"NOUN", "PROPN", "ADJ", "NUM"}
        if reading.pos[here] in {"ADJ", "ADV"} and not nominal:
            return False
        here += 1
    return True


def is_bare_noun(reading: Reading, start: int) -> bool:
    """Tell whether a noun with nothing said of it ends a sentence: "the number of stars?" after "why is".

    Args:
        reading: A reading with tags.
        start: Where the phrase begins.

    Returns:
        Whether it does.
    """
    end = start
    while end < start + _LONGEST and not reading.ends(end):
        end += 1
    head = _head_noun(reading, start, end)
    return head is not None and reading.lemmas[head] in _UNFIT["why"] and _is_bare(reading, head + 1, end)


def _is_stranded(reading: Reading, end: int) -> bool:
    """Tell "who is the book about" and "who was the bridge built by"."""
    return reading.words[end - 1] in PREPOSITIONS


def _number(reading: Reading, asked: str, verb: int, end: int) -> int | None:
    """Find the number of "where was 1969"."""
    return verb + 1 if asked in {"who", "where"} and verb + 2 == end and reading.tags[verb + 1] == "CD" else None


def _choice(reading: Reading, word: str, act: Act) -> Iterator[WordSpan]:
    """Find "when was he born, in Paris or in Rome": what is offered at the end is of another kind."""
    comma = next((here for here in range(act.end - 1, act.start, -1) if reading.words[here] == ","), act.end)
    offered = reading.words[comma + 1 : act.end]
    if word not in _OFFERED or "or" not in offered or len(offered) > _LONGEST_CHOICE:
        return
    times = any(tag == "CD" for tag in reading.tags[comma + 1 : act.end]) and "one" not in offered
    times = times or not _TIMELY.isdisjoint(offered)
    things = "PROPN" in reading.pos[comma + 1 : act.end] or "one" in offered
    if times if word in {"who", "where"} else (things and not times):
        yield act.start, act.start + 1
        yield comma + 1, act.end


def _participle(reading: Reading, asked: str, verb: int, end: int) -> int | None:
    """Find the participle of "when is Lima located" and "who was the treaty signed"."""
    if asked in {"when", "where", "who"} and reading.words[end - 2 : end] == ("made", "of"):
        return end - 2
    if _is_stranded(reading, end):
        return None
    if asked in {"when", "who", "what"}:
        for each in range(max(verb + 2, end - 5), end):
            if reading.words[each] in kinds.PLACED:
                return each
    last = end - 1
    word = reading.words[last]
    if last <= verb + 1 or reading.tags[last] not in {"VBN", "VBD"} or (word in kinds.CALLED and word != "born"):
        return None
    before = reading.tags[last - 1]
    return last if before in _NOUN and (asked == "who" or (asked == "what" and before in {"NNP", "NNPS"})) else None


def _verb(reading: Reading, asked: str, auxiliary: int, end: int) -> int | None:
    """Find the verb of "where does it mean" and "what did the war end"."""
    unfit = _UNFIT_VERBS.get(asked, frozenset())
    for here in range(auxiliary + 2, end):
        word, after = reading.words[here], reading.word(here + 1)
        over = here + 1 == end
        if over and asked == "who" and word in kinds.WITHOUT_OBJECT and reading.pos[here - 1] in {"NOUN", "PROPN"}:
            return here
        if word not in unfit:
            continue
        if word == "mean" and reading.words[auxiliary + 1] in _MEANT_BY_PEOPLE:
            continue
        if word in _LIKENESS:
            return here if after == "like" and here + 2 == end else None
        if asked == "who" and word in {"begin", "end", "start"}:
            return here if over and reading.pos[here - 1] in {"NOUN", "PROPN", "NUM"} else None
        if over or (asked in {"who", "when", "where"} and after in PREPOSITIONS | {"per"}):
            return here
    return None


def _degree(reading: Reading, here: int, end: int) -> Iterator[WordSpan]:
    """Find "how many paint", "how tall did it last" and "how old is the difference"."""
    if here + 2 >= end:
        return
    degree, verb = reading.words[here + 1], here + 2
    if degree == "many":
        noun_follows = verb + 1 < end and reading.tags[verb + 1] in _NOUN
        if reading.words[verb] in kinds.MASS_NOUNS and not noun_follows:
            yield here, verb + 1
        head = _head_noun(reading, verb + 1, end) if reading.words[verb] in _BE else None
        if head is not None and reading.tags[head] == "NN" and reading.lemmas[head] in _UNFIT["much"]:
            yield here, here + 2
            yield head, head + 1
        return
    wrong = None
    if reading.words[verb] in _BE:
        head = _head_noun(reading, verb + 1, end)
        wrong = head if head is not None and reading.lemmas[head] in _UNFIT_DEGREES.get(degree, ()) else None
    elif reading.words[verb] in FINITE_AUXILIARIES:
        wrong = next(
            (each for each in range(verb + 2, end) if degree in kinds.SPANS.get(reading.words[each], ())),
            None,
        )
    if wrong is not None:
        yield here, here + 2
        yield wrong, wrong + 1


QUERY_TYPE_MISMATCH = Property("query_type_mismatch", _mismatch, needs="tags")
