"""What an agent's model call asks of a turn: its conversation and its tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain.agents.middleware.types import ModelRequest
from langchain.agents.structured_output import AutoStrategy, ProviderStrategy, ToolStrategy
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, SystemMessage
from langchain_core.utils.function_calling import convert_to_openai_tool

from riffler.errors import InvalidMessage
from riffler.service.integrations.langchain.messages import langchain_of, openai_of
from riffler.service.integrations.openai_proxy.asked import ALIAS, Asked
from riffler.service.ports.engine import EngineRequest

WINDOW_TOKENS = 32_768
"""Of a model that tells nothing of its window."""


def model_name(model: BaseChatModel) -> str:
    """Name a model, as policies tell models apart.

    Args:
        model: The model.

    Returns:
        Its provider's name for it; its class's where it has none.
    """
    named = (getattr(model, name, None) for name in ("model_name", "model", "model_id"))
    return next((name for name in named if isinstance(name, str) and name), type(model).__name__)


def window_of(model: BaseChatModel) -> int:
    """Tell a model's window.

    Args:
        model: The model.

    Returns:
        Tokens of what it may read, as LangChain knows it.
    """
    profile = getattr(model, "profile", None)
    known = profile.get("max_input_tokens") if isinstance(profile, Mapping) else None
    return known if isinstance(known, int) and known > 0 else WINDOW_TOKENS


def conversation_of(request: ModelRequest[Any]) -> list[BaseMessage]:
    """Give all that the model is to see.

    Args:
        request: The model call.

    Returns:
        The system message, where there is one, and the messages.
    """
    return [*([request.system_message] if request.system_message else []), *request.messages]


def asked_of(request: ModelRequest[Any], session: str) -> Asked | None:
    """Write a model call as a chat request.

    Args:
        request: The model call.
        session: The session's name; empty where the conversation has none.

    Returns:
        The request; None for messages that have no place in a conversation.
    """
    try:
        messages = [openai_of(message) for message in conversation_of(request)]
    except InvalidMessage:
        return None
    body: dict[str, Any] = {"model": ALIAS, "messages": messages, "tools": _theirs(request)}
    if request.tool_choice is not None:
        body["tool_choice"] = request.tool_choice
    return Asked(body, session)


def with_view(request: ModelRequest[Any], view: EngineRequest, ours: frozenset[str]) -> ModelRequest[Any]:
    """Make the model call that a turn asks for.

    Args:
        request: The agent's.
        view: The turn's.
        ours: Names of Riffler's tools.

    Returns:
        The agent's call with the view's messages, and Riffler's tools beside the agent's.
    """
    messages = langchain_of(view.messages, conversation_of(request))
    system: SystemMessage | None = None
    if messages and isinstance(messages[0], SystemMessage) and request.system_message:
        system = messages.pop(0)  # type: ignore[assignment] # it is one
    tools = [*request.tools, *offered(view, ours)]
    return request.override(messages=messages, system_message=system, tools=tools)  # type: ignore[arg-type] # any message


def offered(view: EngineRequest, ours: frozenset[str]) -> list[dict[str, Any]]:
    """Give those of Riffler's tools that a call offers.

    Args:
        view: The turn's request.
        ours: Names of Riffler's tools.

    Returns:
        Their schemas.
    """
    return [tool for tool in view.tools if view.client is not None and tool["function"]["name"] in ours]


def _theirs(request: ModelRequest[Any]) -> list[dict[str, Any]]:
    """Give the schemas of the agent's own functions; a tool that its provider runs is no function."""
    tools: Sequence[Any] = request.tools
    written = [tool if isinstance(tool, dict) else convert_to_openai_tool(tool) for tool in tools]
    functions = [tool for tool in written if tool.get("type") == "function" and "function" in tool]
    return functions + _structured(request.response_format)


def _structured(wanted: object) -> list[dict[str, Any]]:
    """Give the functions by whose call an agent takes a structured answer, where it may do so."""
    if wanted is None or isinstance(wanted, ProviderStrategy):
        return []
    if isinstance(wanted, AutoStrategy):
        wanted = wanted.schema
    strategy: ToolStrategy[Any] = wanted if isinstance(wanted, ToolStrategy) else ToolStrategy(wanted)  # type: ignore[arg-type] # whatever it takes
    return [
        {"type": "function", "function": {"name": spec.name, "parameters": spec.json_schema}}
        for spec in strategy.schema_specs
    ]
