"""`ScriptedEngine`: plays what a test wrote, so that whatever calls an engine can be tested without a model."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from riffler.errors import EngineFailed, EngineGarbled, EngineRejected
from riffler.service.inference.estimate import estimated_usage
from riffler.service.ports.engine import Completion, EngineInfo, EngineRequest, TextDelta
from riffler.tools.messages import Message, ToolCall
from riffler.tools.tokens import EstimatedTokens, TokenCounter

Reply: TypeAlias = str | ToolCall | Sequence[ToolCall] | Message | Completion | EngineFailed
"""What a model says: a text, calls, a whole assistant message, a whole completion, or the failure to raise."""

ReplyFunction: TypeAlias = Callable[[EngineRequest], Reply | Awaitable[Reply]]

_PIECE = re.compile(r"\s*\S+|\s+\Z")


class ScriptedEngine:
    """An engine that gives the next reply of a list, or what a function says to the request.

    Replies of a list are handed out in the order in which the calls start, one a call.

    Args:
        script: The replies, or a function (plain or async) from a request to a reply.
        model: The name to report.
        window_tokens: The window to report.
        can_rewrite: Whether it may be asked to word a text anew.

    Attributes:
        requests: Every request so far, in the order in which the calls started.
    """

    def __init__(
        self,
        script: Iterable[Reply] | ReplyFunction,
        *,
        model: str = "scripted",
        window_tokens: int = 8192,
        can_rewrite: bool = True,
    ) -> None:
        self.requests: list[EngineRequest] = []
        self._reply = reply_function(script)
        self._info = EngineInfo("scripted", model, window_tokens, can_rewrite)
        self._counter = EstimatedTokens()

    @property
    def info(self) -> EngineInfo:
        """What this engine is."""
        return self._info

    @property
    def counter(self) -> TokenCounter:
        """Estimates tokens."""
        return self._counter

    async def generate(self, request: EngineRequest) -> AsyncGenerator[TextDelta | Completion]:
        """Play the next reply, word by word when `request.stream` is set.

        Args:
            request: What to answer. It is kept in `requests`.

        Yields:
            The deltas, then the completion.

        Raises:
            EngineFailed: The reply was this failure.
            EngineRejected: The script is used up.
            EngineGarbled: The script calls a tool although `tool_choice` is `none`.
        """
        self.requests.append(request)
        reply = self._reply(request)
        if inspect.isawaitable(reply):
            reply = await reply
        completion = completion_of(reply, request, self._info.model, self._counter)
        if completion.message.tool_calls and request.tool_choice == "none":
            raise EngineGarbled("engine scripted: the script calls a tool although tool_choice is none")
        if request.stream:
            for piece in pieces(completion.message.text):
                yield TextDelta(piece)
        yield completion

    async def ready(self) -> None:
        """Do nothing: there is nothing to load."""

    async def aclose(self) -> None:
        """Do nothing: there is nothing to give back."""


def completion_of(reply: Reply, request: EngineRequest, model: str, counter: TokenCounter) -> Completion:
    """Make a completion of what a script says.

    Args:
        reply: The reply.
        request: What it answers.
        model: The name to report.
        counter: Estimates the usage, unless the reply has its own.

    Returns:
        The completion.

    Raises:
        EngineFailed: The reply is this failure.
    """
    if isinstance(reply, EngineFailed):
        raise reply
    if isinstance(reply, Completion):
        return reply
    if isinstance(reply, str):
        message = Message.assistant(reply)
    elif isinstance(reply, ToolCall):
        message = Message.assistant(None, [reply])
    elif isinstance(reply, Message):
        message = reply
    else:
        message = Message.assistant(None, reply)
    usage = estimated_usage(request, message, counter)
    return Completion(message, "tool_calls" if message.tool_calls else "stop", usage, model)


def pieces(text: str) -> Iterator[str]:
    """Cut a text as a model streams it.

    Args:
        text: Any text.

    Returns:
        Its words, each with the white space before it. Joined, they are the text.
    """
    return (match[0] for match in _PIECE.finditer(text))


def reply_function(script: Iterable[Reply] | ReplyFunction) -> ReplyFunction:
    """Make a function of a script.

    Args:
        script: Replies, or a function already.

    Returns:
        The function. One made of replies gives the next one at each call.
    """
    if callable(script):
        return script
    replies = enumerate(script)
    played = 0

    def reply(_request: EngineRequest) -> Reply:
        nonlocal played
        for number, value in replies:
            played = number + 1
            return value
        raise EngineRejected(f"the script is used up after {played} replies")

    return reply
