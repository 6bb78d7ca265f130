"""The closed classes by which conditions of an answer are told. All in lower case. Written for this project."""

from __future__ import annotations

from riffler.bandits.features.phrases import Phrases
from riffler.bandits.words import AUXILIARIES, PERSONAL_PRONOUNS, QUESTION_WORDS

LIMITS = Phrases(
    "unless|except|excluding|within|during|throughout|among|amongst|minus|despite",
    "assuming|provided|providing|supposing|given that",
    "assuming|supposing no|a|an|the",
    "answer|reply|respond only|just|with|in",
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
    "to a|an|my|the beginner|child|kid|novice|layperson|layman|student|friend|grandmother|grandma|jury|audience"
    "|class|toddler|teenager|five|six|seven|eight|nine|ten|twelve",
    "step by step",
    "one by one",
    "like i 'm|am",
    "as|like a|an beginner|child|kid|novice|expert|vegan|vegetarian|student|teacher|pirate|poem|list|table|tourist"
    "|foreigner"
    "|woman|man|parent|landlord|tenant|freelancer|teenager",
    "by hand|car|train|bus|bike|boat|ferry|plane|air|foot|post|email|mail|law|default|weight|volume|population|area"
    "|tomorrow"
    "|today|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|next",
    "on foot|weekdays|weekends|mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays|horseback|linux|mac"
    "|windows"
    "|android|ios|mobile|iphone|ubuntu|macos",
    "on a|an|my low|tight|small|student|shoestring| budget|diet|mac|macbook|pc|phone|laptop|iphone|ipad|chromebook",
    "low|medium|high heat",
    "using only|a|an|the|no|just|simple|plain|exactly|at",
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
IDLE_LIMITS = Phrases(
    "at most|least people|how",
    "in between",
    "between us|you",
    "if so|not|any|anyone|anything|possible|necessary|only",
    "what|even|only if",
    "during the making|course",
    "at all|once|last|first",
    "without question|doubt|fail",
    "in debt|taste|size|colour|color|length|height|weight|price|meaning|shape|pain|contact|practice|principle|theory",
    "last time|year you|i|we",
    "in advance|general|fact|total|common|particular|person|mind|turn|charge|danger|trouble|love|touch|addition|case"
    "|it|them|that|what|who|whom|there|here|vain",
    "in my|your|his|her|their|our opinion|view|mind|life|way|head|hands|car",
    "in the|a world|universe|first place|way|row|hurry|mess|long|short run|middle|past|future|end|meantime|wrong|same",
    "in the world|universe|history|first|end|meantime|past|way|same|morning|evening|afternoon|night",
    "on average|time|earth|purpose|top|offer|sale|fire|it|them|that|this|my|your own",
    "for example|instance|free|sure|good|ever|now|once|real|sale|it|them|that|this|which|what|fun|years|ages|hours"
    "|months|weeks|days",
    "for the former|latter",
    "for a while|moment|bit|second|living|long",
    "for the first|last time",
    "with it|them|that|this|me|you|him|her|us|which|what|regard|respect",
    "from it|them|that|this|each|which|what|where|one",
    "under it|them|control|the",
    "by it|them|the way|far|chance|accident|mistake|heart|whom|now",
)
# Prepositions that begin a condition where their noun isn't asked about.
PREPOSITIONS = frozenset(
    "in for with without under at on from after before befor since until till by per over above below near".split()
)
# A word before a preposition that takes it as its own: what follows is no condition but the thing itself.
GOVERNS = {
    "for": frozenset(
        "ask asked asking look looking looks wait waiting search searching pay paid paying charge charged"
        " stand stands word words term name names symbol sign formula recipe cure reason reasons responsible"
        " known famous need demand thanks thank sorry care call apply account capital abbreviation slang"
        " synonym allow up letter treatment test go going ready explanation evidence argument translation"
        " noted opposite meaning cry fall chord vote voted criteria requirements play".split()
    ),
    "with": frozenset(
        "do done wrong deal dealing help compare compared agree agreed matter problem along together start"
        " started begin associated replace replaced confused filled happen happened up away what's whats what"
        " relationship difference interact interaction go goes rhymes rhyme connected connect obsessed"
        " familiar happens going involved covered interfere married argue born satisfied mix mixed".split()
    ),
    "in": frozenset(
        "interested interest believe believed result resulted involved succeed live lived located situated"
        " based set found born fit used put participate specialise specialize engage engaged increase decrease"
        " rise drop change changes rooted step role end ended invest number die died come came".split()
    ),
    "on": frozenset(
        "depend depends depending based rely work works working focus effect effects impact turn turned put"
        " going go goes carry move keep keeps come live lived opinion opinions insist concentrate information"
        " advice land landed walked book books default lost spend spent agree vote influence attack".split()
    ),
    "at": frozenset(
        "look looking looked good bad laugh laughed arrive stare shout better best aimed angry work works".split()
    ),
    "from": frozenset(
        "come comes came made far differ differs different suffer suffers suffering prevent prevented recover"
        " removed stop derived originate originated hear heard coming split separate safe free apart descended"
        " exempt benefit protect away escape escaped flee fled borrow borrowed emerge vary".split()
    ),
    "by": frozenset(
        "mean means meant written made caused painted composed built invented stand affected called owned"
        " directed discovered done used sung followed given signed played created founded ruled caught"
        " surrounded".split()
    ),
    "after": frozenset("look looks looking named take takes called what".split()),
    "over": frozenset("get take took all start fight win won preside come".split()),
    "under": frozenset("go goes went put puts from".split()),
}  # fmt: skip
KNOWS_WHEN = frozenset(
    ", : and or but since know tell remember ask sure understand decide see explain about is was day time"
    " times moment year".split()
)
INDIRECT_IF = frozenset(
    "as ask asked check know tell me see sure unsure wonder wondering matter you find out curious".split()
)
UNITS = frozenset(
    "% percent degrees degree dollars dollar euros euro pounds quid pence usd eur gbp kg g gram grams kilo"
    " kilos kilograms mg ml l litre litres liter liters km miles mile metres meters metre meter m cm mm feet"
    " foot ft inches inch gb mb tb watts volts people persons adults guests servings players calories acres"
    " sqm lbs lb".split()
)
MONEY = frozenset("$ £ € ¥ ₹".split())
PIECES = frozenset(
    "word words sentence sentences line lines paragraph paragraphs page pages bullet bullets points point"
    " character characters syllables step steps example examples".split()
)
COUNTS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fifty hundred".split()
)
ORDER_VERBS = frozenset(
    "name list give write suggest recommend find show make create generate tell pick provide describe".split()
)
GROUPS = frozenset(
    "adult adults beginner beginners boy boys cat cats child children dog dogs elderly female girl girls"
    " infant infants kid kids male men newborn pregnancy pregnant seniors student students teenagers teens"
    " toddler toddlers vegan vegetarian vegetarians woman women man baby babies puppy kitten dummies diabetics"
    " runners athletes".split()
)
NEGATIVES = frozenset("n't nt not never no nobody wont dont doesnt isnt cant".split())
SENTENCE_WORDS = (AUXILIARIES | PERSONAL_PRONOUNS | QUESTION_WORDS | {"me", "my", "the"}) - {"may", "might", "how"}
LONGEST_KEYWORDS = 10
LONG_QUOTATION = 4
WIDE = frozenset("world earth universe planet history".split())
NOMINAL = frozenset("NOUN PROPN PRON PUNCT".split())


SELF = PERSONAL_PRONOUNS | frozenset("my our me us im ive".split())
WISHING = frozenset("want need like looking wish wondering please must should could recommend".split())
SEEMING = frozenset("feel feels felt look looks looked sound sounds seem seems act acts".split())
ASKS_THING = frozenset("what who whose why".split())
RELATIONS = frozenset(
    "difference differences diffrence relationship connection link distinction similarities similarity choose".split()
)
DECADES = frozenset("twenties thirties forties fifties sixties seventies eighties nineties noughties".split())
BEFORE_NOUN = frozenset("ADJ DET PRON ADV SYM PUNCT PART VERB AUX".split())
"""What may stand between a preposition and its noun; of verbs, participles."""
STAND_INS = frozenset("someone somebody anyone those something anything".split())
INDEFINITE = frozenset("a an any some one which what list".split())
AMOUNTS = frozenset("number amount calories protein carbs sugar caffeine vitamins".split())
