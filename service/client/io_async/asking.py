"""Questions, rewrites and explanations."""

from __future__ import annotations

from collections.abc import Sequence

from riffler.service.client.calls import asking
from riffler.service.client.calls.asking import Question
from riffler.service.client.io_async.answers import AsyncAnswer, AsyncAnswerStream
from riffler.service.client.io_async.core import AsyncCore
from riffler.service.client.models.answers import Rewrite
from riffler.service.client.models.explanations import Explanation


class AsyncAsking(AsyncCore):
    """Asks."""

    async def ask(
        self,
        question: Question,
        contexts: Sequence[str] = (),
        session: str | None = None,
        *,
        system: str | None = None,
        without: Sequence[str] = (),
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout_s: float | None = None,
    ) -> AsyncAnswer:
        """Ask a question.

        It has an `Idempotency-Key`, so it is made again after a lost connection without being asked twice. For the same
        reason it goes on at the server when nobody waits for it any more; `stream` can be cancelled.

        Args:
            question: A text; or messages in OpenAI's shape, of which the last asks or brings a tool's result.
            contexts: Texts of any length that go before it, one message each.
            session: A session to go on with; None makes a new one, whose name is in the answer.
            system: A system message for a new session.
            without: Arms that aren't to be used for it.
            idempotency_key: A name of your own for the request, unique in its session.
            if_match: Only if the session is still this: an `etag`.
            timeout_s: How long it may take, in place of the client's own limit.

        Returns:
            The answer. `await answer.reward(0.8)` says how good it was.
        """
        call = asking.ask(
            AsyncAnswer,
            question,
            contexts,
            session,
            system=system,
            without=without,
            idempotency_key=idempotency_key,
            if_match=if_match,
        )
        return (await self.send(call, timeout_s)).from_client(self)

    def stream(
        self,
        question: Question,
        contexts: Sequence[str] = (),
        session: str | None = None,
        *,
        system: str | None = None,
        without: Sequence[str] = (),
        idempotency_key: str | None = None,
        if_match: str | None = None,
        timeout_s: float | None = None,
    ) -> AsyncAnswerStream:
        """Ask a question, and hear what happens as it happens.

        Args:
            question: See `ask`, as the others.
            contexts: The same.
            session: The same.
            system: The same.
            without: The same.
            idempotency_key: With it a question goes on when the stream is closed, and can be taken up by asking it
                again; without it, closing the stream cancels.
            if_match: The same.
            timeout_s: The same.

        Returns:
            The stream, to be opened by an `async with`.
        """
        call = asking.ask(
            AsyncAnswer,
            question,
            contexts,
            session,
            system=system,
            without=without,
            idempotency_key=idempotency_key,
            if_match=if_match,
            streamed=True,
        )
        return AsyncAnswerStream(self, call, timeout_s)

    async def rewrite(
        self,
        query: str,
        contexts: Sequence[str] = (),
        session: str | None = None,
        *,
        without: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Rewrite:
        """Choose and make a rewrite, for an app that asks its model itself. Reward its decision with `reward`.

        Args:
            query: What is to be asked.
            contexts: Texts that were said before it.
            session: A session whose conversation comes before them; it isn't changed.
            without: Arms that aren't to be used for it.
            idempotency_key: A name of your own for the request, kept for a day.

        Returns:
            The query as it goes on.
        """
        call = asking.rewrite(query, contexts, session, without=without, idempotency_key=idempotency_key)
        return await self.send(call)

    async def explain(self, query: str, contexts: Sequence[str] = (), session: str | None = None) -> Explanation:
        """Explain how a query may be asked. Nothing is drawn or logged.

        Args:
            query: What is to be asked.
            contexts: Texts that were said before it.
            session: A session whose conversation comes before them.

        Returns:
            Features and arms.
        """
        return await self.send(asking.explain(query, contexts, session))
