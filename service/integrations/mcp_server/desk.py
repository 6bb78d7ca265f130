"""One client's place of work: the session that its calls are about, made when it is first needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from riffler.errors import SessionExists, UnknownSession
from riffler.service.agent.making import make_session
from riffler.service.integrations.mcp_server.parts import Parts
from riffler.service.ports.memory import SessionKey
from riffler.tools.memory import WorkingMemory

T = TypeVar("T")


@dataclass
class Desk:
    """A session as one client has it.

    Attributes:
        parts: What the server stands on.
        key: The session.
        named: Whether somebody named it. One that nobody named ends with its client, or when it isn't used.
        begun: Whether it was there before: then it isn't made again without a word.
    """

    parts: Parts
    key: SessionKey
    named: bool
    begun: bool = field(default=False)

    async def do(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do something with the session, which is made if there is none yet.

        Args:
            work: What to do. It may be begun twice, the first time without a session.

        Returns:
            What it gives.

        Raises:
            UnknownSession: The session was there, and is gone: what the client knows of it is wrong by now.
        """
        try:
            done = await work()
        except UnknownSession as exc:
            if self.begun:
                raise self._lost() from exc
            await self._make()
            done = await work()
        self.begun = True
        return done

    async def memory(self) -> WorkingMemory:
        """Read the session.

        Returns:
            Its working memory; an empty one where nothing was put into it yet.

        Raises:
            UnknownSession: It was there, and is gone.
        """
        try:
            memory = await self.parts.sessions.load(self.key)
        except UnknownSession as exc:
            if self.begun:
                raise self._lost() from exc
            return WorkingMemory()
        self.begun = True
        return memory

    def _lost(self) -> UnknownSession:
        self.begun = False
        return UnknownSession(
            f"session {self.key.session!r} is gone: it was deleted, or wasn't used for too long. The next call begins "
            f"it anew, without what it held"
        )

    async def _make(self) -> None:
        idle_s = None if self.named else self.parts.idle_s
        with suppress(SessionExists):  # another call of this client made it just now
            await make_session(self.parts.sessions, self.key.tenant, self.key.session, None, idle_s=idle_s)
