"""Whether a question has the same answer whoever asks it: then nothing that is told around it can narrow the answer.

`How many strings does a violin have?` has; `can a landlord enter a flat?` hasn't, for it depends on where one lives,
nor has anything about `me`, `it` or what is `good`.
"""

from __future__ import annotations

from riffler.bandits.features.lexicon import senses
from riffler.bandits.features.phrases import Phrases
from riffler.bandits.features.reading import Reading
from riffler.bandits.features.stretches import quoted
from riffler.bandits.syntax import OBJECTS, SUBJECTS
from riffler.bandits.words import QUESTION_WORDS

_FRAMES = Phrases(
    "so|but|and|anyway|now|well|please|pls|then|okay|ok",
    ",",
    "can|could|will|would you|u please|pls|kindly| tell|remind me|us",
    "please|pls tell|remind me|us",
    "tell|remind me|us",
    "i 'd|would really| like|love to know",
    "i want|need to know",
    "i 'm|am|was just| wondering",
    "i wonder",
)
_POINTS = frozenset(
    "i me my mine we us our ours you your u ur he him his she her hers it its they them their theirs this these those"
    " here such former latter other another else too also again instead".split()
)
_DEPENDS = frozenset(
    "good better best worst safe safely ideal nice nicest cheap cheapest healthy healthier dangerous legal illegal"
    " allowed permitted normal ok okay fine worth rude cruel easy hard possible should must ought need needs may might"
    " could would law laws legally tax taxes rent landlord tenant visa licence license holiday price prices cost wage"
    " school benefit benefits insurance pension deadline today now currently tomorrow tonight near nearest local open"
    " dose dosage treatment symptoms recommend suggest advice idea ideas".split()
)
_WORDED = frozenset("say spell pronounce call write translate conjugate".split())
"""What is asked of a language: `how do you spell it`."""
_ORDERS = frozenset("convert define spell calculate compute solve translate factorise factorize".split())
_ASKED = frozenset("am are did do does had has have is was were 's".split())
_ASKING = frozenset("which what how many much whose".split())
_ONLY_ONE = frozenset("alphabet body earth internet language moon sea sky sun system table universe world".split())
"""What there is one of: the solar system, the human body, the periodic table."""
_ACTS = frozenset("approach way method option solution fix plan tool step thing".split())
_BEFORE_WH = frozenset("at by from in of on to".split())
_NOUNS = frozenset({"NN", "NNS"})
_CONTENT = frozenset({"NOUN", "PROPN", "NUM", "ADJ", "VERB"})


def answered_alike(reading: Reading, start: int, end: int) -> bool:
    """Tell whether a question has one answer for all.

    Args:
        reading: The query's reading, with tags.
        start: Where the question begins.
        end: After its last word.

    Returns:
        Whether it is sure to have.
    """
    start = _after_frames(reading, start, end)
    if start >= end or not _has_form(reading, start, end):
        return False
    spoken_of = quoted(reading)
    own = [here for here in range(start, end) if here not in spoken_of]
    if any(_points(reading, here) or reading.words[here] in _DEPENDS for here in own):
        return False
    content = [
        here for here in range(start, end) if reading.pos[here] in _CONTENT and reading.words[here] not in _ASKED
    ]
    if len(content) == 1 and senses(reading.lemmas[content[0]], "NOUN"):  # what is told may say which sense is meant
        return False
    return bool(spoken_of.intersection(range(start, end))) or _is_anchored(reading, start, end)


def _after_frames(reading: Reading, start: int, end: int) -> int:
    """Pass over what leads up to the question: `but could you please tell me, ...`."""
    begun = -1
    while begun != start:
        begun = start
        words = reading.words[start : min(end, start + 8)]
        start += next((after for first, after in _FRAMES.find(words) if not first), 0)
    return start


def _has_form(reading: Reading, start: int, end: int) -> bool:
    first, second = reading.words[start], reading.word(start + 1)
    if first in _ORDERS or (first == "find" and "of" in reading.words[start:end]):
        return True
    if first in _BEFORE_WH:
        return second in {"what", "which"}
    if first == "how" and second in {"to", "can", "could", "would"}:
        return False
    return first in QUESTION_WORDS | _ASKED | {"whether"}


def _points(reading: Reading, here: int) -> bool:
    """Tell whether a word means the asker, or what was said before."""
    word, before, after = reading.word(here), reading.word(here - 1), reading.word(here + 1)
    if word == "there":
        return reading.tags[here] != "EX" and before not in _ASKED
    if word == "its":
        return after != "own"
    if word == "i" and after == "mean":
        return False
    if word == "you":  # how do you spell
        return after not in _WORDED
    if word == "it":  # is it "different to" or
        return after not in {'"', "“", "``"}
    if word in {"me", "us"}:
        return before not in {"find", "give", "tell"}
    if word == "that":
        return reading.tags[here] == "DT"
    if word == "the":
        return _is_bare(reading, here + 1)
    return word in _POINTS


def _is_bare(reading: Reading, here: int) -> bool:
    """Tell whether a noun with `the`, of which something is said, has nothing else: `was the club founded?`."""
    tree = reading.tree
    if tree is None or reading.pos[here : here + 1] != ("NOUN",):
        return False
    others = [child for child in tree.children[here] if tree.deps[child] not in {"det", "punct"}]
    return tree.deps[here] in SUBJECTS | OBJECTS and not others


def _is_anchored(reading: Reading, start: int, end: int) -> bool:
    """Tell whether a question names what it is about: a name, a number, a kind of thing (`a violin`, `whales`)."""
    # "Which villages fit?" and "what is the fastest way?" only make sense with what is told. After a superlative a kind
    # of thing may be a limit.
    if any(reading.pos[here] in {"PROPN", "NUM"} for here in range(start, end)):
        return True
    if any(reading.tags[here] in {"JJR", "RBR"} for here in range(start, end)):
        return False
    ranked = any(reading.tags[here] in {"JJS", "RBS"} for here in range(start, end))
    return any(_is_kind(reading, here, ranked=ranked) for here in range(start + 1, end) if reading.tags[here] in _NOUNS)


def _is_kind(reading: Reading, here: int, *, ranked: bool) -> bool:
    children = reading.tree.children[here] if reading.tree is not None else ()
    before = {reading.words[child] for child in children if child < here}
    if not before.isdisjoint(_ASKING) or reading.words[here] in _ACTS:
        return False
    return reading.lemmas[here] in _ONLY_ONE if "the" in before else not ranked
