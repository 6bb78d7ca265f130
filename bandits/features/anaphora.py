"""Anaphora: words that stand for something said before them, told from the empty `it` and the conjunction `that`."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.quotes import unquoted
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import (
    BE_FORMS,
    FINITE_AUXILIARIES,
    NEGATIONS,
    PREPOSITIONS,
    QUESTION_WORDS,
    TELLING_VERBS,
)

_PRONOUNS = frozenset(
    "he him his himself she her hers herself its itself they them their theirs themselves themself 'em hes"
    " shes theyre theyve".split()
)
_BACKWARD = Phrases(
    "the latter|former|aforementioned|aforesaid",
    "aforementioned|aforesaid|abovementioned",
    "the above",
    "do|does|did|done|doing so|likewise",
    "do|does|did|done|doing the| very| same",
    "the very same",
    "if so",
    "think|thinks|hope|say|said|says so",
    "the other|others two|three",
    "the others",
    "another one",
    "the two|three|four of",
    "the other|first|second|third|last|next|previous|same|right|wrong|old|new|big|small|little|large|long|short"
    " one|ones",
    "the fat|thin|red|blue|green|black|white|top|bottom|left|cheap|expensive|bigger|smaller|larger|shorter|longer"
    "|cheaper|better|best|biggest|smallest|only|latest|newest|oldest one|ones",
    "this|that|these|those|each|either one|ones",
    "with|on|for|to|in|of|from|about|between each|either|both",
    "into|for|with|as one",
    "of its|their|his|her kind",
)
_ONE_NOT = frozenset(
    {"another", "day", "each", "in", "more", "of", "or", "person", "the", "thing", "time", "to", "who"}
)
# "The former king", "the latter half" name a king and a half.
_FORMER = frozenset({"former", "above"})
_PERIODS = frozenset({"century", "day", "days", "half", "part", "stages", "years"})

# "This year" points at the time or place of speaking, not back at words.
_DEICTIC = frozenset(
    "afternoon april august autumn century christmas country day days december decade easter earth evening"
    " fall february friday galaxy instant january july june life lifetime march may millennium minute moment"
    " monday month months morning november october planet point quarter saturday season second semester"
    " september spring stage summer sunday term thursday time tuesday universe wednesday week weeks weekend"
    " winter world year years".split()
)
_TIMELY = frozenset({"this", "these"})

# What is said of an empty `it`: weather, time, and clauses moved to the end ("is it safe to ...").
_WEATHER = frozenset(
    "chilly cloudy cold cool dark dry foggy freezing frosty hail hailing hot humid icy light muggy pour"
    " pouring rain rained raining rains rainy snow snowed snowing snows snowy sunny thunder warm wet windy".split()
)
_WEATHER_VERBS = frozenset({"hails", "hailed", "poured", "pours", "rained", "rains", "snowed", "snows", "thunders"})
_TIMES = frozenset(
    "am autumn bedtime christmas date day dawn dinnertime early easter evening friday late later lunchtime"
    " midday midnight monday morning night noon o'clock pm ramadan saturday spring summer sunday thursday time"
    " tuesday two wednesday weekend winter year".split()
)
_JUDGED = frozenset(
    "acceptable advisable allowed appropriate bad best better certain clear common cruel customary dangerous"
    " difficult easier easy enough essential ethical evident expensive fair feasible fine forbidden fun good"
    " harmful hard harder healthy helpful illegal immoral important impolite impossible inappropriate"
    " interesting just legal likely mandatory natural necessary nice normal obvious odd ok okay permitted"
    " pointless polite possible probable realistic reasonable right risky rude sad safe selfish sensible smart"
    " strange sufficient surprising tough true typical unfair unhealthy unlikely unsafe unusual useful useless"
    " usual weird wise worthwhile wrong".split()
)
_CLAUSES = frozenset({"to", "that", "if", "when", "for", "why", "how", "whether", "who", "because"})
_EMPTY_VERBS = frozenset(
    "appear appears happen happens matter matters seem seems take takes took turns cost costs".split()
)
_BEFORE_IT = frozenset("find finds found make makes made think consider appreciate worth like love hate so".split())
_NOTHING_MEANT = Phrases(
    "worth it",
    "take it easy|slow",
    "take|takes it for|as granted|read",
    "made|make it to|in|big",
    "as it were",
    "that 's|is|s| it|all",
    "how is|'s|s it going",
    "what is|'s|was|s it like",
    "it turns|turned out",
    "when it comes to",
    "is it just|only me",
    "it is|'s|has|s| been ages|years|weeks|days|hours|long",
    "it 's|is been",
    "it 's|is|s all|about time|over",
    "it up to",
    "that is to say",
    "that said",
    "that much|many",
    "this much|many",
    "at this point|stage|moment",
    "this and that",
)
_WINDOW = 9
_ASKED_OF_TIME = frozenset({"day", "date", "month", "time", "year"})
_ARTICLES = frozenset(
    {"a", "an", "the", "that", "still", "already", "really", "so", "too", "very", "just", "more", "as"}
)
_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_VERB_TAGS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ"})
_IS = BE_FORMS | {"s"}
_VERBAL = FINITE_AUXILIARIES | BE_FORMS
_BETWEEN = _VERBAL | NEGATIONS | _ARTICLES
_NO_PLACE = _VERBAL | NEGATIONS | {"out", "over", "hi", "hello", "hey"}
_AFTER_ONE = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "DET"})


def _anaphora(reading: Reading) -> Iterator[WordSpan]:
    words = unquoted(reading)
    idle = {here for start, end in _NOTHING_MEANT.find(words) for here in range(start, end)}
    for start, end in _BACKWARD.find(words):
        if not _names_a_thing(reading, start, end):
            yield start, end
    for here, word in enumerate(words):
        if here not in idle and _points_back(reading, here, word):
            yield here, here + 1


def _names_a_thing(reading: Reading, start: int, end: int) -> bool:
    """Tell "the former king" and "one egg" from "the former" and "one"."""
    last = reading.words[end - 1]
    if last == "so":  # "do so many people"
        return not reading.ends(end) and reading.pos[end] in {"ADJ", "ADV"}
    if last == "latter":
        return reading.word(end) in _PERIODS
    if last in _FORMER:
        end += not reading.ends(end) and reading.pos[end] == "ADJ"
        return not reading.ends(end) and reading.pos[end] in {"NOUN", "PROPN"}
    if last == "one" and reading.words[start] in PREPOSITIONS and reading.word(end) in _ONE_NOT:
        return True
    if last in {"one", "each", "either", "both", "three", "two"}:
        return not reading.ends(end) and reading.pos[end] in _AFTER_ONE
    return False


def _points_back(reading: Reading, here: int, word: str) -> bool:
    if word == "it":
        return not _is_empty_it(reading, here)
    if word == "its":
        return not _is_it_is(reading, here)
    if word in _PRONOUNS:
        return True
    if word in {"this", "these", "those"}:
        return _demonstrates(reading, here)
    if word == "that":
        return _is_demonstrative(reading, here) and _demonstrates(reading, here)
    return word == "there" and _is_place(reading, here)


def _is_empty_it(reading: Reading, it: int) -> bool:
    if reading.texts[it] == "IT" and reading.capitals_tell:
        return True  # information technology
    before, after = reading.word(it - 1), reading.word(it + 1)
    if before in FINITE_AUXILIARIES and reading.word(it - 2) in _ASKED_OF_TIME:
        return True
    predicate = _predicate(reading, it)
    word = reading.word(predicate)
    if before in _BEFORE_IT and after == "when":
        return True  # "I love it when"
    if before in _BEFORE_IT and after in _JUDGED:
        return _clause_follows(reading, it + 2, _CLAUSES)  # "find it hard to"
    verbs = predicate > it + 1 or before in _VERBAL
    if (verbs or word in _WEATHER_VERBS) and (
        word in _WEATHER or word in _TIMES or reading.word(predicate + 1) in {"o'clock", "am", "pm"}
    ):
        return True
    if word in _EMPTY_VERBS:
        return _clause_follows(reading, predicate + 1, {"to", "if", "that", "like", "as"}) or word.startswith("happen")
    if word in _JUDGED:
        return not reading.ends(predicate + 1) and _clause_follows(reading, predicate + 1, _CLAUSES | {"I", "i"})
    if word == "worth":  # "is it worth learning Latin"
        return reading.word(predicate + 1).endswith("ing") and not reading.ends(predicate + 2)
    if word in {"to", "that"}:
        return True  # "is it to early", "why is it that"
    return _is_cleft_or_noun_clause(reading, it, predicate)


def _predicate(reading: Reading, it: int) -> int:
    """Find what is said of `it`, after auxiliaries, negations and adverbs."""
    here = it + 1
    while (
        here < len(reading.words) and here < it + 6 and (reading.words[here] in _BETWEEN or reading.tags[here] == "RB")
    ):
        if reading.words[here] == "that" and reading.word(here + 1) not in _TIMES:
            return here
        here += 1
    return here


def _clause_follows(reading: Reading, here: int, begins: set[str] | frozenset[str]) -> bool:
    for each in range(here, min(here + _WINDOW, len(reading.words))):
        if reading.ends(each):
            return False
        if reading.words[each] in begins:
            return True
    return False


def _is_cleft_or_noun_clause(reading: Reading, it: int, predicate: int) -> bool:
    """Tell "is it a crime to lie" and "it was Tolstoy who wrote it" from "is it a crime"."""
    near = {reading.word(it - 1), reading.word(it + 1)}
    if near.isdisjoint(_IS) or predicate >= len(reading.words):
        return False
    for each in range(predicate + 1, min(predicate + _WINDOW, len(reading.words))):
        if reading.ends(each) or reading.words[each] in {",", "and", "or", "but"}:
            return False
        if reading.words[each] in {"who", "whom"}:
            return True
        if reading.words[each] == "that":
            return not reading.ends(each + 1)
        if reading.words[each] == "to" and each + 1 < len(reading.tags) and reading.tags[each + 1] == "VB":
            return reading.pos[predicate] in {"NOUN", "ADJ", "VERB"}
    return False


def _is_it_is(reading: Reading, its: int) -> bool:
    """Tell "its raining" and "its too late", with their apostrophe lost, from "its price"."""
    after = reading.word(its + 1)
    return after in _WEATHER or after in _ARTICLES or after in NEGATIONS or after in _JUDGED


def _demonstrates(reading: Reading, here: int) -> bool:
    """Tell "fix this" and "those rivers" from "this year", "those who" and "that thing you put under a pan"."""
    word, after = reading.words[here], reading.word(here + 1)
    if word in _TIMELY and (after in _DEICTIC or (reading.word(here + 2) in _DEICTIC and after in {"past", "coming"})):
        return False
    if after == "of":
        return reading.word(here + 2) not in {"us", "you"}
    if after in {"who", "whom", "whose", "that", "which", ":"} or (word == "those" and after in PREPOSITIONS):
        return False
    return not _explained_after(reading, here)


def _explained_after(reading: Reading, here: int) -> bool:
    """Tell whether a relative clause, or the listener's memory, explains the noun: "that thing you put on"."""
    tree = reading.tree
    if tree is None or reading.words[here] == "this" or not tree.is_dep(here, "det"):
        return False
    return any(tree.of_kind(tree.heads[here], "acl:relcl"))


