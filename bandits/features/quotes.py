"""What stands in quotation marks: it is talked about, and isn't the asker's own words."""

from __future__ import annotations

from riffler.bandits.features.reading import Reading

_CLOSING = {'"': '"', "``": "''", "`": "`", "“": "”", "«": "»", "„": "“"}


def unquoted(reading: Reading) -> tuple[str, ...]:
    """Give the words with those in quotation marks blanked.

    Args:
        reading: A reading.

    Returns:
        The words in lower case; an empty string in place of each word between two marks, and of the marks. A mark that
        is never closed quotes nothing.
    """
    words = list(reading.words)
    opened: dict[str, int] = {}
    for here, word in enumerate(reading.words):
        for closing in [closing for closing in opened if closing == word]:
            start = opened.pop(closing)
            words[start : here + 1] = [""] * (here + 1 - start)
            break
        else:
            if word in _CLOSING:
                opened.setdefault(_CLOSING[word], here)
    return tuple(words)
