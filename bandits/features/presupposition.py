"""Presupposition: what a query takes for true without asking for it, found by the words that mark it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from riffler.bandits.features.acts import Act, acts
from riffler.bandits.features.base import Property
from riffler.bandits.features.mismatch import is_bare_noun
from riffler.bandits.features.phrases import Phrases, WordSpan
from riffler.bandits.features.quotes import unquoted
from riffler.bandits.features.reading import Reading
from riffler.bandits.words import BE_FORMS, FINITE_AUXILIARIES, NEGATIONS, SUBJECT_PRONOUNS

# Wherever they stand, these take what goes with them for true.
_ALWAYS = Phrases(
    "since when",
    "no longer",
    "not|n't|nt any longer|more",
    "anymore",
    "any more",
    "once more",
    "yet again",
    "resume|resumes|resumed|resuming",
    "continue|continues|continued|continuing to",
    "manage|manages|managed|managing to",
    "succeed|succeeds|succeeded|succeeding in",
    "forget|forgets|forgot|forgotten|forgetting to",
    "fail|fails|failed|failing to",
    "neglect|neglects|neglected to",
    "bother|bothers|bothered to",
    "regret|regrets|regretted",
    "realise|realises|realised|realising|realize|realizes|realized|realizing",
    "aware|unaware that|of",
    "find|finds|found out that|why|how|about",
    "discover|discovers|discovered|notice|notices|noticed|admit|admits|admitted|learn|learned|learnt that",
    "did you|u know|kno that",
    "odd|strange|weird|surprising|surprised|amazing|funny|sad|ironic|remarkable|shocked|shocking|disappointing|glad"
    "|sorry|ashamed|annoying|curious|interesting|unfair|shame|pity|incredible that",
    "the|due|to fact that",
    "the fact|facts that",
    "given|seeing|considering that",
    "even though",
    "now that",
    "the reason that|why",
    "it took so|until",
    "come back|return to",
)
_GERUND_VERBS = frozenset(
    "stop stops stopped quit quits quitting cease ceases ceased keep keeps kept keeping continue continues"
    " continued stopping finish finished".split()
)
_KEEPING = frozenset("keep keeps kept keeping".split())
_GIVING = frozenset("give gives gave given giving".split())
_CLEFT_VERBS = frozenset({"was", "is", "were", "'s", "s"})
_OFFERING = frozenset({"can", "could", "do", "need", "should", "would"})
_ANY = frozenset({"any", "anybody", "anyone", "ever", "other"})
_FRAMES = frozenset("although considering despite even given if in now seeing since though".split())
_STILL_NOUNS = frozenset("image images life lifes lives photo photos water waters frame".split())
_STILL_VERBS = frozenset({"hold", "keep", "sit", "stand", "stay"})
_BUS = frozenset({"bus", "full", "pit", "tram"})
_NO_GERUNDS = frozenset(
    "anything ceiling during evening everything king morning nothing something spring string thing wedding wing".split()
)
_WISHES = Phrases("but i 'd|would|want|need|'m|m|d|was|am")
_FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_EXCEPT = Phrases("apart|aside from", "other than", "besides", "except|but for", "except", "beside")


def _presupposition(reading: Reading) -> Iterator[WordSpan]:
    words = unquoted(reading)
    done = acts(reading)
    told = _told(words, done)
    for start, end in _ALWAYS.find(words):
        if not told[start]:
            yield start, end
    for here, word in enumerate(words):
        if not told[here] and (end := _marker_end(reading, here, word)):
            yield here, end
    for act, follows in pairwise((*done, None)):
        if act and (act.kind == "question" or (follows and follows.kind == "question" and _is_frame(words, act))):
            yield from _in_question(reading, words, act)


def _marker_end(reading: Reading, here: int, word: str) -> int:
    """Find the end of what marks a presupposition from here on; 0 if nothing does."""
    after = reading.word(here + 1)
    if word in _GERUND_VERBS:
        return _changes(reading, here)
    if word == "it":
        return _cleft(reading, here)
    if word == "how" and after == "come":
        return here + 2 if not reading.ends(here + 2) else 0
    if word in _GIVING and after == "up":
        return here + 2 if not reading.ends(here + 2) else 0
    fires = (word == "why" and _why_takes_clause(reading, here)) or (
        word in {"again", "still"} and _is_repeated(reading, here)
    )
    return here + 1 if fires else 0


def _told(words: tuple[str, ...], done: tuple[Act, ...]) -> list[bool]:
    """Mark what is only the story before a question: people tell much there that the answer doesn't rest on."""
    asking = [act for act in done if act.kind in {"question", "order"} or _is_frame(words, act)]
    if all(_is_frame(words, act) for act in asking):
        wish = max((start for start, _ in _WISHES.find(words)), default=0)
        return [here < wish for here in range(len(words))]
    told = [True] * len(words)
    for act in asking:
        told[act.start : act.end] = [False] * (act.end - act.start)
    return told


