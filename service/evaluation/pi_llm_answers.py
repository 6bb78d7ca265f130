r"""Reads an answer to PI-LLM as the source's parser does, so that a score means what it means there.

The rules were read in `core/pi_flow_upgrade.py` of github.com/zhuangziGiantfish/Unable-to-Forget (MIT; "Unable to
Forget", https://arxiv.org/abs/2506.08184); the code is ours:

- An answer that is empty, begins with `error`, says `error code`, or is short and says `error`, is none. The source
  leaves such a session out of its mean; here it is wrong, because a failure of the engine ends an evaluation anyway.
- Asterisks go, and backslashes but those of `\n`.
- Keys and values are one or two words, and a value ends where `. , ; :`, a line or the text ends. What is said twice
  counts as it was said last.
- Four forms are read; one further down this list wins over those before it: `key: value`, where the answer speaks of a
  current value at all; `key: the current value is value`; `the value of key is value`; `the current value of key is
  value`.
- A key counts in its very letters, a value without regard to case. A key that begins with `key` or `category` is read
  without that word, so it can't be right: there as here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SHORT = 680
"""Characters: a shorter answer that says `error` is the server's and not the model's."""
_ERROR = re.compile(r"\berror\b", re.IGNORECASE)
_LONG_SPACE = re.compile(r"(\s)(\s{4,})")

_LATEST = r"(?:most recent|final|last|latest|current|up-to-date|asked|queried|specified)"
_LATEST_SEEN = r"(?:most recent|final|last seen|last|latest|current|up-to-date|asked|queried|specified)"
_TERM = r"(?:\w+(?:\s+\w+)?)"
_KEY = rf"[\"'\[<]?({_TERM})[\"'\]>]?"
_IS = rf"\s+(?:is|was)(?:\s*:\s*)?\s+{_KEY}(?=\n|[,.;:]|$)"
_OF_KEY = rf"(?:value|word|term)?s?(?:\s+\w+)?\s+(?:with|for|of|to)?\s+(?:the )?(?:category|key)?\s*{_KEY}"
_SENTENCES = (
    re.compile(rf"(?<!\w){_KEY}\s*[:-]\s*(?:the)?\s*{_LATEST_SEEN}\s+(?:value|word|term)s?{_IS}", re.IGNORECASE),
    re.compile(rf"the\s*{_OF_KEY}{_IS}", re.IGNORECASE),
    re.compile(rf"{_LATEST}\s+{_OF_KEY}{_IS}", re.IGNORECASE),
)
_SPEAKS_OF_VALUES = re.compile(
    r"(?:most recent|final|last|latest|current|up-to-date|asked|queried)\s+(?:value|word|term)", re.IGNORECASE
)
_MARKS = r"['\"\[\]<>]*"
_WORDS = r"(\w+(?:[ \t]+\w+)?)"
_COLON = re.compile(rf"(?:[-,.;:\n]|^)\s*{_MARKS}{_WORDS}{_MARKS}\s*:\s*{_MARKS}{_WORDS}(?={_MARKS}\s*(?:\n|[,.;:]|$))")


def read_answer(text: str) -> dict[str, str]:
    """Read which value an answer gives to each key.

    Args:
        text: The answer.

    Returns:
        The values by key, as the answer writes both; empty for an answer that is none.
    """
    if not text or "error code" in text.lower() or text.startswith(("error", "Error")):
        return {}
    if len(text) < _SHORT and _ERROR.search(text):
        return {}
    text = re.sub(r"\\(?!n)", "", text).replace("*", "")
    # The patterns look at white space again from each of its characters: a model that only breaks lines at the end
    # would take minutes. Four characters of it mean the same to them as a hundred.
    text = _LONG_SPACE.sub(lambda run: run[1] + ("\n  " if "\n" in run[2] else "   "), text)
    found = dict(_COLON.findall(text)) if _SPEAKS_OF_VALUES.search(text) else {}
    for pattern in _SENTENCES:
        for key, value in pattern.findall(text):
            found[key.split("\n", 1)[0]] = value.split("\n", 1)[0]
    found.pop("key", None)
    return found


def score_answer(text: str, current: Mapping[str, str]) -> float:
    """Score an answer.

    Args:
        text: The answer.
        current: The current value of each key; at least one.

    Returns:
        The share of the keys whose current value is given, in [0, 1]. A missing key is wrong.
    """
    given = {key: value.strip().lower() for key, value in read_answer(text).items()}
    return sum(given.get(key) == value.strip().lower() for key, value in current.items()) / len(current)
