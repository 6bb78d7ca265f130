"""Recording what became of turns and of edits by hand, in the turn log. It fails open: nobody waits or fails for it.

While the store is away records wait to be kept. One that is lost leaves a line in Riffler's own log, with the error
that it would have told of.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from riffler.errors import Conflict, InvalidInput, MemoryFailed, NotFound, RifflerError
from riffler.service.agent.room import Room
from riffler.service.agent.state import TurnState
from riffler.service.logs import get_logger
from riffler.service.ports.engine import Usage
from riffler.service.ports.memory import SessionKey
from riffler.service.ports.turn_log import EditMade, Outcome, TurnLog, TurnRecord
from riffler.tools.events import Actor, Event, FragmentsFolded, FragmentsRestored, FragmentSummarised
from riffler.tools.memory import Stamp
from riffler.tools.price import EditPrice

_LOG = get_logger("turn_log")
_PATIENCE_S: Final = 0.5
"""How long a turn or an edit waits until its record is kept; then it goes on, and so does the keeping."""
_MOST_IDS: Final = 64
"""A record names so many fragments of an edit; of one with more it names none, so that it stays small."""


@dataclass
class Notes:
    """What is to be said of a turn, gathered while it runs.

    Attributes:
        tenant: Whose.
        session: The session's name, once it is known that there is one.
        life: Its life, as far as known.
        state: The turn's state, as far as it has come.
        calls: Calls of the model that gave something.
        tools_done: Calls of tools that did something.
        tools_refused: Calls of tools that were refused.
        saved_tokens: The conversation's tokens without the view's, summed over the calls.
        messages_seen: How many messages the model's last view had: as far as a prompt cache may know them.
        edits: What changed what the view shows.
        told: Whether nothing is left to be recorded.
        began: When it began, on the clock of `time.perf_counter`.
    """

    tenant: str = ""
    session: str = ""
    life: str = ""
    state: TurnState = field(default_factory=TurnState)
    calls: int = 0
    tools_done: int = 0
    tools_refused: int = 0
    saved_tokens: int = 0
    messages_seen: int | None = None
    edits: list[EditMade] = field(default_factory=list)
    told: bool = False
    began: float = field(default_factory=time.perf_counter)


class Recorder:
    """Records turns and edits.

    Args:
        log: Where to.
        room: Gives what has the engine and its prices, which are told with each record; made when it is needed.
    """

    def __init__(self, log: TurnLog, room: Callable[[], Room]) -> None:
        self._log = log
        self._room = room
        self._adding: set[asyncio.Task[None]] = set()

    async def turn(self, notes: Notes, error: BaseException | None = None) -> None:
        """Record a turn, once.

        Args:
            notes: What is to be said of it.
            error: What ended it; None when it has its answer.
        """
        if not notes.told:
            notes.told = True
            await self._add(notes.tenant, self._turn(notes, error))

    async def edit(self, key: SessionKey, tool: str, made: Stamp, events: Sequence[Event], price: EditPrice) -> None:
        """Record an edit by hand, where it changed what the view shows.

        Args:
            key: The session.
            tool: Which tool was called.
            made: The state of the session that it made.
            events: What happened.
            price: What it changed in the price of the conversation.
        """
        edit = edit_of(made.version, "app", tool, events, price, calls_before=0)
        if edit is not None:
            record = TurnRecord("edit", key.session, life=made.life, version=made.version, edits=(edit,), **self._of())
            await self._add(key.tenant, record)

    async def aclose(self) -> None:
        """Wait for what is being kept, and keep what can be of what waits."""
        if self._adding:
            await asyncio.wait(self._adding)
        await self._log.aclose()

    def _of(self) -> dict[str, Any]:
        room = self._room()
        info, prices = room.engine.info, room.prices
        return {
            "engine": info.name,
            "model": info.model,
            "counts_estimated": info.counts_estimated,
            "read_price": prices.read,
            "write_price": prices.write,
        }

    def _turn(self, notes: Notes, error: BaseException | None) -> TurnRecord:
        state, outcome = notes.state, outcome_of(error)
        stored, answer = state.get("stored"), state.get("answer")
        drawn, shown = state.get("decision"), state.get("rewriting")
        usage = state.get("usage", Usage(0, 0))
        return TurnRecord(
            "turn",
            notes.session,
            outcome,
            name_of_error(error) if outcome in {"failed", "refused"} else "",
            life=stored.life if stored else notes.life,
            version=stored.version if stored else 0,
            decision=shown.decision if shown else drawn.id if drawn else "",
            arm=shown.arm if shown else drawn.arm if drawn else "",
            executed=shown.executed if shown else "",
            prompt_tokens=usage.prompt_tokens,
            cached_tokens=usage.cached_tokens,
            completion_tokens=usage.completion_tokens,
            estimated=usage.estimated,
            conversation_tokens=state.get("conversation_tokens", 0),
            seen_tokens=state.get("seen_tokens", 0),
            saved_tokens=notes.saved_tokens,
            tools_tokens=answer.tools_tokens if answer else 0,
            calls=notes.calls,
            tools_done=notes.tools_done,
            tools_refused=notes.tools_refused,
            times_ms={part: round(spent, 3) for part, spent in state.get("times_ms", {}).items()},
            total_ms=round((time.perf_counter() - notes.began) * 1000, 3),
            edits=tuple(notes.edits),
            **self._of(),
        )

    async def _add(self, tenant: str, record: TurnRecord) -> None:
        """Keep a record in a task of its own: a turn that is cancelled meanwhile has its record all the same."""
        adding = asyncio.create_task(self._added(tenant, record), name="riffler-turn-log")
        self._adding.add(adding)
        adding.add_done_callback(self._adding.discard)
        await asyncio.wait({adding}, timeout=_PATIENCE_S)

    async def _added(self, tenant: str, record: TurnRecord) -> None:
        try:
            await self._log.add(tenant, record)
        except MemoryFailed as exc:
            _LOG.warning("not recorded", outcome=record.outcome, error=record.error, why=exc.loggable)
        except Exception as exc:  # noqa: BLE001 - a bug; it takes nothing from the turn (the design's rule 8)
            _LOG.error("not recorded", outcome=record.outcome, error=record.error, why=type(exc).__name__)


def edit_of(
    version: int, actor: Actor, tool: str, events: Sequence[Event], price: EditPrice | None, *, calls_before: int
) -> EditMade | None:
    """Say what an edit did.

    Args:
        version: The session's version that has it.
        actor: Who made it.
        tool: The tool; empty for Riffler's own.
        events: What happened.
        price: What it changed in the price of the conversation.
        calls_before: How many of its turn's calls of the model came before it.

    Returns:
        The edit; None where the view shows what it showed before.
    """
    folded = [id_ for event in events if isinstance(event, FragmentsFolded) for id_ in event.ids]
    restored = [id_ for event in events if isinstance(event, FragmentsRestored) for id_ in event.ids]
    summarised = [event.id for event in events if isinstance(event, FragmentSummarised)]
    ids = dict.fromkeys((*folded, *restored, *summarised))
    if price is None or not ids:
        return None
    return EditMade(
        version,
        actor,
        tool,
        len(folded),
        len(restored),
        len(summarised),
        price.freed_tokens,
        price.rewritten_tokens,
        round(price.cost_tokens, 3),
        calls_before,
        tuple(ids) if len(ids) <= _MOST_IDS else (),
        price.fresh_tokens,
    )


def outcome_of(error: BaseException | None) -> Outcome:
    """Say how a turn ended.

    Args:
        error: What ended it; None when it has its answer.

    Returns:
        The outcome.
    """
    if error is None:
        return "answered"
    if isinstance(error, Conflict | InvalidInput | NotFound):
        return "refused"
    return "cancelled" if isinstance(error, asyncio.CancelledError | GeneratorExit) else "failed"


def name_of_error(error: BaseException | None) -> str:
    """Name an error: Riffler's by its class."""
    return type(error).__name__ if isinstance(error, RifflerError) else "Unforeseen"
