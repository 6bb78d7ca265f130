"""Telling clients that resources of their session have changed, after a call that changed it.

Up to revision 2025-11-25 a client subscribes to an address and is told on its standing connection; from 2026-07-28 on
it listens, and is told on the stream of that request. What others change (the API, the dashboard) is not told.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from mcp.server import ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated
from mcp_types import SubscriptionsListenRequestParams, SubscriptionsListenResult

from riffler.service.integrations.mcp_server.desk import Desk
from riffler.service.integrations.mcp_server.resources import not_found, uris

MOST: Final = 10_000
"""Subscriptions that are kept; the oldest make room."""


class Updates:
    """Who wants to be told of which resources."""

    def __init__(self) -> None:
        self._bus = InMemorySubscriptionBus()
        self._listen = ListenHandler(self._bus)
        self._listeners: dict[str, int] = {}
        self._subscribed: OrderedDict[tuple[str, str], ServerSession] = OrderedDict()

    def subscribe(self, desk: Desk, client: str, uri: str, session: ServerSession) -> None:
        """Tell a client of a resource from now on.

        Args:
            desk: Its desk: what isn't of it is not found.
            client: Which client, among those who share a session.
            uri: The resource.
            session: Where to tell it.
        """
        _require_own(desk, uri)
        self._subscribed[client, uri] = session
        while len(self._subscribed) > MOST:
            self._subscribed.popitem(last=False)

    def unsubscribe(self, desk: Desk, client: str, uri: str) -> None:
        """Tell a client no more of a resource; not to have told it before is fine."""
        _require_own(desk, uri)
        self._subscribed.pop((client, uri), None)

    def leave(self, client: str) -> None:
        """Forget a client."""
        for key in [key for key in self._subscribed if key[0] == client]:
            del self._subscribed[key]

    async def listen(
        self, desk: Desk, context: ServerRequestContext[Any], params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """Serve a stream of changes.

        Args:
            desk: The client's desk: what isn't of it is not found.
            context: The request's.
            params: What it wants to be told of.

        Returns:
            What ends the stream.
        """
        for uri in params.notifications.resource_subscriptions or ():
            _require_own(desk, uri)
        name = desk.key.session
        self._listeners[name] = self._listeners.get(name, 0) + 1
        try:
            return await self._listen(context, params)
        finally:
            self._listeners[name] -= 1
            if not self._listeners[name]:
                del self._listeners[name]

    def wanted(self, desk: Desk) -> bool:
        """Tell whether anybody wants to be told of a session."""
        return desk.key.session in self._listeners or any(uri in self._own(desk) for _, uri in self._subscribed)

    async def changed(self, desk: Desk) -> None:
        """Tell all who want it that a session has changed.

        Args:
            desk: Whose session.
        """
        own = self._own(desk)
        for uri in own:
            await self._bus.publish(ResourceUpdated(uri=uri))
        for (_, uri), session in list(self._subscribed.items()):
            if uri in own:
                await session.send_resource_updated(uri)

    def close(self) -> None:
        """End all streams of changes."""
        self._listen.close()

    @staticmethod
    def _own(desk: Desk) -> dict[str, str]:
        return uris(desk.key.session)


def _require_own(desk: Desk, uri: str) -> None:
    if str(uri) not in uris(desk.key.session):
        raise not_found(str(uri))
