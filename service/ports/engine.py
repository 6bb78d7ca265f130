"""The port to what runs a model.

An engine has one method, `generate`: messages and tools go in; text deltas, and at the end one completion, come out.
It knows nothing of sessions, fragments or rewrites.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from riffler.errors import EngineGarbled
from riffler.tools.messages import Message
from riffler.tools.price import CachePrices
from riffler.tools.tokens import TokenCounter

ToolChoice = Literal["auto", "none", "required"]
FinishReason = Literal["stop", "tool_calls", "length", "content_filter"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next tokens are drawn. None leaves the engine's own default.

    Attributes:
        temperature: At least 0; 0 is greedy.
        top_p: Nucleus, in (0, 1].
        max_tokens: Most tokens of the completion, at least 1.
        seed: Makes sampling repeatable where the engine can.
        stop: Texts that end the completion.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientFields:
    """What a client of OpenAI's API asks of the engine itself. An engine that is no such server goes by the rest.

    Attributes:
        fields: Further fields of its request, as they came: a server gets these in place of `sampling`, and over
            `tool_choice`.
        retry: Whether the engine may try again after a failure. A client that tries again itself wants to be told.
    """

    fields: Mapping[str, Any]
    retry: bool = True


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """One call of a model.

    Attributes:
        messages: The view, in order.
        tools: Schemas of the tools on offer, in OpenAI's shape.
        tool_choice: `required` asks for at least one call, `none` forbids any.
        sampling: How tokens are drawn.
        stream: Whether text deltas are wanted as they come. An engine may give one delta all the same.
        reuse: Requests of the same name may share what the engine computed of a common beginning; empty shares
            nothing. It names one session of one tenant, so that nobody can time what another one asked. What comes
            before a conversation, the tools on offer, all that have a name may share. Reuse changes no number of the
            computation; company in a batch may, by rounding.
        client: What a client of OpenAI's API asks of the engine itself; with it the answer comes raw, too, where the
            engine is a server of that API. None for who isn't one.
    """

    messages: tuple[Message, ...]
    tools: Sequence[dict[str, Any]] = ()
    tool_choice: ToolChoice = "auto"
    sampling: Sampling = field(default_factory=Sampling)
    stream: bool = False
    reuse: str = ""
    client: ClientFields | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the engine counts them.

    Attributes:
        prompt_tokens: Tokens read.
        completion_tokens: Tokens written.
        cached_tokens: How many of the tokens read came from the engine's cache; the others were computed.
        estimated: Whether these are our estimate, because the engine reported none.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        """Add two calls."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer's text.

    Attributes:
        text: The piece; it may be empty where `raw` or `thought` isn't.
        raw: The decoded chunk as it came, where that was asked for and there is one. Each chunk comes once.
        thought: What the model thought meanwhile, where its engine tells: it is shown to nobody, and paid for.
    """

    text: str
    raw: Mapping[str, Any] | None = field(default=None, compare=False)
    thought: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """The whole of what a model said in one call.

    Attributes:
        message: An assistant message, with its text, its tool calls or both.
        finish_reason: Why it ended.
        usage: What it cost.
        model: The model's name, as the engine reports it.
        reasoning: What the model thought before it answered, kept apart from the message; or empty.
        raw: The decoded answer as it came, where that was asked for and it isn't streamed.
    """

    message: Message
    finish_reason: FinishReason
    usage: Usage
    model: str
    reasoning: str = ""
    raw: Mapping[str, Any] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine is.

    Attributes:
        name: The engine, for example `openai`.
        model: The model that it runs.
        window_tokens: How many tokens a request and its completion may have together.
        can_rewrite: Whether it can be asked to word a text anew. If not, rewrites are made by rule.
        notice: A sentence that belongs under every answer, for example that no language model spoke; or empty.
        settled: Whether this is final. Else the window may turn out smaller, as `ready()` finds out.
        prices: Of its prompt cache, in multiples of a token's price; settings may know better.
        counts_estimated: Whether the engine's `counter` estimates, so that what its calls report can correct it.
    """

    name: str
    model: str
    window_tokens: int
    can_rewrite: bool = True
    notice: str = ""
    settled: bool = True
    prices: CachePrices = field(default_factory=CachePrices)
    counts_estimated: bool = False


