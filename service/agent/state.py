"""What a turn's nodes pass on, and what they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from riffler.bandits.decision import Decision
from riffler.service.agent.progress import Answer, Rewriting, ToolStep
from riffler.service.agent.rewriter import Reading, Rewriter
from riffler.service.agent.room import Room
from riffler.service.ports.engine import Completion, Engine, Sampling, ToolChoice, Usage
from riffler.service.ports.memory import MemoryStore
from riffler.tools.events import Actor, Event
from riffler.tools.memory import WorkingMemory
from riffler.tools.messages import Message, ToolCall

Pending = tuple[tuple[Actor, tuple[Event, ...]], ...]
"""Commits that wait until the model has said something, so that a turn whose engine fails leaves nothing half-done."""


class TurnState(TypedDict, total=False):
    """What the nodes pass on: `memory` is `stored` with `pending` applied, `asked` what it was before the rewrite.

    `ours` are the calls of the last reply that are run inside, `theirs` those that go to the client.
    `cut` says that the reply ended within a call, and is left out.
    """

    messages: Sequence[Message]
    stored: WorkingMemory
    pending: Pending
    memory: WorkingMemory
    asked: WorkingMemory
    reading: Reading
    decision: Decision
    again: bool
    rewriting: Rewriting
    completion: Completion
    steps: tuple[ToolStep, ...]
    calls: int
    capped: bool
    cut: bool
    ours: tuple[ToolCall, ...]
    theirs: tuple[ToolCall, ...]
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
        room: The tools on offer, and what a view may take beside them.
        sampling: For the model's calls.
        step_cap: Most model calls with tools in a turn; then the answer is forced.
        first_choice: `required` asks for a tool call on the first step, as the paper does; `auto` leaves it open.
        fitting: Whether Riffler itself cuts and folds what doesn't fit the window.
    """

    store: MemoryStore
    engine: Engine
    rewriter: Rewriter | None
    room: Room
    sampling: Sampling = field(default_factory=Sampling)
    step_cap: int = 20
    first_choice: ToolChoice = "auto"
    fitting: bool = True
