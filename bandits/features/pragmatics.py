"""Pragmatics: a question about ability, will or knowledge, or a statement of a wish or a trouble, that is a request."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from riffler.bandits.features.acts import Act, acts
from riffler.bandits.features.base import Property
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.quotes import unquoted
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import AUXILIARIES, BE_FORMS, NEGATIONS, QUESTION_WORDS, REQUEST_VERBS

_MODALS = frozenset("can ca could cud will would wo".split())
_ASKED = frozenset("you u ya anyone anybody someone somebody".split())
_SOFTENERS = frozenset(
    "also again at all be briefly by chance either ever first even happen help just kindly maybe me perhaps"
    " please pls plz possibly quickly simply so then to able willing".split()
)
# What is asked of "you" with these is meant as a request; "can you eat it raw?" asks whether one can.
_WORDED = (REQUEST_VERBS - {"check", "count", "find", "fix", "make", "send", "solve", "walk"}) | frozenset(
    "add adapt advise analyse analyze annotate assist brainstorm clarify comment condense continue debug"
    " demonstrate differentiate discuss elaborate evaluate expand highlight illustrate interpret mention narrow"
    " paraphrase parse prepare proofread propose quote recap refactor remind rename reorder repeat reply restate"
    " review revise rework say shorten simplify summarize talk tweak verify".split()
)
_OBJECTS = frozenset("it me my our that the them these this those us".split())
# "Can you keep it in the fridge?" asks whether one can, "can you change it?" doesn't.
_ONES_OWN = frozenset(
    "be breathe buy carry catch cook die do drink eat feed feel fly freeze get give go grow hear keep leave live"
    " mix own pay play put reach reheat ride run see sell sleep sit smell stand store survive swim take touch"
    " travel use visit wash wear work".split()
) - {"give", "do", "put"}

_REQUESTS = Phrases(
    "would|do you|u mind",
    "i|we was|am|'m|m|were| just| wondering if|whether|how|what|why|who|where|when|which|about",
    "i wonder if|whether|how|what|why|who|where|when|which",
    "i|we|id 'd|would|d| be| really| like|love|curious|interested|keen|glad|happy"
    " to know|understand|hear|learn|find|see",
    "i|we 'm|am|m|was|were| dying|keen|eager|itching|curious|interested|trying to know|learn|hear|understand",
    "i|we 'm|am|m| just| curious about|how|what|why|who|where|when|which|whether|if",
    "i|we want|need|wanted|needed|wanna to| know|understand|hear how|what|why|who|where|when|which|whether|if"
    "|about|the",
    "i|we would|'d|d like|love|want|need|prefer you|u to",
    "i|we want|need you|u to",
    "i wish i|someone|somebody|you knew|could|understood|had|would",
    "i|we 'd|would|d really| appreciate",
    "i|we 'd|would|d be grateful|obliged|thankful if|for",
    "you|u would n't|nt happen",
    "mind if i",
    "does anyone|anybody|someone have",
    "can|could we go|run|walk over|through",
    "can|could i get|have a|an|some quick|short| answer|description|example|explanation|hint|list|overview|recipe"
    "|summary|tip|tips|translation",
    "is it possible for you|u",
    "is it possible to get|have|borrow",
    "would it be possible|okay|ok|too",
    "is there any| chance you|u|someone|of",
    "any chance you|u|someone|of",
    "have you|u|anyone|anybody|someone seen|heard|found|got",
    "do|does|d|would|might|may you|u|anyone|anybody|someone|somebody happen| to| know|remember|recall",
    "do|does you|u|anyone|anybody|someone|somebody happen to have",
    "do|does you|u|anyone|anybody have any|a|an|some|the|more|something|anything|time",
    "can|could|may|might i|we ask|trouble|bother|borrow",
    "could|may i|we please| have|see|get",
    "can i|we please| have the|some|your|more|another",
    "can|could i|we please",
    "can|could|shall we do|try|change|switch|start|skip|make|move it|this|that|something|another|one|with|over",
    "why do n't|not|nt you|u|we",
    "wo|ca n't|nt you|u",
    "it would|'d|d be great|nice|good|helpful|wonderful|lovely|useful|ideal|fantastic if|to",
    "i|we need|want|require|could|use some|your|a|use| help|hand|advice|assistance|guidance",
    "i|we hope|hoped|was|were|'m| hoping| you|u|someone can|could|might|know|would",
    "if you|u could|would|can tell|explain|give|help|show|list|recommend|suggest",
    "care|mind telling|explaining|giving|showing|helping|sharing",
    "care to tell|explain|share|give",
)
# At the start of a sentence that leaves its subject out.
_CLIPPED = Phrases(
    "looking|hoping|searching|hunting for",
    "looking forward|to",
    "trying|struggling|hoping|wanting|want|wanna|need|dying to|some|a|help",
    "curious|wondering about|how|why|what|whether|if|when|where|who",
    "in need of",
    "got any",
    "would|'d like|love|appreciate",
    "having trouble|problems|issues|difficulty",
    "stuck on|with|at",
    "no|any idea|ideas|clue|thoughts|tips|advice|suggestions|recommendations",
)
_TELLING_APART = frozenset({"by", "from", "if", "that", "when", "whether"})  # "can you tell if an egg is off?"
_NEAR = 4
_ME = frozenset("i we im ive id my me our us mine".split())
_THINGS = frozenset("it this that these those there something everything nothing nobody he she they you u the".split())
_TROUBLE = frozenset(
    "again broke broken bug confused crash crashes crashing dead error fail failed fails forgot hurts keeps lost"
    " missing n't never no nobody none not nothing nt only stopped still stuck too unable wrong worse worst".split()
)
_GOOD = frozenset(
    "amazing awesome beautiful brilliant clever cool correct delicious excellent fantastic great helpful lovely"
    " nice perfect thanks wonderful".split()
)
_LIKING = frozenset("love loved adore enjoyed enjoy thank agree admire like liked prefer".split())
_PRAISE_AFTER_BE = frozenset({"JJS", "RBS"})


def _pragmatics(reading: Reading) -> Iterator[WordSpan]:
    words = unquoted(reading)
    yield from _requests(reading, words)
    all_acts = acts(reading)
    for act in all_acts:
        for start, end in _CLIPPED.find(words[act.start : act.start + 5]):
            if start == 0 and end > 1:
                yield act.start, act.start + end
    if not any(act.kind in {"question", "order"} for act in all_acts):
        for act in all_acts:
            states = act.kind == "statement" or _is_told(reading, act)
            if states and _tells(reading, words, act):
                yield act.start, act.end


def _requests(reading: Reading, words: tuple[str, ...]) -> Iterator[WordSpan]:
    for start, end in _REQUESTS.find(words):
        if not _is_asked_for(words, start):
            yield start, end
    for here, word in enumerate(words):
        if word in _MODALS and reading.word(here + 1) in _ASKED and not _is_asked_for(words, here):
            verb = here + 2
            while reading.word(verb) in _SOFTENERS:
                verb += 1
            softened = any(each in {"please", "pls", "plz", "kindly", "help"} for each in words[here:verb])
            if softened and reading.ends(verb):
                yield here, verb
            elif not reading.ends(verb) and (softened or _is_request(reading, verb)):
                yield here, verb + 1


def _is_asked_for(words: tuple[str, ...], here: int) -> bool:
    """Tell "which book would you recommend" and "what do you know", which are direct, by the question word before."""
    if words[here] not in AUXILIARIES:
        return False
    for each in reversed(words[max(0, here - _NEAR) : here]):
        if each in QUESTION_WORDS:
            return True
        if not each.isalnum():
            break
    return False


def _is_request(reading: Reading, verb: int) -> bool:
    word, rest = reading.words[verb], reading.words[verb + 1 : verb + 12]
    if word in {"believe", "imagine"} or (word == "tell" and rest[:1] and rest[0] in _TELLING_APART):
        return False
    if word in _WORDED or "me" in rest[:1] or "us" in rest[:1]:
        return True
    if word in _ONES_OWN:
        return any(pair in {("for", "me"), ("for", "us")} for pair in pairwise(rest))
    return rest[:1] != () and (rest[0] in _OBJECTS or "me" in rest or "please" in rest)


def _tells(reading: Reading, words: tuple[str, ...], act: Act) -> bool:
    """Tell a trouble or a wish from a fact, praise, and from keywords that look like a sentence."""
    inside = words[act.start : act.end]
    mine = not _ME.isdisjoint(inside)
    if act.asked:
        return inside[0] in _ME
    if (not _LIKING.isdisjoint(inside[1:3]) and inside[1] not in {"'d", "would", "d"}) or (
        inside[1:2] and inside[1] in {"is", "was", "'s"} and _is_praise(reading, act)
    ):
        return False
    if not _GOOD.isdisjoint(inside) and _TROUBLE.isdisjoint(inside):
        return False
    if inside[0] == "the" and any(pair[0] in BE_FORMS and pair[1] in {"a", "an", "the"} for pair in pairwise(inside)):
        return False  # a fact
    return mine or ((inside[0] in _THINGS or not _TROUBLE.isdisjoint(inside)) and not _THINGS.isdisjoint(inside))


def _is_told(reading: Reading, act: Act) -> bool:
    """Tell a statement whose verb the tagger missed by its owner and its full stop: "My knee hurts a lot."."""
    return reading.words[act.start] in {"my", "our"} and reading.word(act.end) == "." and act.end - act.start > 3


def _is_praise(reading: Reading, act: Act) -> bool:
    return not _PRAISE_AFTER_BE.isdisjoint(reading.tags[act.start : act.end]) and NEGATIONS.isdisjoint(
        reading.words[act.start : act.end]
    )


PRAGMATICS = Property("pragmatics", _pragmatics, needs="tags")