def is_json(text: str) -> bool:
    """Tell whether a text is JSON, as the arguments of a call that was cut off mostly aren't.

    Args:
        text: The text.

    Returns:
        Whether it can be read.
    """
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def most_completion_tokens(info: EngineInfo, asked: int | None) -> int:
    """Tell how many tokens a completion may have, where nobody says it for the call.

    Args:
        info: Of which engine.
        asked: What a setting says; None is an eighth of the window: at least 1,024 (or a quarter, where that is less),
            at most 8,192. Models that think before they answer need some thousands.

    Returns:
        The number of tokens, at least 1.
    """
    if asked is not None:
        return asked
    window = info.window_tokens
    return max(1, min(1024, window // 4), min(8192, window // 8))


class Engine(Protocol):
    """Runs a model. Implementations are safe for concurrent calls from one event loop."""

    @property
    def info(self) -> EngineInfo:
        """What this engine is. Constant once `ready()` has returned, and before when it is `settled`."""
        ...

    @property
    def counter(self) -> TokenCounter:
        """Counts tokens as this engine's model does, or estimates them.

        It may be another one after a call, where calls teach: take it once for counts that must agree.
        """
        ...

    async def ready(self) -> None:
        """Load, warm up and check what a call needs, so that the next one can begin at once. Cheap when it is done.

        Raises:
            EngineFailed: A leaf of it says why no call would succeed now.
            InvalidSetting: The model can't be loaded as the settings say.
        """
        ...

    def generate(self, request: EngineRequest) -> AsyncIterator[TextDelta | Completion]:
        """Run the model once.

        The deltas' texts, joined, are the completion's text when `request.stream` is set; without it there may be no
        delta at all. The last item, and only the last, is a `Completion`. Closing the iterator early, or cancelling
        the task, stops the work.

        Args:
            request: What to run.

        Returns:
            An iterator of deltas, then the completion.

        Raises:
            EngineUnavailable: It can't be reached.
            EngineTimeout: It took longer than its time limit.
            EngineRejected: It refused the request.
            EngineBusy: It is rate limited or overloaded, after its own retries.
            EngineGarbled: Its answer can't be read, or ended early.
            EngineOutOfMemory: Its device has too little memory for the request.
        """
        ...

    async def aclose(self) -> None:
        """Give back connections. Safe to call twice."""
        ...


class Relay(Protocol):
    """Passes requests of OpenAI's API on to a server of it: nothing is read, added or tried again."""

    def relay(self, body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any]]:
        """Pass a chat request on.

        Args:
            body: The request, as it came.

        Returns:
            An iterator of the decoded chunks, or of the one decoded answer. It raises as `Engine.generate` does, with
            what the server said as the error's `refusal`. Closing it early stops the work.
        """
        ...

    async def listed(self) -> Mapping[str, Any] | None:
        """Ask the server for its list of models.

        Returns:
            The list as it came; None when the server has none. It raises as `Engine.ready` does.
        """
        ...


@asynccontextmanager
async def closing_stream(
    stream: AsyncIterator[TextDelta | Completion],
) -> AsyncIterator[AsyncIterator[TextDelta | Completion]]:
    """Close an engine's stream at the end, so that its work stops now and not when the garbage is collected.

    Args:
        stream: What `generate` gave.

    Yields:
        The same.
    """
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def complete(engine: Engine, request: EngineRequest) -> Completion:
    """Run the model once and wait for the whole.

    Args:
        engine: The engine.
        request: What to run.

    Returns:
        The completion.

    Raises:
        EngineGarbled: The engine ended without a completion.
    """
    async with closing_stream(engine.generate(request)) as stream:
        async for item in stream:
            if isinstance(item, Completion):
                return item
    raise EngineGarbled(f"engine {engine.info.name}: ended without a completion")
