"""What a client asks, read from a chat request; and whether Riffler can do something with it.

Source of the fields: OpenAI, "Create chat completion", https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from riffler.errors import InvalidInput, InvalidMessage
from riffler.service.agent.beside import Beside
from riffler.service.ports.engine import Sampling
from riffler.service.ports.session_names import SESSION_NAME, SESSION_NAME_WORDS, fitting_name
from riffler.tools.messages import Message, read_messages

ALIAS: Final = "riffler"
"""A name for whichever model the settings name."""
MOST_MESSAGES: Final = 10_000
"""Of a request: as many as one to Riffler's own API may bring."""
_OURS: Final = frozenset({"model", "messages", "tools", "stream"})
"""What goes to the engine by other ways than as a field."""
_NAME: Final = "riffler_session"
"""Where in `metadata` a client may name the session."""
_THEIR_NAME: Final = "session_id"
"""The same, which apps have for ends of their own, too."""
_SAID_NOTHING: Final[Mapping[str, tuple[object, ...]]] = MappingProxyType(
    {
        "n": (1,),
        "logprobs": (False,),
        "response_format": ({"type": "text"},),
        "tool_choice": ("auto",),
        "frequency_penalty": (0,),
        "presence_penalty": (0,),
    }
)
"""What asks for nothing, by field."""
_SAMPLING: Final = frozenset({"temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "stop"})
_ABOUT: Final = frozenset(
    {"user", "metadata", "store", "service_tier", "stream_options", "parallel_tool_calls", "safety_identifier"}
    | {"prompt_cache_key", "prompt_cache_retention"}
)
"""Fields that change nothing in what a model says."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A chat request.

    Attributes:
        body: As it came.
        named: The name that the client has for the conversation; empty when it has none.
        off: Whether the client wants nothing of Riffler.
        shows: Whether the client wants to see what is done inside.
    """

    body: Mapping[str, Any] = field(repr=False)
    named: str = ""
    off: bool = False
    shows: bool = False

    @property
    def stream(self) -> bool:
        """Whether chunks are wanted."""
        return bool(self.body.get("stream"))

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with its usage."""
        options = self.body.get("stream_options")
        return bool(isinstance(options, dict) and options.get("include_usage"))

    @property
    def model(self) -> str:
        """The model that is asked for."""
        return str(self.body["model"])

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The client's own tools."""
        tools: list[dict[str, Any]] = self.body.get("tools") or []
        return tools


def read(body: Mapping[str, Any], named: str | None, *, off: bool = False, shows: bool = False) -> Asked:
    """Read a request.

    Args:
        body: Its decoded body.
        named: The name that the client has for the conversation, where it doesn't stand in the body.
        off: Whether the client wants nothing of Riffler.
        shows: Whether the client wants to see what is done inside.

    Returns:
        The request; its messages aren't checked.

    Raises:
        InvalidInput: What every request has isn't there, or a name is none that a session may have.
    """
    model, messages, metadata = body.get("model"), body.get("messages"), body.get("metadata")
    if not isinstance(model, str) or not model:
        raise InvalidInput("model: expected the name of a model")
    if not isinstance(messages, list) or not messages:
        raise InvalidInput("messages: expected a list of at least one message")
    if len(messages) > MOST_MESSAGES:
        raise InvalidInput(f"messages: expected at most {MOST_MESSAGES}, got {len(messages)}")
    wrong = next((at for at, each in enumerate(messages) if not isinstance(each, dict)), None)
    if wrong is not None:
        raise InvalidInput(f"messages[{wrong}]: expected an object")
    if not isinstance(body.get("stream"), bool | None):
        raise InvalidInput("stream: expected true or false")
    if off:
        return Asked(body, "", off, shows)
    if not named and isinstance(metadata, dict):
        named = _name_in(metadata)
    if named and re.fullmatch(SESSION_NAME, named) is None:
        raise InvalidInput(f"session: expected a name of {SESSION_NAME_WORDS}")
    return Asked(body, named or "", off, shows)


def _name_in(metadata: Mapping[str, Any]) -> str:
    ours, theirs = metadata.get(_NAME), metadata.get(_THEIR_NAME)
    if isinstance(ours, str):
        return ours
    # an app's own, which a server of this API takes whatever it is
    return fitting_name(theirs, "id") if isinstance(theirs, str) and theirs else ""


def messages_of(asked: Asked) -> tuple[Message, ...] | None:
    """Check a request's messages.

    Args:
        asked: The request.

    Returns:
        The messages; None when a session can't keep them.
    """
    try:
        return read_messages(asked.body["messages"])
    except InvalidMessage:
        return None


def straight(asked: Asked, model: str) -> str:
    """Tell why a request is none that Riffler can do anything with.

    Args:
        asked: The request.
        model: The model that Riffler has sessions, decisions and a window for.

    Returns:
        The field that is the reason; empty when there is none.
    """
    body = asked.body
    if asked.model not in {ALIAS, model}:
        return "model"
    if not _asks_nothing("n", body.get("n")):
        return "n"
    old = next((name for name in ("functions", "function_call") if body.get(name)), "")
    if old:
        return old
    return "" if has_functions_only(asked) else "tools"


def has_functions_only(asked: Asked) -> bool:
    """Tell whether all of a request's tools are functions.

    Args:
        asked: The request.

    Returns:
        Whether they are; so it is where there is none.
    """
    tools = asked.body.get("tools")
    return tools is None or (isinstance(tools, list) and all(map(_is_function, tools)))


def beside_of(asked: Asked, ours: frozenset[str]) -> Beside:
    """Give what a request brings beside its messages.

    Args:
        asked: The request.
        ours: Names of Riffler's tools.

    Returns:
        Its tools and fields. Riffler's tools aren't offered where the client says what is to be called, or has a tool
        of the same name.
    """
    body = asked.body
    theirs = {tool["function"]["name"] for tool in asked.tools}
    offers = bool(ours) and not theirs & ours and _asks_nothing("tool_choice", body.get("tool_choice"))
    fields = {name: value for name, value in body.items() if name not in _OURS}
    if offers and not asked.tools:
        fields.pop("tool_choice", None)  # else it would stand over that of Riffler's own tools
    return Beside(asked.tools, fields, _sampling(body), offers)


def ignored(asked: Asked) -> list[str]:
    """Name the fields that a model which runs in this process can do nothing with.

    Args:
        asked: The request.

    Returns:
        Their names, in the order in which they came.
    """
    known = _OURS | _SAMPLING | _ABOUT
    return [name for name, value in asked.body.items() if name not in known and not _asks_nothing(name, value)]


def _asks_nothing(name: str, value: object) -> bool:
    return value is None or value in _SAID_NOTHING.get(name, ())


def _is_function(tool: object) -> bool:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
    return isinstance(function, dict) and isinstance(function.get("name"), str)


def _sampling(body: Mapping[str, Any]) -> Sampling:
    """Read how tokens are drawn; what isn't as it should be is left to the engine's server to refuse."""
    most = body.get("max_completion_tokens") or body.get("max_tokens")
    stop = body.get("stop")
    stops = [stop] if isinstance(stop, str) else stop if isinstance(stop, list) else []
    return Sampling(
        temperature=_number(body.get("temperature"), 0.0, 2.0),
        top_p=_number(body.get("top_p"), 1e-6, 1.0),
        max_tokens=most if isinstance(most, int) and not isinstance(most, bool) and most > 0 else None,
        seed=seed if isinstance(seed := body.get("seed"), int) and not isinstance(seed, bool) else None,
        stop=tuple(each for each in stops if isinstance(each, str) and each),
    )


def _number(value: object, least: float, most: float) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and least <= value <= most else None  # type: ignore[arg-type,operator]
