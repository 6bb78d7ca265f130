"""What a turn's nodes pass on, and what they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from riffler.bandits.decision import Decision
from riffler.service.agent.progress import Answer, Rewriting, ToolStep
from riffler.service.agent.rewriter import Reading, Rewriter
from riffler.service.ports.engine import Completion, Engine, Sampling, ToolChoice, Usage, most_completion_tokens
from riffler.service.ports.memory import MemoryStore
from riffler.tools.events import Actor, Event
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message
from riffler.tools.registry import Registry
from riffler.tools.tokens import TokenCounter, count_request, count_schemas

Pending = tuple[tuple[Actor, tuple[Event, ...]], ...]
"""Commits that wait until the model has said something, so that a turn whose engine fails leaves nothing half-done."""


class TurnState(TypedDict, total=False):
    """What the nodes pass on: `memory` is `stored` with `pending` applied."""

    messages: Sequence[Message]
    stored: WorkingMemory
    pending: Pending
    memory: WorkingMemory
    reading: Reading
    decision: Decision
    again: bool
    rewriting: Rewriting
    completion: Completion
    steps: tuple[ToolStep, ...]
    calls: int
    capped: bool
    conversation_tokens: int
    seen_tokens: int
    usage: Usage
    times_ms: dict[str, float]
    answer: Answer


@dataclass(frozen=True)
class Parts:
    """What the agent stands on. All ports.

    Attributes:
        store: Sessions.
        engine: Runs the model.
        rewriter: Chooses and makes rewrites; None lets each query go as it came.
        registry: The context tools on offer.
        sampling: For the model's calls.
        step_cap: Most model calls with tools in a turn; then the answer is forced.
        first_choice: `required` asks for a tool call on the first step, as the paper does; `auto` leaves it open.
        fitting: Whether Riffler itself cuts and folds what doesn't fit the window.
        completion_tokens: Tokens of the window that are kept free for the completion; None is the default.
    """

    store: MemoryStore
    engine: Engine
    rewriter: Rewriter | None
    registry: Registry
    sampling: Sampling = field(default_factory=Sampling)
    step_cap: int = 20
    first_choice: ToolChoice = "auto"
    fitting: bool = True
    completion_tokens: int | None = None

    def budget_tokens(self, counter: TokenCounter) -> int:
        """Tell what a view may take: the window, as far as it is known by now, without offered tools and completion.

        A chat template writes more than messages and schemas. What it writes isn't known, or only as far as calls have
        taught it, so there is some room for it.

        Args:
            counter: Counts the tools; the turn's own.

        Returns:
            The number of tokens, at least 1.
        """
        info = self.engine.info
        around = max(min(512, info.window_tokens // 16), count_request(counter))
        completion = most_completion_tokens(info, self.completion_tokens)
        return max(1, info.window_tokens - self.tools_tokens(counter) - completion - around)

    def tools_tokens(self, counter: TokenCounter) -> int:
        """Count the schemas of the tools on offer.

        Args:
            counter: Counts texts.

        Returns:
            The number of tokens.
        """
        return count_schemas(self.registry.schemas(), counter)
