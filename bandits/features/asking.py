"""Which part of a query asks: conditions of the answer stand there, and not in the story around it."""

from __future__ import annotations

from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import AUXILIARIES, QUESTION_WORDS, REQUEST_VERBS

SHORT_WORDS = 24
"""A sentence of no more words than this asks with all of them."""

ACTS = frozenset(
    "abbreviate adapt add advise alphabetise alphabetize analyse analyze annotate arrange assess book"
    " brainstorm break build calculate categorise categorize change check choose cite classify clarify code"
    " combine come comment compare compile compose compute condense confirm construct contrast convert correct"
    " count craft create critique cut debug decide decode decrypt deduce define delete derive describe design"
    " determine develop devise diagnose differentiate discuss divide draft draw drop edit elaborate estimate"
    " evaluate examine expand explain explore extend extract factor factorise factorize fill find finish fix"
    " format generate guide help highlight identify illustrate implement improve include insert integrate"
    " interpret invent justify list lengthen make merge modify optimise optimize order organise organize"
    " outline paraphrase parse pick plan plot point predict prepare print prioritise prioritize produce"
    " program proofread propose prove provide punctuate put quiz rank rate read recommend reduce refactor"
    " reformat rename reorder reorganise reorganize rephrase replace report research reverse review revise"
    " reword rewrite round scale schedule search select send separate set shorten simplify simulate sketch"
    " skip solve sort spell split start stop structure substitute suggest summarise summarize sum swap"
    " tabulate test trace transcribe transform translate trim turn tweak update use verify walk weigh work"
    " amend approximate ask bullet capitalise capitalize caption chart conjugate contextualise contextualize"
    " customise customize decipher defend dissect encode encrypt enumerate formulate group imagine impersonate infer"
    " itemise itemize map multiply narrate personalise personalize phrase pluralise pluralize polish rebut recap refine"
    " refute restructure rework rhyme roast subtract synthesise synthesize tailor tidy transliterate unscramble"
    " visualise visualize"
    " write teach act pretend roleplay tutor grade mark match label play practise practice redo reply respond".split()
)
"""What one asks of somebody who writes, reckons and finds. To tell, to show and to give are only answers."""

_OPENERS = (ACTS | AUXILIARIES | QUESTION_WORDS | REQUEST_VERBS | {"please", "whats", "wheres", "hows", "whos"}) - {
    "'s"
}
_AFTER = frozenset(", : ; - – — ( so but anyway and then now".split())
_ORDERS = REQUEST_VERBS | ACTS | {"please", "pls"}
_AFTER_SPEAKING = frozenset("know me us wonder wondering ask asking say this clear".split())
_WISHES = Phrases(
    "i|we need|want|wanna",
    "i|we 'd|would|d like|love",
    "tell|show|advise|help me|us",
    "i|we wonder|wondering",
    "i|we 'm|am|was|m|are|were just| wondering|looking|after|trying",
    "looking for",
    "i|we do n't|nt know|understand",
    "i|we wish",
    "please",
)


def asking_spans(reading: Reading) -> list[WordSpan]:
    """Find the parts that ask.

    Args:
        reading: A query's reading.

    Returns:
        Spans of words, in order: all of a short query; of a longer one, the sentences that ask, from where the question
        or the order begins. When none asks outright, those with a wish; when there is none either, nothing.
    """
    if len(reading.words) <= SHORT_WORDS:
        return [(0, len(reading.words))] if reading.words else []
    found = [(_start(reading, span), span[1]) for span in reading.sentences if asks(reading, span)]
    return found or [
        (span[0] + first[0], span[1])
        for span in reading.sentences
        if (first := next(_WISHES.find(reading.words[slice(*span)]), None))
    ]


def asks(reading: Reading, span: WordSpan) -> bool:
    """Tell whether a sentence is a question or an order by its form."""
    words = reading.words[slice(*span)]
    return "?" in words or words[0] in _OPENERS or any(_orders(reading, here) for here in range(span[0] + 1, span[1]))


def _orders(reading: Reading, here: int) -> bool:
    """Tell where an order, or a question that is told of, begins inside a sentence."""
    word, before = reading.words[here], reading.words[here - 1]
    if word in QUESTION_WORDS:
        return before in _AFTER_SPEAKING or before == ":"
    return word in _ORDERS and before in _AFTER and reading.word(here + 1)[:1].isalnum()


def _start(reading: Reading, span: WordSpan) -> int:
    """Find where the question or order of a long sentence begins."""
    start, end = span
    first = start + (reading.words[start] == "please")
    if end - start <= SHORT_WORDS or reading.words[first] in _OPENERS:
        return start
    openers = [
        here
        for here in range(first + 1, end - 2)
        if _orders(reading, here) or (reading.words[here] in _OPENERS and reading.words[here - 1] in _AFTER)
    ]
    after_colon = [here for here in openers if reading.words[here - 1] == ":"]
    return next(iter(after_colon or openers), start)
