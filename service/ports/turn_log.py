"""The port to the turn log: what became of each turn and of each edit by hand, in figures. It holds no text of users.

The log of a tenant is bounded: the oldest records go as new ones come. It is told after the fact, and nothing is
decided by it, so that it may lack some of what a long outage of the store took.

A chat request that goes straight to the model's server is no turn, and has no record. It has no session, view or
decision: its record would be of zeros, which whoever sums up what turns cost, saved and took would have to know. And
what Riffler does nothing with needs no store: it is as quick as it can be, and goes on while Redis is away. Metrics
count it by why (`riffler_passed_on`), its answer says so (`X-Riffler-Off`), and its key pays its tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from riffler.tools.events import Actor

Outcome = Literal["answered", "failed", "refused", "cancelled"]
"""How a turn ended: with its answer; by a fault of Riffler, the store or the engine; because what was asked can't be
done as things are; because who asked has gone, or the service stopped."""


@dataclass(frozen=True, slots=True)
class EditMade:
    """An edit: one call of a tool, or what Riffler did to make a view fit, that changed what the view shows.

    Attributes:
        version: The session's version that has it.
        actor: Who made it.
        tool: The tool; empty where Riffler itself made the view fit.
        folded: How many fragments it folded.
        restored: How many it restored.
        summarised: How many it summarised.
        freed_tokens: By how much each later view is smaller; negative when text is shown again.
        rewritten_tokens: Tokens that were in the prompt cache behind the first change, as they became: it takes them
            anew.
        cost_tokens: What the next call costs more for it, in tokens at full price; negative when it costs less.
        calls_before: How many of its turn's calls of the model came before it.
        ids: The fragments that it folded, restored or summarised; empty where these are too many to keep.
        fresh_tokens: How many of the freed tokens no call of the model had sent yet, as in `EditPrice`.
    """

    version: int
    actor: Actor
    tool: str
    folded: int
    restored: int
    summarised: int
    freed_tokens: int
    rewritten_tokens: int
    cost_tokens: float
    calls_before: int = 0
    ids: tuple[str, ...] = ()
    fresh_tokens: int = 0


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """What became of a turn, or of an edit from outside a turn.

    Attributes:
        kind: `turn`, or `edit` for an edit by hand: then `edits` has it, and most figures are 0.
        session: The session's name; empty when none was made yet, and when the turn didn't come to know that there is
            one of this name.
        life: Its life, see `Stamp`; empty when the turn didn't come to read it.
        version: The session's version at the end, as far as the turn knows; 0 when it doesn't.
        outcome: How it ended.
        error: The class of Riffler's error, `Unforeseen` for any other; empty when there was none.
        decision: Id of its decision; empty without one.
        arm: The arm drawn; empty when it didn't come to that.
        executed: The arm whose text went on.
        prompt_tokens: Tokens read by all its calls of the model, rewrites and summaries included.
        cached_tokens: How many of these came from the engine's cache.
        completion_tokens: Tokens written.
        estimated: Whether these are our estimates, because the engine reported none.
        conversation_tokens: Tokens of the conversation at the last call of the model, as originals; by our counter.
        seen_tokens: Tokens of the view at that call.
        saved_tokens: The conversation's without the view's, summed over the turn's calls.
        tools_tokens: Tokens of the offered tools' schemas, which each call has beside the view.
        counts_estimated: Whether our counter of this engine estimates.
        calls: Calls of the model for steps and the answer; rewrites and summaries not counted.
        tools_done: Calls of context tools that did something.
        tools_refused: Calls of context tools that were refused.
        times_ms: Time of each part.
        total_ms: Time of the whole turn.
        engine: The engine's name.
        model: The model.
        read_price: Price of a token read from the prompt cache, as a multiple of one that isn't cached.
        write_price: Price of a token put into the prompt cache.
        edits: What changed what the view shows, in order.
        late_ms: How long it waited to be kept, because the store was away, in milliseconds; 0 when it didn't.
        id: Its place in the log, by the store; empty of one that isn't kept yet.
        at_ms: When it was kept, by the store's clock, in milliseconds since 1970; it ended `late_ms` before.
    """

    kind: Literal["turn", "edit"]
    session: str
    outcome: Outcome = "answered"
    error: str = ""
    life: str = ""
    version: int = 0
    decision: str = ""
    arm: str = ""
    executed: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False
    conversation_tokens: int = 0
    seen_tokens: int = 0
    saved_tokens: int = 0
    tools_tokens: int = 0
    counts_estimated: bool = False
    calls: int = 0
    tools_done: int = 0
    tools_refused: int = 0
    times_ms: Mapping[str, float] = field(default_factory=dict)
    total_ms: float = 0.0
    engine: str = ""
    model: str = ""
    read_price: float = 1.0
    write_price: float = 1.0
    edits: tuple[EditMade, ...] = ()
    late_ms: int = 0
    id: str = ""
    at_ms: int = 0

    @property
    def ended_ms(self) -> int:
        """When it ended, by the store's clock, in milliseconds since 1970."""
        return self.at_ms - self.late_ms


@dataclass(frozen=True, slots=True)
class Tail:
    """What came after a record.

    Attributes:
        records: The records, the oldest first.
        last: Id of the last one that was looked at, to go on from; None where nothing came.
        unreadable: Ids of what can't be read back as a record, and is left out.
    """

    records: tuple[TurnRecord, ...] = ()
    last: str | None = None
    unreadable: tuple[str, ...] = ()


class TurnLog(Protocol):
    """Keeps records. Every method may raise a leaf of `MemoryFailed`."""

    async def add(self, tenant: str, record: TurnRecord, name: str = "") -> str:
        """Keep a record; the oldest ones may go for it.

        Args:
            tenant: Whose.
            record: The record; its `id` and `at_ms` are the store's to say.
            name: The addition's own: made again under its name within ten minutes, it counts once. Empty makes one.

        Returns:
            Its id. Ids of one tenant's records grow. Empty of a record that waits until the store is back, and of one
            that isn't kept, as the records of its session's life were deleted.
        """
        ...

    async def newest(
        self, tenant: str, limit: int, before: str | None = None, since_ms: int = 0
    ) -> Sequence[TurnRecord]:
        """Read records, the newest first. One that can't be read is left out, logged and counted, once a process.

        Args:
            tenant: Whose.
            limit: Most records.
            before: Only those older than the one of this id; None begins with the newest.
            since_ms: Only those not kept before this time, by the store's clock.

        Returns:
            The records; fewer than `limit` only where there are no more.
        """
        ...

    async def last(self, tenant: str) -> str | None:
        """Tell which record is the newest, whether or not it can be read.

        Args:
            tenant: Whose.

        Returns:
            Its id; None in an empty log.
        """
        ...

    async def after(self, tenant: str, id_: str | None, limit: int) -> Tail:
        """Read what came after a record. One that can't be read is left out, logged and counted, as in `newest`.

        Args:
            tenant: Whose.
            id_: The record's id; it may be gone by now. None reads from the beginning.
            limit: Most records.

        Returns:
            What came.
        """
        ...

    async def forget(self, tenant: str, session: str, life: str = "") -> int:
        """Delete the records of a session: those of one life, and those that didn't come to know it.

        What can't be read stays, and keeps nothing from being deleted. For a day no record of that life is kept any
        more: one may wait in another process. One there that never came to know its life is kept all the same.

        Args:
            tenant: Whose.
            session: The session.
            life: Its life: records of another session of this name stay.

        Returns:
            How many there were.
        """
        ...

    async def aclose(self) -> None:
        """Keep what waits, as far as that can be done now; what can't be is lost."""
        ...
