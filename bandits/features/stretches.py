"""Which words of a query ask, which tell how the question came up, and which stand in quotes.

The words that ask are found by how they begin: a question word, an auxiliary before its subject, an order, or a phrase
such as `I'd like to know`, at the beginning of a stretch between marks.
"""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import AUXILIARIES, QUESTION_WORDS, REQUEST_VERBS

_PARTS = frozenset(", ; : ( ) [ ] - -- — – … ... ! ? .".split())
_LEAD = frozenset(
    "actually also and anyway anyways basically but finally first hence hey however look now ok okay or"
    " please plz pls right so still then though thus well yes no".split()
)
_ASKED_WITH = frozenset("about at by for from in of on to under with within until till since".split())
_SUBJECTS = frozenset(
    "a an another any anybody anyone anything every everybody everyone he i it its many most my no nobody"
    " one our she some somebody someone that the their there these they this those u we you your".split()
)
_ORDERS = REQUEST_VERBS | frozenset(
    "add advise build choose come convert cut design find fix format give help imagine invent let make name"
    " order paraphrase pick plan prove put rank remove rename reply review say settle shorten simplify solve"
    " sort suggest turn use".split()
)
_WISHES = Phrases(
    "i 'd|would|will|'ll like|love|be to|curious|glad|happy hear|know|learn|see|find|understand|ask|get|have|",
    "i want|wanted|need|needed|wish|hope|have to ask|know|learn|understand|find|hear|get|",
    "i 'm|am|was|m|'ve|have been|just| wondering|wonder|asking|looking|trying|dying|curious",
    "im wondering|looking|trying|curious",
    "i wonder|wondered",
    "tell|show|help|give|let|remind|advise me|us",
    "my question is",
    "any idea|ideas|chance|advice|tips|suggestions",
    "how|what about",
)

_REASONS = frozenset({"as", "because", "cause", "cos", "since"})
"""`I'm asking because` says why, and not what."""

_OPEN = {'"': '"', "``": "''", "“": "”", "`": "`", "‘": "’", "«": "»", "„": "“"}
_LONGEST_QUOTE = 400


def quoted(reading: Reading) -> frozenset[int]:
    """Find the words between quotation marks: they are spoken of, and say nothing themselves.

    Args:
        reading: Any text's reading.

    Returns:
        Their positions, those of the marks too.
    """
    found: set[int] = set()
    begun, wanted = -1, ""
    for here, text in enumerate(reading.texts):
        if begun >= 0 and (text == wanted or here - begun > _LONGEST_QUOTE):
            if text == wanted:
                found.update(range(begun, here + 1))
            begun = -1
        elif begun < 0 and text in _OPEN:
            begun, wanted = here, _OPEN[text]
    return frozenset(found)


def stretches(reading: Reading) -> Iterator[WordSpan]:
    """Give the stretches of words between marks, without the words that only lead in (`so`, `but`, `please`)."""
    start = 0
    breaks = {first for first, _ in reading.sentences}
    for here in range(len(reading.words) + 1):
        if here == len(reading.words) or here in breaks or reading.words[here] in _PARTS:
            first = start
            while first < here and reading.words[first] in _LEAD:
                first += 1
            if first < here:
                yield first, here
            start = here + (here < len(reading.words) and reading.words[here] in _PARTS)


def asks(reading: Reading) -> list[WordSpan]:
    """Find the stretches that ask, each up to the next mark that parts.

    Args:
        reading: Any text's reading.

    Returns:
        Them in order; none for keywords and plain statements.
    """
    wishes = {start for start, end in _WISHES.find(reading.words) if reading.word(end) not in _REASONS}
    return [span for span in stretches(reading) if span[0] in wishes or _begins_to_ask(reading, span)]


def _begins_to_ask(reading: Reading, span: WordSpan) -> bool:
    here, end = span
    first, second = reading.words[here], reading.word(here + 1)
    if first in _ASKED_WITH:
        here, first, second = here + 1, second, reading.word(here + 2)
    if first in QUESTION_WORDS or first in _RUN_TOGETHER:
        # ", which we go to every week," tells.
        inside = reading.word(span[0] - 1) == ","
        tells = (first in _RELATIVE or second in {"i", "we"}) and second in _SUBJECTS
        return not tells and not (inside and reading.word(end) == ",")
    if first in AUXILIARIES:
        opens = reading.opens[span[0]] and reading.word(end) == "?"
        inverted = second in _SUBJECTS or second in {"n't", "nt"} or reading.word(here + 2) in _SUBJECTS
        return here == span[0] and (opens or inverted)
    return here == span[0] and first in _ORDERS and second not in {"", "of"}


_RUN_TOGETHER = frozenset("whats whos wheres hows whens wich wats".split())
_RELATIVE = frozenset("who which whom whose where when".split())
