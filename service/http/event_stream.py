"""A turn as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

    arrived, rewriting, step, delta, ..., then `answer`; or `problem`, when the turn fails on its way

The response begins with the first event, so that what fails before it still has its own status.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from typing import Any

from fastapi.sse import format_sse_event

from riffler.errors import RifflerError
from riffler.service.agent.progress import Answer, AnswerDelta, Arrived, Calling, Progress, Rewriting, Said, ToolStep
from riffler.service.http.part_stream import QUIET_S, PartStream
from riffler.service.http.running import RunningTurn
from riffler.service.http.schemas import AnswerOut, RewritingOut, StepOut


class EventStream(PartStream[Progress]):
    """Sends a running turn's progress.

    Args:
        turn: The turn.
        first: Its first item, which came already.
        rest: Its other items.
        keep: Whether the turn goes on when the client goes.
        quiet_s: After this time without an event, a comment keeps the connection alive.
    """

    def __init__(
        self,
        turn: RunningTurn,
        first: Progress,
        rest: AsyncIterator[Progress],
        *,
        keep: bool,
        quiet_s: float = QUIET_S,
    ) -> None:
        super().__init__(first, rest, quiet_s)
        self._turn, self._keep = turn, keep

    def written(self, item: Progress) -> bytes:
        """See `PartStream`."""
        return event_of(item)

    def failure(self, exc: RifflerError | None, problem: Mapping[str, Any]) -> bytes:
        """See `PartStream`."""
        return _event("problem", json.dumps(problem))

    async def over(self) -> None:
        """See `PartStream`."""
        if not self._keep:
            await self._turn.cancel()


def event_of(item: Progress) -> bytes:
    """Write one item as an event.

    Args:
        item: What happened.

    Returns:
        The event's bytes.
    """
    match item:
        case Arrived():
            return _event("arrived", json.dumps(asdict(item)))
        case Rewriting():
            return _event("rewriting", RewritingOut.of(item).model_dump_json())
        case ToolStep():
            return _event("step", StepOut.of(item).model_dump_json())
        case AnswerDelta(text):
            return _event("delta", json.dumps({"text": text}))
        case Calling() | Said():
            return b""  # told to clients of OpenAI's API only
        case Answer():
            return _event("answer", AnswerOut.of(item).model_dump_json())


def _event(name: str, data: str) -> bytes:
    return format_sse_event(event=name, data_str=data)
