"""Subjectivity: judgements that are given or asked for, on which people may rightly differ."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.features.stretches import quoted
from riffler.bandits.words import AUXILIARIES, BE_FORMS, QUESTION_WORDS

_ADJECTIVES = (
    # praise
    "admirable adorable amazing amusing astonishing attractive awesome beautiful breathtaking brilliant captivating"
    " catchy charming classy clever comfy compelling cosy cozy cute dazzling decent delectable delicious delightful"
    " dreamy elegant enchanting engaging engrossing enjoyable entertaining enviable excellent exceptional exciting"
    " exhilarating exquisite extraordinary fabulous fantastic fascinating flawless fun funny genius glorious"
    " gorgeous great gripping handsome hilarious impressive incredible ingenious inspiring interesting intriguing"
    " joyful legendary lively lovable lovely magnificent marvellous marvelous masterful memorable nice outstanding"
    " perfect phenomenal picturesque pleasant pleasing pretty priceless promising remarkable rewarding romantic"
    " satisfying scenic sensational splendid stunning stylish sublime superb tasty terrific thrilling tremendous"
    " unforgettable unmissable upbeat uplifting wholesome wonderful wondrous worthwhile yummy"
    # blame
    " abhorrent abominable absurd abysmal annoying appalling arrogant atrocious awful awkward bizarre bland boring"
    " brutal childish clumsy confusing contemptible corny crap crappy crazy creepy cringe cringy cruel deplorable"
    " depressing despicable detestable disappointing disgraceful disgusting dismal dodgy dreadful dreary dumb"
    " embarrassing evil forgettable frightening frustrating ghastly grim gruesome grumpy hideous horrible horrid"
    " horrific idiotic infuriating insane intolerable irritating lame laughable lousy ludicrous mediocre messy"
    " miserable monstrous mundane nasty naughty obnoxious odious ominous outrageous overrated pathetic petty"
    " pointless preposterous pretentious repulsive revolting ridiculous rotten scary selfish senseless shabby"
    " shameful shitty shocking silly sinister sloppy soporific soulless stupid tacky tasteless tedious terrible"
    " tiresome tragic trashy ugly unbearable underrated underwhelming uninspired unpleasant useless vile wicked"
    " woeful worthless wretched"
    # more of both
    " appetising appetizing artful astounding badass baffling banal barbaric bewitching bleak chic cheesy comical"
    " commendable cowardly crummy daft deceitful deranged devious dishonest distasteful eerie exemplary feeble fiendish"
    " filthy funky glamorous gloomy goofy graceful gross grotesque harrowing heartbreaking heartless heartwarming"
    " heavenly heroic horrifying humorous ignorant imaginative impeccable inane incompetent inconsiderate inept"
    " inexcusable inhumane insincere insipid inspirational insufferable insulting irrational irresistible"
    " irresponsible kooky lavish likable likeable loathsome luscious luxurious majestic malicious meaningless"
    " mesmerising mesmerizing mindless miraculous nauseating nifty nerdy nightmarish nonsensical nostalgic overblown"
    " pitiful playful pleasurable poignant posh praiseworthy prestigious quaint quirky ravishing reckless refreshing"
    " repugnant ruthless sappy savvy scandalous scrumptious seductive sentimental sexy sickening sleazy slimy smug"
    " snobbish spectacular spellbinding spiteful spooky staggering stuffy sumptuous swanky tasteful tempting trite"
    " unappealing unattractive uncanny unfriendly uninspiring uninteresting unimpressive unlikable unlikeable"
    " unsightly unworthy vapid vibrant vulgar wacky wasteful whimsical witty yucky zany"
)
_IRREGULAR = (
    "awfully bad beautifully beloved best bestest better brilliantly comfortable coolest darling dullest easiest"
    " fav fave favorite favorites favourite favourites finest fondest friendliest genius gentlest good grossest"
    " horribly hyped ideal ideally idiot idiots laziest masterpiece moron morons muppet overhyped overpriced poorly"
    " regrettably saddest sadly sucks sweetest terribly underappreciated weirdest wonderfully worse worst"
    " amazingly annoyingly appallingly atrociously coolest convincingly cutest dreadfully elegantly fairest horribly"
    " hateful insanely kindest loveliest nicely overpowered overreact overreacting overvalued prettiest ridiculously"
    " rip-off ripoff smarter smartest stupidly superbly tastier tastiest unfortunately wisest deserve deserved deserves"
)


def _forms(adjectives: str) -> Iterator[str]:
    """Give adjectives with their comparatives and superlatives; some forms that nobody uses do no harm."""
    for word in adjectives.split():
        yield word
        stem = word[:-1] + "i" if word.endswith("y") else word.removesuffix("e")
        if len(word) <= _LONGEST_COMPARED:
            yield from (stem + "er", stem + "est")
            if word[-1] not in "aeiouyw" and word[-2] in "aeiou":
                yield from (word + word[-1] + "er", word + word[-1] + "est")


_LONGEST_COMPARED = 8
_JUDGES = (frozenset(_forms(_ADJECTIVES)) | frozenset(_IRREGULAR.split())) - {"greater"}

_STANCE = Phrases(
    "i really|honestly|just|simply|absolutely|also|always|personally|do| love|loved|hate|hated|adore|loathe"
    "|despise|dislike|like"
    "|liked|enjoy|enjoyed|prefer|detest",
    "i love|loved|hated|hate",
    "i really|honestly|just|personally|do| think|thought|believe|feel|reckon|find|suppose that|it|this|they|he"
    "|she|the|it's|you|we",
    "i ca|could n't|not stand|bear",
    "do|would|did you honestly|really|personally| think|believe|feel|reckon|prefer|like|agree|love|enjoy|rate",
    "what|how do|would you make|think|feel|rate",
    "would|could|can|will|do you please|kindly| recommend",
    "you|u|y'all recommend",
    "please| recommend me|us|a|an|some|the|three|five|ten|any|good|two|four|your",
    "any|your|some|got|need|want|for recommendations|recommendation",
    "advise me|us",
    "any|some|your|need|want|good advice on|about|for|?|please|.|to",
    "in my|your|our honest|humble|personal|own| opinion|opinions|view|views|eyes|book",
    "your|my favorite|favourite|opinion|opinions|thoughts|view|take|pick|verdict",
    "opinion|opinions|thoughts|verdict on|about|of",
    "imo|imho",
    "worth it|reading|watching|visiting|buying|trying|seeing|doing|learning|having|getting|keeping|paying|going"
    "|playing|upgrading"
    "|using|eating|owning|taking|hearing|studying|repairing|fixing|saving|living|waiting|making|becoming|moving"
    "|joining|celebrating",
    "worth a|the|my|your|our|their look|visit|read|trip|try|effort|money|hype|price|cost|wait|time|trouble|risk"
    "|hassle|watch|detour"
    "|drive|investment|extra|upgrade|bother|journey|while",
    "waste of time|money|space|effort|paper|breath",
    "the|any|no|what|much|there|'s|a point in|of|to",
    "what 's|is|was the point",
    "go|goes|going|pair|pairs|work|works|taste|tastes|look|looks|fit|fits best|well|nicely|better|good|great"
    "|nice|bad|awful|lovely with"
    "|on|together|in|at|?",
    "what|which|where|who|how|when do i|we|you wear",
    "what to wear|say|buy|get|gift",
    "are|'re|is|'s|was a|an|such total|real|proper|right|complete|utter|absolute|a| angel|bargain|bore|disgrace"
    "|fool|gem|hero|joke|legend"
    "|lifesaver|masterpiece|mess|nerd|nuisance|nut|pain|ripoff|saint|scam|scandal|shame|star|treasure|waste",
    "a|an total|real|proper|right|complete|utter|absolute bore|disgrace|fool|idiot|joke|legend|mess|nerd"
    "|nightmare|nuisance|nut|pain|waste",
    "most|more|least|less|how important|influential|iconic|significant|comfortable|convincing|persuasive|valuable",
    "worked a treat",
    "do i have free will",
    "poor thing|things|man|woman|boy|girl|dear|soul|chap|guy|kid|sod|old|little|mum|dad",
    "should|shoud|shuld|shld|shall n't|not| i|we|one|u|you|people|everyone|everybody",
    "else|what|how|which|that|who|where|when|time|much|many|long|often|whether|if i|we|one|you should|shoud"
    "|shuld|ought",
    "ought i|we|one|to",
    "had i|we better",
    "'d|had better",
    "too good|bad|expensive|cheap|strict|lenient|harsh|soft|violent|old-fashioned|politically|much power|to|for|on|",
    "tourist trap|traps",
    "hidden gem|gems",
    "must - see|read|try|watch|do|visit|have",
    "convince|persuade me",
    "help me|us to| choose|decide|pick between|if|whether|which|what",
    "would you rather|say|pick|choose|get|go|consider|advise|suggest",
    "do you advise|suggest",
    "any|some|your|got|few tips|advice|suggestions|pointers for|on|to|about",
    "top|good|bad reason|reasons to|for|not",
    "is|was it ok|okay|alright|fine to wear|ask|tell|say|skip|leave|lie|ignore|date|marry|bring|invite|quit|hate",
    "must one|everyone|everybody",
    "sick|tired of my|the|all|this|these|his|her|being|having",
    "fed up",
    "is|are|was|were|'s|'re|such|pure|total|utter|complete|absolute garbage|rubbish|trash|crap|junk|nonsense|bullshit"
    "|overkill|hogwash|bollocks|genius|perfection",
    "was|is it|this|that|he|she|they a mistake|disaster|failure",
    "a|an hero|genius|saint|visionary or|and a|an tyrant|villain|fraud|fool|monster|madman|traitor|coward|criminal",
    "a|an tyrant|villain|fraud|fool|monster|madman|traitor|criminal or|and a|an hero|genius|saint|visionary",
    "is|are|was|were it|they|golf|chess|this|that a|an real|true|proper|legitimate",
    "what 's|is|was so special|great|good|bad|wrong|cool|funny about",
    "so special|overhyped|funny|popular|good|bad|great|cool about",
    "cool facts|fact|names|name|gift|gifts|ideas|idea|tricks|trick|stuff|things|thing|way|ways|car|cars|shirt",
    "so|really|very|pretty|super|looks|look cool",
    "critique|judge|rate|roast|review my|our",
    "feedback on|about my|our",
    "what|which would suit",
    "in your experience|honest",
    "in favour|favor of or",
    "more|most trustworthy|meaningful|harmful|authentic|deserving|relevant|worthy|influential|profound|stressful"
    "|rewarding|memorable|relatable|powerful|useful|helpful|challenging|underestimated|controversial",
    "fair|reasonable price|deal|wage|salary|rent|offer",
    "bright future",
    "the right|wrong thing|decision|choice|call|move|man|woman|person to|for",
    "a good|bad|wise|smart|terrible|great idea|choice|move|plan|deal|investment|call",
    "make|makes sense to|for",
    "overdo|overdoing|overthink|overthinking it|this|things",
)

_MORAL = frozenset(
    "acceptable appropriate barbaric biased cool corny crazy credible cringe cruel deserved disrespectful dumb elitist"
    " entitled ethical exaggerated excessive fair foolish genuine greedy harmful harsh honest humane hurtful immature"
    " irrational irresponsible lazy legit mean offensive overkill paranoid petty problematic rational realistic"
    " responsible sane sinful spoiled spoilt stingy tactless unkind unrealistic vain wasteful worthwhile"
    " hypocritical immoral impolite inappropriate justifiable justified moral naive odd outdated pointless"
    " racist reasonable rude selfish sensible sexist silly smart strange stupid superior tacky trustworthy"
    " unacceptable unethical unfair unjust unprofessional unreasonable weird wise wrong".split()
)
"""They judge when they are asked about: `is it rude to ...?`."""

_WISHED = frozenset("afternoon day evening luck morning night one week weekend".split())
_NOT_GOOD = _WISHED | frozenset("at as bye enough friday samaritan with".split())
_NAMES_OF = {
    "best": frozenset(
        "actor actress director friend film man picture practice practices regards seller selling - song wishes".split()
    ),
    "better": frozenset("conductor conductors insulator insulators electrolyte absorber known half".split()),
    "great": frozenset(
        "aunt barrier britain circle dane danes depression fire gatsby grandfather grandmother lakes"
        " pyramid pyramids schism tit tits uncle wall war white - expectations plague ape apes deal many".split()
    ),
    "greatest": frozenset("common divisor".split()),
    "perfect": frozenset(
        "competition cube fifth fourth gas information match number numbers pitch square squares tense".split()
    ),
    "wicked": frozenset("witch problem problems".split()),
    "evil": frozenset("eye".split()),
    "bad": frozenset("request gateway debt debts sector sectors cholesterol".split()),
    "good": _NOT_GOOD,
    "fun": frozenset("fact facts".split()),
    "rotten": frozenset("tomatoes egg eggs".split()),
    "romantic": frozenset(
        "composer composers era literature movement music novel period poem poems poet poetry poets".split()
    ),
}
_CHANGED = frozenset(
    "get gets getting got feel feels feeling become becomes make makes made making him her it them me".split()
)
_SAYS = frozenset("says say said thinks told me".split())
_LEFT_OUT = frozenset("out without no".split())
"""`leave out any advice`."""


def _subjectivity(reading: Reading) -> Iterator[WordSpan]:
    spoken_of = quoted(reading)
    for start, end in _STANCE.find(reading.words):
        if start not in spoken_of and not _reported(reading, start):
            yield start, end
    asked = _yes_or_no(reading)
    for here, word in enumerate(reading.words):
        if here in spoken_of:
            continue
        judges = word in _JUDGES and not _idle(reading, here)
        advice = word == "should" and reading.opens[here]
        if judges or advice or (word in _MORAL and asked[here]):
            yield here, here + 1
    yield from _duels(reading)


def _duels(reading: Reading) -> Iterator[WordSpan]:
    """Find "Tesla or BMW?": two things and no scale on which they are compared. A judgement is wanted."""
    for start, end in reading.sentences:
        words = reading.words[start:end]
        if words[-1] == "?" and words.count("or") == 1 and len(words) <= _LONGEST_DUEL:
            things = {reading.pos[here] for here in range(start, end - 1) if words[here - start] != "or"}
            if things <= _THINGS:
                yield start, end


def _reported(reading: Reading, start: int) -> bool:
    """Tell an opinion that somebody else is said to have: `my wife says that I should rest`."""
    before = reading.word(start - 1)
    return before in _LEFT_OUT or (reading.word(start) == "that" and before in _SAYS)


def _yes_or_no(reading: Reading) -> list[bool]:
    """Tell of each word whether its sentence asks for yes or no, and no `less` or `more` grades it."""
    asked: list[bool] = []
    for start, end in reading.sentences:
        first = next((here for here in range(start, end) if reading.is_word(here)), start)
        opens = reading.words[first] in AUXILIARIES
        asked += [opens and reading.word(here - 1) not in {"less", "more"} for here in range(start, end)]
    return asked


def _idle(reading: Reading, here: int) -> bool:
    """Tell a word that can judge and doesn't where it stands."""
    word, before, after = reading.word(here), reading.word(here - 1), reading.word(here + 1)
    # "Great Expectations"
    name = reading.capitals_tell and reading.texts[here][0].isupper() and not reading.opens[here]
    defined = after == "mean" and before == "does"  # "what does eerie mean"
    if name or defined or after in _NAMES_OF.get(word, ()):
        return True
    match word:
        case "crazy" | "mad" | "nuts":  # "it drives me crazy"
            return before in _GOES or reading.lemmas[here - 2 : here - 1] == ("drive",)
        case "pretty":  # "a pretty large town" only grades
            return after[:1].isalpha() and reading.pos[here + 1] in {"ADJ", "ADV"}
        case "better" | "worse":  # "conducts heat better", "feel better"
            noun = reading.pos[here + 1 : here + 2] == ("NOUN",)
            return before in _CHANGED or not (noun or reading.opens[here] or _is_predicate(reading, here))
        case "best":
            timed = after == "time" and reading.word(here + 2) in {"to", "for", "of"}  # "the best time to prune"
            return timed or (before in _OWN and reading.pos[here + 1 : here + 2] != ("NOUN",))  # "my best", "at best"
        case "great":
            return before in {"doing", "feel", "feeling"} or after in _WISHED
        case "good" | "bad":
            return before in {"for", "a"} and reading.ends(here + 1)  # "for good"
        case _:
            return False


_GOES = frozenset("go goes going gone went".split())
_OWN = frozenset("at my your his her their its".split())
_GRADED = frozenset("any even far much".split())
_FAR = 12
_THINGS = frozenset({"NOUN", "PROPN"})
_LONGEST_DUEL = 6


def _is_predicate(reading: Reading, here: int) -> bool:
    """Tell whether the verb before a word is a form of `be`, or nothing but a question word or a grade is before it."""
    for before in range(here - 1, max(here - _FAR, -1), -1):
        if reading.pos[before] == "VERB":
            return False
        if reading.words[before] in BE_FORMS:
            return True
    return reading.word(here - 1) in QUESTION_WORDS | _GRADED


SUBJECTIVITY = Property("subjectivity", _subjectivity, "tags")
