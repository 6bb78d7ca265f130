"""Prompts are files; here they are filled, and replies are freed of what isn't the wording.

A prompt's text is part of the arms' version. What users and documents said goes between fences that it can't contain,
and each prompt says that it is data.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_SLOT = re.compile(r"\{(\w+)\}")
_LABEL = re.compile(
    r"\s*(?:(?:the )?(?:new|rewritten|simplified|clarified|expanded|shorter|reworded)?\s*(?:question|query)"
    r"|paraphrase|rewrite|rewording)\s*:\s*",
    re.IGNORECASE,
)
_QUOTES = {'""', "“”", "``"}


@cache
def template(name: str) -> str:
    """Give a prompt with its slots.

    Args:
        name: The arm's.

    Returns:
        The file's text.
    """
    return files(__package__).joinpath(f"prompts/{name}.txt").read_text("utf-8")


def filled(name: str, **texts: str) -> str:
    """Fill a prompt. What looks like a slot inside a text stays as it is.

    Args:
        name: The arm's.
        **texts: What to put into the slots. `fence` is a line that none of them has.

    Returns:
        The prompt.
    """
    fence = "---"
    while any(fence in text for text in texts.values()):
        fence += "-"
    values = {**texts, "fence": fence}
    return _SLOT.sub(lambda slot: values[slot[1]], template(name))


def cleaned(reply: str, query: str) -> str:
    """Free a reply of labels, and of quotes around the whole.

    Args:
        reply: What the engine said.
        query: The query: what it begins with itself stays.

    Returns:
        The wording; empty when there is none.
    """
    text = reply.strip()
    label = _LABEL.match(text)
    if label is not None and not query.lstrip().lower().startswith(label[0].strip().lower()):
        text = text[label.end() :]
    if len(text) > 1 and text[0] + text[-1] in _QUOTES and text[0] != query.strip()[:1]:
        text = text[1:-1].strip()
    return text
