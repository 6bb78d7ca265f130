"""Answerability: whether a well-read stranger could answer rightly from the text alone.

A query counts as answerable unless something in it says otherwise: it leaves open what is wanted, goes on with a
conversation, points at what isn't in it, asks about the asker's own affairs, the future, the present moment, or taste.
"""

from __future__ import annotations

from riffler.bandits.features.anaphora import ANAPHORA
from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.features.specificity import LACK_OF_SPECIFICITY
from riffler.bandits.features.stretches import asks, quoted
from riffler.bandits.features.subjectivity import SUBJECTIVITY
from riffler.bandits.words import BE_FORMS, NEGATIONS

# They go on with what was said before.
_OPENERS = frozenset(
    "also and again alright awesome brilliant but continue cool correct exactly excellent great haha hahaha"
    " hmm hmmm huh instead nah nope no nice ok okay oh ooh oops or perfect really right so sure thanks then"
    " though thx ugh uh um wait well wow yeah yep yes yup".split()
)
_GOES_ON = Phrases(
    "never mind",
    "you said|mentioned|told|wrote|suggested|meant|forgot|missed|got|just",
    "i meant|mean the|that|this|another|not",
    "the other one|ones|way|two",
    "the|your last|first|second|third|previous|next|shorter|longer one|ones|paragraph|answer|suggestion",
    "your|the|that last|previous|first|earlier answer|reply|example|point|response|suggestion|list|message",
    "the same for|again|thing|way|as",
    "as before|above",
    "like before",
    "any of that|those|these|this|them",
    "of them|those|these|the three|two|four ?|.|,",
    "what|how about",
    "what if i|we|you only|just|do|did|have|use|used|add|ca|do|leave|skip",
    "what is|'s|s next",
    "do|does|did|try that|it again",
    "make it shorter|longer|simpler|funnier|better|more|less|a|into",
    "shorter|longer|simpler please|.",
    "go on|ahead",
    "one more|another time|one|thing|question|example",
    "why not ?|.",
)
_ADJECTIVES = frozenset("brilliant cool excellent great nice perfect right well".split())
_SAYS_OF_THAT = frozenset("did does do fixed helped is looks sounds was worked works".split())
_OWN_BEFORE = BE_FORMS | frozenset("do does did has have had til till until of seen s whats wheres whens".split())
_OWN = frozenset("my our mine ours".split())
_OWN_ASKED = frozenset("where when what which who whose whom how whats wheres".split())
_GENERAL_HELP = frozenset("should can could do to would must may might".split())
_ASKER = Phrases(
    "did|have|had|was|were|am i|we",
    "do i|we look|have|sound|seem|know|like|owe|own|live|weigh",
    "have|has you|anyone|anybody|someone seen|found|met|heard|tried|been",
    "are|were you",
    "do|did you like|love|have|want|live|eat|sleep|feel|dream|remember|know me|my|any|a|it|us",
    "your favorite|favourite|name|age|birthday|opinion|day|weekend",
    "i wish i knew|could|had|was|were",
    "i have no idea why|what|who|where|how",
    "what|who am i",
)
_OF_NOW = frozenset("is are was were did does has have wo will".split())
_GENERAL = frozenset("to allowed legal legally normal after before when if while on".split())
_OWN_LONGEST = 9
_COUNTED = frozenset("much many old long big".split())
_TIMELESS = frozenset({"how", "why"})
_FUTURE = frozenset("will wo 'll gonna".split())
_NO_FUTURE = frozenset("you happen i we if".split())
_NOW = Phrases(
    "the time ?|.|now|please",
    "what|whats time|day|date is|'s|it it|today|now|?",
    "what 's|is|s the time|date ?|today|now|please|here|.",
    "right|just now",
    "now or|?",
    "today ?|.",
    "tomorrow ?|.",
    "tonight ?|.",
    "this morning|afternoon|evening|weekend|week|month|year ?|.",
    "near|around|close me|here|us|by",
    "nearest|closest to|me|here|pharmacy|atm|station|shop|supermarket|hospital|bank",
    "open now|today",
    "cheap|cheapest flights|flight|tickets|ticket|hotels|hotel|deals",
    "til|till|until my|our|christmas|easter|the|friday|summer",
    "from|around|near|in here",
    "wrong with me|us|my|our",
    "what|whats|what 's|is for dinner|lunch|breakfast|supper",
    "next world|election|president|season|week|month|year|game|match",
)
_ACTS = frozenset(
    "book buy call cancel email launch open order play remind reserve schedule send set text turn".split()
)
_ACTED_ON = frozenset("a an him her it me my some that the this us".split())
_WEATHER = frozenset("forecast weather".split())
_DAYS = frozenset("now today tomorrow tonight week weekend".split())
_THINGS_SHOWN = frozenset(
    "article attachment code document email essay file image letter list message page paragraph passage pdf"
    " photo picture poem report screenshot sentence spreadsheet story table text video".split()
)
_TASTE_FREE = frozenset("advise how when where who whose why".split())
_STRONG = frozenset("best better worst worse favorite favourite ideal".split())
_DILEMMA = frozenset("act choose decide do handle react respond".split())
_BARE = 6
_CONDITIONS = 15
"""With more words, a recommendation has conditions that narrow it down."""
_SHORT, _TURN = 30, 18
"""A longer text says itself what it is about; a longer turn isn't one."""


