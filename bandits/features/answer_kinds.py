"""Nouns and verbs by the kind of answer that they can have, in lower case, in the singular. Written for this project.

The classes are small parts of the language: nouns that people ask for by name, and verbs that leave one question open.
"""

from __future__ import annotations

from types import MappingProxyType

MEASURES = frozenset(
    "acceleration age amount amplitude angle area atomic average bandwidth boiling breadth budget calorie"
    " capacity charge circumference cost count deficit density depth derivative diameter distance dosage duration"
    " earning elevation expense exponent fee fine force fraction freezing frequency gdp gravity half-life height"
    " hypotenuse income index inflation integral latitude length lifespan longitude magnitude mass maximum melting"
    " minimum momentum number odds percentage perimeter population price probability product proportion quantity"
    " quotient radius rainfall range rate ratio remainder resistance root salary score size speed sum temperature"
    " thickness total turnover value velocity voltage volume wage wavelength weight width".split()
)
"""What is told by an amount."""

LABELS = frozenset(
    "abbreviation acronym advantage anagram answer antonym anthem benefit cause colour color composition"
    " conclusion consequence currency definition difference disadvantage effect equation etymology example"
    " explanation flag flavor flavour formula function genre gist grammar idea ingredient language law lesson"
    " meaning medium method moral motto name nationality nickname opposite origin outcome past plot plural point"
    " principle process pronunciation proof purpose reason recipe religion remedy result role rule shape"
    " significance smell solution spelling structure summary symbol symptom synonym taste theme theory title"
    " translation treatment use word".split()
)
"""What is told by a word or an explanation."""

TIMES = frozenset(
    "anniversary birthday century date day deadline decade era hour millennium minute month season second time"
    " week weekend year".split()
)

PLACES = frozenset(
    "airport archipelago bay beach border building canal capital castle cathedral cave church city coast"
    " continent country county desert district forest glacier gulf harbor harbour hemisphere hill hotel island"
    " lake library mosque mountain museum ocean palace park peak peninsula place port province pyramid region"
    " river road sea square stadium state station strait street temple tower town university valley village"
    " volcano waterfall".split()
)

EVENTS = frozenset(
    "battle campaign championship civil coronation coup crusade depression earthquake election empire eruption"
    " festival invasion massacre match olympics plague peace reign renaissance revolt revolution season siege"
    " tournament treaty trial uprising war".split()
)

THINGS = frozenset(
    "acid airplane album alloy animal antibiotic atom bird bone book bottle bread bridge cake car cell cheese"
    " chemical cocktail comet computer constellation diet dinosaur disease dish dog drug element engine enzyme"
    " fabric film fish flower food fruit fuel galaxy game gas gene gland grass hormone instrument insect law"
    " liquid machine magazine mammal material medicine metal mineral molecule moon movie muscle nerve newspaper"
    " novel nut organ painting phone planet plant poem poison protein rock satellite ship sky snake software soil"
    " song spice sport star sun system tax tool train tree vaccine vegetable virus vitamin whale wine".split()
)
"""Kinds of things that aren't people."""

PEOPLE = frozenset(
    "actor actress artist astronaut author boss brother captain chairman chancellor champion chef chief coach"
    " composer conductor creator daughter designer dictator director discoverer emperor empress explorer father"
    " founder general goalkeeper governor guitarist heir husband inventor judge king leader manager mayor ceo"
    " minister monarch mother musician narrator owner painter person philosopher photographer pianist player poet"
    " politician pope president priest prince princess producer professor prophet queen ruler scientist sculptor"
    " secretary senator singer sister son striker sultan teacher tsar villain wife winner writer".split()
)

MASS_NOUNS = frozenset(
    "advice air alcohol attention baggage bleach blood bread butter caffeine calcium carbon cash caution cement"
    " cheese cholesterol clothing coal concrete copper cotton courage damage dirt dust electricity energy"
    " equipment evidence fabric fat feedback fiber fibre flour food fuel fun furniture garbage garlic gasoline"
    " glue gold grass gravel ground happiness hardware harm hay heat helium homework honey housework humidity"
    " hydrogen ice information ink iron jewellery jewelry juice junk knowledge labor labour land lava laughter"
    " lead light lightning litter luck luggage lumber machinery mail meat mercury methane milk money mud music"
    " news nitrogen oil oxygen ozone paint paper pasta patience petrol plastic pollution pork poverty power"
    " pressure progress protein radiation rain rainfall research rice rubbish rust salt sand scenery silver sleep"
    " smoke snow sodium software soap soil soup space spaghetti stuff steam steel strength sugar sunlight sunshine"
    " sunscreen tea toothpaste traffic training trash uranium violence vinegar vocabulary waste water wealth"
    " weather weight wheat wool work yeast".split()
)
"""Nouns that can't be counted."""

CALLED = frozenset(
    "asked awarded born called considered dubbed deemed elected given granted handed known left lent made named"
    " nicknamed offered owed paid promised said sent served shown taught thought titled told used worn".split()
)
"""Participles that keep a complement of their own in the passive: "what was it called", "what was he given"."""

PLACED = frozenset({"located", "situated"})

SPANS = MappingProxyType(
    {
        "last": frozenset("tall heavy deep wide thick big large old high far hot".split()),
        "cost": frozenset("tall heavy deep wide thick big large old long far hot fast".split()),
        "weigh": frozenset("tall deep wide thick old long far hot fast high".split()),
        "begin": frozenset("tall heavy deep wide thick big large high".split()),
        "end": frozenset("tall heavy deep wide thick big large high".split()),
        "start": frozenset("tall heavy deep wide thick big large high".split()),
        "die": frozenset("tall heavy deep wide thick big large high".split()),
        "take": frozenset("tall heavy deep wide thick high".split()),
        "mean": frozenset("tall heavy deep wide thick big large high old long far hot fast".split()),
    }
)
"""For a verb, the degrees (`how tall`) that it can't have."""

EVENTLESS_SIZES = frozenset("tall heavy deep wide thick hot".split())
"""Degrees that no event, word or amount has."""

NO_AGE = frozenset(
    "amount area difference distance height length meaning number percentage population price probability rate"
    " speed sum temperature weight width depth".split()
)
"""What has no age."""
