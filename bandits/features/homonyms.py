"""Words with unrelated senses that nothing else in a short query settles."""

from __future__ import annotations

from collections.abc import Iterator

from riffler.bandits.features.lexicon import Sense, senses
from riffler.bandits.features.reading import Reading, WordSpan
from riffler.bandits.features.stretches import quoted

CLEAR = 0.75
"""A sense with such a share is taken without asking."""

MOST_WORDS = 2
"""So many other content words settle the sense of any word, also where no list knows how."""

_CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM"})
_NAMING = frozenset({"NOUN", "PROPN", "ADJ"})
_EMPTY_WORDS = frozenset(
    "be do get go have make need want like know tell show find give buy cost explain mean thing lot much"
    " many people please best good usual long big small old new draw help fact info information picture".split()
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
    open_words: dict[int, tuple[Sense, ...]] = {}
    for here in telling:
        groups = _by_hand(reading, here)
        if groups and groups[0].share < CLEAR and not any(near & group.words for group in groups):
            open_words[here] = groups
    for here, groups in open_words.items():
        others = [group.words for other, each in open_words.items() if other != here for group in each]
        # `Rust or Go` settle each other: both are languages.
        if not any(group.words & words for group in groups for words in others):
            yield here, here + 1


def _by_hand(reading: Reading, here: int) -> tuple[Sense, ...]:
    if reading.pos[here] not in _NAMING:
        return ()
    lemma = reading.lemmas[here]
    groups = senses(lemma, "NOUN") or senses(lemma, "PROPN")
    return tuple(group for group in groups if group.by_hand)
