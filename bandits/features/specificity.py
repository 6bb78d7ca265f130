"""Lack of specificity: what is wanted stays open, so that quite different answers would fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from riffler.bandits.features.base import Property
from riffler.bandits.features.lexicon import is_known
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.polysemy import POLYSEMY
from riffler.bandits.features.reading import Reading
from riffler.bandits.features.stretches import quoted
from riffler.bandits.words import AUXILIARIES, BE_FORMS, QUESTION_WORDS

FEW = 2
"""So many words that name no particular thing are a field, and no question."""

_PLACEHOLDERS = frozenset(
    "something somthing someting somehow whatever whatnot stuff thingy thingies thingamajig doodah whatsit"
    " whatchamacallit etc etc.".split()
)
_VAGUE = Phrases(
    "some|any|a kind|kinds|sort|sorts|type of help|thing|things|way|stuff|place|gift|food|idea|ideas|one|ones",
    "this|that|these|those|all kind|kinds|sort|sorts of thing|things|stuff",
    "and so on|forth",
    "and|or things|stuff|something|whatever like|similar|",
    "the best|worst thing|things ever|?",
    "old|new|good|bad|cool|nice|random|different|various|certain|several|many|interesting things|stuff|items"
    "|topics|subjects",
    "what next",
    "what now",
    "everything|anything|all about",
    "something|anything|some things|stuff",
    "where|how do|should i start|begin",
    "that|the other thing",
    "looking for ideas|help|advice|inspiration|information|info|suggestions|tips|something",
    "i|we need|want ideas|inspiration|information|info|suggestions|tips|advice .|",
    "in general",
)
_ABOUT = Phrases(
    "tell|teach|show me|us|",
    "teach|inform us|me",
    "talk|write|speak|explain",
    "i want|need|'d|would like|love| to know|learn|hear|read|find out| more|something|everything|a bit|lot|",
    "i want|need|'d|would like some|more|any| information|info|facts|help",
    "information|info|facts|help|something|anything|stuff|things|everything",
    "give me some|more|any| information|info|facts|help",
    "can|could|would|will you tell|teach|help me|us|",
    "what do you know",
    "what can|could|would you tell me|us",
    "what should i|we know",
)
"""What may come before a wide field: `tell me about`, `I want to learn about`."""
_LINKS = frozenset("about on with regarding concerning".split())

_HELP = Phrases(
    "help|assist|advise me|us|",
    "can|could|would|will|pls|please|plz you please| help|assist me|us|",
    "i|we|need|want|require some|your|a|any| help|assistance|advice|support|hand",
    "i|we 'm|am|are|m|'re| stuck|lost|confused",
    "fix|solve|improve|check|do|make|change|correct|review|finish|repair my|this|it|the|our",
    "how do|can|could|should i|we fix|solve|improve|repair|change my|the|our|a|an|",
    "i|we have|got|'ve a|an|some|another| problem|problems|issue|issues|question|questions with|about|regarding|",
    "my computer|phone|laptop|car|code|pc|internet|wifi|program|app|script|website does|is n't|nt|not| work|working",
    "nothing|everything|it works|broke|breaks|failed|fails|stopped|sucks",
    "it|this|that does|is|did|do n't|nt|not work|working",
    "i do n't|nt|not know what|where|how to do|start|begin|say",
    "write|make|create|give|suggest|recommend|find|show|send|draw|design|plan|do|play|teach me|us| a|an|some|my"
    "|the|any|good|",
    "i|we want|need|'d|would like|love|have| to learn|start|buy|get|make|do|write|try|improve|cook|travel"
    "|play a|an|some|my|the|new|",
    "what|which|where should|do|can|could|shall i|we do|buy|get|choose|pick|take|read|watch|eat|cook|visit|see"
    "|go|use|play|try|say ?|",
)
_CALLS = Phrases("some|any kind|kinds|sort|sorts of help", "help me| with stuff|something|things")
"""They leave a long text open as well."""
_CHOICE = Phrases(
    "should|shall|can|do i|we buy|get|choose|pick|take|read|watch|eat|cook|visit|see|use|play|try|order|plant"
    "|wear|learn",
)
_GENERAL = frozenset(
    "account advice answer app assignment assistance bit book business car case cell code computer content"
    " data day design device document email essay error exam fact fashion file film food function game gift"
    " girl guy help history home homework house idea image info information issue item job kind language"
    " laptop law life letter list lot machine maths math medicine movie message money music name news number"
    " object paper people person phone photo picture place politics present problem program project question"
    " report research room school science script situation something song speech sport sports stuff subject"
    " suggestion system talk task team text thing tip topic travel way website work world writing art nature"
    " animals animal philosophy religion economics technology health love war math physics chemistry biology"
    " literature geography cooking fitness finance marketing programming education culture space time future"
    " past nutrition exercise statistics psychology computers cars books dogs cats plants sports".split()
)
_FUNCTION = frozenset({"DET", "ADP", "PRON", "AUX", "PUNCT", "PART", "CCONJ", "SCONJ", "INTJ", "SYM", "SPACE"})
_CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM", "ADV", "X"})
MOST_WORDS = 25
"""A longer query says more than its placeholders."""

_TURNS = frozenset("again and but continue more no ok okay or really so sure thanks then yes".split())
"""They go on with a conversation, which says what is meant."""
_WIDE_ASKS = frozenset("which what how many much".split())


def _lack_of_specificity(reading: Reading) -> list[WordSpan]:
    words = [here for here in range(len(reading.words)) if reading.is_word(here)]
    if len(words) > MOST_WORDS:
        return [*_CALLS.find(reading.words)]
    return [
        *_keywords(reading, words),
        *_placeholders(reading),
        *_wide_fields(reading, words),
        *_help(reading, words),
        *_two_senses(reading),
    ]


def _two_senses(reading: Reading) -> Iterable[WordSpan]:
    """Find a word whose sense stays open, unless the query itself offers what it may be (`..., or does it ...?`)."""
    return () if "or" in reading.words else POLYSEMY.finder(reading) or ()


def _keywords(reading: Reading, words: list[int]) -> Iterator[WordSpan]:
    """Find a query of one or two words that name no particular thing, or `How many spoons?`."""
    if len(words) > FEW + 1:
        return
    first = reading.words[words[0]]
    # A tagger can't say what a lone word is.
    told = [here for here in words if len(words) == 1 or reading.pos[here] not in _FUNCTION]
    if any(character.isdecimal() for here in words for character in reading.words[here]) or first in _TURNS:
        return
    if first in _WIDE_ASKS:
        bare = len(words) == FEW + 1 and reading.words[words[1]] in {"many", "much", "long", "kind"}
        if (bare or len(words) == FEW) and reading.pos[words[-1]] == "NOUN":
            yield words[0], words[-1] + 1
    elif first in AUXILIARIES and reading.word(words[0] + 1) not in {"n't", "not", "nt"}:
        return
    elif 0 < len(told) <= FEW and first not in QUESTION_WORDS and ("?" not in reading.words or first == "any"):
        named = any(reading.pos[here] == "PROPN" or not is_known(reading.words[here]) for here in told)
        if len(told) == 1 or not named:
            yield words[0], words[-1] + 1


def _placeholders(reading: Reading) -> Iterator[WordSpan]:
    """Find `something`, `stuff`, `kind of thing` where they are what is asked for or about."""
    spoken_of = quoted(reading)
    for start, end in _VAGUE.find(reading.words):
        if start not in spoken_of:
            yield start, end
    for here, word in enumerate(reading.words):
        if word in _PLACEHOLDERS and here not in spoken_of and not _acts(reading, here):
            yield here, here + 1


def _acts(reading: Reading, here: int) -> bool:
    """Tell `something is eating my cabbages` and `something that ...`: the trouble is told, or the thing is."""
    if not reading.words[here].startswith("some"):
        return False
    subject = reading.tree is not None and reading.tree.is_dep(here, "nsubj") and reading.word(here - 1) not in BE_FORMS
    return subject or reading.word(here + 1) in {"that", "which", "i", "like"}


def _wide_fields(reading: Reading, words: list[int]) -> Iterator[WordSpan]:
    """Find `tell me about music`: a field without an angle."""
    for start, end in _ABOUT.find(reading.words):
        bare = end - start == 1  # "Explain about ..." orders; "what does it say about ..." asks
        if reading.word(end) in _LINKS and (reading.opens[start] or not bare):
            field = [here for here in words if here > end]
            narrow = any(reading.pos[here] in {"PROPN", "NUM", "VERB"} for here in field)
            if len(field) <= FEW and not narrow:
                yield start, (field[-1] if field else end) + 1


def _help(reading: Reading, words: list[int]) -> Iterator[WordSpan]:
    """Find a call for help that names nothing, or only a kind of thing that everybody has."""
    for start, end in _CHOICE.find(reading.words):
        told = [here for here in words if here < start and reading.pos[here] not in _FUNCTION]
        if reading.ends(end) and len(told) <= 1:
            yield start, end
    for start, end in _HELP.find(reading.words):
        rest = [here for here in words if not start <= here < end and reading.pos[here] not in _FUNCTION]
        if len(rest) <= 1 and all(reading.lemmas[here] in _GENERAL for here in rest):
            yield start, end


LACK_OF_SPECIFICITY = Property("lack_of_specificity", _lack_of_specificity, "tags")
