"""How often words are met, from wordfreq (Speer 2022), which the builder needs and the package doesn't."""

from __future__ import annotations

from collections.abc import Callable

WORDFREQ_MISSING = "the word lists need wordfreq, which riffler itself doesn't: pip install wordfreq==3.1.1"


class WordfreqMissing(RuntimeError):
    """wordfreq isn't installed."""


def zipf_values() -> dict[str, float]:
    """Load wordfreq's large English list.

    Returns:
        For each word in lower case, log10 of its frequency in a thousand million words: 3.0 is once in a million.

    Raises:
        WordfreqMissing: wordfreq isn't installed.
    """
    try:
        import wordfreq  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise WordfreqMissing(WORDFREQ_MISSING) from error
    values = wordfreq.get_frequency_dict("en", wordlist="large")
    return {word: round(wordfreq.freq_to_zipf(value), 2) for word, value in values.items()}


def lookup(values: dict[str, float]) -> Callable[[str], float]:
    """Make a function that gives a word's value, and 0 for an unknown word."""
    return lambda word: values.get(word, 0.0)
