"""Words with unrelated senses that nothing else in a short query settles."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.lexicon import senses
from riffler.bandits.features.reading import Reading, WordSpan
from riffler.bandits.features.stretches import quoted

CLEAR = 0.75
"""A sense with such a share is taken without asking."""

MOST_WORDS = 2
"""So many other content words settle the sense of any word, also where no list knows how."""

_CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM"})
_EMPTY_WORDS = frozenset(
    "be do get go have make need want like know tell show find give buy cost explain mean thing lot much many people please"
    " best good usual long big small old new draw help fact info information picture".split()
)


def unsettled(reading: Reading) -> Iterator[WordSpan]:
    """Find words whose sense stays open.

    Args:
        reading: A reading with parts of speech.

    Yields:
        Each such word.
    """
    spoken_of = quoted(reading)
    content = [here for here, pos in enumerate(reading.pos) if pos in _CONTENT and here not in spoken_of]
    telling = [here for here in content if reading.lemmas[here] not in _EMPTY_WORDS]
    if len(telling) > MOST_WORDS:
        return
    near = {reading.lemmas[here] for here in content} | {reading.words[here] for here in content}
    for here in telling:
        lemma = reading.lemmas[here]
        groups = senses(lemma, "NOUN") or senses(lemma, "PROPN") if reading.pos[here] != "VERB" else ()
        hand = [group for group in groups if group.by_hand]
        if hand and hand[0].share < CLEAR and not any((near - {lemma}) & group.words for group in hand):
            yield here, here + 1
