"""Words that are a slip away from a common English word: one letter too many, too few, wrong, or two changed over."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from string import ascii_lowercase

from riffler.bandits.features.lexicon import zipf

_SHORTEST, _LONGEST = 4, 20
"""Shorter words have too many neighbours; longer ones are no common word."""
_COMMON_ZIPF, _VERY_COMMON_ZIPF = 3.5, 5.3
"""How often a word must be met for others to be taken for it; the second is for slips of four letters."""


@lru_cache(maxsize=4096)
def is_slip(word: str) -> bool:
    """Tell whether a word may be a misspelling of a common one (Damerau 1964, https://doi.org/10.1145/363958.363994).

    Args:
        word: In lower case, and in no list.

    Returns:
        Whether one slip leads to a common word. False for fewer than four letters.
    """
    least = _VERY_COMMON_ZIPF if len(word) == _SHORTEST else _COMMON_ZIPF
    return _SHORTEST <= len(word) <= _LONGEST and any(zipf(each) >= least for each in _neighbours(word))


def _neighbours(word: str) -> Iterator[str]:
    for here in range(len(word) + 1):
        before, after = word[:here], word[here:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after
            yield before + letter + after[1:]
