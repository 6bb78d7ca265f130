"""Counting tokens: one small interface, and an estimate that needs no model.

The count that matters is the served model's. An engine that knows its tokenizer gives a `TokenCounter` of its own. One
that doesn't, and whose server reports what a prompt had, gets `LearnedTokens` (see `counting`); all others use
`EstimatedTokens`.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from riffler.tools.counting.learned import LearnedTokens
from riffler.tools.messages import Message

MESSAGE_OVERHEAD_TOKENS = 4
"""Role and separators of one message, as chat templates of the usual models add them (three to five)."""

MOST_COUNTERS = 2
"""So many counters' counts of a message are kept, the newest ones: a turn uses one, and another turn maybe the next."""


class TokenCounter(Protocol):
    """Counts the tokens of a text. The same text has the same count as long as the counter lives."""

    def count(self, text: str) -> int:
        """Count the tokens of a text.

        Args:
            text: Any text.

        Returns:
            The number of tokens, zero only for the empty text.
        """
        ...


@runtime_checkable
class ToolsCounter(Protocol):
    """A counter that also knows how its model is told of tools, which may take more or less than their JSON."""

    def count_tools(self, schemas: Sequence[dict[str, object]]) -> int:
        """Count what tools cost in a request.

        Args:
            schemas: The tools' schemas in OpenAI's shape.

        Returns:
            The number of tokens.
        """
        ...


_LETTERS = string.ascii_letters.encode()
_DIGITS = string.digits.encode()
_SPACES = b" "
_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U0001f000-\U0001faff\U00020000-\U0003ffff]"
)


class EstimatedTokens:
    """Estimates tokens from the script of the characters, in one pass, without a model.

    Weights, in tokens a character: ASCII letters 0.22, digits 0.40, spaces 0.03, other ASCII 0.55; wide characters
    (Chinese, Japanese, Korean, emoji) 0.9; any other letter 0.5. They are rounded from common byte-pair vocabularies of
    100K to 150K entries; a count for a particular model can be off by a fifth, more for rare scripts.
    """

    def count(self, text: str) -> int:
        """Estimate the tokens of a text.

        Args:
            text: Any text.

        Returns:
            The estimate, rounded up.
        """
        if text.isascii():
            return _ceil(_ascii_weight(text.encode()))
        wide = len(_WIDE.findall(text))
        plain = text.encode("ascii", "ignore")
        return _ceil(_ascii_weight(plain) + 0.9 * wide + 0.5 * (len(text) - len(plain) - wide))


def _ascii_weight(data: bytes) -> float:
    letters = len(data) - len(data.translate(None, _LETTERS))
    digits = len(data) - len(data.translate(None, _DIGITS))
    spaces = data.count(_SPACES)
    return 0.22 * letters + 0.40 * digits + 0.03 * spaces + 0.55 * (len(data) - letters - digits - spaces)


def _ceil(weight: float) -> int:
    return int(weight) + (weight > int(weight))


def count_message(message: Message, counter: TokenCounter) -> int:
    """Count a message with its tool calls and the overhead of its role.

    Args:
        message: The message. Parts that are no text count nothing.
        counter: Counts texts.

    Returns:
        The number of tokens.
    """
    counts = message.counts
    known = counts.get(counter)
    if known is None:
        known = _counted(message, counter)
        for old in list(counts)[: len(counts) + 1 - MOST_COUNTERS]:
            counts.pop(old, None)  # another thread may have been first
        counts[counter] = known
    return known


def _counted(message: Message, counter: TokenCounter) -> int:
    if isinstance(counter, LearnedTokens):
        return counter.count_message(message.features)
    calls = sum(counter.count(call.name) + counter.count(call.arguments) for call in message.tool_calls)
    return MESSAGE_OVERHEAD_TOKENS + calls + sum(counter.count(text) for text in message.texts)


def count_schemas(schemas: tuple[dict[str, object], ...], counter: TokenCounter) -> int:
    """Count what the offered tools cost in a request.

    Args:
        schemas: The tools' schemas in OpenAI's shape.
        counter: Counts texts.

    Returns:
        The number of tokens: of what the counter's model is told of them, or of their JSON where it doesn't know.
    """
    if isinstance(counter, ToolsCounter):
        return counter.count_tools(schemas)
    count = counter.count_schema if isinstance(counter, LearnedTokens) else counter.count
    return sum(count(json.dumps(schema)) for schema in schemas)


def count_request(counter: TokenCounter) -> int:
    """Count what a request costs beside its messages and tools, as far as that was learned.

    Args:
        counter: Counts texts.

    Returns:
        The number of tokens; 0 where it isn't known.
    """
    return counter.request_tokens if isinstance(counter, LearnedTokens) else 0
