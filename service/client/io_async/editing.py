"""The context tools, called by hand, and a session's past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riffler.service.client.call import several
from riffler.service.client.calls import past, sessions
from riffler.service.client.calls.past import FoundIn, How
from riffler.service.client.io_async.core import AsyncCore
from riffler.service.client.io_async.pages import AsyncPages
from riffler.service.client.models.past import (
    ChangedFragment,
    DiffPage,
    HistoryPage,
    Hit,
    HitPage,
    Original,
    TokenParts,
    Version,
)
from riffler.service.client.models.sessions import Called, Tool


class AsyncEditing(AsyncCore):
    """Edits sessions, and looks back."""

    async def tools(self) -> tuple[Tool, ...]:
        """List the context tools, in OpenAI's shape."""
        return await self.send(sessions.list_tools())

    async def call(
        self,
        session: str,
        tool: str,
        arguments: Mapping[str, Any] | None = None,
        summary: str | None = None,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> Called:
        """Call a context tool on a session, as a model would. A refusal changes nothing and says what would work.

        Args:
            session: The session's name.
            tool: The tool's name, as `tools` has it.
            arguments: As the tool's schema says.
            summary: The summary for `summarize_fragment`; without one the engine writes it.
            idempotency_key: A name of your own for the request, unique in its session.
            if_match: Only if the session is still this: an `etag`.

        Returns:
            What the tool says.
        """
        return await self.send(
            sessions.call_tool(
                session, tool, arguments or {}, summary, idempotency_key=idempotency_key, if_match=if_match
            )
        )

    async def fold(self, session: str, fragments: Sequence[str], *, if_match: str | None = None) -> Called:
        """Hide fragments: a marker stays in their place, and searches still find them.

        Args:
            session: The session's name.
            fragments: Their ids; a range such as `f00001-f00004` means positions in the text.
            if_match: Only if the session is still this: an `etag`.

        Returns:
            What the tool says.
        """
        return await self.call(
            session, "fold_fragments", {"fragments": several("fragments", fragments)}, if_match=if_match
        )

    async def restore(self, session: str, fragments: Sequence[str], *, if_match: str | None = None) -> Called:
        """Show the original text of fragments again.

        Args:
            session: The session's name.
            fragments: Their ids; a range such as `f00001-f00004` means positions in the text.
            if_match: Only if the session is still this: an `etag`.

        Returns:
            What the tool says.
        """
        return await self.call(
            session, "restore_fragments", {"fragments": several("fragments", fragments)}, if_match=if_match
        )

    async def undo(
        self, session: str, edits: int = 1, *, to_version: int | None = None, if_match: str | None = None
    ) -> Called:
        """Give the fragments the states that they had before the last edits. Undoing an undo brings them back.

        Args:
            session: The session's name.
            edits: How many edits to go back.
            to_version: In place of them: the version to go back to.
            if_match: Only if the session is still this: an `etag`.

        Returns:
            What the tool says.
        """
        arguments = {"edits": edits} if to_version is None else {"to_version": to_version}
        return await self.call(session, "undo_edits", arguments, if_match=if_match)

    def history(self, session: str, page_size: int = 100) -> AsyncPages[HistoryPage, Version]:
        """Read what made each version, as far as it is kept.

        Args:
            session: The session's name.
            page_size: Most versions of a page.

        Returns:
            The versions, the newest first.
        """
        return AsyncPages(self, lambda _, cursor: past.read_history(session, page_size, cursor))

    def diff(
        self, session: str, earlier: int, later: int | None = None, page_size: int = 100
    ) -> AsyncPages[DiffPage, ChangedFragment]:
        """Compare two versions, the same two on all pages.

        Args:
            session: The session's name.
            earlier: One version.
            later: The other; None takes the present, as it is at the first page.
            page_size: Most fragments of a page.

        Returns:
            The fragments that were cut or changed in between; each page says what else differs.
        """
        return AsyncPages(self, lambda _, cursor: past.read_diff(session, earlier, later, page_size, cursor))

    def search(
        self,
        session: str,
        query: str,
        how: How = "exact",
        *,
        found_in: FoundIn | None = None,
        version: int | None = None,
        page_size: int = 50,
    ) -> AsyncPages[HitPage, Hit]:
        """Search all that a session holds or showed. Nothing is changed.

        Args:
            session: The session's name.
            query: What to find.
            how: `any_case`: nor accents; `pattern`: a regular expression; `ranked`: words, by BM25.
            found_in: Look in texts of this kind only.
            version: As of which version; None takes the present, as it is at the first page.
            page_size: Most matches of a page.

        Returns:
            The matches.
        """
        return AsyncPages(
            self,
            lambda _, cursor: past.search_session(
                session, query, how, found_in=found_in, version=version, limit=page_size, cursor=cursor
            ),
        )

    async def original(
        self, session: str, message: int, slot: int = 0, start: int = 0, end: int | None = None
    ) -> Original:
        """Read some original text, at most 100,000 characters.

        Args:
            session: The session's name.
            message: Index of the message.
            slot: Which text of that message.
            start: The first character.
            end: One past the last; None takes the text's end.

        Returns:
            The text, and where it is.
        """
        return await self.send(past.read_original(session, message, slot, start, end))

    async def tokens(self, session: str, version: int | None = None) -> TokenParts:
        """Count what the model sees, or saw, by part.

        Args:
            session: The session's name.
            version: As of which version; None takes the present.

        Returns:
            Tokens by part.
        """
        return await self.send(past.read_token_parts(session, version))