def _is_frame(words: tuple[str, ...], act: Act) -> bool:
    """Tell a claim that stands before a question and is its frame: "given that water expands, can a pipe burst?"."""
    return words[act.start] in _FRAMES


def _why_takes_clause(reading: Reading, why: int) -> bool:
    """Tell "why did it fall" from "why not", "why bother", "why don't you help" and "why is the number of stars?"."""
    after = reading.word(why + 1)
    if after in BE_FORMS and is_bare_noun(reading, why + 2):
        return False
    if after in FINITE_AUXILIARIES:
        if reading.word(why + 2) in NEGATIONS:
            return reading.word(why + 3) not in {"you", "we", "u", ""}
        return why + 3 < len(reading.words) and not reading.ends(why + 2)
    if after in {"not", "bother", "me", "to"}:
        return False
    return why + 3 <= len(reading.words) and not reading.ends(why + 2)


def _is_repeated(reading: Reading, here: int) -> bool:
    """Tell "he won again" and "she still sings" from "again and again", "still life" and "sit still"."""
    before, after = reading.word(here - 1), reading.word(here + 1)
    if reading.words[here] == "again":
        return "and" not in {before, after}
    return after not in _STILL_NOUNS and before not in _STILL_VERBS


def _changes(reading: Reading, here: int) -> int:
    """Find what goes on or ends: "stop smoking", "keeps asking", "stop my cat from scratching"; 0 if nothing does."""
    word = reading.words[here]
    if (
        reading.tags[here] in {"NN", "NNS"}
        and reading.word(here + 1) not in {"from"}
        and not _is_gerund(reading, here + 1)
    ):
        return 0
    follows = here + 1 + (reading.word(here + 1) in {"on", "me", "him", "her", "us", "them"})
    if _is_gerund(reading, follows):
        return follows + 1
    if word in _KEEPING:
        return 0
    for each in range(here + 1, min(here + 7, len(reading.words) - 1)):
        if reading.words[each] == "from" and _is_gerund(reading, each + 1):
            return each + 2
    return here + 1 if reading.ends(here + 1) and not word.endswith("ing") and reading.word(here - 1) not in _BUS else 0


def _is_gerund(reading: Reading, here: int) -> bool:
    word = reading.word(here)
    return len(word) > 4 and word.endswith("ing") and word not in _NO_GERUNDS


def _cleft(reading: Reading, it: int) -> int:
    """Find "it was Tolstoy who"; 0 if it isn't one."""
    here = it + 1
    if reading.word(it - 1) not in _CLEFT_VERBS:
        if reading.word(here) not in _CLEFT_VERBS:
            return 0
        here += 1
        here += reading.word(here) in NEGATIONS
    for each in range(here + 1, min(here + 7, len(reading.words))):
        if reading.words[each] in {"who", "whom"} and reading.pos[each - 1] in {"NOUN", "PROPN", "PRON"}:
            return each + 1
        if reading.words[each] in {",", "."}:
            break
    return 0


def _in_question(reading: Reading, words: tuple[str, ...], act: Act) -> Iterator[WordSpan]:
    """Find what only marks a presupposition where something is asked: frames, `else`, and exceptions."""
    inside = words[act.start : act.end]
    offers = inside[0] in {"is", "are", "anything"} or not _OFFERING.isdisjoint(inside)
    for here in range(act.start, act.end):
        word = words[here]
        if (
            (word == "else" and not offers)  # "what else can I use" wants more, "who else came" knows of some
            or (word in {"despite", "although", "though"} and here + 2 < act.end and words[here - 1] != "even")
            or (word == "since" and _has_subject(reading, here + 1, act.end))
        ):
            yield here, here + 1
    if inside[0] in FINITE_AUXILIARIES and not _ANY.isdisjoint(inside):
        for start, end in _EXCEPT.find(inside):
            yield act.start + start, act.start + end


def _has_subject(reading: Reading, here: int, end: int) -> bool:
    """Tell "since you moved" from "since 1990"."""
    return any(tag in _FINITE for tag in reading.tags[here + 1 : min(here + 6, end)]) and (
        reading.words[here] in SUBJECT_PRONOUNS or reading.pos[here] in {"DET", "NOUN", "PROPN", "PRON"}
    )


PRESUPPOSITION = Property("presupposition", _presupposition, needs="tags")
