"""Conditions of an answer: phrases and clauses without which more answers would be right."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.asking import SHORT_WORDS, asking_spans, asks
from riffler.bandits.features.base import Property
from riffler.bandits.features.intention import situation
from riffler.bandits.features.names import names
from riffler.bandits.features.reading import Phrases, Reading, WordSpan
from riffler.bandits.features.words import AUXILIARIES, PERSONAL_PRONOUNS, QUESTION_WORDS, REQUEST_VERBS

_LIMITS = Phrases(
    "unless|except|excluding|within|during|throughout|among|amongst|minus|despite",
    "assuming|provided|providing|supposing|given that",
    "according to",
    "as|so long as",
    "as soon as",
    "apart|aside from",
    "other than",
    "at least|most",
    "no more|less|later|fewer|earlier|longer|older|younger than",
    "up to",
    "in terms of",
    "in the context|case|style|form|voice|manner|role of",
    "in case",
    "step by step",
    "one by one",
    "like i 'm|am",
    "as|like a|an beginner|child|kid|novice|expert|vegan|vegetarian|student|teacher|pirate|poem|list|table|tourist|foreigner"
    "|woman|man|parent|landlord|tenant|freelancer|teenager",
    "by hand|car|train|bus|bike|boat|ferry|plane|air|foot|post|email|mail|law|default|weight|volume|population|area|tomorrow"
    "|today|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|next",
    "on foot|weekdays|weekends|mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays|horseback|linux|mac|windows"
    "|android|ios|mobile|iphone|ubuntu|macos",
    "on a|an|my low|tight|small|student|shoestring| budget|diet|mac|macbook|pc|phone|laptop|iphone|ipad|chromebook",
    "low|medium|high heat",
    "using only|a|an|the|no",
    "not counting|including|using|more|less|in|on|from",
    "but not|no|nothing",
    "from scratch|memory|home|abroad",
    "explained simply|briefly",
    "this|next|last week|weekend|month|spring|summer|autumn|winter|season|year|century|time",
    "right now",
    "of all time",
    "so that|as it",
    "instead of",
    "from worst|best|oldest|newest|easiest|hardest|cheapest|largest|smallest|most|least|first|last to",
    "show|showing each|every|all|your|the step|steps|work|working|workings",
    "with|without explanation|explanations|comments|citations|sources",
    "in simple|plain|layman|layman's|easy terms|language|english|words",
    "in detail|brief|short|full",
    "in chronological|alphabetical|order",
)
_IDLE_LIMITS = Phrases(
    "at most|least people|how",
    "in between",
    "between us|you",
    "if so|not|any|anyone|anything|possible|necessary|only",
    "what|even|only if",
    "during the making|course",
    "at all|once|last|first",
    "without question|doubt|fail",
    "last time|year you|i|we",
    "in advance|general|fact|total|common|particular|person|mind|turn|charge|danger|trouble|love|touch|addition|case"
    "|it|them|that|what|who|whom|there|here|vain",
    "in my|your|his|her|their|our opinion|view|mind|life|way|head|hands|car",
    "in the|a world|universe|first place|way|row|hurry|mess|long|short run|middle|past|future|end|meantime|wrong|same",
    "in the world|universe|history|first|end|meantime|past|way|same|morning|evening|afternoon|night",
    "on average|time|earth|purpose|top|offer|sale|fire|it|them|that|this|my|your own",
    "for example|instance|free|sure|good|ever|now|once|real|sale|it|them|that|this|which|what|fun|years|ages|hours|months|weeks|days",
    "for the former|latter",
    "for a while|moment|bit|second|living|long",
    "for the first|last time",
    "with it|them|that|this|me|you|him|her|us|which|what|regard|respect",
    "from it|them|that|this|each|which|what|where|one",
    "under it|them|control|the",
    "by it|them|the way|far|chance|accident|mistake|heart|whom|now",
)
# Prepositions that begin a condition where their noun isn't asked about.
_PREPOSITIONS = frozenset("in for with without under at on from after before befor since until till by per over above below near".split())
# A word before a preposition that takes it as its own: what follows is no condition but the thing itself.
_GOVERNS = {
    "for": frozenset(
        "ask asked asking look looking looks wait waiting search searching pay paid paying charge charged stand stands word words term"
        " name names symbol sign formula recipe cure reason reasons responsible known famous need demand thanks thank sorry care"
        " call apply account capital abbreviation slang synonym allow up letter treatment test go going ready explanation evidence"
        " argument translation noted opposite meaning cry fall chord vote voted criteria requirements play".split()
    ),
    "with": frozenset(
        "do done wrong deal dealing help compare compared agree agreed matter problem along together start started begin associated"
        " replace replaced confused filled happen happened up away what's whats what relationship difference interact interaction"
        " go goes rhymes rhyme connected connect obsessed familiar happens going involved covered start interfere married argue"
        " born satisfied mix mixed".split()
    ),
    "in": frozenset(
        "interested interest believe believed result resulted involved succeed live lived located situated based set found born"
        " fit used put participate specialise specialize engage engaged increase decrease rise drop change changes increase rooted"
        " step role end ended invest number die died come came".split()
    ),
    "on": frozenset(
        "depend depends depending based rely work works working focus effect effects impact turn turned put going go goes carry move"
        " keep keeps come live lived based opinion opinions insist concentrate information advice land landed walked book books".split()
    ),
    "at": frozenset("look looking looked good bad laugh laughed arrive stare shout better best aimed angry work works".split()),
    "from": frozenset(
        "come comes came made far differ differs different suffer suffers suffering prevent prevented recover removed stop derived"
        " originate originated hear heard coming split separate safe free apart descended exempt benefit protect away".split()
    ),
    "by": frozenset(
        "mean means meant written made caused painted composed built invented stand affected called owned directed discovered done"
        " used sung followed given signed played created founded ruled caught surrounded".split()
    ),
    "after": frozenset("look looks looking named take takes called what".split()),
    "over": frozenset("get take took all start fight win won preside come".split()),
    "under": frozenset("go goes went put puts from".split()),
}  # fmt: skip
_DURING = frozenset("before after since until till while when once".split())
_KNOWS_WHEN = frozenset("know tell remember ask sure understand decide see explain about is was day time times moment year".split())
_INDIRECT_IF = frozenset("ask asked check know tell me see sure unsure wonder wondering matter you find out curious".split())
_UNITS = frozenset(
    "% percent degrees degree dollars dollar euros euro pounds quid pence usd eur gbp kg g gram grams kilo kilos kilograms mg ml l"
    " litre litres liter liters km miles mile metres meters metre meter m cm mm feet foot ft inches inch gb mb tb watts"
    " volts people persons adults guests servings players calories acres sqm lbs lb".split()
)
_MONEY = frozenset("$ £ € ¥ ₹".split())
_PIECES = frozenset(
    "word words sentence sentences line lines paragraph paragraphs page pages bullet bullets points point character characters"
    " syllables step steps example examples".split()
)
_COUNTS = frozenset("one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fifty hundred".split())
_ORDER_VERBS = frozenset("name list give write suggest recommend find show make create generate tell pick provide describe".split())
_GROUPS = frozenset(
    "adult adults beginner beginners boy boys cat cats child children dog dogs elderly female girl girls infant infants kid kids"
    " male men newborn pregnancy pregnant seniors student students teenagers teens toddler toddlers vegan vegetarian vegetarians"
    " woman women man baby babies puppy kitten beginners dummies diabetics runners athletes".split()
)
_NEGATIVES = frozenset("n't nt not never no nobody wont dont doesnt isnt cant".split())
_SENTENCE_WORDS = (AUXILIARIES | PERSONAL_PRONOUNS | QUESTION_WORDS | {"me", "my", "the"}) - {"may", "might", "how"}
_LONGEST_KEYWORDS = 10
_LONG_QUOTATION = 4
_WIDE = frozenset("world earth universe planet history".split())
_NOMINAL = frozenset("NOUN PROPN PRON PUNCT".split())


def _contextual_constraints(reading: Reading) -> list[WordSpan]:
    spans: list[WordSpan] = []
    places = {here for start, end in names().any_case.find(reading.words) for here in range(start, end)}
    whole = len(reading.words) > SHORT_WORDS and bool(situation(reading))
    for start, end in [(0, len(reading.words))] if whole else asking_spans(reading):
        if not _seeks_reason(reading, start, end):
            spans += _conditions(reading, start, end, places)
    if is_keywords(reading):
        spans += _tail(reading, places)
    return spans


def _seeks_reason(reading: Reading, start: int, end: int) -> bool:
    """Tell whether a part asks why: all of the fact is what is asked about then."""
    words = reading.words[start:end]
    return ("why" in words and end - start <= SHORT_WORDS) or words[:2] == ("how", "come")


def _conditions(reading: Reading, start: int, end: int, places: set[int]) -> Iterator[WordSpan]:
    words = reading.words[start:end]
    stated = _only_tells(reading, start, end)
    idle = _quoted(reading) | {start + here for first, last in _IDLE_LIMITS.find(words) for here in range(first, last)}
    for first, last in _LIMITS.find(words):
        if start + first not in idle:
            yield start + first, start + last
    for here in range(start, end):
        if here in idle:
            continue
        last = (
            _clause(reading, here, start)
            or (0 if stated else _phrase(reading, here, start, end))
            or (0 if stated else _measure(reading, here))
            or _relative(reading, here, start)
            or _adjective(reading, here, places)
        )
        if last:
            yield here, min(last, end)


def _only_tells(reading: Reading, start: int, end: int) -> bool:
    """Tell whether a part only says what is so with the asker; where and when that is limits nothing."""
    words = reading.words[start:end]
    return not asks(reading, (start, end)) and _WISHING.isdisjoint(words) and not _SELF.isdisjoint(words)


_SELF = PERSONAL_PRONOUNS | frozenset("my our me us im ive".split())
_WISHING = frozenset("want need like looking wish wondering please must should could recommend".split())


def _quoted(reading: Reading) -> set[int]:
    """Collect the words of longer quotations: they are what is worked on."""
    marks = [here for here, word in enumerate(reading.words) if word in {'"', "“", "”", "``", "''"}]
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return {here for first, last in pairs if last - first > _LONG_QUOTATION for here in range(first, last)}


def _clause(reading: Reading, here: int, start: int) -> int:
    """Find a clause of condition or time; give where it is over, or 0."""
    word, before, after = reading.words[here], reading.word(here - 1), reading.word(here + 1)
    if word == "if":
        return 0 if before in _INDIRECT_IF else here + 1
    if word in {"while", "once"}:
        return here + 1 if here > start and after else 0
    if word == "when":
        asked = here == start or before in _KNOWS_WHEN or before in {",", ":", "and", "or", "but", "since"}
        told = reading.words[start] in _ASKS_THING or "VBD" in reading.tags[here : here + 8]
        return 0 if asked or told or reading.ends(here + 1) else here + 1
    if word == "as" and after in {"if", "though"}:
        return 0 if before in _SEEMING else here + 2
    if word in {"after", "before"} and reading.word(here + 1) in PERSONAL_PRONOUNS:
        return here + 1 if here > start and "VBD" not in reading.tags[here : here + 5] else 0
    if word == "only":
        return here + 1 if before not in {"not", "the", "if", "not", "an"} and _counts(reading, here + 1) else 0
    return 0


_SEEMING = frozenset("feel feels felt look looks looked sound sounds seem seems act acts".split())
_ASKS_THING = frozenset("what who whose why".split())


def _counts(reading: Reading, here: int) -> bool:
    return here < len(reading.words) and reading.pos[here] in {"NUM", "NOUN"}


def _phrase(reading: Reading, here: int, start: int, end: int) -> int:
    """Find a phrase with a preposition that narrows the answer; give where it is over, or 0."""
    word, before, after = reading.words[here], reading.word(here - 1), reading.word(here + 1)
    if word == "of":  # "the kings of the 17th century"
        return here + 2 if _is_time(reading, here + 1) else 0
    if word == "between":
        return 0 if before in _RELATIONS or "and" not in reading.words[here : here + 10] else here + 1
    if word not in _PREPOSITIONS or here + 1 >= end or after in QUESTION_WORDS or not after.strip(",.?!;:"):
        return 0
    if reading.pos[here - 1] == "PRON" and here:
        before = reading.word(here - 2)  # "help me with", "ask him for"
    if before in _GOVERNS.get(word, ()) or _asks_amount(reading, here, start) or _is_subject(reading, here, start):
        return 0
    if word == "in" and "say" in reading.words[start:here]:  # "how do you say it in Polish"
        return 0
    if (word == "from" and after.endswith("ing")) or before == "or":
        return 0
    noun = _noun(reading, here + 1, end)
    if noun < 0 or (reading.words[noun] in _WIDE and word in {"in", "on"}):
        return 0
    if word == "on" and not _is_time(reading, here + 1):
        return 0 if here - start < 2 else noun + 1
    if word == "by":
        return noun + 1 if reading.pos[noun] == "PROPN" and reading.pos[here - 1] == "NOUN" else 0
    return noun + 1


_RELATIONS = frozenset("difference differences diffrence relationship connection link distinction similarities similarity choose".split())


def _is_subject(reading: Reading, here: int, start: int) -> bool:
    """Tell "is it normal for a kitten to sleep"."""
    it = reading.words[start] in {"is", "was"} and reading.word(start + 1) in {"it", "there"}
    return it and reading.words[here] == "for" and "to" in reading.words[here : here + 6]


def _noun(reading: Reading, here: int, end: int) -> int:
    """Find the noun that a preposition leads to; -1 when none follows soon."""
    for place in range(here, min(here + 6, end)):
        if reading.pos[place] in {"NOUN", "PROPN", "NUM"} or reading.tags[place] == "VBG":
            while place + 1 < end and reading.pos[place + 1] in {"NOUN", "PROPN"}:
                place += 1
            return place
        if reading.pos[place] not in {"ADJ", "DET", "PRON", "ADV", "SYM", "PUNCT", "PART", "VERB"} or place > here + 4:
            return -1
        if reading.pos[place] == "PUNCT" and reading.words[place] not in {"\"", "'", "“", "‘", "-"}:
            return -1
    return -1


def _is_time(reading: Reading, here: int) -> bool:
    """Tell a year, a decade or a century."""
    if reading.word(here) == "the":
        here += 1
    word = reading.word(here)
    return _is_year(word) or word in _DECADES or reading.word(here + 1) in {"century", "centuries"}


_DECADES = frozenset("twenties thirties forties fifties sixties seventies eighties nineties noughties".split())


def _is_year(word: str) -> bool:
    digits = word.removesuffix("s").removesuffix("'")
    return digits.isdecimal() and len(digits) == 4 and 1000 <= int(digits) <= 2199


def _asks_amount(reading: Reading, here: int, start: int) -> bool:
    """Tell "how many ounces are there in a pound", where the phrase is what is asked about."""
    before, word = reading.word(here - 1), reading.words[here]
    if word not in {"in", "on"}:
        return False
    there = before == "there" or (before in {"are", "is"} and reading.word(here - 2) == "there")
    number = "number" in reading.words[max(start, here - 4) : here]
    exists = reading.words[start] in {"is", "are"} and reading.word(start + 1) == "there"
    return there or number or before in {"is", "are", "was", "were"} or exists


def _measure(reading: Reading, here: int) -> int:
    """Find a measure, or a number of pieces that an order sets; give where it is over, or 0."""
    word, after = reading.words[here], reading.word(here + 1)
    number = word[:1].isdigit() or word in _COUNTS
    if word in _MONEY and after[:1].isdigit():
        return here + 2
    if not number or reading.word(here - 1) in {"how", "#"}:
        return 0
    name = reading.texts[here][0].isupper() and not reading.opens[here]  # "Napoleon's Hundred Days"
    if (after in _UNITS or after in _PIECES or after in _MONEY) and not name:
        return here + 2
    if reading.word(here - 1) in _ORDER_VERBS | {"me", "top", "with"} and reading.words[here] != "one":
        return here + 1
    return 0


def _relative(reading: Reading, here: int, start: int) -> int:
    """Find a relative clause that chooses among things; give where it is over, or 0."""
    word = reading.words[here]
    if word == "in" and reading.word(here + 1) == "which" and here > start:
        return here + 2
    if word not in {"that", "who", "which", "whose"} or here <= start + 1:
        return 0
    negative = reading.word(here + 1) in _NEGATIVES or reading.word(here + 2) in _NEGATIVES
    if negative and reading.pos[here - 1] in _NOMINAL:
        return here + 1
    if reading.pos[here - 1] not in {"NOUN", "PRON", "PROPN"} or reading.pos[here] not in {"PRON", "DET", "SCONJ"}:
        return 0
    if reading.word(here - 1) in {"someone", "somebody", "anyone", "those", "something", "anything"}:
        return here + 1
    first = here - 1
    while first > start and reading.pos[first] in {"NOUN", "ADJ", "PROPN", "NUM"}:
        first -= 1
    head = reading.words[first]
    indefinite = head in {"a", "an", "any", "some", "one", "which", "what", "smallest", "list"} or reading.tags[here - 1] == "NNS"
    return here + 1 if indefinite and head not in {"the", "idea"} and reading.pos[here + 1 if here + 1 < len(reading.pos) else here] in {
        "VERB", "AUX", "NOUN", "PRON", "DET", "PART", "ADV",
    } else 0  # fmt: skip


def _adjective(reading: Reading, here: int, places: set[int]) -> int:
    """Find "which European country"."""
    which = reading.words[here - 1] in {"which", "what", "any"} if here else False
    follows = here + 1 < len(reading.words) and reading.pos[here + 1] == "NOUN"
    return here + 1 if which and here in places and follows else 0


def is_keywords(reading: Reading) -> bool:
    """Tell keywords from a sentence."""
    words = reading.words
    if not words or len(words) > _LONGEST_KEYWORDS or words[-1] in {"?", ".", "!"} or words[0] in REQUEST_VERBS:
        return False
    return not any(word in _SENTENCE_WORDS for word in words) and "VBD" not in reading.tags


def _tail(reading: Reading, places: set[int]) -> Iterator[WordSpan]:
    """Find what limits keywords: a place or a kind of people that comes late, a year, what mustn't be in it."""
    count = len(reading.words)
    for here, word in enumerate(reading.words):
        late = here >= 2 or (here == 1 and count > 3)
        place = here in places and late and count >= 3
        people = word in _GROUPS and late
        barred = word in {"no", "not"} and here > 0 and reading.word(here + 1)[:1].isalpha()
        when = (_is_year(word) or reading.word(here + 1) == "century") and here > 0
        if place or people or barred or when:
            yield here, here + 1


CONTEXTUAL_CONSTRAINTS = Property("contextual_constraints", _contextual_constraints, needs="tags")