def _answerability(reading: Reading) -> list[WordSpan]:
    words = [here for here in range(len(reading.words)) if reading.is_word(here)]
    asking = asks(reading)
    ask = asking[-1] if asking else (words[0], words[-1] + 1)
    if (
        _goes_on(reading, words)
        or _points_outside(reading, ask if asking else (0, len(reading.words)))
        or _asks_of_asker(reading, ask)
        or _asks_of_time(reading, ask, len(words))
        or ((asking or len(words) <= _BARE) and _asks_of_taste(reading, ask, len(words)))
        or any(True for _ in LACK_OF_SPECIFICITY.finder(reading) or ())
    ):
        return []
    return [(words[0], words[-1] + 1)]


def _goes_on(reading: Reading, words: list[int]) -> bool:
    """Tell a turn of a conversation."""
    if len(words) > _SHORT:
        return False
    first = reading.words[words[0]]
    second = reading.word(words[0] + 1)
    if first == "that" and second in _SAYS_OF_THAT:
        return True
    praises = first in _ADJECTIVES and second.isalpha()  # "great names for a cat"
    opens = first in _OPENERS and len(words) <= _TURN and not praises
    return (
        opens
        or reading.words[words[-1]] in {"though", "then", "instead"}
        or any(True for _ in _GOES_ON.find(reading.words))
    )


def _points_outside(reading: Reading, ask: WordSpan) -> bool:
    """Tell whether a pronoun or demonstrative of the question refers to nothing that the text names before it."""
    spoken_of = quoted(reading)
    shown = bool(spoken_of) or ":" in reading.words
    if not shown and any(_shows(reading, here) for here in range(len(reading.words))):
        return True
    nouns, people = _first_names(reading)
    for start, _ in ANAPHORA.finder(reading) or ():
        word = reading.words[start]
        if start in spoken_of or start < ask[0] or (word == "it" and reading.word(start + 1) == "like"):
            continue
        if word in _DEMONSTRATIVES:
            far = start > _SHORT or shown
            noun = reading.pos[start + 1 : start + 2] == ("NOUN",)
            named = far or (reading.lemmas[start + 1] in reading.lemmas[:start] if noun else nouns < start)
        else:
            named = nouns < start or (people < start and word not in _OF_THINGS)
        if not named:
            return True
    return False


def _shows(reading: Reading, here: int) -> bool:
    """Tell a thing that isn't shown: `the attached file`, `the code above`, `what does the document say`."""
    word, before = reading.words[here], reading.word(here - 1)
    if word not in _THINGS_SHOWN:
        return False
    told = before in {"attached", "following", "enclosed"} or reading.word(here + 1) in {"above", "below", "attached"}
    return told or (
        before == "the" and (reading.word(here + 1) in {"say", "says", "mean", "about"} or reading.ends(here + 1))
    )


