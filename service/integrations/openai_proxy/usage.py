"""Usage of several calls of a model as that of one answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riffler.service.ports.engine import Usage


def usage_object(usage: Usage) -> dict[str, Any]:
    """Write a usage in OpenAI's shape.

    Args:
        usage: Tokens.

    Returns:
        A new dictionary.
    """
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def added(usages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add usages up, number by number, whatever fields a server has.

    Args:
        usages: As they came, in order.

    Returns:
        The sum; of one it is the very same.
    """
    total: dict[str, Any] = {}
    for usage in usages:
        for name, value in usage.items():
            before = total.get(name)
            if isinstance(value, Mapping):
                total[name] = added([before, value] if isinstance(before, Mapping) else [value])
            elif _is_number(value) and _is_number(before):
                total[name] = before + value
            elif before is None:
                total[name] = value
    return total


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
