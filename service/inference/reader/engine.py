"""The engine `reader`: answers from the text by rule, with no language model.

It sees what any model sees, the messages and the tools, and does what a model would: it calls the context tools, reads
their results in the next request, and at last answers with what it found. It is deterministic, keeps no state between
calls, and never words anything anew, so it offers no rewriting. To see what it can do, read the three rules:
`current_value`, `chain`, `find`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

from riffler.errors import EngineRejected
from riffler.service.inference.reader.chain import chain
from riffler.service.inference.reader.current_value import current_value
from riffler.service.inference.reader.find import find, queries_for
from riffler.service.inference.reader.steps import NOTICE, Rule, Say, Search, Step, to_calls
from riffler.service.inference.reader.turn import Turn, read_turn
from riffler.service.ports.engine import (
    Completion,
    EngineInfo,
    EngineRequest,
    FinishReason,
    Sampling,
    TextDelta,
    Usage,
)
from riffler.tools.messages import Message
from riffler.tools.tokens import EstimatedTokens, TokenCounter, count_message, count_schemas

RULES: tuple[Rule, ...] = (current_value, chain, find)
"""The first that has a next step for a turn decides it; the last always has one."""


class ReaderEngine:
    """Answers by rule. See `Engine` for the contract.

    `tool_choice="required"` is kept where `find_in_context` or `search_context` is on offer; of no other tool can the
    reader make sense, so that it answers all the same. `sampling` has no effect but for `max_tokens` and `stop`, which
    shorten an answer.

    Args:
        window_tokens: How many tokens, by estimate, a request and its answer may have together.
    """

    def __init__(self, window_tokens: int = 8192) -> None:
        self._info = EngineInfo("reader", "reader-rules", window_tokens, can_rewrite=False, notice=NOTICE)
        self._counter = EstimatedTokens()

    @property
    def info(self) -> EngineInfo:
        """What this engine is: it can't rewrite, and its notice says that no language model spoke."""
        return self._info

    @property
    def counter(self) -> TokenCounter:
        """Estimates tokens: the reader has none of its own."""
        return self._counter

    async def generate(self, request: EngineRequest) -> AsyncIterator[TextDelta | Completion]:
        """Decide the next step of the turn, or answer.

        Args:
            request: What to run.

        Yields:
            The answer word by word, if it is to stream; then the completion.

        Raises:
            EngineRejected: The request is larger than the window.
        """
        prompt_tokens = self._count(request)
        room_tokens = self._info.window_tokens - prompt_tokens
        if room_tokens < 1:
            raise EngineRejected(
                f"engine reader: the request has about {prompt_tokens} tokens, the window {self._info.window_tokens}"
            )
        message, finish_reason = self._next_message(request, room_tokens)
        for delta in re.findall(r"\S*\s*", message.text) if request.stream else ():
            if delta:
                yield TextDelta(delta)
                await asyncio.sleep(0)  # lets a cancellation in between two words
        completion_tokens = count_message(message, self._counter)
        usage = Usage(prompt_tokens, completion_tokens, estimated=True)
        yield Completion(message, finish_reason, usage, self._info.model)

    async def ready(self) -> None:
        """Do nothing: there is nothing to load."""

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""

    def _count(self, request: EngineRequest) -> int:
        schemas = count_schemas(tuple(request.tools), self._counter)
        return schemas + sum(count_message(message, self._counter) for message in request.messages)

    def _next_message(self, request: EngineRequest, room_tokens: int) -> tuple[Message, FinishReason]:
        turn = read_turn(request, self._room_for_calls(request, room_tokens))
        step = _decide(turn, must_call=request.tool_choice == "required")
        if isinstance(step, Say):
            text, cut = self._shorten(step.text, request.sampling, room_tokens)
            return Message.assistant(text), "length" if cut else "stop"
        made = [call.id for message in request.messages for call in message.tool_calls]
        calls = to_calls(step, turn.role, set(made), len(made), together=turn.together)
        return Message.assistant(None, calls), "tool_calls"

    def _room_for_calls(self, request: EngineRequest, room_tokens: int) -> int:
        """Tell how many tokens the next calls and their replies may have.

        Who hides text makes room again when a view is full, so a full window is no reason to stop. But calls and short
        replies can't be hidden: all of a turn take at most half of the window.

        Returns:
            At least 0.
        """
        newest = max((index for index, one in enumerate(request.messages) if one.role == "user"), default=-1)
        own = sum(count_message(message, self._counter) for message in request.messages[newest + 1 :])
        window = self._info.window_tokens
        return max(0, min(max(room_tokens // 2, window // 8), window // 2 - own))

    def _shorten(self, text: str, sampling: Sampling, room_tokens: int) -> tuple[str, bool]:
        """End an answer before the first of the stop texts, and where it would have too many tokens."""
        for stop in filter(None, sampling.stop):
            text = text.split(stop, 1)[0]
        most = room_tokens if sampling.max_tokens is None else min(room_tokens, sampling.max_tokens)
        if self._counter.count(text) <= most:
            return text, False
        kept = ""
        for word in re.findall(r"\S*\s*", text):
            if self._counter.count(kept + word) > most:
                break
            kept += word
        return kept, True


def _decide(turn: Turn, *, must_call: bool) -> Step:
    """Ask the rules, in order, for the next step."""
    step = next(step for rule in RULES if (step := rule(turn)) is not None)
    if must_call and isinstance(step, Say) and turn.may_search:
        queries = [query for query in queries_for(turn.question.text) if not turn.has_asked(query)]
        return (Search((queries or [one.search.query for one in turn.asked] or ["the"])[0], 3, 200),)
    return step
