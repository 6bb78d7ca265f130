"""Questions on sessions: those that exist, and those that a question makes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing, suppress

from riffler.errors import InvalidInput, OverBudget, RequestKeyReused, RifflerError, SessionBusy
from riffler.service.agent.beside import Beside
from riffler.service.agent.deleting import delete_session
from riffler.service.agent.forbidding import forbidden
from riffler.service.agent.graph import Agent
from riffler.service.agent.made_again import NamedRequest
from riffler.service.agent.making import make_session
from riffler.service.agent.progress import Answer, Progress
from riffler.service.agent.recording import Notes
from riffler.service.ports.memory import MemoryStore, SessionKey
from riffler.service.ports.policy import PolicyStore
from riffler.tools.memory import Stamp, WorkingMemory
from riffler.tools.messages import Message

_UNUSED_S = 3600.0
"""A session that a question makes is gone after this time, should a crash come before its first message."""


class Turns:
    """Asks questions.

    Args:
        agent: Runs turns.
        store: Where sessions live.
        decisions: Where their decisions live; None where queries aren't rewritten.
    """

    def __init__(self, agent: Agent, store: MemoryStore, decisions: PolicyStore | None = None) -> None:
        self.agent = agent
        self._store = store
        self._decisions = decisions

    async def stream(
        self,
        tenant: str,
        messages: Sequence[Message],
        session: str | None = None,
        *,
        deltas: bool = True,
        seen: Stamp | None = None,
        request: NamedRequest | None = None,
        without: Collection[str] = (),
        beside: Beside | None = None,
    ) -> AsyncGenerator[Progress]:
        """Ask, and be told of each step as it happens.

        A session that this call made is deleted again when the turn fails, with its decision, so that nothing half-done
        is left. When the request has a name it is deleted only if it was refused before anything happened: a turn that
        failed otherwise goes on where it stopped when it is asked again.

        Args:
            tenant: Whose session; from the credential.
            messages: What arrives; the last user message asks.
            session: A session to go on with; None makes a new one.
            deltas: Whether the answer's text is wanted in pieces.
            seen: What the session must still be; None takes any.
            request: What the client may make again.
            without: Arms that aren't to be used for the query; a request that goes on with a turn keeps its decision.
            beside: What a client of OpenAI's API brings beside the messages; see `Agent.stream`.

        Yields:
            Progress; the last item is the `Answer`.

        Raises:
            InvalidInput: The messages can't be accepted, or an arm can't be forbidden; see also what a turn raises.
            OverBudget: The conversation can't be made to fit.
        """
        key: SessionKey | None = None
        made: WorkingMemory | None = None
        done = refused = False
        notes = Notes(tenant)
        try:
            forbids = forbidden(without)
            if session is None:
                async with self.agent.gate.slot():
                    key, made = await make_session(self._store, tenant, None, request, unused_s=_UNUSED_S)
                notes.life = made.life
                notes.session = key.session
            else:  # recorded by name once it is known that there is one: whoever guesses names fills no log with them
                key = SessionKey(tenant, session)
            turn = self.agent.stream(
                key, messages, deltas=deltas, seen=seen, request=request, without=forbids, notes=notes, beside=beside
            )
            async with aclosing(turn) as progress:
                async for item in progress:
                    done = done or isinstance(item, Answer)
                    yield item
        except BaseException as exc:
            # These would be refused again if they were asked again, and their name may mean another request.
            refused = isinstance(exc, InvalidInput | OverBudget)
            if key is not None and isinstance(exc, SessionBusy | RequestKeyReused):  # said of one that is there
                notes.session = key.session
            if self.agent.recorder is not None:  # what hasn't come so far that the agent did
                await self.agent.recorder.turn(notes, exc)
            raise
        finally:
            if key is not None and made is not None and not done and (request is None or refused):
                # Of a named request others may have found the session, too: it must still be empty.
                seen = None if request is None else Stamp(0, made.life)
                with suppress(RifflerError):  # the turn's own error is the one to tell; the store may be what failed
                    await delete_session(self._store, self._decisions, key, seen)


def asked(question: str, contexts: Sequence[str] = ()) -> tuple[Message, ...]:
    """Make the messages of a question.

    Args:
        question: What is asked.
        contexts: Texts that go into the working memory before it, one message each.

    Returns:
        The messages, in order.

    Raises:
        InvalidInput: The question, or a text, is empty.
    """
    for name, text in [("question", question), *((f"contexts[{at}]", text) for at, text in enumerate(contexts))]:
        if not text.strip():
            raise InvalidInput(f"{name}: expected a text, got an empty one")
    return tuple(Message.user(text) for text in (*contexts, question))
