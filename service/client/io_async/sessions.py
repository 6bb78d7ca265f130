"""Sessions: make, list, look at, add to, fork and delete; and what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riffler.service.client.calls import sessions
from riffler.service.client.io_async.core import AsyncCore
from riffler.service.client.io_async.pages import AsyncPages
from riffler.service.client.models.base import Message
from riffler.service.client.models.sessions import (
    Appended,
    Event,
    EventPage,
    Fragment,
    FragmentPage,
    ListedSession,
    MessagePage,
    Session,
    SessionPage,
    ViewedMessage,
    ViewPage,
)


class AsyncSessions(AsyncCore):
    """Sessions."""

    async def create_session(
        self,
        session: str | None = None,
        messages: Sequence[Mapping[str, Any]] = (),
        *,
        idempotency_key: str | None = None,
    ) -> Session:
        """Make a session.

        Args:
            session: Its name; without one it gets one.
            messages: What the conversation begins with, in OpenAI's shape.
            idempotency_key: A name of your own for the request.

        Returns:
            The session, as it stands.
        """
        return await self.send(sessions.create_session(session, messages, idempotency_key))

    def sessions(self, page_size: int = 100) -> AsyncPages[SessionPage, ListedSession]:
        """List sessions, the newest first.

        Args:
            page_size: Most sessions of a page.

        Returns:
            The list, which reads a page when it is needed.
        """
        return AsyncPages(self, lambda _, cursor: sessions.list_sessions(page_size, cursor))

    async def session(self, session: str) -> Session:
        """Look at a session: its version, and how large it is.

        Args:
            session: Its name.

        Returns:
            The session, as it stands.
        """
        return await self.send(sessions.read_session(session))

    async def delete_session(
        self, session: str, *, idempotency_key: str | None = None, if_match: str | None = None
    ) -> None:
        """Delete a session with all that belongs to it. It can't be undone.

        Args:
            session: Its name.
            idempotency_key: A name of your own for the request.
            if_match: Only if the session is still this: an `etag`.
        """
        await self.send(sessions.delete_session(session, idempotency_key, if_match))

    async def append(
        self,
        session: str,
        messages: Sequence[Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> Appended:
        """Add messages to the end of a conversation, without asking anything.

        Args:
            session: Its name.
            messages: The messages, in OpenAI's shape.
            idempotency_key: A name of your own for the request, unique in its session.
            if_match: Only if the session is still this: an `etag`.

        Returns:
            Where the messages are now.
        """
        return await self.send(sessions.append_messages(session, messages, idempotency_key, if_match))

    async def fork(
        self,
        session: str,
        version: int | None = None,
        name: str | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Session:
        """Make a session that begins as another one was; each goes on by itself.

        Args:
            session: The other one.
            version: As of which version; None takes the present.
            name: The new session's name; without one it gets one.
            idempotency_key: A name of your own for the request.

        Returns:
            The new session, as it stands.
        """
        return await self.send(sessions.fork_session(session, version, name, idempotency_key))

    def messages(self, session: str, page_size: int = 100) -> AsyncPages[MessagePage, Message]:
        """Read the originals, which nothing ever changes.

        Args:
            session: The session's name.
            page_size: Most messages of a page.

        Returns:
            The messages, in the order of the conversation.
        """
        return AsyncPages(self, lambda _, cursor: sessions.read_originals(session, page_size, cursor))

    def view(
        self, session: str, version: int | None = None, page_size: int = 100
    ) -> AsyncPages[ViewPage, ViewedMessage]:
        """Read what the model sees, or saw. All pages are of one version.

        Args:
            session: The session's name.
            version: As of which version; None takes the present, as it is at the first page.
            page_size: Most messages of a page.

        Returns:
            The messages, with markers, summaries and the rewrite in their places.
        """
        return AsyncPages(
            self,
            lambda page, cursor: sessions.read_view(session, page.version if page else version, page_size, cursor),
        )

    def fragments(self, session: str, page_size: int = 100) -> AsyncPages[FragmentPage, Fragment]:
        """Read the fragments.

        Args:
            session: The session's name.
            page_size: Most fragments of a page.

        Returns:
            The fragments, in the order in which they were cut.
        """
        return AsyncPages(self, lambda _, cursor: sessions.read_fragments(session, page_size, cursor))

    def events(self, session: str, page_size: int = 100) -> AsyncPages[EventPage, Event]:
        """Read what happened to a session.

        Args:
            session: The session's name.
            page_size: Most events of a page.

        Returns:
            The events, the oldest that is kept first.
        """
        return AsyncPages(self, lambda _, cursor: sessions.read_events(session, page_size, cursor))