def _is_demonstrative(reading: Reading, here: int) -> bool:
    """Tell the pronoun `that` from the conjunction and the relative pronoun, by its neighbours."""
    before, second, after = reading.word(here - 1), reading.word(here - 2), reading.word(here + 1)
    if reading.ends(here + 1) or after == ",":
        return True
    if before in {"so", "now", "such", "given", "it"} or reading.tags[here + 1] == "NNS":
        return False
    if here and reading.tags[here - 1] in _VERB_TAGS and before not in _VERBAL:
        return reading.lemmas[here - 1] not in TELLING_VERBS or not _clause_verb(reading, here)
    if reading.opens[here] or before in PREPOSITIONS - {"in"} or before in QUESTION_WORDS:
        return before not in QUESTION_WORDS or after not in {"of"}
    if before in FINITE_AUXILIARIES:  # "is that right?", "why is that?"; but "the problem is that ..."
        return reading.opens[here - 1] or second in QUESTION_WORDS or second in {",", "and", "but", "so"}
    if after in {"'s", "s", "is", "was"}:
        return before in {",", "and", "but", "because", "if", "ok", "no", "—", "-"}
    return reading.tags[here] == "DT" and reading.pos[here + 1] in {"NOUN", "ADJ", "PROPN"}


def _clause_verb(reading: Reading, that: int) -> bool:
    """Tell "I think that cats purr" from "I know that song"."""
    return any(tag in _FINITE for tag in reading.tags[that + 2 : that + 7])


def _is_place(reading: Reading, here: int) -> bool:
    """Tell "who lives there" and "there" for their from "is there a lake"."""
    before, after = reading.word(here - 1), reading.word(here + 1)
    if before in _NO_PLACE:
        return False
    if reading.ends(here + 1):
        return before not in {"", ","}
    if reading.tags[here + 1] == "NNS" and before:
        return True  # "use there phones"
    if before in PREPOSITIONS or (here and reading.pos[here - 1] == "VERB"):
        return reading.pos[here + 1] in {"NOUN", "ADJ", "ADP", "CCONJ", "ADV"} and after not in FINITE_AUXILIARIES
    return False


ANAPHORA = Property("anaphora", _anaphora)
