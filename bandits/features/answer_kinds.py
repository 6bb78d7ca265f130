"""Nouns and verbs by the kind of answer that they can have, in lower case, in the singular. Written for this project.

The classes are small parts of the language: nouns that people ask for by name, and verbs that leave one question open.
"""

from __future__ import annotations

from types import MappingProxyType

MEASURES = frozenset(
    "acceleration age amount amplitude angle area atomic average bandwidth boiling breadth budget caliber calibre"
    " calorie capacity charge circulation circumference concentration consumption cost count deficit density"
    " deposit depth derivative diameter discount distance dosage dose duration earning elevation emission"
    " expectancy expense exponent fee fine force fraction freezing frequency gdp gestation gravity half-life"
    " height humidity hypotenuse incidence income index inflation insulin integral latitude length lifespan"
    " longitude magnitude mass maturity maximum melting mileage minimum momentum number odds payout pension"
    " percentage perimeter population pressure price probability product proportion quantity quotient radius"
    " rainfall range rate ratio remainder rent resistance revenue root salary salinity score size speed sum tariff"
    " temperature tempo thickness total tuition turnout turnover uptake value velocity voltage volume wage"
    " altitude attendance headcount horsepower lifetime limit mortality quota threshold toll unemployment wattage"
    " wavelength weight width wingspan workload yield".split()
)
"""What is told by an amount."""

LABELS = frozenset(
    "abbreviation accent acronym adjective advantage alphabet anagram anecdote answer anthem antonym argument"
    " article belief benefit case cause chord clause color colour composition concept conclusion consequence"
    " criterion culture currency custom definition dialect difference disadvantage dosage drawback effect equation"
    " etymology example explanation flag flavor flavour formula function genre gist grammar hallmark hypothesis"
    " idea ideology implication ingredient language law lesson meaning medium method moral motive motto name"
    " nationality nickname noun opposite origin outcome past penalty phrase plot plural point principle process"
    " pronunciation proof proverb pseudonym punishment purpose rationale reason recipe religion remedy requirement"
    " result risk role rule shape side significance slogan smell solution spelling step structure summary symbol"
    " symptom synonym taste tense theme theorem theory tip title translation treatment trick use verb word".split()
)
"""What is told by a word or an explanation."""

TIMES = frozenset(
    "anniversary birthday century date day deadline decade era hour millennium minute month season second time"
    " week weekend year".split()
)

PLACES = frozenset(
    "airport archipelago bay beach border building canal capital castle cathedral cave cemetery church city coast"
    " coastline continent coral country county desert district embassy entrance equator exit farm field forest"
    " glacier gulf harbor harbour headquarters hemisphere hill hospital hotel island lake library mosque mountain"
    " museum ocean office palace park peak peninsula place pole port prairie province pyramid reef region"
    " restaurant river road room savanna school sea shop shore slope square stadium state station strait street"
    " suburb summit temple territory theater theatre tower town trench university valley venue village volcano"
    " waterfall".split()
)

EVENTS = frozenset(
    "battle campaign championship civil coronation coup crusade depression earthquake election empire eruption"
    " festival invasion massacre match olympics plague peace reign renaissance revolt revolution season siege"
    " tournament treaty trial uprising war".split()
)

THINGS = frozenset(
    "acid adverb airplane album alloy animal antibiotic atom battery bed bicycle bike bird blanket blood boat"
    " bone book bottle brain bread bridge cake camera car cell chair cheese chemical clock cocktail coin comet"
    " computer constellation crop dessert diet dinosaur disease dish dog door dough dress drug ear egg electron"
    " element engine enzyme eye fabric film fish flower food fruit fuel furniture galaxy game gas gene gland glass"
    " grass guitar hammer heart hormone ice insect instrument jewel key kidney knife ladder lamp law leaf lens"
    " liquid liver lung machine magazine mammal material medicine metal mineral mirror molecule moon movie muscle"
    " nail nerve neutron newspaper novel nut organ oven paint painting pan pancreas pen phone photon pipe planet"
    " plant poem poison protein proton pump radio ring rock rocket root salad salt satellite sauce screw seed"
    " shark ship shirt shoe skeleton skin sky snake software soil song soup spice spider spleen sport star steak"
    " stomach sugar sun sword system table tax telescope tent tongue tool tooth toy train tree truck vaccine valve"
    " vegetable virus vitamin whale wheel window wine wire wood yacht".split()
)
"""Kinds of things that aren't people."""

