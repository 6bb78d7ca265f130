"""What each sentence of a query does: it asks, it orders, it states, or it is a fragment.

Sentences are cut at their marks, because people who type queries leave marks out more often than they set wrong ones.
What is told and what is asked often stand in one sentence ("my cat is ill, what can I do"), so a question or an order
that begins after a comma or a conjunction is an act of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from riffler.bandits.features.reading import Reading
from riffler.bandits.words import DETERMINERS, FINITE_AUXILIARIES, NEGATIONS, ORDER_VERBS, SUBJECT_PRONOUNS

Kind = Literal["question", "order", "statement", "fragment"]

_CUTS = frozenset({".", "!", "?", "…", ";", ":", "—", "–", "...", "!!", "??", "!!!", "???", "?!", "!?"})
_JOINS = frozenset({",", "so", "and", "but", "or", "then", "now", "please", "pls", "anyway", "-", "(", "ok", "okay"})
_OPENERS = frozenset(
    "ah alright also and anyway anyways btw but cheers dear er erm finally first firstly great haha hello hey hi"
    " hiya hmm hullo just kindly listen look lol no now nope oh ok okay or perfect plain please pls plz quick"
    " quickly really right so sorry sure thanks thank then ugh uh um wait well wow yeah yep yes yo morning"
    " afternoon evening good".split()
)
_MARKS = frozenset(", - ( ) \" ' “ ” ‘ * # > [ ]".split())
_WH = frozenset("how what when where whereabouts which who whom whose why wich wat".split())
_FRONTED = frozenset({"about", "at", "by", "during", "for", "from", "in", "into", "of", "on", "since", "to", "with"})
_CONDITIONS = frozenset({"if", "since", "because", "given", "although", "though"})
_NOT_AFTER_DO = frozenset("it something somthing that the this so".split())
_LATE_WH = frozenset({"what", "how", "why", "where", "when"})
_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_SUBJECT_TAGS = frozenset({"DT", "PRP", "PRP$", "NN", "NNS", "NNP", "NNPS", "EX", "CD", "JJ", "JJS", "PDT", "WDT"})
_NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS", "PRP", "DT", "EX", "CD", "WP", "WDT"})


@dataclass(frozen=True, slots=True)
class Act:
    """A sentence, or the part of one that asks or orders.

    Attributes:
        kind: What it does by its form, whatever mark ends it.
        start: Its first word, after greetings and such.
        end: The position after its last word.
        asked: Whether a question mark ends it.
    """

    kind: Kind
    start: int
    end: int
    asked: bool


def acts(reading: Reading) -> tuple[Act, ...]:
    """Tell what the sentences of a query do.

    Args:
        reading: A reading with tags.

    Returns:
        The acts, in order. Greetings and other sentences without content are left out.
    """
    return tuple(act for start, end in _sentences(reading) for act in _acts(reading, start, end))


def _sentences(reading: Reading) -> Iterator[tuple[int, int]]:
    """Cut at the marks; the mark stands after the last word."""
    start = 0
    for here, word in enumerate(reading.words):
        if word in _CUTS:
            yield start, here
            start = here + 1
    yield start, len(reading.words)


def _acts(reading: Reading, start: int, end: int) -> Iterator[Act]:
    start = after_openers(reading, start, end)
    if start >= end:
        return
    asked = reading.word(end).startswith(("?", "!?"))
    kind = _kind(reading, start, end)
    for here in range(start + 1, end if kind != "question" else start):
        joined = reading.words[here - 1] in _JOINS or reading.words[start] in _CONDITIONS
        if joined and (late := _late(reading, here, end)):
            yield Act(kind, start, here, False)
            yield Act(late, here, end, asked)
            return
    yield Act(kind, start, end, asked)


def after_openers(reading: Reading, start: int, end: int) -> int:
    """Skip greetings, `please`, `and` and such, and marks.

    Args:
        reading: A reading.
        start: Where to begin.
        end: Where to stop.

    Returns:
        The first position that holds something else.
    """
    while start < end and (
        (reading.words[start] in _OPENERS and not (reading.words[start] == "now" and reading.word(start + 1) == "that"))
        or reading.words[start] in _MARKS
        or (reading.words[start] == "there" and reading.word(start - 1) in {"hello", "hey", "hi"})
    ):
        start += 1
    return start


def _kind(reading: Reading, here: int, end: int) -> Kind:
    if _asks(reading, here, end) or (reading.words[here] in FINITE_AUXILIARIES and reading.word(end).startswith("?")):
        return "question"
    if orders(reading, here):
        return "order"
    return "statement" if _states(reading, here, end) else "fragment"


def _asks(reading: Reading, here: int, end: int) -> bool:
    word = reading.words[here]
    if word in _FRONTED or (word == "at" and reading.word(here + 1) in {"least", "most"}):
        word = next((each for each in reading.words[here + 1 : min(here + 4, end)] if each in _WH), "")
        return bool(word) and word != "that" and not _is_free(reading, here + 1, end)
    if word in _WH:
        return not _is_free(reading, here, end)
    return inverts(reading, here)


def _is_free(reading: Reading, here: int, end: int) -> bool:
    """Tell the clause of "when I run it, ..." and "what I want is ..." from a question."""
    word, after = reading.words[here], reading.word(here + 1)
    if word not in {"when", "what", "where", "how"} or after not in SUBJECT_PRONOUNS:
        return False
    return word == "what" or "," in reading.words[here:end]


def inverts(reading: Reading, here: int) -> bool:
    """Tell whether an auxiliary with a subject after it begins here: "is it", "did the war".

    Args:
        reading: A reading.
        here: A position in it.

    Returns:
        Whether it does.
    """
    if reading.words[here] not in FINITE_AUXILIARIES:
        return False
    after = here + 1
    if reading.word(after) in NEGATIONS:
        after += 1
    if after >= len(reading.words):
        return False
    if reading.words[here] == "do" and reading.words[after] in _NOT_AFTER_DO:
        return any(tag == "VB" for tag in reading.tags[after + 1 : after + 8])
    return reading.words[after] in SUBJECT_PRONOUNS or reading.tags[after] in _SUBJECT_TAGS


def orders(reading: Reading, here: int) -> bool:
    """Tell whether an order begins here.

    Args:
        reading: A reading.
        here: A position in it, after what may stand before an order.

    Returns:
        Whether it does.
    """
    word, after = reading.words[here], reading.word(here + 1)
    if word in {"do", "dont", "never"} and (after in NEGATIONS or word == "never"):
        follows = here + (2 if after in NEGATIONS else 1)
        return follows < len(reading.words) and reading.tags[follows] in {"VB", "VBP"}
    if reading.word(here + 1) in {":", "-"}:
        return word in ORDER_VERBS and reading.tags[here] in {"VB", "VBP"}
    if word in ORDER_VERBS:
        return reading.tags[here] != "VBN" and (here + 1 >= len(reading.tags) or reading.tags[here + 1] not in _FINITE)
    return reading.tags[here] == "VB" and word not in FINITE_AUXILIARIES


def _late(reading: Reading, here: int, end: int) -> Kind | None:
    """Find a question or an order that begins inside a sentence; only what can be nothing else."""
    word, after = reading.words[here], reading.word(here + 1)
    if word in _JOINS or word in _OPENERS:
        return None
    asked, joined = reading.word(end).startswith("?"), reading.words[here - 1] in _JOINS
    if word in _LATE_WH and after not in SUBJECT_PRONOUNS and _inverts_soon(reading, here + 1, end):
        return "question"
    if word in {"what", "which", "who"} and asked and joined:
        return "question"
    if word in _FRONTED and after in {"what", "which"} and _inverts_soon(reading, here + 2, end):
        return "question"
    comma = reading.words[here - 1] == ","
    if word in FINITE_AUXILIARIES and joined and end - here > 2 + comma:  # less is a tag: ", does she"
        asks = after in SUBJECT_PRONOUNS or (after in DETERMINERS and comma and asked)
        return "question" if asks else None
    if word in ORDER_VERBS and reading.tags[here] in {"VB", "VBP"} and after in {"me", "us", "it", *DETERMINERS}:
        return "order" if not _shares_subject(reading, here) else None
    if reading.words[here - 1] in {"please", "pls"} and reading.tags[here] in {"VB", "VBP"}:
        return "order"
    return None


def _inverts_soon(reading: Reading, here: int, end: int) -> bool:
    return any(
        reading.words[each] in FINITE_AUXILIARIES
        and (reading.words[each] in {"is", "'s", "are"} or inverts(reading, each))
        for each in range(here, min(here + 4, end))
    )


def _shares_subject(reading: Reading, here: int) -> bool:
    """Tell "I read the note and send it" from "I read the note, so send it"."""
    return reading.words[here - 1] == "and" and any(
        word in SUBJECT_PRONOUNS for word in reading.words[max(0, here - 8) : here - 1]
    )


def _states(reading: Reading, here: int, end: int) -> bool:
    """Tell whether a subject and then a finite verb follow."""
    subject = False
    for each in range(here, end):
        if reading.tags[each] in _FINITE and subject:
            return True
        subject = subject or reading.tags[each] in _NOUNS
    return False
