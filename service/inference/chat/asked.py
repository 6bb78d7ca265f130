"""What a request allows, as far as an engine has to see to it that draws tokens itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from riffler.errors import EngineRejected
from riffler.service.inference.chat.forms.form import ToolForm
from riffler.service.inference.chat.tokenizer import ChatTokenizer
from riffler.service.ports.engine import EngineRequest, Sampling


def may_call(request: EngineRequest) -> bool:
    """Tell whether a reply may call a tool."""
    return bool(request.tools) and request.tool_choice != "none"


def offered_tools(request: EngineRequest) -> dict[str, Mapping[str, Any]]:
    """Give the schema of each tool's arguments, by its name."""
    functions = [tool.get("function", {}) for tool in request.tools]
    return {str(function.get("name")): function.get("parameters") or {} for function in functions}


def suppressed_tokens(tokenizer: ChatTokenizer, form: ToolForm | None, request: EngineRequest) -> list[int]:
    """Give the token that opens a call, where no call may come and the conversation would suggest one.

    Args:
        tokenizer: The model's.
        form: How it calls tools; None where that isn't known.
        request: What was asked.

    Returns:
        Ids that never come; often none.
    """
    suggested = bool(request.tools) or any(message.tool_calls for message in request.messages)
    if form is None or may_call(request) or not suggested:
        return []
    number = tokenizer.get_added_vocab().get(form.opener)
    return [] if number is None else [number]


def check_sampling(sampling: Sampling, where: str) -> None:
    """Refuse numbers that aren't possible.

    Args:
        sampling: What the request says.
        where: Who refuses, to start an error's text with.

    Raises:
        EngineRejected: A value isn't possible.
    """
    temperature, top_p, most = sampling.temperature, sampling.top_p, sampling.max_tokens
    checks = (
        ("temperature", temperature, "at least 0", temperature is None or 0 <= temperature < math.inf),
        ("top_p", top_p, "above 0 and at most 1", top_p is None or 0 < top_p <= 1),
        ("max_tokens", most, "at least 1", most is None or most >= 1),
    )
    for name, value, expected, holds in checks:
        if not holds:
            raise EngineRejected(f"{where}: {name}: expected {expected}, got {value!r}")
