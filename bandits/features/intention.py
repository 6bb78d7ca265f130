"""Intention: an order for an act beyond answering, or what the answer is to serve."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from riffler.bandits.features.asking import ACTS
from riffler.bandits.features.base import Property
from riffler.bandits.features.lexicon import zipf
from riffler.bandits.features.names import names
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.reading import Reading

# Acts that are as often done by the asker: these need an order's frame, or an object that belongs to somebody.
_LOOSE = frozenset(
    "book break build change choose code come correct count cut decide design divide draft estimate format"
    " guide outline plot quiz review sketch drop fill find finish fix help make order pick plan point put rate"
    " read round scale send set skip sort spell start stop test trace turn use walk weigh work print program"
    " search research report separate improve reduce replace remove schedule act play mark match label grade"
    " practice respond reply".split()
)
_EXAMPLES = frozenset(
    "advice analysis argument arguments breakdown comparison critique definition description example examples"
    " explanation feedback guide idea ideas instructions introduction itinerary joke lesson limerick list"
    " outline overview plan poem recipe recommendation recommendations rundown story suggestion suggestions"
    " summary table timeline tips tutorial"
    " alternatives caption captions checklist counterarguments draft essay exercises haiku headline headlines letter"
    " paragraph paraphrase puzzle questions quiz rap reasons recap riddle scenario schedule script sentence sentences"
    " slogan slogans song speech synopsis tagline walkthrough".split()
)
_NUMBERS = frozenset(
    "two three four five six seven eight nine ten eleven twelve twenty some several all top ways".split()
)
_SOFTENERS = frozenset("please kindly just then now also simply pls plz quickly briefly again next".split())
_BEFORE_ORDER = frozenset("then so but , : ; - – — ( ok okay thanks thank".split()) | _SOFTENERS
_MODALS = frozenset("can could would will may might".split())
_YOU = frozenset("you u ya".split())
_WE = frozenset("we i".split())
_MODIFIERS = _NUMBERS | frozenset("a an some any another one your more short brief quick".split())
_PLEAS = frozenset("please kindly pls plz".split())
_NOT_ORDERED = frozenset("of . : ? ! ,".split())
_DETERMINERS = frozenset(
    "a an the my our this that these those it them me us all each every some any his her their your something"
    " somthing everything nothing".split()
)

_QUOTES = frozenset({'"', "“", "`", "``", "'"})

_AIM = Phrases(
    "in order to",
    "for the purpose|purposes|sake of",
    "my|our goal|aim|purpose|plan|intention|objective|job|task|assignment is|'s",
    "so that|as| i|we|they|it can|could|may|might|will|do|does|works|fits",
    "i|we 'm|am|are|m trying|planning|hoping|looking|aiming|intending|preparing|training|studying|revising|writing"
    "|building"
    "|designing|developing|organising|organizing|applying|working|making|creating|drafting|researching|hosting"
    "|renovating"
    "|moving|travelling|traveling|flying|teaching|learning|saving|shopping|baking|knitting|setting|putting|starting"
    "|throwing",
    "i|we 've|have been|just| asked|told|trying to",
    "im trying|planning|hoping|looking|aiming|training|preparing|writing|building|working|making|studying|learning"
    "|moving",
    "i|we hope|plan|intend|aim|mean to",
    "to help|let|allow me|us|my",
    "so that my|our|the",
    "i|we 'm|am|are decorating|redecorating|remodelling|remodeling|cooking|growing|visiting|expecting|interviewing"
    "|migrating|switching|thinking of",
    "i|we just moved|started|joined|adopted|signed|enrolled",
)
_IDLE_AIM = Phrases("i 'm|am|m writing|typing this|to|you|because|from", "im writing|typing this|to|you|because|from")
_FOR_WORK = frozenset(
    "marathon race university college anniversary article assignment audience audition birthday blog book"
    " brochure business campaign class competition conference course debate dinner dissertation essay event"
    " exam exams flyer friends funeral group holiday homework honeymoon house interview job kids kid children"
    " daughter son journal leaflet lecture lesson manuscript meeting newsletter novel pamphlet paper party"
    " podcast portfolio post presentation project quiz report research school screenplay script show sister"
    " brother mum mom dad mother father wife husband seminar site speech startup story students talk team test"
    " thesis toast trip tutorial vacation video website wedding workshop".split()
)
_OWN = frozenset("my our".split())
_NEEDS = frozenset("want need wanna plan hope intend have has got like love prefer must".split())
_KNOW = frozenset(
    "know hear see ask learn understand find be say thank check share tell mention add point keep let"
    " apologise apologize".split()
)
_PURPOSES = frozenset(
    "lose gain improve avoid prevent reduce increase boost save prepare pass qualify relieve treat achieve"
    " celebrate impress earn strengthen lower cure heal win attract become maximise maximize minimise minimize"
    " protect ace beat boost burn calm combat commemorate compete comply cope deter enable ensure entertain facilitate"
    " fight finance graduate honor honour persuade promote raise relax repel satisfy simplify soothe surprise tone"
    " unclog unwind".split()
)
_OCCASIONS = frozenset(
    "audition barbecue christening date deadline exam flight funeral hike interview marathon meeting party picnic"
    " presentation race seminar speech talk test trip wedding".split()
)
_BEFORE_PURPOSE = frozenset(
    "want need like hope plan try trying way ways how able have going ought used hard easy difficult possible"
    " best safe attempt chance right time reason ability supposed allowed first to".split()
)
_BESIDE_NEED = frozenset("'d would really just also do don't n't should not only d first".split())
_WOULD = frozenset("'d would d".split())
_ASKING = frozenset("do does did".split())
_OTHERS = frozenset("he she they".split())
_ADVICE_VERBS = frozenset("should can could do would must shall".split())
_LONGEST_PURPOSE = 12
_LONG_WORDS = 30
"""A shorter query has no room for what a wanted thing must be like."""
_SITUATION_WORDS = 10
"""A shorter query has no room for a situation."""
_VAGUE_ZIPF = 5.6
"""Words that are met more often (`time`, `year`) tie no question to a situation."""


def _intention_grounding(reading: Reading) -> list[WordSpan]:
    spans = [span for here in range(len(reading.words)) for span in _order(reading, here)]
    spans += _aims(reading)
    if not spans:
        spans += situation(reading)
    return spans


def _order(reading: Reading, here: int) -> Iterator[WordSpan]:
    """Find an order that begins at a word."""
    word = reading.words[here]
    if word in _MODALS:
        yield from _polite_order(reading, here)
    elif _may_begin_order(reading, here) and _orders(reading, here, framed=False):
        yield here, here + 1


def _polite_order(reading: Reading, here: int) -> Iterator[WordSpan]:
    """Find "could you add", "would you mind adding" and "can we start", and not "what can you make"."""
    if not (reading.opens[here] or reading.word(here - 1) in _BEFORE_ORDER):
        return
    subject = reading.word(here + 1)
    verb = here + 2
    while reading.word(verb) in _SOFTENERS or reading.word(verb) in {"possibly", "maybe", "perhaps"}:
        verb += 1
    if reading.word(verb) == "mind" or (reading.word(verb) == "be" and reading.word(verb + 1) == "able"):
        verb += 1 if reading.word(verb) == "mind" else 3
    if reading.words[verb : verb + 5] == ("be", "so", "kind", "as", "to"):
        verb += 5
    if verb >= len(reading.words):
        return
    if (subject in _YOU and _orders(reading, verb, framed=True)) or (
        subject == "we" and reading.word(verb) in ACTS | {"do", "try"}
    ):
        yield here, verb + 1


def _may_begin_order(reading: Reading, here: int) -> bool:
    before = reading.word(here - 1)
    if before in _SOFTENERS and before not in _PLEAS:  # "Now list", but "I just list"
        return reading.opens[here - 1] or reading.word(here - 2) in _BEFORE_ORDER
    return reading.opens[here] or before in _BEFORE_ORDER or before in {".", "!", "?"}


def _orders(reading: Reading, here: int, framed: bool) -> bool:
    """Tell whether a verb where an order may stand is one, for an act beyond answering."""
    word, after = reading.words[here], reading.word(here + 1)
    if framed and word.endswith("ing"):  # "would you mind adding"
        word = _base(word)
    if not framed and (after in _NOT_ORDERED and not _quotes(reading, here + 2)):
        return False
    if word in {"give", "show", "tell", "offer"}:
        return _asks_for_piece(reading, here + 1)
    if word == "name":
        return after in _NUMBERS or (after == "the" and reading.word(here + 2) in _NUMBERS) or after.isdigit()
    if word == "do":
        return after in {"this", "that", "it", "something", "somthing"} or (
            after == "the" and reading.word(here + 2) == "same"
        )
    if word == "help":
        return _helps_act(reading, here + 1)
    if word == "let" and after in {"'s", "us", "me"}:
        return reading.word(here + 2) in ACTS and reading.word(here + 2) not in {"say", "start", "stop"}
    if word not in ACTS:
        return False
    return framed or _orders_act(reading, here)


def _orders_act(reading: Reading, here: int) -> bool:
    """Tell whether a verb for an act is an order as it stands, and no noun or statement."""
    word, after = reading.words[here], reading.word(here + 1)
    if reading.pos[here : here + 2] == ("NOUN", "NOUN") and reading.words[-1] != ".":
        return False  # "edit button not working"
    if word not in _LOOSE:
        return True
    if after in _QUOTES or (word == "act" and after in {"as", "like"}):
        return True
    return after in _DETERMINERS or reading.word(here - 1) in _SOFTENERS or reading.tags[here] == "VB"


def _quotes(reading: Reading, here: int) -> bool:
    """Tell whether a quotation or text follows a colon: "Proofread: ...", but "List: ..."."""
    follows = here < len(reading.words) and reading.words[here - 1] == ":"
    return follows and reading.words[here - 2] not in _LOOSE | {"list"}


def _base(word: str) -> str:
    stem = word.removesuffix("ing")
    return next((each for each in (stem, stem + "e", stem[:-1]) if each in ACTS or each in {"give", "help"}), word)


def _asks_for_piece(reading: Reading, here: int) -> bool:
    """Tell "give me an example" and "tell us a joke" from "tell me who" and "give me the words"."""
    if reading.word(here) in {"me", "us"}:
        here += 1
    modified = here
    while reading.word(modified) in _MODIFIERS:
        modified += 1
    while reading.word(modified).isdecimal():
        modified += 1
    counted = any(word in _NUMBERS or word.isdecimal() for word in reading.words[here:modified])
    if counted and reading.pos[modified : modified + 1] in {("NOUN",), ("ADJ",)}:
        return True
    return modified > here and not _EXAMPLES.isdisjoint(reading.words[here + 1 : modified + 2])


def _helps_act(reading: Reading, here: int) -> bool:
    """Tell "help me write it" from "help me with this"."""
    if reading.word(here) in {"me", "us", "my"}:
        here += 1
    if reading.word(here) == "to":
        here += 1
    return here < len(reading.words) and reading.word(here) not in {"with", "on"} and reading.pos[here] == "VERB"


def _aims(reading: Reading) -> Iterator[WordSpan]:
    idle = {start for start, _ in _IDLE_AIM.find(reading.words)}
    yield from (span for span in _AIM.find(reading.words) if span[0] not in idle)
    for here, word in enumerate(reading.words):
        if word == "for" and _for_work(reading, here):
            yield here, here + 3
        elif (word in _NEEDS and _needs_act(reading, here)) or _has_occasion(reading, here) or _must(reading, here):
            yield here, here + 1
        elif _opens_purpose(reading, here) or (word == "for" and _stem(reading.word(here + 1)) in _PURPOSES):
            yield here, here + 2
        elif (
            word == "to"
            and reading.word(here + 1) in _PURPOSES
            and _BEFORE_PURPOSE.isdisjoint((reading.word(here - 1), *reading.lemmas[max(here - 1, 0) : here]))
        ):
            before = reading.pos[here - 1] if here else ""
            if before in {"NOUN", "VERB", "ADV", "PROPN", "PUNCT"}:
                yield here, here + 2


def _has_occasion(reading: Reading, here: int) -> bool:
    """Tell "I have a job interview tomorrow"."""
    own = reading.words[here] in {"have", "got"} and reading.word(here - 1) in _WE | {"'ve", "have"}
    asked = reading.word(here - 2) in _ASKING
    return own and not asked and not _OCCASIONS.isdisjoint(reading.words[here + 1 : here + 5])


def _opens_purpose(reading: Reading, here: int) -> bool:
    """Tell "To save energy, what can I do?"."""
    opens = reading.words[here] == "to" and reading.opens[here]
    verb = reading.tags[here + 1 : here + 2] == ("VB",) and reading.words[here + 1] != "be"
    return opens and verb and "," in reading.words[here + 2 : here + _LONGEST_PURPOSE]


def _must(reading: Reading, here: int) -> bool:
    """Tell "I must lower my blood pressure" from "must I"."""
    own = reading.words[here] == "must" and reading.word(here - 1) in _WE
    return own and reading.tags[here + 1 : here + 2] == ("VB",)


def _stem(word: str) -> str:
    """Take the ending off "strengthening", "improving", "getting"."""
    stem = word.removesuffix("ing") if word.endswith("ing") else ""
    return next((each for each in (stem, stem + "e", stem[:-1]) if each in _PURPOSES), "")


def _for_work(reading: Reading, here: int) -> bool:
    if reading.word(here + 1) not in _OWN and reading.word(here + 1) not in {"a", "an", "the"}:
        return False
    own = reading.word(here + 1) in _OWN
    nouns = reading.words[here + 2 : here + (5 if own else 4)]
    return any(word in _FOR_WORK for word in nouns) if own else any(word in _WRITTEN for word in nouns)


_WRITTEN = frozenset(
    "article assignment blog dissertation essay exam homework interview leaflet lecture newsletter paper"
    " podcast poster presentation project report speech thesis video baptism barbecue bbq birthday christening class"
    " date funeral graduation hike marathon novel party picnic race road screenplay trip wedding".split()
)


def _needs_act(reading: Reading, here: int) -> bool:
    """Tell "I want to repair my bike" from "I want to know" and "they want to"."""
    word, subject = reading.words[here], here - 1
    while reading.word(subject) in _BESIDE_NEED:
        subject -= 1
    asked = reading.word(subject - 1) in _ASKING  # "do I have to"
    if reading.word(subject) not in _WE or asked or (word == "like" and _WOULD.isdisjoint(reading.words[subject:here])):
        return False
    verb = here + 1 + (reading.word(here + 1) in _YOU)  # "I need you to fix it"
    if reading.word(verb) != "to":
        # A thing that is wanted is an aim where there is room to say what it must be like.
        thing = word in {"need", "want", "like"} and reading.word(verb) in {"a", "an", "some"}
        wanna = word == "wanna" and reading.word(verb) not in _KNOW
        return wanna or (thing and len(reading.words) >= _LONG_WORDS)
    verb += 1
    while reading.word(verb) in _BESIDE_NEED:
        verb += 1
    finds = reading.word(verb) == "find" and reading.word(verb + 1) != "out"
    return bool(reading.word(verb)) and (reading.word(verb) not in _KNOW or finds)


def situation(reading: Reading) -> list[WordSpan]:
    """Find a situation that the answer is to serve: sentences about oneself, and a question that builds on them.

    Args:
        reading: A query's reading.

    Returns:
        The first sentence of the situation and the question; nothing when there is none.
    """
    if len(reading.words) < _SITUATION_WORDS or len(reading.sentences) < 2:
        return []
    own = [span for span in reading.sentences if _speaks_of_self(reading, span) and not _asks(reading, span)]
    named = {here for first, last in names().any_case.find(reading.words) for here in range(first, last)}
    told = {lemma for span in own for lemma in _things(reading, span, named)}
    for span in reading.sentences:
        builds = told & _things(reading, span, named) or _asks_advice(reading, span) or _points_back(reading, span)
        if own and builds and _asks(reading, span):
            return [own[0], span]
    return []


def _points_back(reading: Reading, span: WordSpan) -> bool:
    """Tell whether a question speaks of "this pattern", "such a case"."""
    return any(
        word in {"this", "these", "such"} and here + 1 < span[1] and reading.pos[here + 1] in {"NOUN", "DET"}
        for here, word in enumerate(reading.words[slice(*span)], start=span[0])
    )


def _things(reading: Reading, span: WordSpan, named: set[int]) -> set[str]:
    return {
        lemma
        for here, lemma in enumerate(reading.lemmas[slice(*span)], start=span[0])
        if here not in named
        and reading.pos[here] in {"NOUN", "PROPN", "ADJ"}
        and lemma.isalpha()
        and zipf(lemma) < _VAGUE_ZIPF
    }


def _speaks_of_self(reading: Reading, span: WordSpan) -> bool:
    return any(word in {"i", "we", "my", "our", "im"} for word in reading.words[slice(*span)])


def _asks(reading: Reading, span: WordSpan) -> bool:
    return "?" in reading.words[slice(*span)]


def _asks_advice(reading: Reading, span: WordSpan) -> bool:
    """Tell "what should I change?" from "how many strings does it have?"."""
    words = reading.words[slice(*span)]
    return any(
        verb in _ADVICE_VERBS and (who in _WE or who in _OTHERS or (verb, who) == ("would", "you"))
        for verb, who in pairwise(words)
    )


INTENTION_GROUNDING = Property("intention_grounding", _intention_grounding, needs="tags")
