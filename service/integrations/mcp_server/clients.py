"""Which session a client works on.

Over stdio a process has one client. Over HTTP a client is known by the header `X-Riffler-Session`, with which it names
its session as a client of the OpenAI proxy does, or else by the id that it was given with its handshake
(`Mcp-Session-Id`): it says that with each request, and nobody else knows it. The protocol's revision 2026-07-28 has
neither handshake nor id: its requests say nothing of who sends them, so over HTTP it is served to clients that name
their session, and others are asked to shake hands (`server.py`).

A session that nobody named is deleted when its client says goodbye or the server ends, and by its time to live when
neither happens. Its decisions stay, and what they taught: they hold no text, and may be rewarded late. A session that
somebody named stays, as everywhere.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from riffler.errors import InvalidInput, RifflerError
from riffler.service.agent.deleting import delete_session
from riffler.service.agent.making import name_of
from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.parts import Parts
from riffler.service.ports.memory import SessionKey

NAMING_HEADER: Final = "x-riffler-session"
CLIENT_HEADER: Final = "mcp-session-id"
MOST_CLIENTS: Final = 10_000
"""Clients whose sessions are remembered; the SDK keeps as many handshakes. Others' are found by their names all the
same, and end by their time to live."""


class Clients:
    """Knows the clients of one server.

    Args:
        parts: What the server stands on.
        session: The session of all clients; empty gives each its own.

    Raises:
        InvalidInput: No session may have this name.
    """

    def __init__(self, parts: Parts, session: str = "") -> None:
        self._parts = parts
        self._session = name_of(session, None) if session else ""
        self._own = f"mcp-{secrets.token_hex(8)}"
        self._desks: OrderedDict[str, Desk] = OrderedDict()

    def desk(self, headers: Mapping[str, str] | None) -> Desk:
        """Find the desk of who sent a request.

        Args:
            headers: The request's; None over stdio.

        Returns:
            The desk.

        Raises:
            InvalidInput: It is nobody's: no session is named, and no handshake was made. Or the name isn't possible.
        """
        asked = "" if headers is None else headers.get(NAMING_HEADER, "")
        named = name_of(asked, None) if asked else self._session
        if named:
            return self._at(named, named=True)
        if headers is None:
            return self._at(self._own, named=False)
        client = headers.get(CLIENT_HEADER, "")
        if not client:
            raise InvalidInput(f"{NAMING_HEADER}: expected the name of a session, as without a handshake none is known")
        return self._at(_name(client), named=False)

    def knows(self, headers: Mapping[str, str] | None) -> bool:
        """Tell whether a request says whose it is.

        Args:
            headers: The request's; None over stdio.

        Returns:
            Whether it does.
        """
        if headers is None or self._session:
            return True
        return bool(headers.get(NAMING_HEADER) or headers.get(CLIENT_HEADER))

    async def leave(self, client: str) -> None:
        """End the session of a client that said goodbye.

        Args:
            client: The id that it was given with its handshake.
        """
        desk = self._desks.pop(_name(client), None)
        if desk is not None:
            await self._end(desk)

    async def aclose(self) -> None:
        """End the sessions of all clients that nobody named. Safe to call twice."""
        while self._desks:
            await self._end(self._desks.popitem()[1])

    def _at(self, session: str, *, named: bool) -> Desk:
        if session not in self._desks:
            self._desks[session] = Desk(self._parts, SessionKey(self._parts.tenant, session), named)
            while len(self._desks) > MOST_CLIENTS:
                self._desks.popitem(last=False)
        self._desks.move_to_end(session)
        return self._desks[session]

    async def _end(self, desk: Desk) -> None:
        if desk.named or not desk.begun:
            return
        with suppress(RifflerError):  # it ends by itself, later
            await delete_session(self._parts.sessions, None, desk.key)


def _name(client: str) -> str:
    """Name the session of a client: its id is its key to the session, and names are shown."""
    return f"mcp-{hashlib.sha256(client.encode()).hexdigest()[:16]}"
