"""One reply on its way to the caller from the thread that computes: what was read, what is said, whom to tell."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from riffler.errors import EngineFailed, EngineGarbled, EngineTimeout, InvalidMessage
from riffler.service.inference.chat.constraint import Constraint
from riffler.service.inference.chat.decoding import TextDecoder
from riffler.service.inference.chat.forms.mistral import nine_letters
from riffler.service.inference.chat.prompt import Prompt
from riffler.service.inference.chat.reading import ReplyReader
from riffler.service.ports.engine import Completion, EngineRequest, FinishReason, TextDelta, Usage
from riffler.tools.messages import Message, ToolCall

Item = TextDelta | Completion | EngineFailed


class Outbox:
    """Carries a reply's items from the thread that computes to the caller's event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._items: asyncio.Queue[Item] = asyncio.Queue()

    def put(self, item: Item) -> bool:
        """Hand an item over, from any thread.

        Args:
            item: What to hand over.

        Returns:
            False when the caller's loop is closed, so that nobody will ever take it.
        """
        try:
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)
        except RuntimeError:
            return False
        return True

    async def take(self, deadline: float) -> Item:
        """Wait for the next item, in the event loop.

        Args:
            deadline: Until when, on the monotonic clock.

        Returns:
            The item.

        Raises:
            TimeoutError: None came in time.
        """
        if not self._items.empty():
            return self._items.get_nowait()
        async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
            return await self._items.get()


@dataclass(eq=False, slots=True)
class Reply:
    """A request that is answered. All but `items` and `cancelled` belong to the thread that computes.

    Attributes:
        request: What to run.
        prompt: What the model reads.
        max_tokens: Most tokens to draw.
        deadline: When to give up, on the monotonic clock.
        outbox: Whom to tell.
        decoder: Makes text of them.
        reader: Tells text and calls apart.
        model: The model's name.
        where: Who fails, to start an error's text with.
        constraint: What may come next; None is anything.
        ids: The prompt, and what was drawn since.
        cached: How many of the prompt's came from an earlier request; None until it starts.
        cancelled: Whether nobody waits any more.
        done: Whether the caller was told how it ended.
    """

    request: EngineRequest
    prompt: Prompt
    max_tokens: int
    deadline: float
    outbox: Outbox
    decoder: TextDecoder
    reader: ReplyReader
    model: str
    where: str
    constraint: Constraint | None = None
    ids: list[int] = field(default_factory=list)
    cached: int | None = None
    cancelled: bool = False
    done: bool = False

    def __post_init__(self) -> None:
        """Begin with the prompt; what was forced is the reply's beginning."""
        self.ids = list(self.prompt.ids)
        self._give(self.reader.begin(self.prompt.forced))

    @property
    def drawn(self) -> int:
        """How many tokens were drawn."""
        return len(self.ids) - len(self.prompt.ids)

    def take(self, token: int, ends: frozenset[int]) -> None:
        """Take the next token.

        Args:
            token: What was drawn.
            ends: Tokens that end a reply.

        """
        self.ids.append(token)
        if self.constraint is not None:
            self.constraint.take(token)
        if token in ends:
            self._finish(cut=False)
            return
        for piece in self.decoder.add(token):
            self._give(self.reader.feed(piece))
        if self.reader.stopped or self.drawn >= self.max_tokens:
            self._finish(cut=not self.reader.stopped)

    @property
    def over(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.done or self.cancelled

    def fail(self, error: EngineFailed) -> None:
        """End it with an error."""
        self.done = True
        self._put(error)

    def fail_late(self) -> None:
        """End it because its time is up."""
        self.fail(self._late())

    async def items(self) -> AsyncGenerator[TextDelta | Completion]:
        """Give what comes of it to the caller, in the event loop. Whoever stops listening gives it up.

        Yields:
            Deltas when they are wanted, then the completion.

        Raises:
            EngineFailed: It failed.
            EngineTimeout: Its time is up, before the thread has seen it.
        """
        try:
            while True:
                try:
                    item = await self.outbox.take(self.deadline)
                except TimeoutError as exc:
                    raise self._late() from exc
                if isinstance(item, EngineFailed):
                    raise item
                yield item
                if isinstance(item, Completion):
                    return
        finally:
            self.cancelled = True

    def _late(self) -> EngineTimeout:
        return EngineTimeout(f"{self.where}: took longer than its time limit (timeout_s)")

    def _give(self, text: str) -> None:
        if text and self.request.stream:
            self._put(TextDelta(text))

    def _put(self, item: Item) -> None:
        if not self.outbox.put(item):
            self.cancelled = True

    def _finish(self, *, cut: bool) -> None:
        self.done = True
        if not self.reader.stopped:
            self._give(self.reader.feed(self.decoder.flush()))
            self._give(self.reader.finish())
        try:
            self._put(self._completion(cut=cut and not self.reader.stopped))
        except EngineGarbled as exc:
            self._put(exc)

    def _completion(self, *, cut: bool) -> Completion:
        reader, choice = self.reader, self.request.tool_choice
        calls = self._calls()
        if choice == "required" and self.request.tools and not calls:
            cause = f"it is cut off at max_tokens {self.max_tokens}" if cut else "what it wrote is no call"
            raise EngineGarbled(f"{self.where}: tool_choice is required, but there is no call ({cause})")
        finish: FinishReason = "length" if cut else "tool_calls" if calls else "stop"
        try:
            message = Message.assistant(reader.text if reader.text or not calls else None, calls)
        except InvalidMessage as exc:
            raise EngineGarbled(f"{self.where}: its reply can't be kept as a message ({exc})") from exc
        usage = Usage(len(self.prompt.ids), self.drawn, self.cached or 0)
        return Completion(message, finish, usage, self.model, reader.reasoning)

    def _calls(self) -> tuple[ToolCall, ...]:
        """Give each call an id that the conversation doesn't have; the same reply to the same prompt gets the same."""
        taken = {name for message in self.request.messages for name in message.call_ids}
        prompt = hashlib.sha256(repr(self.prompt.ids).encode()).hexdigest()
        calls = []
        for at, call in enumerate(self.reader.calls):
            tries = (nine_letters(f"{prompt}/{at}/{number}") for number in range(len(taken) + 1))
            name = next(name for name in tries if name not in taken)
            taken.add(name)
            calls.append(ToolCall(name, call.name, call.arguments))
        return tuple(calls)
