"""What the MCP server stands on, wired in one place and handed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from riffler.service.agent.edits import Edits
from riffler.service.agent.rewarding import Rewards
from riffler.service.agent.rewriter import Rewriter
from riffler.service.agent.room import Room
from riffler.service.ports.memory import MemoryStore
from riffler.tools.tool import Tool


@dataclass(frozen=True)
class Parts:
    """The parts behind the server.

    Attributes:
        tenant: Whose sessions and decisions everything is.
        sessions: Sessions.
        edits: Makes and edits them.
        tools: The context tools on offer.
        room: What a view may take, for its status.
        rewriter: Gives what chooses and makes rewrites; None where queries go as they come. Its parser is loaded at the
            first call, beside the event loop, as that takes seconds.
        rewards: Turns what users give into rewards.
        idle_s: How long a session is kept that nobody named and nobody uses, in seconds; 0 is as long as others.
    """

    tenant: str
    sessions: MemoryStore
    edits: Edits
    tools: Sequence[Tool[Any]]
    room: Room
    rewriter: Callable[[], Awaitable[Rewriter | None]]
    rewards: Rewards
    idle_s: float