PEOPLE = frozenset(
    "actor actress adviser advisor aide ally amateur ambassador ancestor angel antagonist apostle apprentice"
    " archbishop architect artist assassin astronaut athlete attorney audience aunt author baby band billionaire"
    " bishop blogger bodyguard boss boy boyfriend brains brand bride brother bunch buyer candidate captain cast"
    " celebrity ceo chairman champion chancellor character chef chief child citizen client club coach colleague"
    " comedian commander company competitor composer conductor contact contestant cook counterpart couple cousin"
    " creator crew criminal critic crowd crush culprit customer dad dancer daughter deity deputy descendant"
    " designer detective devil dictator director discoverer doctor donor duchess duke duo earl editor emperor"
    " employee employer empress enemy engineer expert explorer face family fan farmer father favorite favourite"
    " fellow fiance figure figurehead firm flautist foe folk forward founder friend general gentleman ghost giant"
    " girl girlfriend goalie goalkeeper goat god goddess godfather government governor grandfather grandmother"
    " groom group guardian guest guide guitarist guy head heir heiress hero heroine historian holder host hostess"
    " human hunter husband idol individual inhabitant insider instructor inventor investor journalist judge juror"
    " kid killer king knight lad lady landlord lawyer lead leader lender lord love lover mafia magician maid"
    " majority man manager manufacturer martyr mascot master mastermind mate mathematician mayor member mentor"
    " merchant messenger midfielder millionaire minister minority model moderator mom monarch monk monster mother"
    " mum murderer muse musician mystic nanny narrator national nephew niece noble novelist nun nurse one operator"
    " opponent opposition organisation organization orphan outlaw owner painter parent participant partner party"
    " passenger patient patron people person personality pharaoh philosopher photographer physician physicist"
    " pianist pilot pioneer pirate player playwright poet police policeman politician pope predecessor president"
    " priest prince princess principal prisoner producer professor programmer prophet prosecutor protagonist"
    " public publisher queen racer rapper rebel recipient relation relative representative rival robber roommate"
    " royal ruler runner sailor saint salesman scholar scientist sculptor secretary seller senator servant settler"
    " shareholder sheriff sibling singer sister slave soldier someone son soul sovereign speaker specialist"
    " spokesman sponsor spouse spy staff star striker student successor sultan superhero supervisor supplier"
    " surgeon survivor suspect swimmer target taxpayer teacher team teammate teen teenager tenant theorist"
    " therapist thief trainer traitor traveller treasurer tribe trio tsar twin tyrant uncle underdog user vicar"
    " victim viewer villager villain virtuoso voice volunteer voter waiter warrior widow wife winner witch witness"
    " wizard woman worker writer youth".split()
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

ABSTRACT_ENDINGS = ("ation", "ction", "ition", "sis", "ism", "ity", "ness", "cracy", "ment", "ology", "onomy", "ics")
"""Endings of nouns for processes, states and sciences: nobody is called so."""

WITHOUT_OBJECT = frozenset(
    "arrive arise bloom boil collapse die disappear erupt evaporate evolve exist expire freeze hibernate live migrate"
    " originate shrink sleep".split()
)
"""Verbs that take no object: nobody is what "who did the volcano erupt" asks for."""

ENDLESS = frozenset(
    "color colour currency date flavor flavour meaning nationality opposite price religion smell synonym taste"
    " temperature weight".split()
)
"""What has no length."""

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

PERSONAL_ENDINGS = ("er", "or", "ist", "ian", "eer", "ess", "man", "woman", "men", "women", "ee", "ant", "mate")
"""Endings of words for people; also of others."""

IMPERSONAL = frozenset(
    "access address agreement alligator altar amber anchor answer antler april barrier beer blender border"
    " bladder buffer burger butter calendar caliber cancer career carrier caterpillar center chapter charter"
    " chamber cider cluster collar color computer condor container cooler copper corner counter cover cracker"
    " crater cylinder danger daycare decoder deer degree detector diameter dinner disorder distributor dollar door"
    " drawer elevator engineering error escalator factor favor fee feather fever fiber filter finger flavor flower"
    " folder freezer gender generator ginger glacier grammar hammer hamster harbor hunger indicator ladder laser"
    " layer letter lever liter litre liver lobster manner marker matter meter metre mirror monitor motor number"
    " october odor offer order oyster paper parameter pepper perimeter pillar plant poster powder power prayer"
    " predator printer processor quarter radiator razor reactor register remainder reminder restaurant river"
    " router rubber scanner scooter screwdriver sector sensor september server shelter shower shoulder silver"
    " slipper soccer solar spider sticker summer super supper sweater temper theater tiger timber tower tractor"
    " transfer transistor trigger tumor ulcer vector vapor vesper water weather whisker winter wonder coffee tree"
    " knee committee guarantee process success business fitness illness darkness happiness weakness pollutant"
    " constant elephant instant list mist twist wrist specimen regimen abdomen talisman".split()
)
"""Words with such an ending that aren't for people."""