def _first_names(reading: Reading) -> tuple[int, int]:
    """Say where the first noun or name stands, and the first word for somebody; past the end when there is none."""
    end = len(reading.words)
    nouns = next((here for here, pos in enumerate(reading.pos) if pos in {"NOUN", "PROPN"}), end)
    return nouns, next((here for here, word in enumerate(reading.words) if word in _PEOPLE), end)


_DEMONSTRATIVES = frozenset("this that these those".split())
_OF_THINGS = frozenset("it its itself".split())
_PEOPLE = frozenset("anybody anyone everybody everyone nobody people somebody someone".split())


def _asks_of_asker(reading: Reading, ask: WordSpan) -> bool:
    """Tell a question that only the asker, or someone who knows them, can answer."""
    start, end = ask
    for first, last in _ASKER.find(reading.words):
        how_known = reading.word(first - 1) == "how" or reading.word(last) == "to"  # "how do I know", "do I have to"
        if start <= first <= end and not how_known:
            return True
    if _asks_of_own_thing(reading, start, end):
        return True
    if reading.words[start] not in _OWN_ASKED or reading.word(start + 1) in _GENERAL_HELP:
        return False
    return any(reading.words[here] in _OWN and reading.word(here - 1) in _OWN_BEFORE for here in range(start, end))


def _asks_of_own_thing(reading: Reading, start: int, end: int) -> bool:
    """Tell "is my rash dangerous" and "why is my car so loud", with no condition that makes it general."""
    here = start + (reading.words[start] == "why")
    if reading.word(here + 1) in NEGATIONS:
        here += 1
    own = reading.word(here) in _OF_NOW | NEGATIONS and reading.word(here + 1) in _OWN
    return own and end - start <= _OWN_LONGEST and _GENERAL.isdisjoint(reading.words[start:end])


def _asks_of_time(reading: Reading, ask: WordSpan, count: int) -> bool:
    """Tell a question about the future or the moment of asking."""
    start, end = ask
    counted = reading.word(start) == "how" and reading.word(start + 1) in _COUNTED
    if counted and not {"in", "by"}.isdisjoint(reading.words) and reading.words[start + 2 : start + 3] == ("will",):
        return True
    if (reading.words[start], reading.word(start + 1)) == ("when", "will"):
        return True
    if reading.words[start] not in _TIMELESS and "if" not in reading.words:
        for here in range(start, min(end, start + 5)):
            if reading.words[here] in _FUTURE and reading.word(here + 1) not in _NO_FUTURE:
                return True
    acts = reading.words[start] in _ACTS and reading.opens[start] and reading.word(start + 1) in _ACTED_ON
    weather = not (_WEATHER.isdisjoint(reading.words) or _DAYS.isdisjoint(reading.words))
    return count < _SHORT and (acts or weather or any(True for _ in _NOW.find(reading.words)))


def _asks_of_taste(reading: Reading, ask: WordSpan, count: int) -> bool:
    """Tell whether the judgement is what is asked for, and not only a word in the way."""
    start, end = ask
    first = reading.words[start]
    for here, last in SUBJECTIVITY.finder(reading) or ():
        if not start <= here < end:
            continue
        words = reading.words[here:last]
        if "should" in words or "wear" in words:  # "should I ...?" is taste, "what should I ...?" may have an answer
            dilemma = reading.word(last) in _DILEMMA and "if" not in reading.words
            decides = first == "should" or count <= _BARE or dilemma
        elif words[0] in _STRONG or words[0].endswith("est") or words[0] in {"most", "least"}:
            decides = True
        elif "advise" in words or "recommend" in words:
            decides = count <= _CONDITIONS
        else:
            decides = first not in _TASTE_FREE
        if decides:
            return True
    return False


ANSWERABILITY = Property("answerability", _answerability, "tags")
